"""The kind of answer that a question asks for, in three language registers, and whether a text contains one."""

import pytest

from assistant.evidence.answer_kinds import figures_of, kinds, share


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("通知期要幾耐？", "span"),
        ("須於多少天內遞交？", "span"),
        ("How soon must I report it?", "span"),
        ("入會要交幾多錢？", "money"),
        ("What is the deposit?", "money"),
        ("幾點開門？", "time"),
        ("何時截止？", "date"),
        ("幾多歲先可以參加？", "age"),
        ("How often is the lift checked?", "often"),
        ("可以帶幾個親友？", "count"),
        ("邊個負責簽名？", "person"),
        ("Where are the keys kept?", "place"),
        ("可唔可以分開放？", "may"),
        ("Must I ask first?", "may"),
        ("要填邊張表？", "form"),
        ("點解唔得？", "why"),
    ],
)
def test_kind_of_answer_that_a_question_asks_for(question: str, kind: str) -> None:
    assert kind in [one.name for one in kinds(question)]


def test_a_kind_with_figures_wins_over_a_kind_of_words() -> None:
    """「可唔可以 … 幾多日」 is answered by a number of days, not by "may"."""
    assert {one.form for one in kinds("可唔可以話我知有幾多日假？")} == {"figure"}


@pytest.mark.parametrize(
    ("question", "answer", "silent"),
    [
        ("通知期要幾耐？", "離職須於一個月前通知。", "離職須書面通知。"),
        ("How soon must I report it?", "Report it within two hours.", "Report it to the nurse."),
        ("入會要交幾多錢？", "會費每年$20。", "會費於入會時繳交。"),
        ("可以帶幾個親友？", "每名院友最多三名訪客。", "訪客須登記。"),
        ("邊個負責簽名？", "由院舍主任簽署。", "須於當日簽妥。"),
    ],
)
def test_a_text_with_the_answer_and_one_without(question: str, answer: str, silent: str) -> None:
    asked, given = kinds(question), figures_of(question)
    assert share(asked, answer, given) > share(asked, silent, given)


def test_a_figure_of_the_question_is_not_its_answer() -> None:
    question = "病咗三日要幾耐內補交證明？"
    asked, given = kinds(question), figures_of(question)
    assert share(asked, "病假三日須交證明。", given) == 0.0
    assert share(asked, "病假三日須於七日內補交證明。", given) == 1.0


def test_a_question_of_unknown_kind_gives_one_half() -> None:
    assert share(kinds("年假"), "年假十天", frozenset()) == 0.5
