"""Laws of margin over random runs: both speeds agree, and what the margin modes promise holds in every fill."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.engine.engine_samples import NAMES, Columns, Gambler, backtest, both, random_bars
from tests.unit.engine.test_two_speeds_agree import COSTS, follows_the_single_run

from tradewright.domain.costs import Costs
from tradewright.domain.margin import CashAccount, Futures, Leverage, Margin, PortfolioFactor, RegT
from tradewright.domain.matching.layout import LIQUIDATION
from tradewright.engine.assumptions import Assumptions
from tradewright.engine.kernel.sweep import Lane
from tradewright.engine.market import prepare
from tradewright.engine.run import Run
from tradewright.trading.bars import Bars
from tradewright.trading.strategies.strategy import Speaks

BRACKETS = ((0, 0.004), (20_000, 0.02), (60_000, 0.1))
MODES: tuple[Margin, ...] = (
    CashAccount(),
    RegT(),
    RegT(short_minimum=60, liquidation_bps=25),
    PortfolioFactor(0.15),
    PortfolioFactor(0.1, initial=0.12, liquidation_bps=10),
    Futures(5),
    Futures(20, tiers=BRACKETS, liquidation_bps=50),
    Futures(3, mode="isolated"),
    Futures(20, mode="isolated", tiers=BRACKETS, liquidation_bps=50),
)
SEEDS = st.integers(0, 2**32 - 1)
TERMS = st.fixed_dictionaries(
    {
        "margin": st.sampled_from(MODES),
        "cash": st.sampled_from([1_000.0, 25_000.0]),
        "costs": st.sampled_from(COSTS),
        "fill": st.sampled_from(["next-open", "signal-close"]),
        "size_at": st.sampled_from(["decision", "fill"]),
        "lot": st.sampled_from([0.0, 1.0, 0.01]),
        "multipliers": st.sampled_from([{}, {NAMES[0]: 5.0}]),
        "close_at_end": st.booleans(),
        "participation": st.sampled_from([0.0, 0.0, 0.1]),
    }
)


class Weights(Columns):
    speaks = Speaks.WEIGHTS


def weights(seed: int, bars: Bars, *, most: float, often: float = 0.1) -> Any:
    """Target weights now and then: long, short, a part of it, flat."""
    random = np.random.default_rng(seed)
    shape = bars.closes.shape
    values = np.where(random.random(shape) < often, random.choice([most, -most, most / 3, 0.0], shape), np.nan)
    return values[:, 0] if shape[1] == 1 else values


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.integers(1, 3), TERMS, st.sampled_from([0.0, 0.2]), st.sampled_from([0.6, 2.0, 20.0]))
def test_column_strategies_agree_under_every_margin_mode(
    seed: int, width: int, terms: dict[str, Any], missing: float, most: float
) -> None:
    bars = random_bars(seed, rows=50, width=width, missing=missing, actions=seed % 3)
    both(lambda: Weights(weights(seed, bars, most=most)), bars, **terms)


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.integers(1, 3), TERMS, st.sampled_from([0.0, 0.2]), st.sampled_from([1, 3]))
def test_event_strategies_agree_under_every_margin_mode(
    seed: int, width: int, terms: dict[str, Any], missing: float, session_bars: int
) -> None:
    bars = random_bars(seed, rows=40, width=width, missing=missing, actions=seed % 3, session_bars=session_bars)
    both(lambda: Gambler(seed, 0.5, is_plain=seed % 3 == 0), bars, **terms)


@pytest.mark.parametrize("mode", MODES[1:], ids=repr)
def test_every_mode_that_calls_is_called(mode: Margin) -> None:
    """The laws above would say little if the account were never sold down."""
    runs = []
    for seed in range(12):
        target = np.full((250, 2), np.nan)
        target[0] = 20.0 * (-1) ** seed, 3.0
        bars = random_bars(seed, rows=250, width=2)
        runs.append(backtest(Weights(target), bars, margin=mode, cash=25_000.0, lot=0.01))
    assert sum(run.margin_calls for run in runs) > 0
    assert all((LIQUIDATION in run.fills.role) or run.margin_calls == 0 for run in runs)


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.sampled_from([1, 2]), st.sampled_from(MODES), st.sampled_from([1, 19]))
def test_a_row_of_a_sweep_is_the_single_run(seed: int, width: int, mode: Margin, every: int) -> None:
    bars, assumptions = random_bars(seed, rows=100, width=width), Assumptions(margin=mode, cash=25_000.0)
    market, rows = prepare(bars, assumptions), np.arange(every - 1, 100, every)
    lane = Lane(market, assumptions, rows=rows)
    strategy = Weights(weights(seed, bars, most=10.0))
    follows_the_single_run(strategy, lane, rows, market=market, assumptions=assumptions)


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.sampled_from([1.0, 0.5, 3.0]), st.sampled_from(COSTS))
def test_leverage_said_as_a_margin_mode_is_the_same_run(seed: int, times: float, costs: Any) -> None:
    bars = random_bars(seed, rows=40)
    one, other = (
        backtest(Weights(weights(seed, bars, most=times)), bars, costs=costs, **terms)
        for terms in ({"leverage": times}, {"margin": Leverage(times)})
    )
    assert one.equity.tolist() == other.equity.tolist()
    assert Assumptions(leverage=times) == Assumptions(margin=Leverage(times))


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.integers(1, 3), st.sampled_from(MODES[1:]), st.sampled_from(COSTS))
def test_free_margin_is_never_negative_after_an_order_that_opens(
    seed: int, width: int, mode: Margin, costs: Any
) -> None:
    bars = random_bars(seed, rows=40, width=width)
    run = backtest(Weights(weights(seed, bars, most=30.0)), bars, margin=mode, costs=costs, cash=25_000.0, lot=0.01)
    book = Replayed(run, mode, width)
    for k in range(len(run.fills)):
        if book.opens(k):
            book.take(k)
            assert book.free(bars, k) >= -1e-6 * 25_000
        else:
            book.take(k)


class Replayed:
    """The account as its fills make it: the free margin by the definition, not by the step."""

    def __init__(self, run: Run, mode: Margin, width: int) -> None:
        self.run, self.mode = run, mode
        self.cash = run.opening_cash
        self.quantity, self.basis, self.margin = ([0.0] * width for _ in range(3))

    def opens(self, k: int) -> bool:
        fill, i = self.run.fills, int(self.run.fills.instrument[k])
        after = self.quantity[i] + fill.quantity[k]
        return bool(after * fill.quantity[k] > 1e-9)

    def take(self, k: int) -> None:
        fill, i = self.run.fills, int(self.run.fills.instrument[k])
        signed, price = float(fill.quantity[k]), float(fill.price[k])
        self.cash -= signed * price + float(fill.fee[k])
        held = self.quantity[i]
        if held * signed < 0:
            left = max(0.0, 1.0 - abs(signed) / abs(held))
            self.basis[i] *= left
            self.margin[i] *= left
            opened = held + signed if abs(signed) > abs(held) else 0.0
        else:
            opened = signed
        self.quantity[i] = held + signed
        self.basis[i] += opened * price
        if opened:
            opening = self.margin[i] + abs(opened) * price * self.mode.terms().initial
            self.margin[i] = max(opening, self.kept(self.quantity[i], price))

    def kept(self, quantity: float, price: float) -> float:
        if isinstance(self.mode, Futures):
            notional = abs(quantity) * price
            return max(tier.rate * notional - tier.deduction for tier in self.mode.tiers_of(NAMES[0]))
        terms = self.mode.terms()
        if quantity > 0:
            return terms.long * quantity * price
        least = max(min(price, terms.short_minimum), terms.short_minimum / 2)
        return abs(quantity) * max(terms.short * price, least)

    def free(self, bars: Bars, k: int) -> float:
        """At the prices of the fill: the instrument's own, the open for all others."""
        row, own = int(self.run.fills.row[k]), int(self.run.fills.instrument[k])
        prices = [float(self.run.fills.price[k]) if i == own else bars.opens[row, i] for i in range(len(self.quantity))]
        if isinstance(self.mode, Futures) and self.mode.mode == "isolated":
            return self.cash + sum(self.basis) - sum(self.margin)
        worth = sum(q * p for q, p in zip(self.quantity, prices, strict=True))
        rate = self.mode.terms().initial
        needed = sum(
            max(rate * abs(q) * p, self.kept(q, p)) for q, p in zip(self.quantity, prices, strict=True) if q != 0
        )
        return self.cash + worth - needed


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.integers(1, 3), st.sampled_from([2.0, 10.0, 20.0]), st.sampled_from([0.0, 50.0]))
def test_an_isolated_position_never_loses_more_than_its_margin_and_the_fee(
    seed: int, width: int, leverage: float, fee_bps: float
) -> None:
    mode = Futures(leverage, mode="isolated", tiers=BRACKETS, liquidation_bps=fee_bps)
    bars = random_bars(seed, rows=60, width=width)
    run = backtest(Weights(weights(seed, bars, most=20.0)), bars, margin=mode, cash=25_000.0, lot=0.01)
    book = Replayed(run, mode, width)
    for k, role in enumerate(run.fills.role.tolist()):
        i = int(run.fills.instrument[k])
        if role == LIQUIDATION and run.equity[run.fills.row[k]] > 0:
            lost = book.basis[i] - book.quantity[i] * run.fills.price[k]
            assert lost <= book.margin[i] * (1 + 1e-9)
            notional = abs(run.fills.quantity[k]) * run.fills.price[k]
            assert run.fills.fee[k] == pytest.approx(notional * fee_bps / 10_000)
        book.take(k)


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.integers(2, 20), st.integers(1, 20), st.sampled_from([1.0, -1.0]))
def test_more_leverage_never_means_a_later_liquidation(seed: int, low: int, more: int, side: float) -> None:
    bars = random_bars(seed, rows=150)
    target = np.full(150, np.nan)
    target[0] = side

    def first_call(leverage: int) -> int:
        run = backtest(Weights(target), bars, margin=Futures(leverage, mode="isolated", tiers=((0, 0.004),)), lot=0.0)
        called = np.flatnonzero(run.fills.role == LIQUIDATION)
        return int(run.fills.row[called[0]]) if len(called) else 10**6

    assert first_call(low + more) <= first_call(low)


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.sampled_from([3.0, 15.0]))
def test_an_unrelated_instrument_changes_nothing_for_an_isolated_position(seed: int, leverage: float) -> None:
    mode = Futures(leverage, mode="isolated", tiers=BRACKETS)
    alone, beside = random_bars(seed, rows=60), random_bars(seed, rows=60, width=2)
    target = np.full((60, 2), np.nan)
    target[0, 0], target[3, 1], target[30, 1] = 0.4, -0.4, 0.3
    lone = backtest(Weights(target[:, 0]), alone, margin=mode, costs=Costs(), lot=0.0)
    both_run = backtest(Weights(target), beside, margin=mode, costs=Costs(), lot=0.0)
    own = both_run.fills.instrument == 0
    for name in ("row", "role", "quantity", "price"):
        assert getattr(both_run.fills, name)[own].tolist() == getattr(lone.fills, name).tolist(), name


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.sampled_from(MODES))
def test_exact_decimals_make_the_same_orders_under_margin(seed: int, mode: Margin) -> None:
    bars = random_bars(seed, rows=40, width=2)
    floats, exact = (
        backtest(Weights(weights(seed, bars, most=2.0)), bars, margin=mode, cash=25_000.0, numbers=numbers)
        for numbers in ("float", "exact")
    )
    assert floats.fills.quantity.tolist() == exact.fills.quantity.tolist()
    assert floats.fills.row.tolist() == exact.fills.row.tolist()
    assert exact.equity == pytest.approx(floats.equity, rel=1e-9, abs=1e-4)
