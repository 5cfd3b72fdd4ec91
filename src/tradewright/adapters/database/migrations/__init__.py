"""Every step that led to the tables as they are, and back; Alembic runs them."""
