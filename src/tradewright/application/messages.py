"""A message is what can be asked of the system: a command changes something, a query looks.

Commands are named in the imperative (`RunBacktest`), queries as nouns (`KeptBacktests`); both are frozen dataclasses in
the `messages.py` of their noun. This file decides who may ask: roles, and the actor that has them.
"""

from dataclasses import dataclass
from enum import StrEnum


class MessageKind(StrEnum):
    """Whether asking changes anything."""

    COMMAND = "command"
    QUERY = "query"


class Role(StrEnum):
    """What an actor may do. An admin may do everything."""

    VIEWER = "viewer"
    """Look."""
    TRADER = "trader"
    """Research and trade."""
    RISK = "risk"
    """Change limits, stop trading and release it."""
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: a person, a strategy, a scheduled job."""

    name: str
    roles: frozenset[Role]

    def may(self, role: Role) -> bool:
        """True with that role, or as an admin; whoever has any role may look."""
        return role in self.roles or Role.ADMIN in self.roles or (role is Role.VIEWER and bool(self.roles))


OWNER = Actor("owner", frozenset({Role.ADMIN}))
"""Who runs the program on their own machine: the command line and the notebook."""
