"""Passwords are kept as what a slow function makes of them, so that whoever steals that can guess only slowly.

This file decides that a wrong password takes as long as a right one, also for a person who is not there.
"""

from typing import Protocol


class Passwords(Protocol):
    """Makes and checks what is kept of a password. Each call takes a good part of a second, on purpose."""

    def kept(self, password: str) -> str:
        """What may be kept; different each time."""
        ...

    def fits(self, password: str, kept: str) -> bool:
        """Whether this is the password; an empty `kept` fits nothing, and takes as long."""
        ...
