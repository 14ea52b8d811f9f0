"""The platform schema's Alembic environment."""
