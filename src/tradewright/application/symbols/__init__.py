"""The registry of symbols: which instruments are tracked, and lists of them to watch."""
