"""Deployments: strategies that are to trade, with what they are to trade, and the sessions that do it.

This file decides that a deployment says what is wanted; what is, its session's journal says. Whoever supervises brings
the two together, after every restart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

Parameter = int | float | str | bool


class Wanted(StrEnum):
    """What a deployment is to do."""

    RUNNING = "running"
    PAUSED = "paused"
    """Its session runs, and its strategy opens nothing."""
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """A strategy at work, or that was. Times are nanoseconds UTC."""

    id: str
    strategy: str
    """Id in the registry of built-in ones, or of the shelf."""
    version: int = 0
    """Of a strategy of the shelf; 0: built in."""
    digest: str = ""
    """Of the bytes of that version: no others are run."""
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    symbols: tuple[str, ...]
    account: str
    mode: str
    """`paper` or `live`."""
    feed: Mapping[str, str]
    """Fields of a session's feed, and its `sizing` where one was given."""
    wanted: Wanted
    session: str = ""
    """The newest session of it; empty until it was started."""
    restarts: int = 0
    problem: str = ""
    """Why it does not do what is wanted; empty while it does."""
    created_ns: int
    created_by: str
    changed_ns: int


class Deployments(Protocol):
    """All deployments. StorageError where it fails."""

    def add(self, deployment: Deployment) -> None:
        """Keep a new one; InputError where a deployment that is not stopped has its account."""
        ...

    def change(self, deployment: Deployment, *, was_ns: int) -> None:
        """Put it in place of the one that was changed at `was_ns`; InputError where somebody else changed it since."""
        ...

    def find(self, deployment: str) -> Deployment:
        """By id; InputError where there is none."""
        ...

    def all(self, *, wanted: Wanted | None = None) -> Sequence[Deployment]:
        """Newest first."""
        ...
