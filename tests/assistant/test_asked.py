"""What kind of answer a question asks for, in three registers, and whether a text holds one."""

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
def test_a_question_shows_what_it_asks_for(question: str, kind: str) -> None:
    assert kind in [one.name for one in kinds(question)]


def test_a_figure_goes_before_words() -> None:
    """「可唔可以 … 幾多日」 is answered by the days, not by a "may"."""
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
def test_a_text_that_holds_it_is_told_from_one_that_does_not(question: str, answer: str, silent: str) -> None:
    asked, given = kinds(question), figures_of(question)
    assert share(asked, answer, given) > share(asked, silent, given)


def test_a_figure_of_the_question_is_no_answer_to_it() -> None:
    question = "病咗三日要幾耐內補交證明？"
    asked, given = kinds(question), figures_of(question)
    assert share(asked, "病假三日須交證明。", given) == 0.0
    assert share(asked, "病假三日須於七日內補交證明。", given) == 1.0


def test_a_question_of_no_known_kind_leaves_it_open() -> None:
    assert share(kinds("年假"), "年假十天", frozenset()) == 0.5
