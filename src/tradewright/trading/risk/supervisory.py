"""Supervision looks at what has happened, not at what is asked: losses, their speed, how often the venue says no.

This file decides what each rule about a whole account does to its state of trading. Every rule only takes the state
down; a number that is not known takes it to reduce-only, for nobody should open what nobody can watch. Rules about one
instrument or one strategy are in `watching.py`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar, Protocol

from tradewright.domain.calendars import SECOND
from tradewright.domain.quick import quick
from tradewright.trading.risk.states import TradingState
from tradewright.trading.risk.verdict import Missing, number, part, positive

_ZERO = Decimal(0)
_REDUCE_ONLY = TradingState.REDUCE_ONLY


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How an account (or a strategy) has done, as far as the rules want to know."""

    equity: Decimal | None
    day_equity: Decimal | None
    """Equity at the start of the day."""
    peak_equity: Decimal | None
    equities: tuple[tuple[int, Decimal], ...] = ()
    """Equity by moment (nanoseconds UTC), oldest first; the last minutes suffice."""
    answers: tuple[bool, ...] = ()
    """Whether the venue took each of the last orders, oldest first."""
    cash: Decimal | None = None
    venue_cash: Decimal | None = None
    """As the venue reports it; None: it has not, and nothing is compared."""
    rate_breaches_ns: tuple[int, ...] = ()
    """When the gate refused an order for its rate."""
    messages: int = 0
    """Orders, replacements and cancels of the last hour."""
    fills: int = 0
    """Of the last hour."""
    alerts_since_ns: tuple[int, ...] = ()
    """Since when each critical alert waits for somebody to acknowledge it."""


class Action(StrEnum):
    """What follows from a broken rule."""

    SHUT = "shut"
    """The state of trading goes down, of the account or of what the scope names."""
    ALERT = "alert"
    """Somebody is told; the state stays."""
    PROTECT = "protect"
    """The missing protective stop is placed, or the position closed; the state goes down as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskEvent:
    """A rule was broken by what happened, and this follows."""

    rule: str
    value: Decimal | None
    """None where it could not be measured."""
    limit: Decimal
    state: TradingState
    """Trading is at least this far shut from now on, where the action is no mere alert."""
    reason: str
    scope: str = ""
    """The instrument or strategy that it is about; empty: the account."""
    action: Action = Action.SHUT


class SupervisoryRule(Protocol):
    """One rule."""

    name: ClassVar[str]

    def watch(self, course: Course, *, now_ns: int) -> RiskEvent | None:
        """What follows from the course; None where all is well."""
        ...


@dataclass(frozen=True, slots=True)
class LossOfTheDay:
    """At the limit only reducing; at one and a half times it everything stops."""

    name: ClassVar[str] = "daily_loss"
    limit: Decimal

    def watch(self, course: Course, *, now_ns: int) -> RiskEvent | None:
        """Equity lost since the start of the day."""
        begun = positive(course.day_equity, "the equity at the start of the day")
        value = _lost(begun, number(course.equity, "the account's equity"), whole=begun)
        is_far = isinstance(value, Decimal) and value * 2 >= self.limit * 3
        state = TradingState.KILLED if is_far else TradingState.REDUCE_ONLY
        return _event(self.name, value, self.limit, state)


@dataclass(frozen=True, slots=True)
class DrawdownReached:
    """At the limit only reducing, until a named person looks."""

    name: ClassVar[str] = "drawdown"
    limit: Decimal

    def watch(self, course: Course, *, now_ns: int) -> RiskEvent | None:
        """Equity below its peak."""
        peak = positive(course.peak_equity, "the peak of equity")
        value = _lost(peak, number(course.equity, "the account's equity"), whole=peak)
        return _event(self.name, value, self.limit, TradingState.REDUCE_ONLY)


@dataclass(frozen=True, slots=True)
class LossSpeed:
    """So much lost within a window stops everything: a program gone wrong loses faster than a market."""

    name: ClassVar[str] = "loss_speed"
    limit: Decimal = Decimal("0.005")
    window_s: int = 60

    def watch(self, course: Course, *, now_ns: int) -> RiskEvent | None:
        """The largest equity of the window less equity now, over the equity at the start of the day."""
        since = now_ns - self.window_s * SECOND
        recent = [
            number(equity, "an equity of the last minutes") for at_ns, equity in course.equities if at_ns >= since
        ]
        missing = next((one for one in recent if isinstance(one, Missing)), None)
        equity = number(course.equity, "the account's equity")
        highest = max((one for one in (*recent, equity) if isinstance(one, Decimal)), default=_ZERO)
        begun = positive(course.day_equity, "the equity at the start of the day")
        value = missing or _lost(highest, equity, whole=begun)
        return _event(self.name, value, self.limit, TradingState.KILLED)


@dataclass(frozen=True, slots=True)
class RejectedPart:
    """More than so many of the last orders rejected by the venue: something is misunderstood."""

    name: ClassVar[str] = "rejected"
    limit: Decimal = Decimal("0.20")
    last: int = 50
    """How many orders are looked at; fewer say nothing."""

    def watch(self, course: Course, *, now_ns: int) -> RiskEvent | None:
        """The rejected part of the last orders."""
        answers = course.answers[-self.last :]
        if len(answers) < self.last:
            return None
        value = Decimal(answers.count(False)) / Decimal(len(answers))
        return _event(self.name, value, self.limit, TradingState.REDUCE_ONLY) if value > self.limit else None


@dataclass(frozen=True, slots=True)
class CashDrift:
    """Our cash and the venue's are not the same: told at any difference, shut where it is no rounding any more."""

    name: ClassVar[str] = "cash_drift"
    limit: Decimal = Decimal("0.01")
    """Money that rounding may explain."""
    part: Decimal = Decimal("0.001")
    """Of equity; more than that means that a booking is missing."""

    def watch(self, course: Course, *, now_ns: int) -> RiskEvent | None:
        """The difference, without its sign."""
        if course.venue_cash is None:
            return None
        ours, theirs = number(course.cash, "our cash"), number(course.venue_cash, "the venue's cash")
        if isinstance(ours, Missing) or isinstance(theirs, Missing):
            return _event(self.name, ours if isinstance(ours, Missing) else theirs, self.limit, _REDUCE_ONLY)
        drift = abs(ours - theirs)
        if drift <= self.limit:
            return None
        equity = positive(course.equity, "the account's equity")
        is_small = isinstance(equity, Decimal) and drift <= self.part * equity
        return RiskEvent(
            rule=self.name,
            value=drift,
            limit=self.limit,
            state=TradingState.ACTIVE if is_small else TradingState.CANCEL_ONLY,
            reason=f"our cash is {ours}, the venue's {theirs}",
            action=Action.ALERT if is_small else Action.SHUT,
        )


