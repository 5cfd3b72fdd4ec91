"""Signals: what a strategy wants of instruments now, kept and asked for."""
