"""Watching sessions: their journals are followed while traders write them, and what the facts mean is told as news.

This file decides what is told of which fact. A trader does not notice that somebody watches: nothing is asked of it and
nothing is written. Facts that come together are told together: of an order, a position and an account as they stand
after the last of them, of fills, bars and refusals each one.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields
from itertools import islice
from typing import Any, Final, TypeVar

from tradewright.application.trading.across_messages import FillView, RiskEventView, SessionOrder, SessionPosition
from tradewright.application.trading.books import order_view, portfolio_view, position_views
from tradewright.application.trading.following import Follower
from tradewright.application.trading.traders import Bygone, JournalOf
from tradewright.application.watching.news import News, SessionAccount, SessionAlert, SessionBar
from tradewright.domain.errors import TradewrightError
from tradewright.engine.runtime.journal.record import Record
from tradewright.engine.session import facts
from tradewright.engine.session.apply import apply
from tradewright.engine.session.state import SessionState
from tradewright.ports.sessions import KeptSession, SessionLife, Sessions
from tradewright.settings.secrets import masked

AT_ONCE: Final = 5_000
"""Facts of one session that are read before others get their turn."""
_LIVE: Final = frozenset({SessionLife.RUNNING, SessionLife.STARTING})
_LOG: Final = logging.getLogger("tradewright.watching")
V = TypeVar("V")


@dataclass(slots=True)
class _Touched:
    """What the facts since the last look have changed."""

    orders: dict[str, None] = field(default_factory=dict)
    instruments: dict[str, None] = field(default_factory=dict)
    is_marked: bool = False
    """All marks are new."""
    is_moved: bool = False
    """Money has moved."""


class SessionWatch:
    """Follows one session; `step` tells what is new."""

    __slots__ = ("_follower", "_is_caught_up", "_state", "_touched", "kept")

    def __init__(self, kept: KeptSession, journal_of: JournalOf) -> None:
        self.kept = kept
        self._follower = Follower(journal_of(kept), facts.catalogue())
        self._state = SessionState()
        self._is_caught_up = False
        self._touched = _Touched()

    def step(self) -> Iterator[News]:
        """News since the last step. What happened before the first one is told as the state it led to."""
        records = list(islice(self._follower.new(), AT_ONCE))
        for record in records:
            if self._is_caught_up:
                yield from self._before(record)
            apply(self._state, record.fact)
            if self._is_caught_up:
                yield from self._told(record)
        if self._is_caught_up:
            yield from self._standing()
        elif len(records) < AT_ONCE:
            self._is_caught_up = True
            yield from self.whole()

    def whole(self) -> Iterator[News]:
        """The state: orders that could still fill, what is held, the account, alerts that nobody has seen."""
        if self._is_caught_up and self._state.started is not None:
            touched = _Touched(dict.fromkeys(self._state.open), is_marked=True, is_moved=True)
            yield from self._of(touched)
            for one in self._state.alerts.values():
                yield self._alert(one.code, one.subject, story=one.story, time_ns=one.time_ns, seen_by=one.seen_by)

    def ended(self, kept: KeptSession) -> Iterator[News]:
        """The rest, and that it is over."""
        yield from self.step()
        self.kept = kept
        if self._state.started is not None:
            yield "account", self._account()

    def _before(self, record: Record) -> Iterator[News]:
        """What has to be told of how it was."""
        match record.fact:
            case facts.AlertSeen() as fact:
                one = self._state.alerts.get(f"{fact.code} {fact.subject}")
                if one is not None:
                    yield self._alert(
                        fact.code, fact.subject, story=one.story, time_ns=one.time_ns, seen_by=fact.who or "somebody"
                    )

    def _told(self, record: Record) -> Iterator[News]:
        """Happenings, each by itself; what it changed is written down for `_standing`."""
        fact, touched = record.fact, self._touched
        name = (
            fact.fill.client_order_id if isinstance(fact, facts.OrderFilled) else getattr(fact, "client_order_id", "")
        )
        if name in self._state.orders:
            touched.orders[name] = None
        match fact:
            case facts.OrderFilled():
                touched.instruments[fact.fill.instrument] = None
                touched.is_moved = True
                yield "fills", self._fill(fact.fill.execution_id, is_busted=False)
            case facts.FillBusted():
                touched.instruments[self._state.executions[fact.execution_id].instrument] = None
                touched.is_moved = True
                yield "fills", self._fill(fact.execution_id, is_busted=True)
            case facts.SplitBooked() | facts.PositionAdopted():
                touched.instruments[fact.instrument] = None
                touched.is_moved = True
            case facts.CashBooked() | facts.Reconciled() | facts.DayBegan():
                touched.is_moved = True
            case facts.SliceClosed():
                touched.is_marked = touched.is_moved = True
                for instrument, mark in fact.marks.items():
                    yield (
                        "bars",
                        self._own(
                            SessionBar, instrument=instrument, slice=fact.slice, time_ns=fact.time_ns, close=mark
                        ),
                    )
            case facts.AlertRaised():
                yield self._alert(fact.code, fact.subject, story=fact.story, time_ns=fact.time_ns, seen_by="")
            case _:
                yield from self._risk(record)

    def _risk(self, record: Record) -> Iterator[News]:
        match record.fact:
            case facts.OrderRefused() as fact:
                told = "; ".join(f"{one.control}: {one.reason}" for one in fact.by)
                yield self._event(record, "refused", fact.client_order_id, who="gate", reason=told)
            case facts.TradingStateChanged() as fact:
                yield self._event(record, f"state {fact.state}", fact.scope, who=fact.who, reason=fact.reason)
            case facts.LimitsAdopted() as fact:
                yield self._event(record, f"limits {fact.version}", "", who=fact.who, reason="")
            case facts.IncidentRaised() as fact:
                yield self._event(record, fact.code, fact.subject, who="session", reason=fact.story)

    def _standing(self) -> Iterator[News]:
        """States that changed since the last step."""
        touched, self._touched = self._touched, _Touched()
        yield from self._of(touched)

    def _of(self, touched: _Touched) -> Iterator[News]:
        state = self._state
        for name in touched.orders:
            if name in state.orders:
                yield "orders", _whose(SessionOrder, order_view(state.orders[name]), self.kept)
        if touched.instruments or touched.is_marked:
            for one in position_views(state, with_flat=True):
                if one.instrument in touched.instruments or (touched.is_marked and one.quantity):
                    yield "positions", _whose(SessionPosition, one, self.kept)
        if touched.is_moved:
            yield "account", self._account()

    def _account(self) -> SessionAccount:
        view = portfolio_view(Bygone(self.kept, self._state))
        own = {one.name: getattr(view, one.name) for one in fields(SessionAccount) if hasattr(view, one.name)}
        return SessionAccount(**own, life=self.kept.life.value)

    def _fill(self, execution: str, *, is_busted: bool) -> FillView:
        fill = self._state.executions[execution]
        tracked = self._state.orders.get(fill.client_order_id)
        return self._own(
            FillView,
            execution=fill.execution_id,
            time_ns=fill.time_ns,
            order=fill.client_order_id,
            instrument=fill.instrument,
            side=fill.side.value,
            quantity=fill.quantity,
            price=fill.price,
            fee=fill.fee.amount,
            fee_currency=fill.fee.currency,
            strategy="" if tracked is None else tracked.strategy,
            is_busted=is_busted,
        )

    def _event(self, record: Record, what: str, subject: str, *, who: str, reason: str) -> News:
        time_ns = int(getattr(record.fact, "time_ns", 0))
        return "risk", self._own(
            RiskEventView,
            sequence=record.sequence,
            time_ns=time_ns,
            what=what,
            subject=subject,
            who=who,
            reason=masked(reason),
        )

    def _alert(self, code: str, subject: str, *, story: str, time_ns: int, seen_by: str) -> News:
        return "alerts", self._own(
            SessionAlert, code=code, subject=subject, story=masked(story), time_ns=time_ns, seen_by=seen_by
        )

    def _own(self, kind: Callable[..., V], **told: Any) -> V:
        """With whose it is."""
        terms = self.kept.terms
        return kind(session=terms.session, account=terms.account, **told)


@dataclass(slots=True)
class SessionsWatch:
    """Watches every session that runs."""

    sessions: Sessions
    journal_of: JournalOf
    _watched: dict[str, SessionWatch] = field(default_factory=dict)
    _broken: set[str] = field(default_factory=set)

    def look(self) -> Iterator[News]:
        """Which sessions run now: new ones are watched from here on, those that are over are told so."""
        live = {}
        for kept in self.sessions.all():
            name = kept.terms.session
            if kept.life in _LIVE and name not in self._broken:
                live[name] = kept
            elif name in self._watched:
                yield from self._safely(name, self._watched[name].ended(kept))
                self._watched.pop(name, None)
        for name, kept in live.items():
            if name in self._watched:
                self._watched[name].kept = kept
            else:
                self._watched[name] = SessionWatch(kept, self.journal_of)

    def step(self) -> Iterator[News]:
        """What is new in each."""
        for name, one in list(self._watched.items()):
            yield from self._safely(name, one.step())

    def whole(self) -> Iterator[News]:
        """The state of each."""
        for name, one in list(self._watched.items()):
            yield from self._safely(name, one.whole())

    def _safely(self, name: str, told: Iterator[News]) -> Iterator[News]:
        """A journal that cannot be read or replayed ends the watching of its session, and of no other."""
        try:
            yield from told
        except (TradewrightError, AssertionError, KeyError, TypeError, ValueError) as problem:
            _LOG.error("session %s is watched no more: %s: %s", name, type(problem).__name__, problem)
            self._watched.pop(name, None)
            self._broken.add(name)


def _whose(kind: Callable[..., V], view: object, kept: KeptSession) -> V:
    """A view of one session, with whose it is."""
    own = {one.name: getattr(view, one.name) for one in fields(view)}  # type: ignore[arg-type]
    return kind(**own, session=kept.terms.session, account=kept.terms.account)
