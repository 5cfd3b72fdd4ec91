"""Tradewright: from a trading idea to money at work, in one Python code base."""
