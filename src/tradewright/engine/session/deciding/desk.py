"""The desk is what every decision of a session has at hand: the state, the memory, the limits, the rules, the markets.

This file decides how the state becomes the gate's book, and in which step an order must be legal before it is a fact.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Protocol

from tradewright.domain.identifiers import AccountId
from tradewright.domain.orders.order import Order
from tradewright.domain.orders.request import OrderKind
from tradewright.domain.orders.transitions import IllegalStep, OrderEvent
from tradewright.engine.session import facts
from tradewright.engine.session.bookings import counts_as_begun
from tradewright.engine.session.effects import Alert, Effect, Severity
from tradewright.engine.session.facts import Fact, Role
from tradewright.engine.session.memory import Memory
from tradewright.engine.session.rules import SessionRules
from tradewright.engine.session.state import OPERATOR, SessionState
from tradewright.engine.session.tracked import TrackedOrder
from tradewright.ports.broker import BrokerTraits
from tradewright.ports.feed import Slice
from tradewright.trading.risk.account import NEAR, AccountView, book_of
from tradewright.trading.risk.book import Begun, Book, MarketView, OpenPosition
from tradewright.trading.risk.policy import LimitsPolicy
from tradewright.trading.risk.sent import Moments, SentOrders
from tradewright.trading.risk.states import TradingState

_NEVER_NEW = 1_000_000
"""Days that a person counts as having traded live."""
Outcome = Fact | Effect
Outcomes = Iterator[Outcome]


class Markets(Protocol):
    """What is known of the markets: fed with every slice, asked for a view before every order."""

    def take(self, seen: Slice) -> None:
        """Learn from a slice; its bars are in the order of the session's instruments."""
        ...

    def view(self, instrument: str, *, mark: Decimal | None, marked_ns: int | None, now_ns: int) -> MarketView | None:
        """The market of an instrument as the gate wants it; None for one that is not known."""
        ...

    def correlations(self, of: Sequence[str], *, beside: Sequence[str]) -> dict[tuple[str, str], Decimal]:
        """Of the returns of each of the first with each of the others, by pair of ids in alphabetical order."""
        ...


