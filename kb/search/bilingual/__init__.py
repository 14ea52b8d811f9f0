"""Twins: the Chinese and the English copy of one document, found by themselves and matched passage by passage.

Half of Hong Kong's handbooks exist twice. Each copy is evidence for the other: the question's own words find one, its
translation the other, and what both speak for is the likelier answer. See ``docs/decisions/0013-twins.md``.
"""
