"""Texts as they come in, with labelled people's data: rosters, forms, minutes, mails, scans; in three languages.

For measuring what intake finds (:mod:`kb.personal_data.persons_finder`). Besides people's data they hold what looks
like it and is none: office lines, addresses of centres, pay scales, forms to fill in. ``templates.tsv`` has the texts,
``values.tsv`` what is put into them. Each file has a part for development and one for the test; they share neither.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from eval.datasets.labelled_text import Label, LabelledText, characters
from kb.core import data_files

__all__ = ["labelled_documents"]

# The number of texts that are made from a template with places for values.
TEXTS_PER_TEMPLATE = 6
_SLOT = re.compile(r"\{(?P<kind>\w*):?(?P<list>\w*)\}")
_ROOM = "eval.datasets.labelled_documents"


def labelled_documents(split: str) -> Iterator[LabelledText]:
    """Yield the texts of a split, "dev" or "test", always the same ones."""
    values: dict[str, list[str]] = defaultdict(list)
    for part, name, value in data_files.rows(_ROOM, "values.tsv"):
        if part == split:
            values[name].append(value)
    used: dict[str, int] = defaultdict(int)
    for part, language, _form, template in data_files.rows(_ROOM, "templates.tsv"):
        if part == split:
            for _ in range(TEXTS_PER_TEMPLATE if _SLOT.search(template) else 1):
                yield _filled(template, language, values, used)


def _filled(template: str, language: str, values: dict[str, list[str]], used: dict[str, int]) -> LabelledText:
    text, labels, at = "", [], 0
    for slot in _SLOT.finditer(template):
        text += characters(template[at : slot.start()])
        name = slot["list"] or slot["kind"]
        value = values[name][used[name] % len(values[name])]
        used[name] += 1
        if slot["kind"]:
            labels.append(Label(len(text), len(text) + len(value), slot["kind"]))
        text, at = text + value, slot.end()
    return LabelledText(text + characters(template[at:]), language, tuple(labels))
