"""Codes and messages stay in step: every code raised anywhere has its message, and no message is orphaned."""

import pickle
import re
import string
from pathlib import Path

import pytest

from kb.core import data_files
from kb.core.errors import MESSAGES, PLAIN, FileRejected, NotFound, SinziError

ROOT = Path(__file__).parents[2]
RAISED = re.compile(
    r"(?:InputError|FileRejected|NotFound|Conflict|Forbidden|Unauthenticated|TooMany|Misconfigured|Transient|SinziError)\(\s*\"([a-z_]+)\""
)
OTHER = re.compile(r"\"((?:file|tenant|store|model|question|batch|internal|data)_[a-z_]+)\"")


def _sources() -> str:
    files = (path for floor in ("kb", "ingest", "assistant", "eval") for path in (ROOT / floor).rglob("*.py"))
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def test_every_code_raised_has_a_message() -> None:
    raised = set(RAISED.findall(_sources()))
    assert len(raised) > 15
    assert raised <= set(MESSAGES)


def test_no_message_without_a_use() -> None:
    source = _sources()
    unused = {code for code in MESSAGES if f'"{code.split("/")[0]}"' not in source} - {"internal", "extra_missing"}
    assert unused == set()
    variants = {code.split("/")[1] for code in MESSAGES if "/" in code}
    of_files = {variant for *_, variant in data_files.rows("ingest.parsers", "not_documents.tsv")}
    assert {variant for variant in variants - of_files if f'"{variant}"' not in source} == set()


def test_the_message_of_a_variant_is_more_exact() -> None:
    plain, exact = (FileRejected("file_no_text", name="a.pdf", variant=variant) for variant in ("", "ocr_off"))
    assert (plain.code, exact.code) == ("file_no_text", "file_no_text")
    assert "OCR" in exact.message("en")
    assert "OCR" not in plain.message("en")


@pytest.mark.parametrize("code", sorted(MESSAGES))
def test_both_languages_have_the_same_fields(code: str) -> None:
    texts = MESSAGES[code]
    fields = [{name for _, name, _, _ in string.Formatter().parse(texts[locale]) if name} for locale in ("zh-HK", "en")]
    assert fields[0] == fields[1]


def test_an_error_survives_the_way_between_processes() -> None:
    error = pickle.loads(pickle.dumps(FileRejected("file_empty", name="a.pdf")))
    assert isinstance(error, FileRejected)
    assert error.as_dict("en") == {
        "code": "file_empty",
        "message": "a.pdf is empty: there is no text to take in.",
        "detail": {"name": "a.pdf"},
    }


def test_message_in_the_language_asked_for() -> None:
    error: SinziError = NotFound("tenant_not_found", tenant="abc")
    assert "機構" in error.message("zh-HK")
    assert "tenant" in error.message("fr")


# Commands, settings, addresses and exceptions: words for whoever runs the computer, not for people in a browser.
TECHNICAL = re.compile(
    r"\bkb [a-z]|KB_[A-Z]|\bpip |--[a-z]|/v1|\bHTTP\b|UTF-8|\{path\}|Authorization|Error\b|Exception"
)
# Raised on the command line alone.
IN_A_TERMINAL = {"batch_line_invalid", "batch_history_invalid", "dataset_invalid", "run_not_found"}


@pytest.mark.parametrize("code", sorted(set(MESSAGES) - IN_A_TERMINAL))
@pytest.mark.parametrize("locale", ["zh-HK", "en"])
def test_a_person_in_a_browser_reads_plain_words(code: str, locale: str) -> None:
    fields = {name for _, name, _, _ in string.Formatter().parse(MESSAGES[code][locale]) if name}
    error = SinziError(code, **{name: "ValueError" if name == "reason" else "x" for name in fields})
    if code not in {"cards_invalid", "glossary_file_invalid", "questions_invalid", "runs_differ"}:  # what was typed
        assert TECHNICAL.search(error.message(locale, plain=True)) is None
    assert error.as_dict(locale)["message"] == error.message(locale)


def test_plain_words_have_fields_of_the_message() -> None:
    for code, texts in PLAIN.items():
        assert set(texts) == {"zh-HK", "en"}
        for locale, text in texts.items():
            known = {name for _, name, _, _ in string.Formatter().parse(MESSAGES[code][locale]) if name}
            assert {name for _, name, _, _ in string.Formatter().parse(text) if name} <= known
