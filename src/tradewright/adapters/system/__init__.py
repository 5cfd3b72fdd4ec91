"""The machine's own clock and randomness, and repeatable ones in their place."""
