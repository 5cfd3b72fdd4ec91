"""Buses: how events travel between the parts of the system."""
