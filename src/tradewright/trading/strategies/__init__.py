"""Strategies: what to hold and how strongly. One file a strategy; `registry.py` names the built-in ones."""
