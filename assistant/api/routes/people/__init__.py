"""Signing in, accounts, invitations, members, rights, keys."""
