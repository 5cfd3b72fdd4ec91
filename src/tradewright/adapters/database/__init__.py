"""The platform's state in a database: one SQLite file, or PostgreSQL, by the same code."""
