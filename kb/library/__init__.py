"""The library of one tenant: what it holds and how it is described. Writing versions is in :mod:`kb.publishing`.

- :mod:`.documents`: collections, documents, versions and chunks, and what is in force on a day
- :mod:`.collections`: collections created, renamed, removed
- :mod:`.tenant_glossary`: an organisation's own terms
- :mod:`.tenant_settings`: an organisation's own choices
- :mod:`.audit`: the audit trail
"""
