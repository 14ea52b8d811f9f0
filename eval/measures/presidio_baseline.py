"""Presidio, a well-known finder of personal data, as a baseline beside ours; it is not installed by default.

It knows no identity card numbers, addresses or names of Hong Kong, so its own recognisers are used as they come, for
English; with the language model ``en_core_web_sm`` of spaCy, the smallest that it works with.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import Any

from kb.core.errors import Misconfigured

__all__ = ["finder"]

# Presidio's names of the kinds that are measured; its others (PERSON, URL, DATE_TIME …) have no counterpart here.
_KINDS = {
    "CREDIT_CARD": "card",
    "EMAIL_ADDRESS": "email",
    "IBAN_CODE": "bank",
    "LOCATION": "address",
    "MEDICAL_LICENSE": "number",
    "PHONE_NUMBER": "phone",
    "US_BANK_NUMBER": "bank",
    "US_PASSPORT": "passport",
    "SG_NRIC_FIN": "hkid",
}
_SMALL_MODEL = {"nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": "en_core_web_sm"}]}


def finder() -> Callable[[str], Iterator[tuple[int, int, str]]]:
    """Return a function that yields ``(start, end, kind)`` of what Presidio finds in a text.

    Raises:
        Misconfigured: ``extra_missing`` where Presidio or its model is not installed.
    """
    try:
        analyzer_module: Any = importlib.import_module("presidio_analyzer")
        engines: Any = importlib.import_module("presidio_analyzer.nlp_engine")
        engine = engines.NlpEngineProvider(nlp_configuration=_SMALL_MODEL).create_engine()
        analyzer = analyzer_module.AnalyzerEngine(nlp_engine=engine, supported_languages=["en"])
    except (ImportError, OSError) as error:
        raise Misconfigured("extra_missing", package="presidio-analyzer") from error

    def find(text: str) -> Iterator[tuple[int, int, str]]:
        for one in sorted(analyzer.analyze(text=text, language="en"), key=lambda found: found.start):
            if one.entity_type in _KINDS:
                yield one.start, one.end, _KINDS[one.entity_type]

    return find
