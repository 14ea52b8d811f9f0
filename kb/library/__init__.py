"""The library of one tenant: what it holds and how it is described. Writing versions is in :mod:`kb.publishing`.

In reading order:

    documents        collections, documents, versions and chunks, and what is in force on a day
    collections      collections created, renamed, removed
    tenant_glossary  an organisation's own terms
    tenant_settings  an organisation's own choices
    user_settings    a person's own choices within an organisation
    contacts         whom to ask about a subject or a collection
    audit            the audit trail
"""
