"""Pydantic models of requests and responses that several routes share.

In reading order:

    bodies                 the base class and common field types of request bodies
    question_schemas       a question
    document_schemas       documents and versions
    document_part_schemas  sections and chunks of a version
    personal_data_schemas  people's data in a version, and what is decided about it
    bilingual_schemas      the two documents of a bilingual pair
    task_schemas           summaries, changes, drafts, translations
"""