@dataclass(slots=True)
class Desk:
    """State and memory are mutable; the rest is fixed, but for the policy, which a command replaces."""

    state: SessionState
    memory: Memory
    policy: LimitsPolicy
    traits: BrokerTraits
    rules: SessionRules
    markets: Markets

    @property
    def now_ns(self) -> int:
        """The session's time; it never falls."""
        return max(self.memory.moment.session_ns, self.state.now_ns)

    @property
    def mono_ns(self) -> int:
        """Monotonic time."""
        return self.memory.moment.monotonic_ns

    @property
    def lag_ns(self) -> int:
        """How old what an answer tells can be when the question is asked."""
        return 0 if self.traits.is_current else self.traits.settles_within_ns

    @property
    def account(self) -> AccountId:
        """The account that is traded."""
        return AccountId(self.state.terms.account)

    def executes_ns(self) -> int | None:
        """The first moment at which an order sent now can execute; None while no slice has come."""
        shown = self.memory.shown or self.memory.seen
        if shown is None:
            return None
        return self.now_ns if shown.next_open_ns is None else max(shown.next_open_ns, shown.time_ns)

    def trading_state(self) -> TradingState:
        """How far everything is shut; until the books agree with the venue's nothing new is risked."""
        shut = self.state.shut.get("")
        state = TradingState.ACTIVE if shut is None else TradingState(shut.state)
        return state if self.memory.is_green else state.worse_of(TradingState.CANCEL_ONLY)

    def halts(self) -> dict[str, TradingState]:
        """Scopes that are shut, frozen instruments among them."""
        found = {scope: TradingState(shut.state) for scope, shut in self.state.shut.items() if scope}
        for name in self.state.frozen:
            found[name] = found.get(name, TradingState.ACTIVE).worse_of(TradingState.REDUCE_ONLY)
        return found

    def book(self, *instruments: str, without: str = "") -> Book:
        """The gate's book now; `instruments` are those that will be asked for, `without` an order not to count."""
        state, memory, now_ns = self.state, self.memory, self.now_ns
        net = state.net_positions()
        working = [tracked for tracked in state.working() if tracked.id != without]
        names = sorted({*net, *instruments, *[tracked.instrument for tracked in working]})
        markets = {name: view for name in names if (view := self._view(name, now_ns)) is not None}
        self._catch_up()
        stops = {one.instrument: one for one in state.working() if one.role is Role.STOP_LOSS}
        book = book_of(
            AccountView(
                account=self.account,
                now_ns=now_ns,
                cash=state.cash.get(state.currency),
                peak_equity=state.peak_equity,
                day_equity=state.day_equity,
                day_began_ns=state.day_began_ns,
                positions=memory.positions.of(net, stops, make=_position),
                reservations=memory.reservations.of(tracked for tracked in working if not tracked.only_closes),
                markets=markets,
                correlations=self.markets.correlations(instruments, beside=names),
                epoch=state.epoch,
                state=self.trading_state(),
                halts=self.halts(),
                sent=memory.sent,
                messages=memory.messages,
                fills=memory.fills,
                live_days=self._live_days(),
                begun=self._begun(without),
                leverage=state.terms.leverage * (1 + NEAR),
            )
        )
        memory.book = book if memory.book is None else book.knowing(memory.book)
        return book

    def _live_days(self) -> dict[str, int] | None:
        if not self.state.is_live:
            return None
        return {self.state.terms.strategy_name: self.state.live_days, OPERATOR: _NEVER_NEW}

    def _begun(self, without: str) -> dict[str, Begun] | None:
        """How the strategy has begun to trade live: `without` is an order that is asked for again or changed."""
        state = self.state
        if not state.is_live:
            return None
        working = (
            one.id
            for one in state.working()
            if one.id != without and counts_as_begun(state, one.strategy, role=one.role)
        )
        return {state.terms.strategy_name: Begun(state.live_orders, tuple(working))}

    def messages_since(self, time_ns: int) -> int:
        """Orders, replacements and cancels that went out after a moment."""
        self._catch_up()
        return self.memory.sent.number(since_ns=time_ns + 1) + self.memory.messages.count(after_ns=time_ns)

    def legal(self, tracked: TrackedOrder, event: OrderEvent) -> bool:
        """Whether the table has the step."""
        return isinstance(tracked.order.after(event), Order)

    def illegal(self, tracked: TrackedOrder, step: IllegalStep) -> Outcomes:
        """A step that cannot be: an incident, and nothing new in the instrument."""
        reason = f"order {tracked.id}: {step}"
        if self.state.frozen.get(tracked.instrument) == reason:
            return  # told again, as every look at the venue tells it
        yield from self.incident("ILLEGAL_STEP", tracked.instrument, story=reason)
        yield from self.freeze(tracked.instrument, reason)

    def incident(self, code: str, subject: str, *, story: str) -> Outcomes:
        """Something that must not happen has happened: kept, and told at once."""
        yield facts.IncidentRaised(self.now_ns, code, subject, story)
        yield from self.alert(Severity.CRITICAL, code, subject=subject, story=story)

    def incident_once(self, code: str, subject: str, *, story: str) -> Outcomes:
        """An incident that would come again with every report: one, until somebody has seen it."""
        if f"{code} {subject}" not in self.state.alerts:
            yield from self.incident(code, subject, story=story)

    def alert(self, severity: Severity, code: str, *, subject: str, story: str) -> Outcomes:
        """Tell people, once until somebody has seen it."""
        if f"{code} {subject}" in self.state.alerts:
            return
        if severity is Severity.CRITICAL:
            self.memory.critical_since.setdefault(f"{code} {subject}", self.mono_ns)
        yield facts.AlertRaised(self.now_ns, severity.value, code, subject, story)
        yield Alert(severity, code, subject, story)

    def freeze(self, instrument: str, reason: str) -> Outcomes:
        """Nothing new is risked in it."""
        if instrument and self.state.frozen.get(instrument) != reason:
            yield facts.InstrumentFrozen(self.now_ns, instrument, reason)

    def newest_execution_ns(self, otherwise: int) -> int:
        """The venue's time of the newest execution. Only those since the last question are looked at: a long session
        has many, and is asked several times a minute."""
        seen, newest = self.memory.newest_ns
        executions = self.state.executions
        fresh = islice(reversed(executions.values()), len(executions) - seen)
        newest = max((newest, self.state.gone.newest_ns, *(fill.time_ns for fill in fresh)))
        self.memory.newest_ns = (len(executions), newest)
        return newest if executions or self.state.gone.executions else otherwise

    def legs(self, link: str) -> list[TrackedOrder]:
        """The orders of a link, oldest first; only orders that came since the last question are looked at."""
        memory, orders = self.memory, self.state.orders
        fresh = list(islice(reversed(orders.values()), len(orders) - memory.linked))
        for one in reversed(fresh):
            if one.order.request.link:
                memory.links.setdefault(one.order.request.link, []).append(one.id)
        memory.linked = len(orders)
        return [orders[name] for name in memory.links.get(link, ())]

    def protection(self, instrument: str, role: Role) -> TrackedOrder | None:
        """The working order that protects the instrument's position on that side, the newest where there are more."""
        found = [one for one in self.state.working() if one.instrument == instrument and one.role is role]
        return found[-1] if found else None

    def targets(self, instrument: str) -> list[TrackedOrder]:
        """The instrument's target orders that could still fill."""
        return [one for one in self.state.working() if one.instrument == instrument and one.role is Role.TARGET]

    def _view(self, name: str, now_ns: int) -> MarketView | None:
        state = self.state
        return self.markets.view(name, mark=state.marks.get(name), marked_ns=state.marked_ns.get(name), now_ns=now_ns)

    def _catch_up(self) -> None:
        """The gate's counters from the state's lists: added to where they grew, made anew where they were cut."""
        state, memory = self.state, self.memory
        if len(memory.sent) > len(state.sent) or (len(memory.sent) and memory.sent[0] is not state.sent[0]):
            memory.sent = SentOrders(state.sent)
        for one in state.sent[len(memory.sent) :]:
            memory.sent = memory.sent.adding(one)
        memory.fills = _grown(memory.fills, state.fill_times)
        memory.messages = _grown(memory.messages, state.messages)


def _grown(moments: Moments, times: list[int]) -> Moments:
    if len(moments) > len(times):
        return Moments(times)
    for time_ns in times[len(moments) :]:
        moments = moments.adding(time_ns)
    return moments


def _position(name: str, quantity: Decimal, stop: TrackedOrder | None) -> OpenPosition:
    if stop is None:
        return OpenPosition(instrument=name, quantity=quantity)
    request = stop.order.request
    covers = None if request.closes_position else stop.order.remaining
    price = request.stop_price if request.kind is not OrderKind.TRAILING_STOP else None
    return OpenPosition(instrument=name, quantity=quantity, protective_stop=price, protected=covers)
