"""Answers from the library, and everything people and programs meet.

Read in this order:

- :mod:`.turn`: one question from start to end; the way through this floor
- :mod:`.question`: a follow-up made a question of its own
- :mod:`.evidence`: passages for a question, and the spans in them that answer it
- :mod:`.answers`: an answer or a refusal, quoted or written by a model
- :mod:`.checking`: whether a sentence is supported by what it cites
- :mod:`.llm`, :mod:`.prompts`, :mod:`.personal_data`: the gateway to a language model, and what is masked before
- :mod:`.cards`: fixed cards for high-stakes subjects
- :mod:`.sources`: the place in a document that an answer quotes
- :mod:`.conversations`: stored conversations and suggested questions
- :mod:`.tasks`: summaries, changes, drafts, translations
- :mod:`.uploads`, :mod:`.library_admin`, :mod:`.bilingual_view`: the library as its editors see it
- :mod:`.service`: what a running service shares, and who calls it
- :mod:`.mcp`, :mod:`.api`, :mod:`.web`, :mod:`.commands`: the ways in
- :mod:`.messages`: sentences that the assistant says
"""
