"""Routes for signing in, accounts, invitations, members, rights and API keys."""
