"""Bilingual document pairs: the Chinese and the English copy of one document.

The pairs are found in the background, and their passages are aligned with each other. A passage and its counterpart
(the passage that says the same in the other language) are then ranked together: the question's own words find one of
them, translated words find the other. The decision and its measurements: ``docs/decisions/0013-bilingual-pairs.md``.

In reading order:

    pair_finder           the way in: for each new published version, find its counterpart and store the pair
    passages_by_language  database → the published passages of one language, as centred vectors
    similarity            two documents → how similar they are, and whether that makes them a pair
    alignment             the passages of a pair → which passage is the counterpart of which
    pair_records          pairs and alignments in the database: stored, read, deleted
"""
