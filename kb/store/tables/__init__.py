"""The database tables.

- :mod:`.columns`: what all tables share
- :mod:`.states`: states and other fixed values of columns, as enums
- :mod:`.platform_tables`: tenants, people, keys (``platform.sqlite``)
- :mod:`.library_tables`: collections, documents, versions, chunks, index (``records.sqlite`` of a tenant)
- :mod:`.activity_tables`: what people do in a tenant: conversations, uploads, settings, audit (``records.sqlite``)
"""
