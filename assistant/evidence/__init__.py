"""A question and the documents: passages found, and the spans in them scored.

In reading order:

    gather          from question to evidence; the way in
    question_parts  several questions in one
    quotable_spans  what can be quoted of a passage: sentence, paragraph, list with lead-in, table row
    question_terms  the terms of a question, and whether a text mentions them
    answer_kinds    which kind of answer is asked for (amount, time, person …)
    row_units       the units that the names of a table's columns give to its numbers
    asked_clause    the clause that a question names by its number
    asked_row       the row of a table that a question names
    conditions      for whom, where, which grade: what a rule's condition excludes
    replaced_subject  a span that says the same of another subject
    scoring         a linear model of how well a span answers
"""
