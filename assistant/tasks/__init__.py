"""Beyond asking: everything here stands on citations.

- :mod:`.version_passages`: a version of a document as passages
- :mod:`.summary`: a document in one page
- :mod:`.version_changes`: what changed between two versions
- :mod:`.word_diff`: which words of two wordings differ
- :mod:`.drafting`: an e-mail, a notice or minutes
- :mod:`.answer_sources`: a stored answer as the start of a draft
- :mod:`.translation`: a passage in the other language
- :mod:`.written_text`: what summaries and drafts return
"""

from __future__ import annotations

__all__: list[str] = []
