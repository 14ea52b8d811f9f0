"""Asking, conversations, and the sources of answers."""