@dataclass(frozen=True, slots=True)
class RateBreaches:
    """The gate refused orders for their rate so often that something runs away."""

    name: ClassVar[str] = "rate_breaches"
    limit: Decimal = Decimal(3)
    window_s: int = 60

    def watch(self, course: Course, *, now_ns: int) -> RiskEvent | None:
        """How often within the window."""
        since = now_ns - self.window_s * SECOND
        count = sum(1 for at_ns in course.rate_breaches_ns if at_ns > since)
        return _event(self.name, Decimal(count), self.limit, _REDUCE_ONLY)


@dataclass(frozen=True, slots=True)
class MessagesForFills:
    """Many messages for each fill, told before the gate stops them: a strategy that asks much and trades little."""

    name: ClassVar[str] = "messages_per_fill"
    limit: Decimal
    judged_from: int
    """Fewer messages than that say nothing."""

    def watch(self, course: Course, *, now_ns: int) -> RiskEvent | None:
        """Messages of the hour over its fills; without a fill they count as for one."""
        if course.messages < self.judged_from:
            return None
        value = Decimal(course.messages) / max(course.fills, 1)
        if value < self.limit:
            return None
        reason = f"{course.messages} messages for {course.fills} fills within an hour; {self.limit} a fill are told of"
        return RiskEvent(
            rule=self.name,
            value=value,
            limit=self.limit,
            state=TradingState.ACTIVE,
            reason=reason,
            action=Action.ALERT,
        )


@dataclass(frozen=True, slots=True)
class UnacknowledgedAlert:
    """A critical alert that nobody has seen: whoever should watch does not."""

    name: ClassVar[str] = "unacknowledged_alert"
    limit: Decimal = Decimal(120)
    """Seconds."""

    def watch(self, course: Course, *, now_ns: int) -> RiskEvent | None:
        """How long the oldest waits, in seconds."""
        if not course.alerts_since_ns:
            return None
        waits = Decimal(max(now_ns - min(course.alerts_since_ns), 0)) / SECOND
        return _event(self.name, waits, self.limit, _REDUCE_ONLY)


def supervise(
    rules: Iterable[SupervisoryRule], course: Course, *, state: TradingState, now_ns: int
) -> tuple[TradingState, tuple[RiskEvent, ...]]:
    """The state after every rule looked, never further open than before, and what happened."""
    events = tuple(event for rule in rules if (event := rule.watch(course, now_ns=now_ns)) is not None)
    for event in events:
        if not event.scope and event.action is not Action.ALERT:
            state = state.worse_of(event.state)
    return state, events


def _lost(before: Decimal | Missing, now: Decimal | Missing, *, whole: Decimal | Missing) -> Decimal | Missing:
    if isinstance(before, Missing) or isinstance(now, Missing):
        return before if isinstance(before, Missing) else now
    return part(max(before - now, _ZERO), whole)


def _event(rule: str, value: Decimal | Missing, limit: Decimal, state: TradingState) -> RiskEvent | None:
    """An event where the limit is reached, or where nobody can tell."""
    if isinstance(value, Missing):
        reason = f"{value.what} is not known"
        return RiskEvent(rule=rule, value=None, limit=limit, state=TradingState.REDUCE_ONLY, reason=reason)
    if value < limit:
        return None
    return RiskEvent(rule=rule, value=value, limit=limit, state=state, reason=f"{rule} {value:.6f} reached {limit}")
