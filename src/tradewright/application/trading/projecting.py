"""Projecting a journal into tables: the facts are applied once more to books of our own, and what changed is told.

This file decides which rows follow from a fact. It reads a journal that somebody else writes; nothing waits for it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

import msgspec

from tradewright.application.trading.following import Follower
from tradewright.application.trading.journal import fact_view
from tradewright.application.trading.messages import RebuildTables
from tradewright.application.trading.traders import JournalOf, Traders
from tradewright.application.trading.views import TablesBuilt
from tradewright.domain.errors import StorageError
from tradewright.engine.runtime.journal.record import Record
from tradewright.engine.session import facts
from tradewright.engine.session.apply import apply
from tradewright.engine.session.state import SessionState
from tradewright.ports.sessions import KeptSession
from tradewright.ports.tables import BookedFacts, TableRow, TradingTables

BATCH = 2_000
"""Records of one transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderStep:
    """One step of an order, as a line of the log has it."""

    what: str
    """The fact: `OrderFilled`."""
    order: str
    session: str
    instrument: str
    correlation_id: str
    reason: str = ""
    quantity: str = ""
    price: str = ""


Tell = Callable[[OrderStep], None]


class Projector:
    """Follows the journal of one session; `step` books what is new."""

    __slots__ = ("_booked", "_follower", "_session", "_state", "_tables", "_tell", "facts")

    def __init__(
        self, kept: KeptSession, journal_of: JournalOf, tables: TradingTables, *, tell: Tell | None = None
    ) -> None:
        """`tell` is told what an order went through, each step once for each time that it is booked."""
        self._tell = tell
        self._session = kept.terms.session
        self._follower = Follower(journal_of(kept), facts.catalogue())
        self._tables = tables
        self._state = SessionState()
        self._booked = tables.booked(self._session)
        self.facts = 0
        """Records read so far."""

    def step(self) -> int:
        """Book what the journal promised since the last step; how many records that were."""
        rows: list[TableRow] = []
        before = self.facts
        for record in self._follower.new():
            apply(self._state, record.fact)
            self.facts += 1
            if record.sequence > self._booked:
                rows.extend(self._rows(record))
                self._told(record)
            if self.facts % BATCH == 0:
                rows = self._book(rows)
        self._book(rows)
        return self.facts - before

    def _told(self, record: Record) -> None:
        fact = record.fact
        name = fact.fill.client_order_id if isinstance(fact, facts.OrderFilled) else _text(fact, "client_order_id")
        if self._tell is None or not name:
            return
        tracked = self._state.orders.get(name)
        fill = fact.fill if isinstance(fact, facts.OrderFilled) else None
        self._tell(
            OrderStep(
                what=type(fact).__name__,
                order=name,
                session=self._session,
                instrument=_text(fact, "instrument") or (tracked.order.request.instrument if tracked else ""),
                correlation_id=_text(fact, "correlation_id") or (tracked.correlation_id if tracked else ""),
                reason=_text(fact, "reason"),
                quantity=_exact(fill.quantity) or "" if fill else "",
                price=_exact(fill.price) or "" if fill else "",
            )
        )

    def _book(self, rows: list[TableRow]) -> list[TableRow]:
        if self._follower.sequence > self._booked:
            self._tables.book(BookedFacts(self._session, self._follower.sequence, rows))
            self._booked = self._follower.sequence
        return []

    def _rows(self, record: Record) -> Iterator[TableRow]:
        fact = record.fact
        yield self._journal(record)
        name = fact.fill.client_order_id if isinstance(fact, facts.OrderFilled) else _text(fact, "client_order_id")
        if name in self._state.orders:
            yield self._order(name)
        match fact:
            case facts.SessionStarted():
                yield self._row("sessions", mode=fact.mode, account=fact.account, strategy=fact.strategy_name,
                                instruments=",".join(one.instrument for one in fact.instruments),
                                started_ns=fact.time_ns)  # fmt: skip
            case facts.SessionStopped():
                yield self._row("sessions", ended_ns=fact.time_ns, end=f"{fact.who}: {fact.reason}")
            case facts.OrderFilled():
                yield self._fill(fact)
                yield from self._positions(fact.fill.instrument, fact.time_ns)
            case facts.FillBusted():
                yield self._row("fills", execution_id=fact.execution_id, time_ns=fact.time_ns, is_busted=1)
                yield from self._positions(self._state.orders[fact.client_order_id].instrument, fact.time_ns)
            case facts.SplitBooked() | facts.PositionAdopted():
                yield from self._positions(fact.instrument, fact.time_ns)
            case facts.SliceClosed():
                yield self._performance(fact)
            case facts.OrderRefused():
                told = "; ".join(f"{one.control}: {one.reason}" for one in fact.by)
                yield self._risk(record, "refused", fact.client_order_id, who="gate", reason=told)
            case facts.TradingStateChanged():
                yield self._risk(record, f"state {fact.state}", fact.scope, who=fact.who, reason=fact.reason)
            case facts.LimitsAdopted():
                yield self._risk(record, f"limits {fact.version}", "", who=fact.who, reason="")
            case facts.IncidentRaised():
                yield self._risk(record, fact.code, fact.subject, who="session", reason=fact.story)
            case facts.AlertRaised():
                yield self._row("alerts", code=fact.code, subject=fact.subject, time_ns=fact.time_ns,
                                severity=fact.severity, story=fact.story)  # fmt: skip
            case facts.AlertSeen():
                yield self._row("alerts", code=fact.code, subject=fact.subject, time_ns=fact.time_ns,
                                seen_by=fact.who, seen_ns=fact.time_ns)  # fmt: skip

    def _row(self, table: str, **cells: str | int | None) -> TableRow:
        return TableRow(table, {"session": self._session, **cells})

    def _journal(self, record: Record) -> TableRow:
        view = fact_view(record)
        fill = record.fact.fill if isinstance(record.fact, facts.OrderFilled) else None
        return self._row(
            "journal",
            sequence=record.sequence,
            epoch=record.epoch,
            time_ns=view.time_ns,
            kind=view.kind,
            client_order_id=fill.client_order_id if fill else _text(record.fact, "client_order_id") or None,
            correlation_id=_text(record.fact, "correlation_id") or None,
            fields=msgspec.json.encode(view.fields).decode(),
        )

    def _order(self, name: str) -> TableRow:
        tracked = self._state.orders[name]
        order, request = tracked.order, tracked.order.request
        return self._row(
            "orders",
            client_order_id=name,
            time_ns=tracked.born_ns,
            instrument=request.instrument,
            side=request.side.value,
            quantity=_exact(request.quantity),
            kind=request.kind.value,
            limit_price=_exact(request.limit_price),
            stop_price=_exact(request.stop_price),
            time_in_force=request.time_in_force.value,
            strategy=tracked.strategy,
            role=tracked.role.value,
            life=order.life.value,
            filled=_exact(order.filled),
            average_price=_exact(tracked.average_price),
            venue_order_id=order.venue_order_id,
            correlation_id=tracked.correlation_id,
            wished=_exact(tracked.wished),
            bound=tracked.bound,
            remark=tracked.remark,
            changed_ns=tracked.changed_ns,
        )

    def _fill(self, fact: facts.OrderFilled) -> TableRow:
        fill = fact.fill
        return self._row(
            "fills",
            execution_id=fill.execution_id,
            time_ns=fill.time_ns,
            client_order_id=fill.client_order_id,
            instrument=fill.instrument,
            side=fill.side.value,
            quantity=_exact(fill.quantity),
            price=_exact(fill.price),
            fee=_exact(fill.fee.amount),
            fee_currency=fill.fee.currency,
            strategy=self._state.orders[fill.client_order_id].strategy,
            is_busted=0,
        )

    def _positions(self, instrument: str, time_ns: int) -> Iterator[TableRow]:
        for strategy, of in self._state.positions.items():
            if instrument in of:
                one = of[instrument]
                yield self._row(
                    "positions",
                    strategy=strategy,
                    instrument=instrument,
                    quantity=_exact(one.quantity),
                    cost_basis=_exact(one.cost_basis),
                    realized=_exact(one.realized),
                    fees=_exact(one.fees),
                    currency=one.currency,
                    changed_ns=time_ns,
                )

    def _performance(self, fact: facts.SliceClosed) -> TableRow:
        state = self._state
        return self._row(
            "performance_snapshots",
            slice=fact.slice,
            time_ns=fact.time_ns,
            equity=_exact(state.equity()),
            cash=_exact(state.cash.get(state.currency)),
            gross_exposure=_exact(_gross(state)),
            currency=state.currency,
        )

    def _risk(self, record: Record, what: str, subject: str, *, who: str, reason: str) -> TableRow:
        time_ns = fact_view(record).time_ns
        return self._row(
            "risk_events",
            sequence=record.sequence,
            time_ns=time_ns,
            what=what,
            subject=subject,
            who=who,
            reason=reason,
        )


def rebuild_tables(command: RebuildTables, *, traders: Traders, tables: TradingTables) -> TablesBuilt:
    """Anew from the journals; one that cannot be read is left out and named."""
    chosen = [traders.sessions.find(command.session)] if command.session else list(traders.sessions.all())
    broken = () if command.session else traders.sessions.damaged()
    count, built, problems = 0, [], [f"{one.session}: {one.reason}" for one in broken]
    for kept in chosen:
        name = kept.terms.session
        tables.forget(name)
        projector = Projector(kept, traders.journal_of, tables)
        try:
            projector.step()
        except StorageError as problem:
            problems.append(f"{name}: {problem}")
            continue
        count += projector.facts
        built.append(name)
    return TablesBuilt(str(tables.place), tuple(built), count, tuple(problems))


def _gross(state: SessionState) -> Decimal | None:
    total = Decimal(0)
    for name, quantity in state.net_positions().items():
        mark, terms = state.marks.get(name), state.instrument(name)
        if mark is None:
            return None
        total += abs(quantity) * mark * (terms.multiplier if terms else Decimal(1))
    return total


def _text(fact: object, name: str) -> str:
    return str(getattr(fact, name, "") or "")


def _exact(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"
