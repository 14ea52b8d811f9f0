"""The database tables.

In reading order:

    columns          what all tables share
    states           states and other fixed values of columns, as enums
    platform_tables  tenants, people, keys (``platform.sqlite``)
    library_tables   collections, documents, versions, chunks, index (``records.sqlite`` of a tenant)
    activity_tables  what people do in a tenant: conversations, uploads, settings, audit (``records.sqlite``)
"""
