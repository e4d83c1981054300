"""Versions of the database's schema. New databases come straight from the schema files; Alembic moves older ones."""
