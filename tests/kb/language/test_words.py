from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
import snowballstemmer

from kb.language.words import _stem, index_words, query_words


@pytest.mark.parametrize(
    ("question", "passage"),
    [
        ("quotations", "A written quotation is required"),
        ("organization", "the organisation shall"),
        ("day care center", "the day care centre"),
        ("parttime staff", "part-time staff"),
        ("e-mail", "send an email"),
        ("50000", "不超過 50,000 元"),
        ("三萬五千", "HK$35,000"),
        ("1.5 million", "1,500,000 元"),
        ("31 October", "每年十月三十一日或之前"),
        ("十月三十一日", "by 31 October each year"),
        ("兩年", "for two years"),
        ("14 days", "十四日內"),
        ("5%", "百分之五"),
        ("衞生", "卫生防护中心"),
        ("3.2.1", "see clause 3.2.1(b)"),
        ("hr@sample.org.hk", "電郵：hr@sample.org.hk。"),
        ("23456789", "電話 2345 6789"),
        ("確保", "機構須確 保"),
        ("children's", "child protection"),
        ("policies", "leave policy"),
    ],
)
def test_a_question_word_meets_the_passage(question: str, passage: str) -> None:
    asked = {word for word, weight in query_words(question) if weight >= 0.25}
    assert asked & set(index_words(passage))


def test_clause_number_stays_one_word() -> None:
    assert "3.2.1" in index_words("3.2.1 Staff shall")
    assert "2" not in index_words("3.2.1 Staff shall")


def test_function_words_do_not_lead_the_search() -> None:
    weights = dict(query_words("請問病假需要甚麼證明？"))
    assert weights["病假"] == 1.0
    assert weights.get("甚么", 0) == 0
    assert weights["证明"] == 1.0
    assert "how" not in dict(query_words("How many quotations do we need?"))


def test_content_words_that_hold_a_function_word_keep_their_weight() -> None:
    weights = dict(query_words("試驗計劃的目的"))
    assert weights["目的"] == 1.0


def test_a_question_of_function_words_only_still_searches() -> None:
    assert query_words("點算")
    assert query_words("what is it")


def test_threads_do_not_mix_their_words() -> None:
    """A stem is kept for the life of the process and goes into the index: one wrong stem stays wrong."""
    stems, endings = ("barr", "cenn", "doll", "gust", "fipp", "manag"), ("ing", "ations", "fulness", "ously", "ements")
    words = [f"{start}{stem}{end}" for start in "bcdfglmnprst" for stem in stems for end in endings] * 8
    alone = snowballstemmer.stemmer("english")
    expected = [alone.stemWord(word) for word in words]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(_stem.__wrapped__, words))
    finally:
        sys.setswitchinterval(interval)
    assert found == expected
