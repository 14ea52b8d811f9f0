"""The runs of an evaluation and the folders of their results.

- :mod:`.results`: a folder per run, with the settings and code version that produced it
- :mod:`.search_systems`: the variants of search that a run can compare
- :mod:`.retrieval_runs`: runs the queries of a test collection
- :mod:`.answer_runs`: asks questions and judges the answers
- :mod:`.generative_runs`: compares a language model's answers with extractive ones
- :mod:`.background_runs`: runs that were started on the page
- :mod:`.run_comparison`: compares two runs
- :mod:`.baseline`: the minimum scores of the regression test
- :mod:`.latency`: response times and memory
- :mod:`.index_growth`: search times among many chunks
- :mod:`.file_reading`: reads every file of a folder and reports text or an error
- :mod:`.ingest_speed`, :mod:`.ingest_timing`: the speed of ingesting files
"""
