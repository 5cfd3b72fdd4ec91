"""Scalar arithmetic of the market: numbers in, numbers out; the same on floats, Decimals and Fractions, and compiled.

Integer literals only, no imports, nothing raises: an answer that does not exist is a code or a zero, as each says.
"""
