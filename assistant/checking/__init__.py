"""Is a sentence supported by the passages that it cites?

- :mod:`.claim_checker`: the verdict on a sentence; the way in
- :mod:`.support`: how far a text covers a claim, by terms and by embedding
- :mod:`.support_levels`: from which score a claim counts as supported
- :mod:`.figure_claims`: numbers, dates and amounts
- :mod:`.polarity`: may, must, must not, need not
- :mod:`.named_things`: persons, posts, titles and codes
"""
