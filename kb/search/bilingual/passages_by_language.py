"""The published passages of a tenant by language, as arrays: what :mod:`.pair_finder` compares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from kb.language.detect import Language, is_chinese
from kb.search.models.encoder import decode_vector
from kb.store.tables.library_tables import ChunkRow, DocumentRow, VersionRow

__all__ = ["LanguagePassages", "count", "read"]


@dataclass(frozen=True, slots=True)
class LanguagePassages:
    """The passages of one language, by ascending chunk id.

    Attributes:
        chinese: whether the language is Chinese; else it is English.
        ids: chunk ids, shape (passages,).
        documents: the document id of each passage, shape (passages,).
        lengths: the characters of each passage, shape (passages,).
        vectors: shape (passages, dimension), their mean subtracted, then of length 1 again. What all texts of a
            language, or of one subject, have in common does not show which passages say the same.
    """

    chinese: bool
    ids: NDArray[np.int64]
    documents: NDArray[np.int64]
    lengths: NDArray[np.int64]
    vectors: NDArray[np.float32]

    def indices_of(self, document_id: int) -> NDArray[np.intp]:
        """Return the indices of a document's passages."""
        return np.flatnonzero(self.documents == document_id)

    def without(self, document_id: int) -> LanguagePassages:
        """Return the passages of all other documents."""
        kept = self.documents != document_id
        if kept.all():
            return self
        return LanguagePassages(
            self.chinese, self.ids[kept], self.documents[kept], self.lengths[kept], self.vectors[kept]
        )

    def characters(self, document_id: int) -> int:
        """Return how many characters a document has in this language."""
        return int(self.lengths[self.indices_of(document_id)].sum())


def count(session: Session) -> dict[bool, int]:
    """Return the number of published passages in Chinese (True) and in English (False)."""
    english = ChunkRow.language == Language.ENGLISH.value
    rows = session.execute(_published(english, sa.func.count()).group_by(english))
    return {True: 0, False: 0} | {not is_english: number for is_english, number in rows}


def read(session: Session) -> dict[bool, LanguagePassages]:
    """Return the published passages in Chinese (True) and in English (False)."""
    columns = (ChunkRow.id, VersionRow.document_id, ChunkRow.language, sa.func.length(ChunkRow.text), ChunkRow.vector)
    rows = session.execute(_published(*columns).order_by(ChunkRow.id)).all()
    return {
        chinese: _as_arrays(chinese, [row for row in rows if is_chinese(row[2]) == chinese])
        for chinese in (True, False)
    }


def _published(*columns: Any) -> sa.Select[Any]:
    return (
        sa.select(*columns)
        .select_from(ChunkRow)
        .join(VersionRow, VersionRow.id == ChunkRow.version_id)
        .join(DocumentRow, DocumentRow.published_version_id == VersionRow.id)
    )


def _as_arrays(chinese: bool, rows: Sequence[Any]) -> LanguagePassages:
    numbers = np.array([(row[0], row[1], row[3]) for row in rows], dtype=np.int64).reshape(-1, 3)
    vectors = np.zeros((0, 0), dtype=np.float32)
    if rows:
        vectors = decode_vector(b"".join(row[4] for row in rows)).reshape(len(rows), -1)
        vectors -= vectors.mean(axis=0)
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
    return LanguagePassages(chinese, numbers[:, 0], numbers[:, 1], numbers[:, 2], vectors)
