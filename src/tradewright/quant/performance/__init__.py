"""Performance: what a strategy brought, what was risked for it, and how far the figures can be believed.

Pure functions on arrays; the public face is `tradewright.metrics`.
"""
