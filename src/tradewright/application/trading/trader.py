"""A trader is one running session as handlers see it: its books to look at, and a place to put commands.

This file decides what handlers need of it. Books are looked at in the trader's own thread only; whoever puts a command
waits for the answer in another one, so that the trader never waits for itself.
"""

from collections.abc import Callable, Mapping
from typing import Protocol

from tradewright.application.trading.views import Vitals
from tradewright.engine.session.effects import Answer
from tradewright.engine.session.inputs import Asked
from tradewright.engine.session.state import SessionState
from tradewright.engine.session.tracked import TrackedOrder
from tradewright.ports.kill import KillNote
from tradewright.ports.sessions import KeptSession
from tradewright.trading.risk.book import Book
from tradewright.trading.risk.policy import LimitsPolicy


class Trader(Protocol):
    """One session, or what its journal says of one that is gone."""

    @property
    def session(self) -> KeptSession:
        """As it lies on the disk."""
        ...

    @property
    def state(self) -> SessionState:
        """Its books."""
        ...

    @property
    def left(self) -> Mapping[str, TrackedOrder]:
        """Orders that have left its books, where they are at hand: a trader that runs has none."""
        ...

    @property
    def policy(self) -> LimitsPolicy | None:
        """The limits that hold; None where that is not known any more."""
        ...

    @property
    def vitals(self) -> Vitals:
        """How its process does."""
        ...

    def book(self, *instruments: str) -> Book:
        """The gate's book now, with these instruments in it; ControlError of a session that is gone."""
        ...

    def executes_ns(self) -> int | None:
        """The first moment at which an order sent now can execute; None while that is not known."""
        ...

    def ask(self, command: Callable[[int], Asked]) -> Answer:
        """Put a command, made with the number that it gets, and wait for its answer; ControlError where none comes."""
        ...

    def kill(self, note: KillNote) -> None:
        """Shut its gate now: nothing with risk is sent any more when this returns."""
        ...

    def release(self) -> None:
        """Take `kill` back; what else shuts it still counts."""
        ...
