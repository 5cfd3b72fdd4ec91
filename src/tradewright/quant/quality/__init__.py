"""Is this market data fit to be believed? Checks over columns of bars, findings with their rows, a score."""
