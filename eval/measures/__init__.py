"""Measures of rankings, answers and refusals.

In reading order:

    retrieval_measures  measures over a ranking, with confidence intervals and a paired test
    answer_judge        measures of one answer to one question
    refusal_measures    precision and recall of refusals
    injection_measure   answers that repeat an order hidden in a document
    masking_recall      recall and precision of the masking of personal data
    declined_requests   how many requests for people's data are declined
    presidio_baseline   Presidio as a finder of personal data, for comparison
    card_measures       emergencies with the right card, and false alarms
    run_summary         tables per system and language
    tenant_records      a tenant's chunks, to look up quotes
"""
