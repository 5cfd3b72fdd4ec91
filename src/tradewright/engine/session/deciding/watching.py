"""Watching looks at single positions and strategies after every slice and fill: is it protected, does it run wild.

This file decides what follows from the rules of `trading/risk/watching.py`: a strategy or an instrument is shut to what
reduces, and a stop that must be there and is not is made once more.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from tradewright.domain.identifiers import StrategyId
from tradewright.engine.session.deciding.desk import Desk, Outcomes
from tradewright.engine.session.deciding.protecting import protect
from tradewright.engine.session.deciding.supervising import shut
from tradewright.engine.session.effects import Severity
from tradewright.engine.session.facts import Role
from tradewright.engine.session.rules import SECOND_NS
from tradewright.trading.risk.supervisory import Action, RiskEvent
from tradewright.trading.risk.watching import (
    MissingStop,
    RepeatedFills,
    SeenFill,
    StrategyCourse,
    StrategyLoss,
    Unprotected,
)

_ZERO = Decimal(0)
_REPEATED_FILLS: Final = RepeatedFills()
_STRATEGY_LOSS: Final = StrategyLoss()
_MISSING_STOP: Final = MissingStop()


def watch(desk: Desk) -> Outcomes:
    """Ask every rule about single positions and strategies."""
    if desk.state.started is None:
        return
    now = desk.now_ns
    events = (
        *_REPEATED_FILLS.watch(_recent(desk, _REPEATED_FILLS.window_s), now_ns=now),
        *_STRATEGY_LOSS.watch(_courses(desk), day_equity=desk.state.day_equity),
    )
    for event in events:
        yield from shut(desk, event.state, who="risk", reason=event.reason, scope=event.scope)
    for event in _MISSING_STOP.watch(unprotected(desk), now_ns=now):
        yield from _protected(desk, event)


def unprotected(desk: Desk) -> Iterator[Unprotected]:
    """Positions that must have a stop at the venue and have none."""
    for name, wanted in desk.state.stops.items():
        if desk.state.held(name) and desk.protection(name, Role.STOP_LOSS) is None:
            yield Unprotected(instrument=name, since_ns=wanted.since_ns)


def _protected(desk: Desk, event: RiskEvent) -> Outcomes:
    """Make the stop that is missing, once; nothing new is risked in the instrument until somebody has looked."""
    held = desk.state.shut.get(event.scope)
    yield from desk.alert(Severity.CRITICAL, "UNPROTECTED", subject=event.scope, story=event.reason)
    if held is None and event.action is Action.PROTECT and desk.memory.is_green:
        yield from shut(desk, event.state, who="risk", reason=event.reason, scope=event.scope)
        yield from protect(desk, event.scope, loss=desk.state.stops[event.scope].price, gain=_ZERO)


def _recent(desk: Desk, window_s: int) -> Iterator[SeenFill]:
    """Executions of the last moments, the newest first."""
    since = desk.now_ns - window_s * SECOND_NS
    for fill in reversed(desk.state.executions.values()):
        if fill.time_ns <= since:
            return
        tracked = desk.state.orders.get(fill.client_order_id)
        if tracked is not None:
            yield SeenFill(
                time_ns=fill.time_ns,
                strategy=StrategyId(tracked.strategy),
                instrument=fill.instrument,
                side=fill.side,
            )


def _courses(desk: Desk) -> Iterator[StrategyCourse]:
    """What each strategy that holds something has gained today."""
    state = desk.state
    for name, of in state.positions.items():
        if any(position.quantity != 0 for position in of.values()):
            gain = state.gain(name)
            since = state.day_gains.get(name, _ZERO)
            yield StrategyCourse(strategy=StrategyId(name), pnl=None if gain is None else gain - since)
