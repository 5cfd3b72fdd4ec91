"""What a strategy asked for in a backtest, asked of the paper venue order by order, comes to the same cent.

The tape of a run holds targets, protection, cancels and plain orders of every kind in raw prices, also over splits;
each is said in the words of the Broker port, as a trading session says it.
"""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.engine.engine_samples import Gambler, random_bars
from tests.unit.simulation.paper.paper_samples import Walk

from tradewright.domain.costs import Commission, Cost, PerShare, Slippage, Spread
from tradewright.domain.identifiers import ClientOrderId
from tradewright.domain.matching.layout import CANCEL, SUBMIT, TARGET
from tradewright.domain.orders.request import OrderKind, OrderRequest, TimeInForce
from tradewright.domain.orders.side import Side
from tradewright.engine.assumptions import Assumptions, Numbers
from tradewright.engine.backtest import run_backtest
from tradewright.engine.tape import Tape
from tradewright.ports.broker import CashMoved, Executed, SplitDone
from tradewright.ports.historical import NewOrder
from tradewright.simulation.broker import SimulatedBroker
from tradewright.simulation.paper.record import PaperOrder
from tradewright.trading.bars import Bars

COSTS: list[Cost] = [Commission(bps=0), PerShare(0.005, minimum=1) + Spread(bps=3), Commission(bps=7) + Slippage(bps=4)]
KINDS = [OrderKind.MARKET, OrderKind.LIMIT, OrderKind.STOP, OrderKind.STOP_LIMIT, OrderKind.TRAILING_STOP]
FORCES = [
    TimeInForce.GTC, TimeInForce.DAY, TimeInForce.GTD, TimeInForce.IOC, TimeInForce.FOK, TimeInForce.AT_OPEN,
    TimeInForce.AT_CLOSE,
]  # fmt: skip


class Listening(SimulatedBroker):
    """A backtest's broker that tells which numbers its orders got."""

    __slots__ = ("ids",)

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.ids: list[int] = []

    def submit(self, order: NewOrder, *, row: int) -> int:
        identity = super().submit(order, row=row)
        self.ids.append(identity)
        return identity


