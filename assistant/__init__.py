"""Answers from the library, and everything people and programs meet.

Read in this order:

    turn                                    one question from start to end; the way through this floor
    events                                  the steps of making an answer, as they are streamed
    question                                a follow-up made a question of its own
    evidence                                passages for a question, and the spans in them that answer it
    answers                                 an answer or a refusal, quoted or written by a model
    checking                                whether a sentence is supported by what it cites
    llm, prompts, personal_data             the gateway to a language model, and what is masked before
    cards                                   fixed cards for high-stakes subjects
    sources                                 the place in a document that an answer quotes
    conversations                           stored conversations and suggested questions
    tasks                                   summaries, changes, drafts, translations
    uploads, library_admin, bilingual_view  the library as its editors see it
    service                                 what a running service shares, and who calls it
    mcp, api, web, commands                 the ways in
    messages                                sentences that the assistant says
"""
