"""What is run, and where results are kept.

In reading order:

    results                      one folder per run, with what made it
    search_systems               the variants of search that can be measured
    retrieval_runs               a test collection searched
    answer_runs                  questions asked and judged
    generative_runs              a language model's answers beside the quotes
    background_runs              runs started from the page
    run_comparison               two runs compared
    baseline                     scores that must not fall
    latency                      seconds and memory of a question
    index_growth                 search among many chunks
    file_reading                 what becomes of every file of a folder
    ingest_speed, ingest_timing  how fast files are ingested
"""
