"""Schedules: what the system does by itself at its time, once."""
