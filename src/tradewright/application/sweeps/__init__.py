"""Sweeps: one strategy over every combination of a grid of parameters."""
