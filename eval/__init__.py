"""How good are search and answers? ``kb eval`` and the evaluators' pages.

Read in this order:

- :mod:`.datasets`: test collections and question files, read from the field's formats
- :mod:`.measures`: measures over rankings, answers and refusals
- :mod:`.runs`: what is run and timed, and where results are kept
- :mod:`.reports`: results as tables, plots and a page
- :mod:`.training`: what fits the shipped weights
- :mod:`.evaluator`: the evaluators' part of the service
- :mod:`.commands`: sub-commands of ``kb eval``
"""
