"""The control line leads from a terminal to a running trader: one question goes in, one answer or one error comes out.

This port decides what travels: the name of an application message with its fields as JSON, who asks, as part of what,
and whether it is a repeat. What the names mean is the application's business.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from tradewright.domain.errors import ControlError

VERSION: Final = 1
"""Of the line; a trader and a terminal of different versions say so instead of guessing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlRequest:
    """One message on its way to a trader."""

    name: str
    """`package.module:Class` of the message, as its route names it."""
    content: bytes
    """Its fields as a JSON object."""
    actor: str
    correlation_id: str
    idempotency_key: str | None = None


Answering = Callable[[ControlRequest], Awaitable[bytes]]
"""Gives the answer as JSON, or raises a TradewrightError, which travels with all its fields."""


class LineCut(ControlError):  # noqa: N818 - said as an operator says it
    """The trader left while it was asked; a query can be answered by its journal."""


class ControlServer(Protocol):
    """The trader's end of the line."""

    async def start(self) -> None:
        """Listen; `StorageError` where the place cannot be used."""
        ...

    async def close(self) -> None:
        """Cut every caller and listen no longer; twice is allowed."""
        ...


class ControlLine(Protocol):
    """A terminal's end of the line."""

    def ask(self, folder: Path, request: ControlRequest) -> bytes:
        """The answer of the trader of the session in `folder`, as JSON. Raises what it raised, and `ControlError` where
        no answer came: `LineCut` where the trader left meanwhile."""
        ...
