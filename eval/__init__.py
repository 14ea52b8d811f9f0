"""How good are search and answers? ``kb eval`` and the evaluators' pages.

Read in this order:

    datasets   test collections and question files, read from the field's formats
    measures   measures over rankings, answers and refusals
    runs       what is run and timed, and where results are kept
    reports    results as tables, plots and a page
    training   what fits the shipped weights
    evaluator  the evaluators' part of the service
    commands   sub-commands of ``kb eval``
"""
