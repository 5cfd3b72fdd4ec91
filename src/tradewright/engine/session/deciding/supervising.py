"""Supervising looks at what has happened to the account and shuts trading further where a rule says so.

This file decides when the rules are asked (after every slice and every fill) and what a broken one leads to. Trading is
only ever shut here; a named person opens it again.
"""

from bisect import bisect_left
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from tradewright.domain.calendars import SECOND
from tradewright.domain.errors import InputError
from tradewright.engine.session import facts
from tradewright.engine.session.deciding.desk import Desk, Outcomes
from tradewright.engine.session.effects import SetTimer, Severity, Tell
from tradewright.ports.broker import CancelEverything
from tradewright.trading.risk.self_test import self_test
from tradewright.trading.risk.states import TradingState
from tradewright.trading.risk.supervisory import (
    Action,
    CashDrift,
    Course,
    DrawdownReached,
    LossOfTheDay,
    LossSpeed,
    MessagesForFills,
    RateBreaches,
    RejectedPart,
    RiskEvent,
    SupervisoryRule,
)
from tradewright.trading.risk.supervisory import supervise as judged

__all__ = ["SELF_TEST", "SWEEP", "shut", "supervise", "sweep", "test_the_gate", "unseen"]

SELF_TEST = "self_test"
SWEEP = "sweep"
"""The timer by which canceling everything is asked for again that never left."""
LOSS_WINDOW_NS: Final = LossSpeed().window_s * SECOND
"""How far back the speed of a loss looks: older equities are not handed over."""
SUPERVISOR = "supervisor"
"""Who shuts trading while a part that it stands on has failed, and opens it again."""
HOUR: Final = 3600 * SECOND
_WARNINGS: Final = MappingProxyType({MessagesForFills.name: "ORDER_TO_TRADE"})
"""Rules that shut nothing, with the alert that tells of each."""
_SHUT_ALREADY = ("TRADING_SHUT", "KILLED")


def supervise(desk: Desk, *, happened_ns: int = 0) -> Outcomes:
    """Ask every rule; `happened_ns` is when the venue says that it happened.

    In a replay a fill is told before the bar it happened in: without its own time, what the market lost overnight would
    look like the loss of a second.
    """
    state = desk.state
    if state.started is None or not (state.sent or state.net_positions()):
        return
    equity, now = state.equity(), max(desk.now_ns, happened_ns)
    course = Course(
        equity=equity,
        day_equity=state.day_equity,
        peak_equity=_peak(state.peak_equity, equity),
        equities=tuple(state.equities[bisect_left(state.equities, (now - LOSS_WINDOW_NS,)) :]),
        answers=tuple(state.answers),
        cash=state.cash.get(state.currency) if desk.memory.venue_cash is not None else None,
        venue_cash=desk.memory.venue_cash,
        rate_breaches_ns=tuple(state.rate_breaches),
        messages=desk.messages_since(now - HOUR),
        fills=desk.memory.fills.count(after_ns=now - HOUR),
    )
    held = state.shut.get("")
    before = TradingState.ACTIVE if held is None or held.who == SUPERVISOR else TradingState(held.state)
    try:
        limits = desk.policy.tightest(account=desk.account)
    except InputError as problem:
        yield from shut(desk, TradingState.REDUCE_ONLY, who="risk", reason=str(problem))
        return
    rules: tuple[SupervisoryRule, ...] = (
        LossOfTheDay(limits.daily_loss),
        DrawdownReached(limits.drawdown.stop),
        LossSpeed(),
        RejectedPart(),
        RateBreaches(),
        MessagesForFills(Decimal(limits.messages_per_fill_warned), limits.messages_judged_from),
        *((CashDrift(),) if desk.memory.venue_cash is not None else ()),
    )
    after, events = judged(rules, course, state=before, now_ns=now)
    if after > before:
        reason = "; ".join(f"{event.rule}: {event.reason}" for event in events if event.action is not Action.ALERT)
        yield from shut(desk, after, who="risk", reason=reason)
    yield from _warned(desk, {event.rule: event for event in events if event.rule in _WARNINGS})


def _warned(desk: Desk, broken: Mapping[str, RiskEvent]) -> Outcomes:
    """Tell of rules that only warn, once for as long as each stays broken."""
    for rule, code in _WARNINGS.items():
        event = broken.get(rule)
        if event is None:
            desk.memory.warned.discard(rule)
        elif rule not in desk.memory.warned:
            desk.memory.warned.add(rule)
            yield from desk.alert(Severity.WARNING, code, subject="", story=event.reason)


def test_the_gate(desk: Desk) -> Outcomes:
    """Put poison to the gate, at the start and every hour; one that lets any through opens nothing."""
    if not desk.rules.self_test_every_ns:
        return
    failures = self_test(desk.policy.everywhere)
    if failures:
        reason = "the gate's self-test failed: " + "; ".join(str(one) for one in failures)
        yield from shut(desk, TradingState.CANCEL_ONLY, who="risk", reason=reason)
    yield SetTimer(SELF_TEST, desk.rules.self_test_every_ns)


def shut(desk: Desk, state: TradingState, *, who: str, reason: str, scope: str = "", cancels: bool = True) -> Outcomes:
    """Shut trading as far as told, unless it is shut further; killed as a whole also cancels everything but
    protection, unless that is not wanted."""
    held = desk.state.shut.get(scope)
    is_covered = held is not None and held.state >= state
    if held is not None and is_covered and (held.who != SUPERVISOR or who == SUPERVISOR):
        return
    if held is not None:  # what a part's failure shut opens by itself again: a further reason takes it over
        state = max(state, TradingState(held.state))
    yield facts.TradingStateChanged(desk.now_ns, scope, int(state), who, reason)
    code = "KILLED" if state is TradingState.KILLED else "TRADING_SHUT"
    yield from desk.alert(Severity.CRITICAL, code, subject=scope, story=f"{state.name.lower()} by {who}: {reason}")
    if state is TradingState.KILLED and cancels and not scope and desk.memory.is_connected:
        yield Tell(CancelEverything(keeps_protection=True))


def sweep(desk: Desk) -> Outcomes:
    """Cancel everything once more, where that did not leave: of a killed account, or of a session that ends."""
    held = desk.state.shut.get("")
    is_killed = held is not None and held.state == TradingState.KILLED
    if desk.memory.is_connected and (is_killed or desk.memory.leaving):
        yield Tell(CancelEverything(keeps_protection=is_killed))


def unseen(desk: Desk) -> Outcomes:
    """A critical alert that nobody has seen for too long: nothing new is risked until somebody does."""
    for key, since in list(desk.memory.critical_since.items()):
        if key not in desk.state.alerts:
            del desk.memory.critical_since[key]
        elif key.startswith(_SHUT_ALREADY):
            continue  # it tells of a shut gate: shutting it once more would only outlast the reason
        elif desk.mono_ns - since >= desk.rules.unseen_alert_ns:
            yield from shut(desk, TradingState.REDUCE_ONLY, who="risk", reason=f"nobody has seen the alert {key}")


def _peak(peak: Decimal | None, equity: Decimal | None) -> Decimal | None:
    return peak if peak is None or equity is None else max(peak, equity)
