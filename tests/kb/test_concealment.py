"""Text as somebody reads it who may not see people's data: marks in its place, all other characters where they were."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from kb.core.settings import Settings
from kb.library.documents import Library
from kb.people import access, personal_data_rights
from kb.people.access import Role
from kb.personal_data.concealment import conceal, conceal_text, holds_marks, without_fill
from kb.store import tenants
from kb.store.tables.activity_tables import EVERYONE
from kb.store.tables.library_tables import CollectionRow
from kb.store.tables.states import GrantLevel

ROOT = Path(__file__).parents[2]


def test_a_mark_says_what_is_hidden_and_is_as_long_as_it() -> None:
    text = "申請人身份證號碼 Z683365(0)，請致電 9000 4417。"
    hidden = conceal(text, [(9, 19, "hkid"), (24, 33, "phone")])
    assert without_fill(hidden) == "申請人身份證號碼 ［身份證號碼］，請致電 ［私人電話］。"
    assert len(hidden) == len(text)
    assert holds_marks(hidden)
    assert not holds_marks(text)
    assert not holds_marks("表格上寫［身份證號碼］，"), "words in brackets of a form are no mark"


def test_english_text_has_english_marks_of_the_words_that_fit() -> None:
    text = "HKID Z683365(0), pay $23,417, ill with flu"
    hidden = conceal(text, [(5, 15, "hkid"), (21, 28, "salary"), (39, 42, "health")])
    assert without_fill(hidden) == "HKID [HKID], pay [pay], ill with ▇▇"
    assert len(hidden) == len(text)


def test_cells_and_lines_stay() -> None:
    text = "地址\t沙田新翠邨\n新福樓 2417 室\t電話"
    hidden = conceal(text, [(3, 19, "address")])
    assert [line.count("\t") for line in hidden.split("\n")] == [1, 1]
    assert len(hidden) == len(text)
    assert without_fill(hidden) == "地址\t［住址］\n\t電話"


def test_what_is_known_from_the_document_is_hidden_where_its_words_are_gone() -> None:
    assert "23,417" in conceal_text("月薪那一欄：$23,417")
    assert without_fill(conceal_text("月薪那一欄：$23,417", [("$23,417", "salary")])) == "月薪那一欄：［薪酬］"
    assert conceal_text("第 123,4170 號", [("3,417", "salary")]) == "第 123,4170 號", "not inside another number"


@pytest.mark.parametrize(
    "text",
    [
        "辦公室電話 2300 4410，當值熱線 2300 4411。",
        "Centre in-charge 2345 6789, enquiries@planted.example",
        "入職表須填寫身份證號碼及出生日期。",
        "夜更津貼每更 $120；福利工作員的薪級為第 4 至 10 點。",
    ],
)
def test_what_is_nobodys_stays(text: str) -> None:
    assert conceal_text(text) == text


@pytest.fixture
def library(settings: Settings) -> Library:
    library = Library(tenants.create(settings, "harmony", "Harmony"))
    with library.transaction() as session:
        session.add_all([CollectionRow(slug=slug, name=slug) for slug in ("care", "main")])
    return library


def test_only_owners_see_it_unless_it_is_given(library: Library) -> None:
    access.grant(library, library.collection("main"), EVERYONE, GrantLevel.READ)

    def seen(role: Role, user_id: int) -> frozenset[str]:
        return personal_data_rights.seen_by(library, role, user_id, access.reach(library, role, user_id))

    assert seen(Role.OWNER, 1) == {"care", "main"}
    assert [seen(role, 2) for role in (Role.MEMBER, Role.EDITOR, Role.EVALUATOR)] == [frozenset()] * 3
    for slug in ("care", "main"):
        personal_data_rights.give(library, library.collection(slug), 2)
        personal_data_rights.give(library, library.collection(slug), 2)
    assert seen(Role.MEMBER, 2) == {"main"}, "the right opens no collection"
    assert seen(Role.MEMBER, 3) == frozenset()
    personal_data_rights.revoke(library, library.collection("main"), 2)
    assert seen(Role.MEMBER, 2) == frozenset()
    assert personal_data_rights.given_to(library, library.collection("care")) == {2}
    personal_data_rights.revoke_all(library, 2)
    assert personal_data_rights.given_to(library, library.collection("care")) == frozenset()


def test_a_library_hides_unless_it_is_told_otherwise(library: Library) -> None:
    assert not library.shows_personal_data("main")
    assert library.seeing({"main"}).shows_personal_data("main")
    assert not library.seeing({"main"}).shows_personal_data("care")
    assert library.unmasked().shows_personal_data("care")


# Modules that may read the text of chunks past the library: none of them shows it to a person.
_INDEXES = {"eval/measures/tenant_records.py", "eval/runs/speed/index_growth.py"}


def test_no_other_way_leads_to_the_text_of_chunks() -> None:
    """What people read comes from ``Library.chunks``, ``chunks_of`` and ``outline``, which hide."""
    past = set()
    for path in [*(ROOT / "assistant").rglob("*.py"), *(ROOT / "eval").rglob("*.py")]:
        name = path.relative_to(ROOT).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            selected = isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("select", "scalars", "get")
            for argument in node.args if selected and isinstance(node, ast.Call) else ():
                words = ast.unparse(argument)
                if words in ("ChunkRow", "ChunkRow.text", "SectionRow", "SectionRow.heading"):
                    past.add(name)
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "unmasked":
                past.add(f"{name}: unmasked")
    assert past == _INDEXES
