"""People and programs: who they are and what they may do. All of it is in ``platform.sqlite``.

- :mod:`.access`: roles, abilities and the collections that somebody may read or edit
- :mod:`.credentials`: tokens and passwords, and what is stored of them
- :mod:`.accounts`: accounts and memberships
- :mod:`.members`: changes of a tenant's members
- :mod:`.passwords`: changing and removing a password
- :mod:`.sessions`: signed-in browsers
- :mod:`.api_keys`: keys of programs
- :mod:`.invitations`: links that let a person join
- :mod:`.password_resets`: links for a new password
- :mod:`.oidc_identities`: people as an OpenID Connect provider knows them
- :mod:`.first_account`: the first account of an installation
"""
