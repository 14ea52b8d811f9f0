"""The one loader of messages, on the files that the packages speak from."""

import string

import pytest

from kb.core.messages import Catalogue

ERRORS = Catalogue("kb.core", "errors.json")
PROGRESS = Catalogue("ingest.commands", "progress.json")
ANSWER = Catalogue("assistant.messages", "answer.json")
INTERFACE = Catalogue("assistant.messages", "interface.json")
BILINGUAL, REGISTERS = {"zh-HK", "en"}, {"yue", "zh", "en"}


def test_a_message_comes_in_the_language_asked_for_with_its_fields_filled_in() -> None:
    assert PROGRESS.text("pages", "en", n=3) == "3 pages"
    assert PROGRESS.text("pages", "zh-HK", n=3) == "3 頁"


def test_a_field_may_be_called_like_a_parameter() -> None:
    assert Catalogue("tests.kb", "messages.json").text("odd", "en", key="a", language="b", self="c") == "a b c"


def test_an_unknown_key_says_which_file_lacks_it() -> None:
    with pytest.raises(KeyError, match=r"no message 'nonsense' in kb\.core/errors\.json"):
        ERRORS.text("nonsense", "en")
    assert "nonsense" not in ERRORS


def test_an_unknown_language_says_which_message_lacks_it() -> None:
    with pytest.raises(KeyError, match=r"message 'quote' of assistant\.messages/answer\.json has no text in 'fr'"):
        ANSWER.text("quote", "fr", text="")


@pytest.mark.parametrize(
    ("catalogue", "languages"),
    [(ERRORS, BILINGUAL), (PROGRESS, BILINGUAL), (INTERFACE, BILINGUAL), (ANSWER, REGISTERS)],
)
def test_every_message_has_every_language_with_the_same_fields(catalogue: Catalogue, languages: set[str]) -> None:
    for texts in catalogue.values():
        assert set(texts) == languages
        fields = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in texts.values()]
        assert all(found == fields[0] for found in fields)
