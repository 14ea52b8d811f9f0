"""Revisions of a tenant's `records.sqlite`."""
