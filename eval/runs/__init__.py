"""What is run, and where results are kept.

- :mod:`.results`: one folder per run, with what made it
- :mod:`.search_systems`: the variants of search that can be measured
- :mod:`.retrieval_runs`: a test collection searched
- :mod:`.answer_runs`: questions asked and judged
- :mod:`.generative_runs`: a language model's answers beside the quotes
- :mod:`.background_runs`: runs started from the page
- :mod:`.run_comparison`: two runs compared
- :mod:`.baseline`: scores that must not fall
- :mod:`.latency`: seconds and memory of a question
- :mod:`.index_growth`: search among many chunks
- :mod:`.file_reading`: what becomes of every file of a folder
- :mod:`.ingest_speed`, :mod:`.ingest_timing`: how fast files are ingested
"""
