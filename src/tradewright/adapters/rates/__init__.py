"""Counts of how often somebody asks."""
