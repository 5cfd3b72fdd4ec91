"""Recovery: books of a long session, the venue that knows the same, and one restart of it."""
