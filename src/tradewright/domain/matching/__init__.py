"""The venue's step over one moment: working orders meet a bar, fills change the account.

On flat columns, without imports from outside the domain; simulation runs it as plain Python, the kernel compiles the
very same functions (idea 3).
"""
