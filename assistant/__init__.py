"""Answers from the library, and all interfaces for people and programs.

Read in this order:

    turn                                    one question from start to end; start reading here
    events                                  the steps of making an answer, as they are streamed
    personal_request                        whether a question asks for other people's data
    question                                the question to search for: a follow-up is rewritten
    emergency                               an emergency: its card, and the organisation's own procedure
    no_question                             what asks nothing of the documents: greetings, sums
    evidence                                passages for a question, and the spans in them that answer it
    answers                                 an answer or a refusal, quoted or written by a model
    checking                                whether a sentence is supported by what it cites
    llm, prompts                            the gateway to a language model, and what it is told
    cards                                   fixed cards for high-stakes subjects
    sources                                 the places in documents that answers quote
    conversations                           stored conversations and suggested questions
    tasks                                   summaries, changes, drafts, translations
    uploads, library_admin, bilingual_view  the library for its editors
    service                                 the state of a running service, and its callers
    mcp, api, web, commands                 the interfaces
    messages                                texts for people
"""

import kb  # noqa: F401 - switches the libraries' reporting off, before any of them is imported
