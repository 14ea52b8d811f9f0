"""Measures of rankings, answers and refusals.

- :mod:`.retrieval_measures`: measures over a ranking, with confidence intervals and a paired test
- :mod:`.answer_judge`: measures of one answer to one question
- :mod:`.refusal_measures`: precision and recall of refusals
- :mod:`.run_summary`: tables per system and language
- :mod:`.tenant_records`: a tenant's chunks, to look up quotes
"""
