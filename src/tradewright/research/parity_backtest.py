"""The backtest of a session: its slices once more, with its strategy, limits, costs, lots, numbers, warm-up and start.

This file decides how the run is watched: a broker stands before the simulated one and takes down what is sent to it and
what it says, in exact numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tradewright.domain.costs import Cost
from tradewright.domain.matching.layout import (
    AT_CLOSE,
    AT_OPEN,
    DAY,
    FOK,
    GTC,
    GTD,
    IOC,
    LIMIT,
    MARKET,
    STOP,
    STOP_LIMIT,
    TOUCHED,
    TOUCHED_LIMIT,
    TRAILING,
)
from tradewright.engine.assumptions import AdjustedTo, Assumptions, Numbers
from tradewright.engine.backtest import EngineChoice, run_backtest
from tradewright.engine.run import REASONS, CutOrder, RefusedOrder, Run
from tradewright.engine.runtime.known_market import FINEST
from tradewright.engine.runtime.limits_in_time import LimitsInTime
from tradewright.ports.historical import BrokerFactory, Filled, HistoricalBroker, MarketFeed, NewOrder, Report
from tradewright.research.parity_session import SessionStory
from tradewright.research.parity_story import Execution, Intent, Ledger, Refusal, Story
from tradewright.trading.sizing.allocation import Allocation
from tradewright.trading.sizing.sizing_text import allocation_of
from tradewright.trading.strategies.strategy import Strategy

KINDS = {
    MARKET: "market", LIMIT: "limit", STOP: "stop", STOP_LIMIT: "stop_limit", TRAILING: "trailing_stop",
    TOUCHED: "market_if_touched", TOUCHED_LIMIT: "limit_if_touched",
}  # fmt: skip
FORCES = {
    GTC: "gtc", DAY: "day", GTD: "gtd", IOC: "ioc", FOK: "fok", AT_OPEN: "at_open", AT_CLOSE: "at_close",
}  # fmt: skip
ROLES = {0: "plain"} | {number: name for number, name in enumerate(REASONS) if number}


@dataclass(slots=True)
class Watched:
    """What passed between a run and its broker."""

    sent: list[tuple[int, NewOrder]] = field(default_factory=list)
    """Row and order, as sent."""
    reports: list[Report] = field(default_factory=list)
    ledgers: list[tuple[int, Ledger]] = field(default_factory=list)
    """Row, and the account once its open and range are over."""
    end: Ledger = field(default_factory=lambda: Ledger(Decimal(0), {}, {}))


class WatchedBroker:
    """Hands everything on to a broker, and takes it down."""

    def __init__(
        self, broker: HistoricalBroker, watched: Watched, *, ledger: Any, positions: Sequence[Any], names: Sequence[str]
    ) -> None:
        self._broker, self._watched = broker, watched
        self._ledger, self._positions, self._names = ledger, positions, names
        watched.end = self._account()

    def submit(self, order: NewOrder, *, row: int) -> int:
        """Take an order down, and hand it on."""
        self._watched.sent.append((row, order))
        return self._broker.submit(order, row=row)

    def supersede(self, instrument: int, *, row: int) -> None:
        """Hand it on."""
        self._broker.supersede(instrument, row=row)

    def cancel(self, order: int, *, row: int) -> None:
        """Hand it on."""
        self._broker.cancel(order, row=row)

    def replace(self, order: int, terms: NewOrder, *, row: int) -> None:
        """Hand it on."""
        self._broker.replace(order, terms, row=row)

    def protect(self, instrument: int, *, row: int, loss: Any, gain: Any) -> None:
        """Hand it on."""
        self._broker.protect(instrument, row=row, loss=loss, gain=gain)

    def is_due(self, row: int) -> bool:
        """As the broker says."""
        return self._broker.is_due(row)

    def advance(self, row: int) -> None:
        """Let the row happen, and look at the account."""
        self._broker.advance(row)
        self._watched.end = self._account()
        self._watched.ledgers.append((row, self._watched.end))

    def close(self, row: int, *, is_last: bool) -> bool:
        """Let the close happen; it counts with the next row."""
        is_over = self._broker.close(row, is_last=is_last)
        account = self._account()
        if account != self._watched.end:
            self._watched.end = account
            self._watched.ledgers.append((row + 1, account))
        return is_over

    def rests_until(self, row: int) -> int:
        """As the broker says."""
        return self._broker.rests_until(row)

    def reports(self) -> Sequence[Report]:
        """Take down what it says."""
        told = self._broker.reports()
        self._watched.reports.extend(told)
        return told

    def has_news(self) -> bool:
        """As the broker says."""
        return self._broker.has_news()

    def margin_calls(self) -> int:
        """As the broker says."""
        return self._broker.margin_calls()

    def _account(self) -> Ledger:
        pairs = list(zip(self._names, self._positions, strict=True))
        return Ledger(
            self._ledger.cash,
            {name: position.quantity for name, position in sorted(pairs) if position.quantity != 0},
            {name: position.realized for name, position in pairs if position.realized != 0},
        )


def backtest_story(
    session: SessionStory, strategy: Strategy, *, costs: Cost, limits: LimitsInTime, broker_factory: BrokerFactory
) -> Story:
    """Run the session's slices through the backtest, and tell what it did in the session's words."""
    watched = Watched()
    bars = session.bars

    class Watching:
        """The broker factory with somebody beside it."""

        def __call__(
            self, feed: MarketFeed, ledger: Any, positions: list[Any], *, charge: Any, closes_out: bool
        ) -> WatchedBroker:
            broker = broker_factory(feed, ledger, positions, charge=charge, closes_out=closes_out)
            return WatchedBroker(broker, watched, ledger=ledger, positions=positions, names=bars.instruments)

    run = run_backtest(
        strategy,
        bars,
        assumptions=assumptions_of(session, costs=costs),
        broker_factory=Watching(),
        engine=EngineChoice.RUNTIME,
        limits=limits,
        is_replay=True,
    )
    return _told(session, watched, run)


def assumptions_of(session: SessionStory, *, costs: Cost) -> Assumptions:
    """The session's terms as those of a backtest."""
    start = session.start
    trading = [one.time_ns for one in session.slices if not one.is_warm_up]
    return Assumptions(
        cash=float(session.opening_cash),
        costs=costs,
        lots={one.instrument: float(one.lot or FINEST) for one in start.instruments},
        multipliers={one.instrument: float(one.multiplier) for one in start.instruments},
        leverage=float(start.leverage),
        rebalance_band=start.strategy.rebalance_band,
        allocation=_allocation(session),
        numbers=Numbers.EXACT,
        adjusted_to=AdjustedTo.FIRST,
        trades_from_ns=trading[0] if trading else session.slices[-1].time_ns + 1,
        participation=float(start.participation),
    )


