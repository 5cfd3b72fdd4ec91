"""Brokers: one folder each, with the wire, the translation both ways, and the port's class."""
