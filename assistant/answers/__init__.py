"""From evidence to an answer or a refusal.

- :mod:`.answer`: what an answerer returns
- :mod:`.events`: the steps of making an answer, as they are streamed
- :mod:`.refusal`: whether the evidence is good enough to answer
- :mod:`.extractive`: answers in exact quotes; no model writes
- :mod:`.quote_selection`: which spans are quoted
- :mod:`.amended_rules`: a circular that changes the rule found
- :mod:`.citations`: exact quotes with their place, verified against the records
- :mod:`.generative`: answers written by a language model
- :mod:`.checked_writing`: prompt to checked sentences
- :mod:`.model_output`: sentences and citations read from a model's stream
- :mod:`.answer_view`: an answer as pages and programs get it
- :mod:`.script_conversion`: Simplified characters for readers who prefer them
"""