def _allocation(session: SessionStory) -> Allocation:
    terms = session.start.strategy
    return allocation_of(terms.allocation, terms.instruments)


def _told(session: SessionStory, watched: Watched, run: Run) -> Story:
    slices, names = [one.number for one in session.slices], tuple(one.instrument for one in session.start.instruments)
    last = slices[-1]
    story = Story(
        intents=[
            _intent(order, slices[row], names=names, cut=cut)
            for (row, order), cut in zip(watched.sent, _cuts(watched, run), strict=True)
            if slices[row] < last
        ],
        refusals=[_refusal(one, slices[one.row], names=names) for one in run.refusals if slices[one.row] < last],
        fills=[
            Execution(slices[one.row], names[one.instrument], ROLES[one.role], one.quantity, one.price, one.fee)
            for one in watched.reports
            if isinstance(one, Filled)
        ],
        end=watched.end,
    )
    account, changes = Ledger(Decimal(str(session.opening_cash)), {}, {}), watched.ledgers
    at = 0
    for row, number in enumerate(slices):
        while at < len(changes) and changes[at][0] <= row:
            account = changes[at][1]
            at += 1
        story.ledgers[number] = account
    return story


def _cuts(watched: Watched, run: Run) -> list[CutOrder | None]:
    """The cut that made each order sent: the orders of a row are those asked for that were not refused."""
    refused = {(one.row, one.place) for one in run.refusals}
    by_place = {(one.row, one.place): one for one in run.cuts}
    found: list[CutOrder | None] = []
    at, place = -1, -1
    for row, _ in watched.sent:
        place = place + 1 if row == at else 0
        at = row
        while (row, place) in refused:
            place += 1
        found.append(by_place.get((row, place)))
    return found


def _intent(order: NewOrder, number: int, *, names: Sequence[str], cut: CutOrder | None) -> Intent:
    return Intent(
        slice=number,
        instrument=names[order.instrument],
        role=ROLES[order.role],
        side=order.side,
        quantity=order.quantity,
        wished=order.quantity if cut is None else Decimal(repr(abs(cut.asked))),
        bound="" if cut is None else cut.control,
        kind=KINDS[order.kind],
        time_in_force=FORCES[order.force],
        limit=order.limit or None,
        stop=order.trigger or None,
        trail=order.trail or None,
        trail_share=order.trail_share or None,
        expires_ns=order.expires,
        group=str(order.group) if order.group else "",
        reduces=bool(order.reduces),
        stop_loss=order.loss or None,
        take_profit=order.gain or None,
    )


def _refusal(one: RefusedOrder, number: int, *, names: Sequence[str]) -> Refusal:
    quantity = Decimal(repr(abs(one.asked)))
    return Refusal(
        number,
        names[one.instrument],
        1 if one.asked > 0 else -1,
        quantity,
        tuple(control for control, _, _ in one.reasons),
    )
