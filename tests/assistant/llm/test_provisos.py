"""A claim that drops a condition or an exception of its source, or says the opposite of it."""

from __future__ import annotations

import pytest

from assistant.checking.claim_checker import Checker, Verdict
from assistant.checking.opposites import opposite_words
from kb.language.detect import detect
from kb.search.passage import Passage
from kb.search.retriever import Retriever

pytestmark = pytest.mark.slow


def verdict(harmony: Retriever, source: str, claim: str) -> tuple[Verdict, str]:
    passage = Passage(
        chunk_id=1, document="守則.txt", title="守則", version=1, version_id=1, collection="main", clause=None,
        heading_path=[], text=source, pages=[], clauses=[], page_starts=[], boxes=[], kind="text",
        language=detect(source).value,
    )  # fmt: skip
    found = Checker(harmony, [passage]).check(claim, [1])
    return found.verdict, found.why


OVERNIGHT = "未滿18歲的營友須由家長簽署同意書方可參加露營。"
GIFT = "員工不得收受服務使用者的禮物，除非事先獲總幹事書面批准。"
KITCHEN = "廚房每日上午七時開放，公眾假期除外。"
PAGER = "Staff may take the van home only with the approval of the centre manager."
CAMERA = "Visitors may take photographs in the hall unless residents are present."
LOAN = "輪椅可借出三天，惟須先繳付按金。"


@pytest.mark.parametrize(
    ("source", "claim"),
    [
        (OVERNIGHT, "未滿18歲的營友可參加露營。"),
        (GIFT, "員工不得收受服務使用者的禮物。"),
        (KITCHEN, "廚房每日上午七時開放。"),
        (PAGER, "Staff may take the van home."),
        (CAMERA, "Visitors may take photographs in the hall."),
        (LOAN, "輪椅可借出三天。"),
    ],
)
def test_a_claim_without_the_condition_is_wrong(harmony: Retriever, source: str, claim: str) -> None:
    assert verdict(harmony, source, claim) == (Verdict.WRONG, "proviso")


@pytest.mark.parametrize(
    ("source", "claim"),
    [
        (OVERNIGHT, "未滿18歲的營友須由家長簽署同意書才可參加露營。"),
        (OVERNIGHT, "未滿18歲的營友要家長簽同意書先可以參加露營。"),
        (GIFT, "除非事先獲總幹事書面批准，員工不得收受服務使用者的禮物。"),
        (KITCHEN, "除公眾假期外，廚房每日上午七時開放。"),
        (PAGER, "The van may be taken home if the centre manager approves."),
        (CAMERA, "Visitors may take photographs in the hall, but not when residents are present."),
        (LOAN, "繳付按金後，輪椅可借出三天。"),
    ],
)
def test_a_claim_with_the_condition_is_not(harmony: Retriever, source: str, claim: str) -> None:
    assert verdict(harmony, source, claim)[1] != "proviso"


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("須交回表格副本", "須交回表格正本"),
        ("hand in a copy of the form", "須交回表格正本"),
        ("出院前七天內通知", "出院後七天內通知"),
        ("Report it before the outing", "外出後須報告"),
        ("14日後遞交", "14日內遞交"),
        ("十八歲以下可參加", "十八歲以上可參加"),
        ("可遞交收據", "須遞交收據"),
        ("職員必須參加旅行", "職員可參加旅行"),
        ("在室外進行", "在室內進行"),
        ("津貼會減少", "津貼會增加"),
    ],
)
def test_the_opposite(claim: str, source: str) -> None:
    assert opposite_words(claim, source)
    assert not opposite_words(source, source)


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("診症後14日內交正本", "須於診症後14日內遞交收據正本"),
        ("Hand in the original within 14 days", "須於診症後14日內遞交收據正本"),
        ("目前開放", "之後開放"),
        ("服務前後均須洗手", "服務後須洗手"),
        ("可於6月30日前放畢", "可於六月三十日前放畢"),
        ("須先申請才可領取", "可申請領取，須先登記"),
        ("最後由主任批核，並通知後備人員", "由主任批核"),
    ],
)
def test_other_words_are_no_opposite(claim: str, source: str) -> None:
    assert opposite_words(claim, source) == []
