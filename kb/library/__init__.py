"""The library of one tenant: what it holds and how it is described. Writing versions is in :mod:`kb.publishing`.

documents        collections, documents, versions and chunks, and what is in force on a day
collections      collections created, renamed, removed
tenant_glossary  an organisation's own terms
tenant_settings  an organisation's own choices
audit            the audit trail
"""
