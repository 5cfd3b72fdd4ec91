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
    accounts: frozenset[str] | None = None
    """Accounts that it sees and touches; None: all."""
    key: str = ""
    """Public id of the key that it came in with; empty on the own machine."""

    def may(self, role: Role | None) -> bool:
        """True with that role, or as an admin; whoever has any role may look. None: everybody may."""
        return (
            role is None or role in self.roles or Role.ADMIN in self.roles or (role is Role.VIEWER and bool(self.roles))
        )

    def sees(self, account: str) -> bool:
        """Whether the account is there for it."""
        return self.accounts is None or account in self.accounts


NOBODY = Actor("nobody", frozenset())
"""Who has not said yet who they are."""
OWNER = Actor("owner", frozenset({Role.ADMIN}))
"""Who runs the program on their own machine: the command line and the notebook."""
