"""Revisions of `platform.sqlite`."""
