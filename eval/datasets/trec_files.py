"""Reads TREC topics, qrels and runs; writes runs."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

from kb.core.errors import InputError

__all__ = ["Run", "read_qrels", "read_run", "read_topics", "write_run"]

# {query id: {document id: score}}; a higher score is better
Run = dict[str, dict[str, float]]

_TOP = re.compile(r"<top>(.*?)</top>", re.DOTALL | re.IGNORECASE)
_NUMBER = re.compile(r"<num>\s*(?:Number:)?\s*([^\s<]+)", re.IGNORECASE)
_TITLE = re.compile(r"<title>\s*(?:Topic:)?\s*(.*?)\s*(?=<|\Z)", re.DOTALL | re.IGNORECASE)


def read_topics(path: Path) -> list[tuple[str, str]]:
    """Read ``[(topic id, title)]`` from TREC's ``<top>`` blocks, XML ``<topic number=…>``, or lines ``id<TAB>text``.

    Raises:
        InputError: ``dataset_invalid``: the file has no topics.
    """
    text = path.read_text(encoding="utf-8")
    if "<top>" in text.lower():
        found = [(_NUMBER.search(block), _TITLE.search(block)) for block in _TOP.findall(text)]
        topics = [(number[1], " ".join(title[1].split())) for number, title in found if number and title]
    elif text.lstrip().startswith("<"):
        root = ElementTree.fromstring(text)  # noqa: S314 - the evaluator's own file
        topics = [_xml_topic(topic) for topic in root.iter("topic")]
    else:
        topics = [(key, rest) for key, _, rest in (line.partition("\t") for line in text.splitlines()) if rest.strip()]
    if not topics:
        raise InputError("dataset_invalid", path=str(path), reason="no topics found")
    return topics


def _xml_topic(topic: ElementTree.Element) -> tuple[str, str]:
    query = topic.find("query")
    text = "".join((topic if query is None else query).itertext())
    return str(topic.get("number") or topic.get("id")), " ".join(text.split())


def read_qrels(path: Path) -> dict[str, dict[str, int]]:
    """Read relevance judgements as ``{query id: {document id: grade}}``.

    Both formats are recognised: BEIR has three columns and a header row; TREC has four columns (topic, iteration,
    document, grade).

    Raises:
        InputError: ``dataset_invalid``, with the line.
    """
    qrels: dict[str, dict[str, int]] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        parts = line.split("\t") if "\t" in line else line.split()
        if not parts or (number == 1 and not parts[-1].strip().lstrip("-").isdigit()):
            continue
        try:
            query, document, grade = (parts[0], parts[-2], int(parts[-1]))
        except (IndexError, ValueError) as error:
            raise InputError("dataset_invalid", path=str(path), reason=f"line {number}: {line!r}") from error
        qrels.setdefault(query, {})[document] = grade
    return qrels


def read_run(path: Path) -> Run:
    """Read a run. The columns are topic, Q0, document, rank, score, tag.

    The score determines the order, not the rank; trec_eval does the same.

    Raises:
        InputError: ``dataset_invalid``, with the line.
    """
    run: Run = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        parts = line.split()
        try:
            query, document, score = parts[0], parts[2], float(parts[4])
        except (IndexError, ValueError) as error:
            raise InputError("dataset_invalid", path=str(path), reason=f"line {number}: {line!r}") from error
        run.setdefault(query, {})[document] = score
    return run


def write_run(path: Path, run: Run, tag: str) -> None:
    """Write a run; the documents of each query are sorted by score, best first."""
    with path.open("w", encoding="utf-8") as stream:
        for query, documents in run.items():
            for rank, (document, score) in enumerate(sorted(documents.items(), key=lambda one: -one[1]), 1):
                stream.write(f"{query} Q0 {document} {rank} {score:.6f} {tag}\n")
