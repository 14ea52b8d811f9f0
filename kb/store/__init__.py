"""Where data is kept: one folder and one database per tenant, one database for the platform.

In reading order:

    tenants      the organisations and their folders
    database     opens a database and migrates it
    tables       the tables as SQLAlchemy classes
    migrations/  Alembic migrations of both schemas; frozen, they import nothing of ours
    blobs        original files, addressed by their SHA-256
    writer_lock  only one process writes a data folder
"""
