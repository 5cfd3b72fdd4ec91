"""What backups need of the world, as one thing: the database, the folders, the archives."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tradewright.application.envelope import Envelope
from tradewright.domain.errors import Unauthorized
from tradewright.ports.backups import Archives, BackedFolder
from tradewright.ports.clock import Clock
from tradewright.ports.database import StateDatabase

Progress = Callable[[int, int | None], None]
"""Is told bytes as they are done, and how many there are in all where that is known."""
NOTHING: Final = "0000"
"""The version of a database without tables."""


@dataclass(frozen=True, slots=True)
class Backing:
    """A project's state, as far as it is backed up."""

    database: StateDatabase
    state: BackedFolder
    project: BackedFolder
    archives: Archives
    clock: Clock
    engine_version: str


def require_all_accounts(envelope: Envelope) -> None:
    """A backup has everything of every account; `Unauthorized` for whoever may not see all."""
    if envelope.actor.accounts is not None:
        raise Unauthorized(f"{envelope.actor.name} may not ask {envelope.name}", expected="sight of every account")
