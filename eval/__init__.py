"""Evaluation of search and answers: ``kb eval`` and the evaluators' pages.

The packages, in reading order:

- :mod:`.datasets`: test collections and question files (BEIR, TREC, JSON lines, spreadsheets)
- :mod:`.measures`: measures over rankings, answers and refusals
- :mod:`.runs`: runs, timings and the folders of their results
- :mod:`.reports`: results as tables, plots and an HTML page
- :mod:`.training`: scripts that fit the shipped weights
- :mod:`.evaluator`: REST routes and pages for evaluators
- :mod:`.commands`: the sub-commands of ``kb eval``
"""
