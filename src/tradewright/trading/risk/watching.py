"""Watching looks at single instruments and strategies: does the venue hold what we hold, is a position protected,
does a strategy fill and fill again, how much has it lost today.

This file decides what each rule does to the scope that it is about. A strategy that was switched off stays off until a
named person switches it on; an instrument that was frozen, until the difference is explained.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from tradewright.domain.calendars import SECOND
from tradewright.domain.identifiers import StrategyId
from tradewright.domain.orders.side import Side
from tradewright.trading.risk.states import TradingState
from tradewright.trading.risk.supervisory import Action, RiskEvent
from tradewright.trading.risk.verdict import Missing, number, part, positive

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenPosition:
    """One position as we and as the venue have it."""

    instrument: str
    ours: Decimal | None
    venues: Decimal | None
    """None: not reported; then nobody can tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unprotected:
    """A position that must have a protective stop at the venue, and has none."""

    instrument: str
    since_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenFill:
    """A fill as far as its repetition matters."""

    time_ns: int
    strategy: StrategyId
    instrument: str
    side: Side


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyCourse:
    """How one strategy has done today."""

    strategy: StrategyId
    pnl: Decimal | None
    """Realized and unrealized, fees in it, since the day began."""


@dataclass(frozen=True, slots=True)
class PositionDrift:
    """The venue holds something else than we believe: whoever trades on would build on sand."""

    name: ClassVar[str] = "position_drift"
    limit: Decimal = _ZERO

    def watch(self, positions: Iterable[SeenPosition]) -> tuple[RiskEvent, ...]:
        """An event for each instrument that differs, or of which nobody can tell."""
        return tuple(event for one in positions if (event := self._judged(one)) is not None)

    def _judged(self, one: SeenPosition) -> RiskEvent | None:
        ours = number(one.ours, f"our position in {one.instrument}")
        theirs = number(one.venues, f"the venue's position in {one.instrument}")
        missing = next((side for side in (ours, theirs) if isinstance(side, Missing)), None)
        drift = None if missing is not None else abs(ours - theirs)  # type: ignore[operator]  # both are numbers
        if drift is not None and drift <= self.limit:
            return None
        told = f"we hold {one.ours} of {one.instrument}, the venue {one.venues}"
        return RiskEvent(
            rule=self.name,
            value=drift,
            limit=self.limit,
            state=TradingState.CANCEL_ONLY,
            reason=told if missing is None else f"{missing.what} is not known",
            scope=one.instrument,
        )


@dataclass(frozen=True, slots=True)
class MissingStop:
    """A position stands without the stop that it must have."""

    name: ClassVar[str] = "missing_stop"
    limit: Decimal = Decimal(5)
    """Seconds that placing one may take."""

    def watch(self, positions: Iterable[Unprotected], *, now_ns: int) -> tuple[RiskEvent, ...]:
        """An event for each position that has waited that long."""
        waiting = ((one, Decimal(max(now_ns - one.since_ns, 0)) / SECOND) for one in positions)
        return tuple(
            RiskEvent(
                rule=self.name,
                value=seconds,
                limit=self.limit,
                state=TradingState.REDUCE_ONLY,
                reason=f"{one.instrument} has had no protective stop for {seconds:.0f} seconds",
                scope=one.instrument,
                action=Action.PROTECT,
            )
            for one, seconds in waiting
            if seconds >= self.limit
        )


@dataclass(frozen=True, slots=True)
class RepeatedFills:
    """A strategy that fills the same way again and again has lost its way."""

    name: ClassVar[str] = "repeated_fills"
    limit: Decimal = Decimal(10)
    window_s: int = 60

    def watch(self, fills: Iterable[SeenFill], *, now_ns: int) -> tuple[RiskEvent, ...]:
        """An event for each strategy with that many fills of one instrument and side within the window."""
        since = now_ns - self.window_s * SECOND
        counts: dict[tuple[StrategyId, str, Side], int] = {}
        for one in fills:
            if one.time_ns > since:
                key = (one.strategy, one.instrument, one.side)
                counts[key] = counts.get(key, 0) + 1
        return tuple(
            RiskEvent(
                rule=self.name,
                value=Decimal(count),
                limit=self.limit,
                state=TradingState.REDUCE_ONLY,
                reason=f"{count} fills to {side} {instrument} in {self.window_s} seconds",
                scope=strategy,
            )
            for (strategy, instrument, side), count in sorted(counts.items())
            if count >= self.limit
        )


@dataclass(frozen=True, slots=True)
class StrategyLoss:
    """A strategy lost its part of the day's limit: it is off, the others go on."""

    name: ClassVar[str] = "strategy_loss"
    limit: Decimal = Decimal("0.01")
    """Of the account's equity at the start of the day."""

    def watch(self, strategies: Iterable[StrategyCourse], *, day_equity: Decimal | None) -> tuple[RiskEvent, ...]:
        """An event for each strategy that lost as much, or of which nobody can tell."""
        begun = positive(day_equity, "the equity at the start of the day")
        found = []
        for one in strategies:
            pnl = number(one.pnl, f"the gain of {one.strategy}")
            lost = part(pnl if isinstance(pnl, Missing) else max(-pnl, _ZERO), begun)
            if isinstance(lost, Decimal) and lost < self.limit:
                continue
            reason = f"{lost.what} is not known" if isinstance(lost, Missing) else f"{one.strategy} lost {lost:.6f}"
            found.append(
                RiskEvent(
                    rule=self.name,
                    value=None if isinstance(lost, Missing) else lost,
                    limit=self.limit,
                    state=TradingState.REDUCE_ONLY,
                    reason=reason,
                    scope=one.strategy,
                )
            )
        return tuple(found)


def halted(halts: Mapping[str, TradingState], events: Iterable[RiskEvent]) -> Mapping[str, TradingState]:
    """The states of instruments and strategies after the events: only ever further shut."""
    after = dict(halts)
    for event in events:
        if event.scope and event.action is not Action.ALERT:
            after[event.scope] = after.get(event.scope, TradingState.ACTIVE).worse_of(event.state)
    return after
