"""Folders of trading sessions and accounts."""
