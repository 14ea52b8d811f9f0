"""A question and the documents: passages found, and the spans in them scored.

- :mod:`.gather`: from question to evidence; the way in
- :mod:`.quotable_spans`: what can be quoted of a passage: sentence, paragraph, list with lead-in, table row
- :mod:`.question_terms`: the terms of a question, and whether a text mentions them
- :mod:`.answer_kinds`: which kind of answer is asked for (amount, time, person …)
- :mod:`.scoring`: a linear model of how well a span answers
"""
