"""Doors: each parses what a person or a program wants, asks the application, and renders the answer."""
