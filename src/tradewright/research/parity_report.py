"""A parity report lays a trading session beside a backtest of the very slices it saw: what differs, and why.

This file decides the words for causes, and that a difference is either explained by what the journal proves, follows
from an earlier one, or stands as unexplained.
"""

from dataclasses import dataclass
from enum import StrEnum


class Matter(StrEnum):
    """What was compared."""

    ORDER = "order"
    """What was asked of the venue: instrument, side, quantity, kind, prices, legs; and what the limits cut of it."""
    REFUSAL = "refusal"
    """What risk did not let through, and which controls said so."""
    SEQUENCE = "sequence"
    """The order in which the same orders were sent."""
    OUTCOME = "outcome"
    """What became of an order on its way to the venue."""
    FILL = "fill"
    LEDGER = "ledger"
    """Cash, positions and realized PnL after a slice."""


class Cause(StrEnum):
    """Why a session and its backtest went different ways; each is proven by facts of the journal."""

    LATE_ANSWER = "late answer"
    STRATEGY = "strategy answered otherwise"
    LOOK_AHEAD = "look-ahead"
    GATE = "gate judged otherwise"
    PAUSED = "strategy paused"
    QUARANTINED = "strategy stopped or in quarantine"
    SHUT = "trading was shut"
    KILLED = "trading was killed"
    FROZEN = "instrument was frozen"
    BY_HAND = "by hand"
    FOREIGN = "foreign order"
    REJECTED = "venue rejected"
    NOT_SENT = "order not sent"
    LOST = "order lost"
    RESENT = "order sent again"
    LATENCY = "order reached the venue late"
    PARTIAL = "venue filled in parts"
    VENUE = "venue filled otherwise"
    INSIDE = "filled inside the bar"
    BUSTED = "execution taken back"
    TOO_LATE = "told too late"
    PROTECTION = "protection was not moved"
    SUPERSEDED = "superseded later"
    GAP = "feed gap"
    LIMITS = "limits changed"
    CASH = "cash moved"
    HELD_BEFORE = "held before the session"
    RESTARTED = "session was restarted"
    END = "end of history"
    UNEXPLAINED = "unexplained"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that the two did not do alike."""

    number: int
    """From 1, in the order of time."""
    slice: int
    time_ns: int
    """Close of that slice, nanoseconds UTC; 0 where the slice is not recorded."""
    instrument: str
    """Empty: the account as a whole."""
    matter: Matter
    session: str
    """What the session did; empty: nothing."""
    backtest: str
    cause: Cause
    evidence: str
    """What the journal says about it."""
    follows: int = 0
    """Number of the earlier difference that this one follows from; 0: it has a cause of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParityReport:
    """What came of the comparison."""

    session: str
    slices: int
    """Slices that were compared, the warm-up not among them."""
    orders: int
    """Of the session's strategy, up to the slice before the last one."""
    refusals: int
    fills: int
    differences: tuple[Difference, ...]
    notes: tuple[str, ...] = ()

    @property
    def is_equal(self) -> bool:
        """True where nothing differs."""
        return not self.differences

    @property
    def unexplained(self) -> tuple[Difference, ...]:
        """What no fact of the journal accounts for."""
        return tuple(one for one in self.differences if one.cause is Cause.UNEXPLAINED)

    @property
    def causes(self) -> dict[Cause, int]:
        """How many differences each cause accounts for, with what follows from them."""
        found: dict[Cause, int] = {}
        for one in self.differences:
            found[one.cause] = found.get(one.cause, 0) + 1
        return found
