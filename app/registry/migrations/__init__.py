"""Alembic's scripts: how the database came to be, step by step. Run whenever a registry is opened."""
