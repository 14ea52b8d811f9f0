"""Language without a model: detect, fold, split, rewrite and expand text in Cantonese, written Chinese and English.

A question goes ``followup.standalone`` → ``detect`` → ``cantonese.to_written`` → ``glossary.Glossary.expand`` →
``words.query_words``; a passage goes ``words.index_words``; an answer uses ``sentences`` and ``quantities``.
"""

from __future__ import annotations

__all__: list[str] = []
