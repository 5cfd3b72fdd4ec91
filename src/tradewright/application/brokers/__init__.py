"""Brokers: which there are, and whether one can be reached."""
