"""Where data is kept: one folder and one database per tenant, one database for the platform.

- :mod:`.tenants`: the organisations and their folders
- :mod:`.database`: opens a database and migrates it
- :mod:`.tables`: the tables as SQLAlchemy classes
- ``migrations/``: Alembic migrations of both schemas; frozen, they import nothing of ours
- :mod:`.blobs`: original files, addressed by their SHA-256
- :mod:`.writer_lock`: only one process writes a data folder
"""
