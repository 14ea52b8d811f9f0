"""Summaries, changes, drafts, translations."""
