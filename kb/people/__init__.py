"""People and programs: who they are and what they may do. All of it is in ``platform.sqlite``.

In reading order:

    access           roles, abilities and the collections that somebody may read or edit
    personal_data_rights  who may see people's data in a collection
    credentials      tokens and passwords, and what is stored of them
    revocation       what ends together with a person's rights
    accounts         accounts and memberships
    members          changes of a tenant's members
    passwords        changing and removing a password
    sessions         signed-in browsers, and those known from before
    api_keys         keys of programs
    invitations      links that let a person join
    password_resets  links for a new password
    oidc_identities  people as an OpenID Connect provider knows them
    responsible_people  the people whom others may ask
    first_collection the first collection of an organisation, open to all
    owners_collection  the collection that only owners read
    first_account    the first account of an installation
"""
