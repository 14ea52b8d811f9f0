"""Which chunks hold a text's words: for finding documents by what stands in them, without ranking.

The index is folded, so a text typed in Simplified characters finds Traditional ones and the other way round. A run of
Chinese is found by all of its pairs of characters, which nearly always means the run itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from kb.language.quantities.index import figures
from kb.language.words import index_words
from kb.library.documents import Library
from kb.search.lexical import postings
from kb.search.lexical.postings import BLOCK, CHUNK, OFFSET, POSTING

__all__ = ["chunks_with_words"]


def chunks_with_words(library: Library, text: str, versions: Collection[int]) -> dict[int, list[int]]:
    """Return ``{version: chunk ids}`` of the chunks of ``versions`` that hold all words of ``text``, in reading order.

    A word counts in the text of a chunk, in the headings above it and in its document's title.
    """
    every = set(index_words(text))
    words = every - set(figures(text)) or every  # a figure depends on what stands beside it
    if not words:
        return {}
    with library.session() as session:
        blocks = postings.blocks(session)
        rows = list(postings.find(session, list(blocks), sorted(words)))
    times: dict[int, NDArray[np.int64]] = defaultdict(lambda: np.zeros(BLOCK, dtype=np.int64))
    for block, _, blob in rows:
        times[block][(np.frombuffer(blob, dtype=POSTING) & OFFSET).astype(np.intp)] += 1
    found: dict[int, list[int]] = defaultdict(list)
    for block, counted in times.items():
        chunks = np.frombuffer(blocks[block], dtype=CHUNK)
        for offset, version in sorted(zip(chunks["offset"].tolist(), chunks["version"].tolist(), strict=True)):
            if counted[offset] == len(words) and version in versions:
                found[version].append(block * BLOCK + offset)
    return dict(found)
