"""One run on the runtime: books and broker are set up, a session walks, columns come out."""

from dataclasses import replace
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradewright.domain.arithmetic.costs import charge
from tradewright.domain.costs.algebra import Cost, charging, split_models
from tradewright.domain.costs.rows import FeeRow
from tradewright.domain.errors import InputError
from tradewright.domain.matching.layout import PAYMENT
from tradewright.domain.matching.records import (
    ActionRecord,
    LedgerRecord,
    PositionRecord,
    Record,
    TierRecord,
    blank,
    charge_record,
    fee_record,
    filled_in,
    impact_record,
)
from tradewright.engine.assumptions import Assumptions, FillRule, Numbers, SizeAt
from tradewright.engine.margin import margin_of
from tradewright.engine.market import MarketColumns
from tradewright.engine.program import sizes_of, wishes_of
from tradewright.engine.run import CarriedColumns, EndingColumns, FillColumns, Run
from tradewright.engine.runtime.context import RunContext
from tradewright.engine.runtime.decide import Planning
from tradewright.engine.runtime.desk import Desk
from tradewright.engine.runtime.gatekeeping import BacktestGate
from tradewright.engine.runtime.limits_in_time import LimitsInTime
from tradewright.engine.runtime.numbers import ExactNumbers, FloatNumbers, numbers_of
from tradewright.engine.runtime.session import EventSession, run_wishes
from tradewright.engine.runtime.state import State
from tradewright.engine.splits import splits_of
from tradewright.engine.tape import Tape
from tradewright.ports.historical import BrokerFactory, MarketFeed
from tradewright.trading.risk.policy import LimitsPolicy
from tradewright.trading.strategies.registry import id_of
from tradewright.trading.strategies.strategy import Dialect, Speaks, Strategy

Counting = FloatNumbers | ExactNumbers


def run_runtime(
    strategy: Strategy,
    market: MarketColumns,
    *,
    assumptions: Assumptions,
    broker_factory: BrokerFactory,
    tape: Tape | None = None,
    limits: LimitsPolicy | LimitsInTime | None = None,
) -> Run:
    """A whole run; `tape` takes down every request when given, `limits` judge every order before it is sent."""
    numbers = numbers_of(assumptions.numbers)
    rows, models = split_models(assumptions.costs)
    broker = broker_factory(
        _feed(market, rows, assumptions.costs, numbers),
        _ledger(market, assumptions, numbers=numbers),
        _positions(market, numbers),
        charge=_charging(models, numbers),
        closes_out=assumptions.close_at_end,
    )
    unit = numbers.of(0.01) if assumptions.numbers is Numbers.EXACT else numbers.zero
    state = State(market, numbers, numbers.of(assumptions.cash), unit)
    desk = Desk(state, broker, tape, first_row=market.first_row)
    if limits is not None:
        if market.rate is not None:
            raise InputError(
                "limits judge one currency",
                expected="a run without limits where instruments have other currencies than the account",
                found=f"an account in {assumptions.carry.currency}",
                remedy="leave the limits away, or the currency",
            )
        name = id_of(type(strategy))
        desk.gate = BacktestGate(limits, strategy=name, state=state, market=market, assumptions=assumptions)
    planning = Planning(
        is_restated=int(strategy.speaks is Speaks.WEIGHTS),
        band=float(assumptions.rebalance_band),
        sizes_at_fill=assumptions.size_at is SizeAt.FILL,
    )
    if strategy.dialect() is Dialect.EVENTS:
        slots = assumptions.allocation.slots(market.bars.instruments).tolist()
        sizes = sizes_of(strategy, assumptions.sizing, multipliers=market.multiplier.tolist(), rate=market.rate)
        EventSession(strategy, desk, market, RunContext(desk, market, planning, slots, sizes=sizes)).run()
    else:
        wishes = wishes_of(strategy, market, assumptions=assumptions)
        sizes = wishes.sizes
        run_wishes(desk, wishes, planning=planning._replace(sizes=sizes))
    found = _collect(desk, market, assumptions)
    return found if sizes is None else replace(found, bound=sizes.counted())


def _feed(market: MarketColumns, rows: tuple[FeeRow, ...], costs: Cost, numbers: Counting) -> MarketFeed:
    bars = market.bars
    return MarketFeed(
        width=len(bars.instruments),
        open=numbers.column(bars.opens),
        high=numbers.column(bars.highs),
        low=numbers.column(bars.lows),
        close=numbers.column(bars.closes),
        mark=numbers.column(market.mark),
        session=np.ascontiguousarray(bars.session).data,
        actions=[
            filled_in(
                ActionRecord,
                (
                    *(int(part) for part in (row, i, kind)),
                    numbers.of(value),
                    numbers.of(price),
                    int(after),
                    int(subject),
                ),
            )
            for row, i, kind, value, price, after, subject in zip(*market.actions or (), strict=True)
        ],
        fees=[fee_record(row, numbers.of) for row in rows],
        charges=[charge_record(row, numbers.of) for row in costs.rates()],
        impacts=[impact_record(row, numbers.of) for row in costs.impacts()],
        time=np.ascontiguousarray(bars.time).data,
        volume=numbers.column(bars.volumes),
        tiers=[filled_in(TierRecord, [numbers.of(part) for part in tier]) for tier in market.margin.tiers],
        rate=() if market.rate is None else numbers.column(market.rate),
    )


