"""Strategies: which there are, what they take, and a file to start an own one from."""
