from __future__ import annotations

from pathlib import Path

import pytest

from kb.core.errors import FileRejected
from kb.language.glossary import Glossary


@pytest.fixture(scope="module")
def glossary() -> Glossary:
    return Glossary()


@pytest.mark.parametrize(
    ("question", "other"),
    [
        ("生果金有幾多錢", "Old Age Allowance"),
        ("How much is the OAA?", "高齡津貼"),
        ("綜援點申請", "CSSA"),
        ("申请综援", "Comprehensive Social Security Assistance"),
        ("長生津", "長者生活津貼"),
        ("整筆撥款儲備", "LSG Reserve"),
        ("獎券基金", "Lotteries Fund"),
        ("社署", "社會福利署"),
        ("院友跌親", "resident"),
        ("大假", "annual leave"),
        ("Annual Leaves", "大假"),
        ("恩恤假", "compassionate leave"),
        ("case managers", "個案經理"),
        ("虐兒", "child abuse"),
        ("護老者", "carer"),
        ("照顧者", "carer"),
        ("quotations", "報價"),
        ("牌匾", "commemorative plaque"),
        ("傢俬", "furniture"),
        ("核數報告", "audited financial statements"),
        ("carry forward 大假", "結轉"),
        ("case fall 咗", "跌倒"),
        ("OT 點計", "超時工作"),
        ("sl 要紙", "病假"),
        ("part time staff", "兼職"),
        ("petty cash", "零用現金"),
        ("個案 in charge", "主管"),
        ("data breach", "資料外洩"),
    ],
)
def test_term_has_its_other_names(glossary: Glossary, question: str, other: str) -> None:
    names = [name for found in glossary.expand(question) for name in (*found.alternatives_zh, *found.alternatives_en)]
    assert other in names


@pytest.mark.parametrize("question", ["Is it all right?", "Can I fire a kiln?", "ask pa", "呢度好靚", "是否需要"])
def test_ordinary_words_are_no_terms(glossary: Glossary, question: str) -> None:
    names = [name for found in glossary.expand(question) for name in (*found.alternatives_zh, *found.alternatives_en)]
    assert {"資訊科技", "解僱", "活動助理", "處置"}.isdisjoint(names)


def test_longest_term_wins_and_is_given_as_typed(glossary: Glossary) -> None:
    terms = [found.term for found in glossary.expand("長者日間護理中心同 Annual Leave")]
    assert "長者日間護理中心" in terms
    assert "Annual Leave" in terms
    assert "日間中心" not in terms


def test_a_term_is_not_its_own_alternative(glossary: Glossary) -> None:
    for found in glossary.expand("MPF 同年假，annual leave 同 AL"):
        assert found.term not in (*found.alternatives_zh, *found.alternatives_en)


def test_admin_rows_from_a_file_come_first(tmp_path: Path, glossary: Glossary) -> None:
    table = tmp_path / "own.tsv"
    table.write_text("# ours\n善心假\t心假\tKindness Leave\tKL\n年假\t\tRest Bonus\n", encoding="utf-8-sig")
    own = Glossary(table)
    assert own.expand("KL 點攞")[0].alternatives_zh == ["善心假", "心假"]
    assert own.expand("年假")[0].alternatives_en[0] == "Rest Bonus"
    assert glossary.expand("心假") == []


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    table = tmp_path / "own.tsv"
    table.write_bytes(b"\xff\xfe\x00\xd8")
    with pytest.raises(FileRejected):
        Glossary(table)


def test_shipped_table_is_broad(glossary: Glossary) -> None:
    assert len(glossary) > 2000
