"""Migrations of the two schemas, a revision a file. A revision is frozen: it works on data of its own time.

Nothing of the rest of the code is imported here. What a revision needs of it (a format, a name) is copied into the
revision, since the code goes on and old data do not. An import contract holds this.
"""

__all__ = ["NAMING"]

# Names of constraints and indexes, as they stand in every data file.
NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
