"""Backtests: run, keep, show, compare."""
