"""What a check for look-ahead found: one judgment for each way in which a backtest can flatter a strategy.

This file decides the words: what is accused (a finding), what a person should know (a remark), what could not be told.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What is looked for."""

    LOOK_AHEAD = "look-ahead"
    """Orders that change when what comes later changes."""
    NOT_REPEATABLE = "not-repeatable"
    """Two runs over the same bars differ."""
    OUTSIDE = "outside"
    """Clock, chance, files or data from elsewhere: what the check cannot cut away."""
    SAME_BAR = "same-bar"
    """Fills in the very bar that decided them."""
    ADJUSTED_PRICES = "adjusted-prices"
    """Orders that follow from splits or dividends that are still to come."""
    WARM_UP = "warm-up"
    """How long a later start keeps trading otherwise."""
    OWN_RESULTS = "own-results"
    """Orders that follow from the money of the account."""
    SURVIVORSHIP = "survivorship"
    """A universe in which everybody lives."""
    RESTATED = "restated"
    """Bars that were corrected after their time."""


class Verdict(StrEnum):
    """How it was judged."""

    CLEAN = "clean"
    FINDING = "finding"
    """A defect: the result cannot be believed."""
    REMARK = "remark"
    """Nothing wrong with the strategy; whoever believes the result should know it."""
    NOT_CHECKED = "not checked"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the source it comes from."""

    file: str
    line: int
    text: str
    """The line as it is written, without its indent."""
    name: str
    """What of it changed: an indicator that was called, a variable, an answer."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


@dataclass(frozen=True, slots=True)
class Judgment:
    """One kind, judged."""

    kind: Kind
    verdict: Verdict
    story: str
    place: Place | None = None
    facts: Mapping[str, float | int | str] = field(default_factory=dict)
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HonestyReport:
    """Everything that a check found."""

    strategy: str
    """The expression that makes it."""
    instruments: tuple[str, ...]
    timeframe: str
    start: str
    """First session, ISO."""
    end: str
    rows: int
    orders: int
    """Asked for in the run over all bars."""
    cuts: int
    """Points at which the future was taken away."""
    runs: int
    """Backtests that were made."""
    judgments: tuple[Judgment, ...]

    @property
    def findings(self) -> tuple[Judgment, ...]:
        """What is accused."""
        return tuple(one for one in self.judgments if one.verdict is Verdict.FINDING)

    @property
    def is_clean(self) -> bool:
        """Nothing is accused."""
        return not self.findings

    def of(self, kind: Kind) -> tuple[Judgment, ...]:
        """The judgments of one kind."""
        return tuple(one for one in self.judgments if one.kind is kind)
