"""People: accounts, memberships, invitations, sessions, API keys. All of it is in ``platform.sqlite``."""
