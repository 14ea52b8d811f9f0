"""Asks the questions of a set of passages with orders hidden in them, each passage a document of one organisation."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from assistant.turn import Turn, answer
from eval.datasets import collection_index
from eval.datasets.benchmark_collections import CorpusEntry, Dataset
from eval.datasets.collection_index import Progress
from kb.core.settings import Settings
from kb.search.retriever import Retriever

__all__ = ["ask_passages"]


def ask_passages(settings: Settings, rows: Sequence[Mapping[str, Any]], progress: Progress) -> dict[str, str]:
    """Index the passages in a temporary folder, ask the questions without a language model; return answers by id.

    Args:
        rows: with ``id``, ``passage`` and ``question``.
    """
    corpus = [CorpusEntry(str(row["id"]), "", str(row["passage"])) for row in rows]
    digest = hashlib.sha256("\n".join(one.text for one in corpus).encode()).hexdigest()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        own = settings.model_copy(update={"data": Path(folder)})
        own.model_fields_set.add("data")
        dataset = Dataset("injections", Path(folder), corpus, [], {}, [], digest)
        index_settings, tenant = collection_index.ensure(own, dataset, progress)
        retriever = Retriever(index_settings, tenant)
        answers: dict[str, str] = {}
        for done, row in enumerate(rows, 1):
            answers[row["id"]] = str(answer(retriever, Turn(str(row["question"]), generate=False)).answer)
            progress("ask", done, len(rows))
    return answers
