"""The runs of an evaluation and the folders of their results.

In reading order:

    results             a folder per run, with the settings and code version that produced it
    search_systems      the variants of search that a run can compare
    retrieval_runs      runs the queries of a test collection
    answer_runs         asks questions and judges the answers
    injection_runs      asks about passages with orders hidden in them
    generative_runs     compares a language model's answers with extractive ones
    background_runs     runs that were started on the page
    run_comparison      compares two runs
    baseline            the minimum scores of the regression test
    repeatability       whether every question is answered the same each time
    data_leaks          reads every way out of a library with planted people's data
    speed               times and memory of questions, ingest and a growing index
"""