def _ledger(market: MarketColumns, assumptions: Assumptions, *, numbers: Counting) -> Any:
    ledger = blank(LedgerRecord, numbers.zero)
    ledger.cash = numbers.of(assumptions.cash)
    for name, number in margin_of(assumptions)._asdict().items():
        setattr(ledger, name, number if name == "margin" else numbers.of(number))
    ledger.unit = numbers.of(0.01) if assumptions.numbers is Numbers.EXACT else numbers.zero
    for name, value in charging(
        assumptions.costs, participation=numbers.of(assumptions.participation), of=numbers.of
    ).items():
        setattr(ledger, name, value)
    _assume_path(ledger, assumptions)
    ledger.at_close = int(assumptions.fill is FillRule.SIGNAL_CLOSE)
    ledger.next_order = 1
    ledger.has_borrow = int(market.borrowable is not None)
    return ledger


def _assume_path(ledger: Any, assumptions: Assumptions) -> None:
    ledger.path = assumptions.path.code
    if ledger.path:
        ledger.has_terms = ledger.has_passes = 1


def _positions(market: MarketColumns, numbers: Counting) -> list[Record]:
    positions: list[Any] = []
    borrowable = [inf] * len(market.lot) if market.borrowable is None else market.borrowable.tolist()
    for lot, multiplier, most in zip(market.lot.tolist(), market.multiplier.tolist(), borrowable, strict=True):
        position = blank(PositionRecord, numbers.zero)
        position.lot, position.multiplier = numbers.of(lot), numbers.of(multiplier)
        position.borrowable = numbers.of(most)
        positions.append(position)
    for name, column in market.margin.columns().items():
        for position, number in zip(positions, column.tolist(), strict=True):
            setattr(position, name, number if isinstance(number, int) else numbers.of(number))
    return positions


def _charging(models: tuple[Cost, ...], numbers: Counting) -> Any:
    """The schedule's fee function, with own cost models added where there are any."""
    if not models:
        return charge

    def charge_with_models(*fill: Any) -> Any:
        _, quantity, notional = fill
        total = charge(*fill)
        for model in models:
            total = total + numbers.of(model.fee(float(quantity), float(notional / quantity)))
        return total

    return charge_with_models


def _collect(desk: Desk, market: MarketColumns, assumptions: Assumptions) -> Run:
    state = desk.state
    width = len(market.bars.instruments)
    changes = state.changes
    rows = np.array([change[0] for change in changes], np.int64)
    cash = np.array([change[1] for change in changes], np.float64)
    quantity = np.array([change[2] for change in changes], np.float64).reshape(len(changes), width)
    opening = float(assumptions.cash)
    equity = _equity(market, np.concatenate(([0], rows)), np.concatenate(([opening], cash)), quantity)
    return Run(
        engine="runtime",
        opening_cash=opening,
        equity=equity,
        change_row=rows,
        change_cash=cash,
        change_quantity=quantity,
        mark=market.mark,
        multiplier=market.multiplier,
        fills=FillColumns(*_fill_columns(desk)),
        endings=EndingColumns(*_columns(desk.endings, 7)),
        quantity=_of_positions(state, "quantity"),
        basis=_of_positions(state, "basis"),
        realized=_of_positions(state, "realized"),
        fees=float(state.ledger.fees),
        slippage=float(state.ledger.slippage),
        dividends=float(state.ledger.dividends),
        closed_round_trips=int(state.ledger.closed),
        margin_calls=desk.broker.margin_calls(),
        splits=splits_of(market),
        refusals=() if desk.gate is None else tuple(desk.gate.refusals),
        cuts=() if desk.gate is None else tuple(desk.gate.cuts),
        carried=_carried(desk),
        due=float(state.ledger.due),
        funding=float(state.ledger.funding),
        interest=float(state.ledger.interest),
        borrow=float(state.ledger.borrow),
        rate=market.rate,
        local=_of_positions(state, "local") if market.rate is not None else None,
        by_price=_of_positions(state, "by_price") if market.rate is not None else None,
    )


def _of_positions(state: State, name: str) -> NDArray[np.float64]:
    return np.array([float(getattr(position, name)) for position in state.positions])


def _carried(desk: Desk) -> CarriedColumns:
    whole = np.array([(c.row, c.instrument, c.kind, c.is_after) for c in desk.carried], np.int64).reshape(-1, 4)
    amount = np.array([float(c.due if c.kind == PAYMENT else c.amount) for c in desk.carried], np.float64)
    row, instrument, kind, is_after = (np.ascontiguousarray(column) for column in whole.T)
    return CarriedColumns(row, instrument, kind, amount, is_after)


def _fill_columns(desk: Desk) -> list[NDArray[Any]]:
    told = [
        (
            *(f.row, f.order, f.instrument, f.role, f.quantity, f.price, f.fee, f.slippage, f.asked),
            *(f.remaining, f.rate),
        )
        for f in desk.fills
    ]
    return [*_columns(told, 11), np.array([int(f.made) for f in desk.fills], np.int64)]


def _columns(records: Any, width: int) -> list[NDArray[Any]]:
    columns = list(zip(*records, strict=True)) if records else [()] * width
    return [
        np.array([int(v) for v in c], np.int64) if k < 4 else np.array([float(v) for v in c])
        for k, c in enumerate(columns)
    ]


def _equity(market: MarketColumns, since: Any, cash: Any, quantity: Any) -> NDArray[np.float64]:
    """Equity per bar, added up in the order of the instruments as the kernel does: both agree to the last bit."""
    lengths = np.diff(since, append=len(market.bars))
    equity = np.repeat(cash, lengths)
    for i in range(quantity.shape[1]):
        held = np.repeat(np.concatenate(([0.0], quantity[:, i])), lengths)
        equity += held * market.mark[:, i] * market.multiplier[i]
    return equity
