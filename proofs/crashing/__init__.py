"""Killing real traders: the ground that they trade on, their lives and deaths, and the judge."""
