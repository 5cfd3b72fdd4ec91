"""Bars from trades and quotes: what is believed, when a bar ends, and what is told about the rest."""
