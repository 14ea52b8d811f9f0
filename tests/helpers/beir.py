"""A test collection of six documents, three languages asked, one question nobody can answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

__all__ = ["write_lines", "write_test_collection"]

CORPUS = {
    "leave": ("年假", "全職員工服務滿一年後，每年享有有薪年假十二天。未放取的年假不可轉讓。"),
    "sick": ("病假", "連續病假兩天或以上須附醫生證明書，並於復工當日交予主管。"),
    "visit": (
        "Visiting hours",
        "Relatives may visit residents daily from 10 a.m. to 8 p.m. Visitors sign the book at the gate.",
    ),
    "fire": ("Fire drill", "A fire drill is held every six months. The warden counts residents at the assembly point."),
    "cash": ("零用現金", "零用現金每次申領上限為港幣五百元，須附收據正本。"),
    "van": ("Van booking", "The van is booked by telephone two working days ahead. Drivers hold a valid licence."),
}
QUERIES = [
    ("q1", "請病假要唔要醫生紙？", "yue", {"sick": 2, "leave": 1}),
    ("q2", "員工每年有多少天年假？", "zh-Hant", {"leave": 1}),
    ("q3", "When may relatives visit residents?", "en", {"visit": 1}),
    ("q4", "How often is there a fire drill?", "en", {"fire": 1}),
]


def write_lines(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def write_test_collection(folder: Path) -> Path:
    """Write the collection in BEIR's layout."""
    folder.mkdir()
    write_lines(
        folder / "corpus.jsonl", [{"_id": one, "title": title, "text": text} for one, (title, text) in CORPUS.items()]
    )
    write_lines(folder / "queries.jsonl", [{"_id": one, "text": text, "lang": lang} for one, text, lang, _ in QUERIES])
    lines = [f"{one}\t{document}\t{grade}" for one, _, _, qrels in QUERIES for document, grade in qrels.items()]
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n" + "\n".join(lines) + "\n", encoding="utf-8")
    write_lines(folder / "unanswerable.jsonl", [{"_id": "u1", "text": "火星上的重力是多少？", "lang": "zh-Hant"}])
    return folder
