"""Soaking: a feed in real time, a feed over months, and what a process has in use meanwhile."""
