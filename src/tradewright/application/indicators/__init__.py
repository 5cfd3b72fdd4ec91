"""Indicators: which there are and what they take."""
