"""From evidence to an answer or a refusal.

In reading order:

    answer             what an answerer returns
    refusal            whether the evidence is good enough to answer
    extractive         answers in exact quotes; no model writes
    not_in_force       the answer of a document that ended, or holds later
    declined           the answer to a question for other people's data
    near_miss          whether the best span holds under another condition
    quote_selection    which spans are quoted
    amended_rules      a circular that changes the rule found
    cited_text         text with the citations at the places of their markers
    citations          exact quotes with their place, verified against the records
    generative         answers written by a language model
    checked_writing    prompt to checked sentences
    model_output       sentences and citations read from a model's stream
    whom_to_ask        whom an answer names for further questions
    answer_view        an answer as pages and programs get it
    script_conversion  Simplified characters for readers who prefer them
"""
