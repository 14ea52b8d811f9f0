"""Requests and responses that several routes share.

- :mod:`.bodies`: the base of all request bodies
- :mod:`.question_schemas`: a question
- :mod:`.document_schemas`: documents and versions
- :mod:`.document_part_schemas`: sections and chunks of a version
- :mod:`.bilingual_schemas`: the two documents of a bilingual pair
- :mod:`.task_schemas`: summaries, changes, drafts, translations
"""
