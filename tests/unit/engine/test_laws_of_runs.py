"""Laws that every run keeps, whatever the market, the orders and the costs."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.engine.engine_samples import (
    NAMES,
    Books,
    Columns,
    Gambler,
    backtest,
    bars_of,
    random_bars,
    told_endings,
    told_fills,
)

from tradewright.domain.costs import Commission, Cost, Costs, PerOrder, PerShare, Slippage, Spread
from tradewright.engine.assumptions import Assumptions
from tradewright.engine.market import prepare
from tradewright.engine.run import Run
from tradewright.engine.runtime.run import run_runtime
from tradewright.engine.tape import Tape
from tradewright.trading.bars import Bars
from tradewright.trading.strategies.strategy import Speaks, Strategy

SEED = st.integers(0, 2**32 - 1)
COSTS: tuple[Cost, ...] = (
    Costs(), Commission(bps=30), PerShare(0.01, minimum=1) + Spread(bps=10), PerOrder(4) + Slippage(bps=50),
)  # fmt: skip
TERMS = st.fixed_dictionaries(
    {
        "costs": st.sampled_from(COSTS),
        "fill": st.sampled_from(["next-open", "signal-close"]),
        "size_at": st.sampled_from(["decision", "fill"]),
        "lot": st.sampled_from([0.01, 1.0]),
        "multipliers": st.sampled_from([{}, {NAMES[0]: 5.0}]),
        "leverage": st.sampled_from([1.0, 2.5]),
        "cash": st.sampled_from([5_000.0, 1e6]),
        "participation": st.sampled_from([0.0, 0.0, 0.3]),
    }
)


def gambled(seed: int, bars: Bars, **terms: Any) -> tuple[Run, Gambler, Books, Tape]:
    gambler, books, tape, assumptions = Gambler(seed, 0.6), Books(), Tape(), Assumptions(**terms)
    run = run_runtime(gambler, prepare(bars, assumptions), assumptions=assumptions, broker_factory=books, tape=tape)
    return run, gambler, books, tape


@settings(max_examples=60, deadline=None)
@given(SEED, st.integers(1, 3), TERMS)
def test_equity_is_opening_cash_and_what_was_gained(seed: int, width: int, terms: dict[str, Any]) -> None:
    bars = random_bars(seed, rows=40, width=width, missing=0.1, actions=4)
    run, *_ = gambled(seed, bars, **terms)
    worth = run.quantity * run.mark[-1] * run.multiplier
    assert run.equity[-1] == pytest.approx(run.cash[-1] + worth.sum(), rel=1e-12)
    gained = run.realized.sum() + (worth - run.basis).sum() - run.fees + run.dividends
    scale = 5 * np.abs(run.fills.quantity * run.fills.price).sum() + run.opening_cash
    assert run.equity[-1] - run.opening_cash == pytest.approx(gained, abs=1e-12 * scale)


@settings(max_examples=60, deadline=None)
@given(SEED, st.integers(1, 3), TERMS)
def test_cash_moves_by_fills_fees_and_dividends_only(seed: int, width: int, terms: dict[str, Any]) -> None:
    run, *_ = gambled(seed, random_bars(seed, rows=40, width=width), **terms)
    multiplier = run.multiplier[run.fills.instrument]
    paid = (run.fills.quantity * run.fills.price * multiplier).sum() + run.fills.fee.sum()
    assert run.cash[-1] == pytest.approx(run.opening_cash - paid, rel=1e-9, abs=1e-6)
    assert run.fills.fee.sum() == pytest.approx(run.fees)
    assert run.fills.slippage.sum() == pytest.approx(run.slippage)


@settings(max_examples=60, deadline=None)
@given(SEED, TERMS)
def test_no_fill_is_outside_its_bar_or_beyond_its_limit(seed: int, terms: dict[str, Any]) -> None:
    bars = random_bars(seed, rows=40, width=2, missing=0.1)
    run, gambler, *_ = gambled(seed, bars, **terms)
    f = run.fills
    assert (f.price <= bars.highs[f.row, f.instrument]).all()
    assert (f.price >= bars.lows[f.row, f.instrument]).all()
    begun: set[int] = set()
    for order, quantity, price in zip(f.order.tolist(), f.quantity.tolist(), f.price.tolist(), strict=True):
        kind, asked = gambler.asked.get(order, ("market", price))
        if kind == "limit":
            assert quantity * (price - asked) <= 0
        elif kind == "stop" and order not in begun:
            # a stop that woke where its share of the volume was less than a lot fills later, at whatever price is there
            assert quantity * (price - asked) >= 0 or terms["costs"].slip() > 0 or terms["participation"] > 0
        begun.add(order)


@settings(max_examples=60, deadline=None)
@given(SEED, st.integers(1, 3), TERMS)
def test_every_accepted_order_is_filled_or_ended_or_works_still(seed: int, width: int, terms: dict[str, Any]) -> None:
    run, _, books, _ = gambled(seed, random_bars(seed, rows=40, width=width, missing=0.1, actions=3), **terms)
    working = [books.venue.book.orders[k].identity for k in range(books.ledger.live)]
    known = [*run.fills.order[run.fills.remaining == 0].tolist(), *run.endings.order.tolist(), *working]
    assert sorted(known) == list(range(1, books.ledger.next_order))
    assert all(reason for _, reason in told_endings(run))


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from([1.0, -1.0]), st.integers(100, 100_000), st.floats(1.0, 500.0), st.floats(0.8, 1.25),
    st.sampled_from([0.5, 1.0, 3.0]), st.sampled_from([1.0, 0.01]), st.sampled_from(COSTS), st.booleans(),
)  # fmt: skip
def test_a_target_takes_what_the_account_affords_and_not_a_lot_more(
    side: float, cash: int, price: float, gap: float, leverage: float, lot: float, costs: Cost, thin: bool
) -> None:
    first, open_ = round(price, 2), round(price * gap, 2)
    span = 0.0 if thin else 0.05 * open_
    bars = bars_of([(first,) * 4, (open_, open_ + span, open_ - span, open_)])
    run = backtest(Weights([20.0 * side, np.nan]), bars, cash=float(cash), costs=costs, leverage=leverage, lot=lot)
    if not len(run.fills):
        dearest = 3 * costs.fee(lot, open_) + 2 * costs.slip() * open_ * lot
        assert lot * open_ * 1.01 > leverage * (cash - dearest)
        return
    quantity, reached, fee = abs(float(run.fills.quantity[0])), float(run.fills.price[0]), run.fees
    assert quantity * reached <= leverage * (cash - fee) * (1 + 1e-9)
    # A fee with a minimum is taken as fixed while the quantity is found, so it may be that of a slightly larger fill.
    more = quantity + lot
    dearer = fee * (more + leverage * fee / reached) / quantity
    assert more * reached > leverage * (cash - dearer) * (1 - 1e-9)


@settings(max_examples=40, deadline=None)
@given(SEED, st.integers(0, 2), TERMS)
def test_adding_an_unrelated_instrument_changes_nothing(seed: int, place: int, terms: dict[str, Any]) -> None:
    """Where cash does not bind: quantities as asked, leverage beyond what could be used."""
    alone = random_bars(seed, rows=40)
    terms = {**terms, "leverage": 1e6, "multipliers": {}, "participation": 0.0}
    other = random_bars(seed + 1, rows=40, missing=0.2)
    columns = [alone, other]
    names = [NAMES[0], NAMES[1]]
    if place == 1:
        columns, names = columns[::-1], names[::-1]
    both_bars = bars_of(*(_rows(one) for one in columns))
    first = names.index(NAMES[0])
    run, *_ = gambled_alone(seed, alone, NAMES[0], **terms)
    wide, *_ = gambled_alone(seed, both_bars, NAMES[first], **terms)
    mine = wide.fills.instrument == first
    for name in ("row", "role", "quantity", "price", "fee", "slippage"):
        assert getattr(run.fills, name).tolist() == getattr(wide.fills, name)[mine].tolist(), name


def _rows(bars: Bars) -> list[Any]:
    matrix = np.column_stack((bars.opens, bars.highs, bars.lows, bars.closes)).tolist()
    return [None if np.isnan(row[0]) else tuple(row) for row in matrix]


class Loner(Strategy):
    """Gambles with orders in one instrument; in every other one another gambler does."""

    def __init__(self, seed: int, instrument: str) -> None:
        super().__init__()
        self.instrument = instrument
        self.random = {True: np.random.default_rng(seed), False: np.random.default_rng(seed + 7)}

    def on_bar(self, context: Any, bar: Any) -> None:
        random = self.random[bar.instrument == self.instrument]
        draws = random.random(6)
        near = [float(np.round(bar.close * (0.97 + 0.06 * draw), 2)) for draw in draws]
        if draws[0] < 0.6:
            trade = context.buy if draws[1] < 0.5 else context.sell
            kind = {"limit": near[2]} if draws[2] < 0.3 else {"stop": near[3]} if draws[2] < 0.6 else {}
            bracket = {"stop_loss": near[4]} if draws[4] < 0.5 else {"take_profit": near[5]}
            trade(float(1 + int(20 * draws[3])), **kind, **bracket)


def gambled_alone(seed: int, bars: Bars, instrument: str, **terms: Any) -> tuple[Run, Books]:
    books, assumptions = Books(), Assumptions(**terms)
    strategy = Loner(seed, instrument)
    return run_runtime(strategy, prepare(bars, assumptions), assumptions=assumptions, broker_factory=books), books


@settings(max_examples=40, deadline=None)
@given(SEED, st.integers(5, 39), TERMS)
def test_what_happens_later_does_not_change_what_happened(seed: int, until: int, terms: dict[str, Any]) -> None:
    bars = random_bars(seed, rows=40, width=2, missing=0.1)
    whole, *_ = gambled(seed, bars, **terms)
    part, *_ = gambled(seed, bars.rows(0, until), **terms)
    assert told_fills(part) == [fill for fill in told_fills(whole) if fill[0] < until]
    assert part.equity.tolist() == whole.equity[:until].tolist()


@settings(max_examples=50, deadline=None)
@given(SEED, st.integers(1, 2), TERMS)
def test_exact_numbers_have_the_fills_of_floats_on_the_grid(seed: int, width: int, terms: dict[str, Any]) -> None:
    bars = random_bars(seed, rows=30, width=width, missing=0.1)
    floats, *_ = gambled(seed, bars, **terms)
    exact, *_ = gambled(seed, bars, numbers="exact", **terms)
    for name in ("row", "order", "instrument", "role"):
        assert getattr(floats.fills, name).tolist() == getattr(exact.fills, name).tolist(), name
    held = np.abs(floats.change_quantity).max(initial=1.0)  # a fill is a difference of positions: their rounding counts
    assert floats.fills.quantity == pytest.approx(exact.fills.quantity, rel=1e-12, abs=1e-12 * held)
    assert floats.fills.price == pytest.approx(exact.fills.price, rel=1e-12)
    assert told_endings(floats) == told_endings(exact)
    assert floats.equity == pytest.approx(exact.equity, rel=1e-9, abs=1e-6)


class Weights(Columns):
    speaks = Speaks.WEIGHTS
