"""Tasks other than answering questions. All results have citations.

In reading order:

    version_passages  a version of a document as passages
    summary           a document in one page
    version_changes   what changed between two versions
    word_diff         which words of two wordings differ
    drafting          an e-mail, a notice or minutes
    answer_sources    a stored answer as the start of a draft
    translation       a passage in the other language
    model_text        the model's checked sentences in place of a text in quotes
    written_text      what summaries and drafts return
"""

from __future__ import annotations

__all__: list[str] = []
