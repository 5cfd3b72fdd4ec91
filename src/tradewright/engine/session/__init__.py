"""A trading session: orders in flight, facts in a journal, one core that decides and one shell that waits (ADR 8)."""
