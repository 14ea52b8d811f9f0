"""Bilingual document pairs as people see them: which documents are a pair, and their passages side by side.

In reading order:

    document_pairs      the pairs that a reader may see; set and rejected by a person
    side_by_side        a pair → the view: rows of passages, with the figures that only one side has
    row_alignment       the aligned passages → which passages are in one row
    figure_differences  two texts → the figures of one that the other does not have
    figure_patterns     how figures are written in Chinese and English
"""
