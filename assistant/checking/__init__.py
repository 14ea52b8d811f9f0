"""Sentences held against the passages they cite. The way in is :mod:`.check`."""
