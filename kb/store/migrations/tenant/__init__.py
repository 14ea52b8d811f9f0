"""The tenant schema's Alembic environment."""