class Session:
    """Says what stands on a tape to a venue; `ids` are the numbers that the backtest's orders had."""

    def __init__(self, tape: Tape, bars: Bars, ids: list[int], **terms: Any) -> None:
        self.tape = tape
        self.ids = iter(ids)
        self.names: dict[int, ClientOrderId] = {}
        self.bars = bars
        self.walk = Walk(bars, **terms)
        self.venue = self.walk.venue

    def play(self) -> None:
        at = 0
        for row in range(len(self.bars)):
            self.walk.step()
            while at < len(self.tape) and self.tape.row[at] == row:
                self.say(at)
                at += 1
        self.walk.events += self.venue.close()

    def say(self, at: int) -> None:
        tape = self.tape
        instrument = self.bars.instruments[tape.instrument[at]]
        if tape.action[at] == CANCEL:
            self.keep(self.venue.cancel(self.names[tape.subject[at]]))
        elif tape.action[at] == SUBMIT:
            if tape.role[at] == TARGET:
                for order in self.targets(instrument):
                    self.keep(self.venue.cancel(order.name))
            if tape.side[at] != 0:
                name = self.names[next(self.ids)] = self.name()
                self.keep(self.venue.submit(name, self.request(at, instrument)))
        else:
            self.protect(instrument, tape.loss[at], tape.gain[at])

    def request(self, at: int, instrument: str) -> OrderRequest:
        tape = self.tape
        kind, force = KINDS[tape.kind[at]], FORCES[tape.force[at]]
        return OrderRequest(
            instrument=instrument,
            side=Side.BUY if tape.side[at] > 0 else Side.SELL,
            quantity=tape.quantity[at],
            kind=kind,
            limit_price=tape.limit[at] if kind.has_limit else None,
            stop_price=tape.trigger[at] if kind.has_stop else None,
            trailing_offset=tape.trail[at] or None,
            trailing_share=tape.trail_share[at] or None,
            time_in_force=force,
            expires_ns=tape.expires[at] or None,
            reduces_only=bool(tape.reduces[at]),
            takes_less=tape.role[at] == TARGET,
            stop_loss=tape.loss[at] or None,
            take_profit=tape.gain[at] or None,
            group=str(tape.group[at]) if tape.group[at] else "",
        )

    def protect(self, instrument: str, loss: Decimal, gain: Decimal) -> None:
        has_stop = has_target = False
        for order in self.venue.book.working():
            old = order.request
            if old.instrument != instrument:
                continue
            if old.closes_position and old.kind is OrderKind.STOP and loss > 0:
                has_stop = True
                self.keep(self.venue.replace(order.name, replace(old, stop_price=loss)))
            elif old.closes_position and old.kind is OrderKind.LIMIT and gain > 0:
                has_target = True
                self.keep(self.venue.replace(order.name, replace(old, limit_price=gain)))
            elif old.takes_less:
                wanted = replace(old, stop_loss=loss or old.stop_loss, take_profit=gain or old.take_profit)
                self.keep(self.venue.replace(order.name, wanted))
        held = self.venue.positions().get(instrument, Decimal(0))
        if held and loss > 0 and not has_stop:
            self.close_at(instrument, held, kind=OrderKind.STOP, stop_price=loss)
        if held and gain > 0 and not has_target:
            self.close_at(instrument, held, kind=OrderKind.LIMIT, limit_price=gain)

    def close_at(self, instrument: str, held: Decimal, **terms: Any) -> None:
        closing = OrderRequest(
            instrument=instrument, side=Side.of(-held), quantity=abs(held), time_in_force=TimeInForce.GTC,
            reduces_only=True, closes_position=True, **terms,
        )  # fmt: skip
        self.keep(self.venue.submit(self.name(), closing))

    def targets(self, instrument: str) -> list[PaperOrder]:
        working = self.venue.book.working()
        return [order for order in working if order.request.instrument == instrument and order.request.takes_less]

    def name(self) -> ClientOrderId:
        return ClientOrderId(f"o{len(self.walk.events)}-{len(self.names)}")

    def keep(self, events: Any) -> None:
        self.walk.events += events


@pytest.mark.parametrize("seed", range(20))
def test_a_session_comes_to_the_cent_of_the_backtest(seed: int) -> None:
    bars = random_bars(
        seed, rows=90, width=1 + seed % 3, missing=0.08 * (seed % 2), actions=seed % 4, session_bars=1 + seed % 2 * 3
    )
    costs, leverage, participation = COSTS[seed % 3], 1 + seed % 2, (0.0, 0.05)[seed % 5 == 4]
    tape = Tape()
    assumptions = Assumptions(
        numbers=Numbers.EXACT, costs=costs, leverage=leverage, participation=participation, lot=0.5
    )
    made: list[Listening] = []

    def factory(*given: Any, **named: Any) -> Listening:
        made.append(Listening(*given, **named))
        return made[-1]

    run = run_backtest(
        Gambler(seed, 0.6), bars, assumptions=assumptions, broker_factory=factory, engine="runtime", tape=tape
    )
    session = Session(
        tape,
        bars,
        made[0].ids,
        lot=Decimal("0.5"),
        costs=costs,
        leverage=Decimal(leverage),
        participation=Decimal(repr(participation)),
    )
    session.play()
    fills = [event.fill for event in session.walk.events if isinstance(event, Executed)]
    assert [float(fill.signed_quantity) for fill in fills] == run.fills.quantity.tolist()
    assert [float(fill.price) for fill in fills] == run.fills.price.tolist()
    assert [float(fill.fee.amount) for fill in fills] == run.fills.fee.tolist()
    venue = session.venue
    assert float(venue.cash) == run.change_cash[-1]
    assert [float(venue.positions().get(name, Decimal(0))) for name in bars.instruments] == run.quantity.tolist()
    paid = sum((event.amount for event in session.walk.events if isinstance(event, CashMoved)), Decimal(0))
    assert float(paid) == run.dividends
    assert len([event for event in session.walk.events if isinstance(event, SplitDone)]) <= len(run.splits)
    assert len(fills) > 10
