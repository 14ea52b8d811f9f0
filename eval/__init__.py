"""Evaluation of search and answers: ``kb eval`` and the evaluators' pages.

In reading order:

    datasets            test collections and question files (BEIR, TREC, JSON lines, spreadsheets)
    measures            measures over rankings, answers and refusals
    runs                runs, timings and the folders of their results
    reports             results as tables, plots and an HTML page
    training            scripts that fit the shipped weights
    evaluation_erasure  test sets and runs when a document is deleted
    evaluator           REST routes and pages for evaluators
    commands            the sub-commands of ``kb eval``
"""

import kb  # noqa: F401 - switches the libraries' reporting off, before any of them is imported
