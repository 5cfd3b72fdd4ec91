"""The compiled dialect: a subset of Python, rewritten into functions that the kernel calls as machine code."""
