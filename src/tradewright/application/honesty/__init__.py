"""Honesty: whether the result of a strategy can be believed."""
