"""Is a sentence supported by the passages that it cites?

In reading order:

    claim_checker   the verdict on a sentence; the way in
    support         how far a text covers a claim, by terms and by embedding
    support_levels  from which score a claim counts as supported
    figure_claims   numbers, dates and amounts
    polarity        may, must, must not, need not
    opposites       before and after, original and copy, must and may
    provisos        conditions and exceptions
    named_things    persons, posts, titles and codes
"""
