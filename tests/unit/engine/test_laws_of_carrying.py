"""Laws of accounts that carry something: what is in one is what came into it, at both speeds, on any history."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.domain.matching.fill_cases import buy
from tests.unit.engine.engine_samples import (
    DAY_NS,
    FIRST_SESSION,
    NAMES,
    Gambler,
    Script,
    backtest,
    bars_of,
    both,
    dividend_on,
    flat_rows,
    random_bars,
    split_on,
)

from tradewright.domain.arithmetic.accounting import apply_fill, split
from tradewright.domain.costs import Commission, Costs, PerShare, Spread
from tradewright.domain.market.actions import ActionKind, CorporateAction
from tradewright.domain.matching.carry import funding, interest
from tradewright.domain.matching.layout import BORROW, EARNED, FUNDING, INTEREST, PAYMENT
from tradewright.engine.carry import Carry, FundingSeries, PairSeries
from tradewright.engine.run import Run
from tradewright.trading.bars import Bars

SEED = st.integers(0, 2**32 - 1)
ROWS = 40
TERMS = st.fixed_dictionaries(
    {
        "costs": st.sampled_from([Costs(), Commission(bps=30), PerShare(0.01, minimum=1) + Spread(bps=10)]),
        "fill": st.sampled_from(["next-open", "signal-close"]),
        "lot": st.sampled_from([0.01, 1.0]),
        "leverage": st.sampled_from([1.0, 2.5]),
        "cash": st.sampled_from([5_000.0, 1e6]),
    }
)


def carrying(seed: int, bars: Bars) -> Carry:
    """Some of everything, the same for the same seed."""
    random = np.random.default_rng(seed)
    step = DAY_NS // 3
    time = np.arange(bars.time[0] - DAY_NS, bars.time[-1] + DAY_NS, step)
    rates = random.normal(0.0, 0.002, len(time))
    series = FundingSeries(NAMES[0], time, rates, 50.0 * np.exp(random.normal(0.0, 0.02, len(time))))
    pair = PairSeries(
        "EUR", "USD", bars.time - DAY_NS // 2, np.round(1.2 * np.exp(np.cumsum(random.normal(0.0, 0.01, len(bars)))), 4)
    )
    chosen: dict[str, Any] = {
        "interest": float(random.choice([0.0, 0.05])), "loan": float(random.choice([0.0, 0.2])),
        "borrow": float(random.choice([0.0, 0.3])), "day_count": int(random.choice([360, 365])),
        "borrowable": {NAMES[0]: float(random.choice([5.0, 1e6]))} if random.random() < 0.4 else {},
        "funding": (series,) if random.random() < 0.6 else (),
    }  # fmt: skip
    if random.random() < 0.6:
        # a pair is known half a day before each close, and has one more rate before the first
        first = PairSeries("EUR", "USD", np.concatenate(([bars.time[0] - 2 * DAY_NS], pair.time)),
                           np.concatenate(([1.2], pair.rate)))  # fmt: skip
        chosen |= {"currency": "EUR", "pairs": (first,)}
    return Carry(**chosen)


def market(seed: int, width: int) -> Bars:
    """A random market whose dividends are paid some days later, or never within it."""
    bars = random_bars(seed, rows=ROWS, width=width, missing=0.1, actions=5)
    random = np.random.default_rng(seed + 1)
    days = random.integers(0, 60, len(bars.actions)).tolist()
    later = [
        one if one.kind is ActionKind.SPLIT else replace(one, paid_session=one.ex_session + wait)
        for one, wait in zip(bars.actions, days, strict=True)
    ]
    return replace(bars, actions=tuple(later))


def gambled(seed: int, width: int, terms: dict[str, Any]) -> tuple[Run, Carry]:
    bars = market(seed, width)
    carry = carrying(seed, bars)
    return both(lambda: Gambler(seed, 0.6), bars, carry=carry, **terms), carry


@settings(max_examples=30, deadline=None)
@given(SEED, st.integers(1, 3), TERMS)
def test_equity_is_opening_cash_and_what_was_gained_and_carried(seed: int, width: int, terms: dict[str, Any]) -> None:
    """At both speeds, compared to the last bit by `both`; with its books compared with the broker's."""
    run, _ = gambled(seed, width, terms)
    worth = run.quantity * run.mark[-1] * run.multiplier
    carried = run.dividends + run.funding + run.interest + run.borrow
    gained = run.realized.sum() + (worth - run.basis).sum() - run.fees + carried
    scale = 5 * np.abs(run.fills.quantity * run.fills.price).sum() + run.opening_cash + abs(run.equity).max()
    assert run.equity[-1] == pytest.approx(run.cash[-1] + worth.sum(), rel=1e-12, abs=1e-12 * scale)
    assert run.equity[-1] - run.opening_cash == pytest.approx(gained, abs=1e-12 * scale)


@settings(max_examples=30, deadline=None)
@given(SEED, st.integers(1, 3), TERMS)
def test_the_rows_of_what_was_carried_add_up_to_its_sums(seed: int, width: int, terms: dict[str, Any]) -> None:
    run, carry = gambled(seed, width, terms)
    told = run.carried
    sums = {kind: told.amount[told.kind == kind].sum() for kind in (FUNDING, INTEREST, BORROW, EARNED, PAYMENT)}
    assert sums[FUNDING] == pytest.approx(run.funding) and sums[INTEREST] == pytest.approx(run.interest)
    assert sums[BORROW] == pytest.approx(run.borrow) and run.borrow <= 0
    assert sums[EARNED] + sums[PAYMENT] == pytest.approx(run.due, abs=1e-9 * max(1.0, abs(run.dividends)))
    assert (np.diff(told.row) >= 0).all()
    if not carry.currency:
        assert run.exchanged == 0


@settings(max_examples=20, deadline=None)
@given(SEED, TERMS)
def test_a_rate_of_one_changes_nothing(seed: int, terms: dict[str, Any]) -> None:
    bars = random_bars(seed, rows=ROWS, width=2, missing=0.1, actions=4)
    plain = backtest(Gambler(seed, 0.6), bars, **terms)
    pair = PairSeries("EUR", "USD", np.array([int(at) for at in bars.time]) - 1, np.ones(len(bars)))
    abroad = backtest(Gambler(seed, 0.6), bars, carry=Carry(currency="EUR", pairs=(pair,)), **terms)
    assert abroad.equity.tolist() == plain.equity.tolist() and abroad.cash.tolist() == plain.cash.tolist()
    assert abroad.exchanged == pytest.approx(0.0, abs=1e-9 * abs(plain.fills.quantity * plain.fills.price).sum() + 1e-9)


@settings(max_examples=20, deadline=None)
@given(SEED, TERMS)
def test_exact_numbers_carry_what_floats_carry(seed: int, terms: dict[str, Any]) -> None:
    bars = market(seed, 2)
    carry = carrying(seed, bars)
    floats, exact = (backtest(Gambler(seed, 0.6), bars, carry=carry, numbers=n, **terms) for n in ("float", "exact"))
    assert floats.fills.row.tolist() == exact.fills.row.tolist()
    assert floats.equity == pytest.approx(exact.equity, rel=1e-9, abs=1e-2)  # a split's rest is settled in cents
    assert floats.funding == pytest.approx(exact.funding, rel=1e-6, abs=1e-2)


@settings(max_examples=20, deadline=None)
@given(SEED)
def test_what_an_unrelated_instrument_carries_changes_nothing(seed: int) -> None:
    """Where cash does not bind and earns nothing: the other instrument has funding, dividends and a borrow rate."""
    alone = random_bars(seed, rows=ROWS)
    other = random_bars(seed + 1, rows=ROWS)
    rows = [np.column_stack((b.opens, b.highs, b.lows, b.closes)).tolist() for b in (alone, other)]
    wide = bars_of(*rows, actions=[dividend_on(9, 1.0, NAMES[1]), split_on(20, 2.0, NAMES[1])])
    time = np.arange(alone.time[0] - DAY_NS, alone.time[-1] + DAY_NS, DAY_NS // 3)
    series = FundingSeries(NAMES[1], time, np.full(len(time), 0.01), np.full(len(time), 50.0))
    deeds = {3: buy(10), 9: lambda context, bar: context.sell(15, instrument=NAMES[0])}
    more = deeds | {4: lambda context, bar: context.sell(7, instrument=NAMES[1])}
    carry = Carry(funding=(series,), borrows={NAMES[1]: 0.5})
    run, beside = (
        backtest(Script(deeds), alone, leverage=1e6),
        both(lambda: Script(more), wide, carry=carry, leverage=1e6),
    )
    mine = beside.fills.instrument == 0
    for name in ("row", "quantity", "price", "fee"):
        assert getattr(run.fills, name).tolist() == getattr(beside.fills, name)[mine].tolist(), name
    assert run.realized[0] == beside.realized[0] and run.basis[0] == beside.basis[0]


NUMBER = st.fractions(min_value=Fraction(1, 100), max_value=1000, max_denominator=1000)
SIGNED = st.one_of(NUMBER, NUMBER.map(lambda value: -value))
RATE = st.fractions(min_value=Fraction(1, 10), max_value=10, max_denominator=100)
EVENT = st.one_of(
    st.tuples(st.just("fill"), SIGNED, NUMBER, RATE),
    st.tuples(st.just("fee"), NUMBER, NUMBER, RATE),
    st.tuples(st.just("dividend"), NUMBER, NUMBER, RATE),
    st.tuples(st.just("split"), st.sampled_from([Fraction(2), Fraction(3, 2), Fraction(1, 10)]), NUMBER, RATE),
    st.tuples(st.just("funding"), SIGNED, NUMBER, RATE),
    st.tuples(st.just("interest"), NUMBER, NUMBER, RATE),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(EVENT, max_size=12), NUMBER, RATE)
def test_the_accounting_identity_holds_exactly_on_fractions(
    history: list[tuple[str, Fraction, Fraction, Fraction]], mark: Fraction, last_rate: Fraction
) -> None:
    """Cash and position at the mark are the start, what was realized, what is unrealized, and what was carried.

    The result of each position is what its price brought, at the rate of each fill, and what the currency brought.
    """
    zero = Fraction(0)
    cash = start = Fraction(100_000)
    quantity = basis = realized = local = by_price = carried = fees = zero
    for kind, first, price, rate in history:
        if kind == "fill":
            _, local, part = apply_fill(quantity, local, first, price, zero)
            by_price += part * rate
            quantity, basis, part = apply_fill(quantity, basis, first, price * rate, zero)
            realized += part
            cash -= first * price * rate
        elif kind == "fee":
            fees += first * rate
            cash -= first * rate
        elif kind == "split":
            _, local, part, _ = split(quantity, local, first, zero, price, zero)
            by_price += part * rate
            quantity, basis, part, paid = split(quantity, basis, first, zero, price * rate, zero)
            realized += part
            cash += paid
        else:
            amount = (
                quantity * first * rate if kind == "dividend"
                else funding(quantity, Fraction(1), price, first / 1000) * rate if kind == "funding"
                else interest(cash, first / 36_000, first / 18_000)
            )  # fmt: skip
            carried += amount
            cash += amount
    worth = quantity * mark * last_rate
    assert cash + worth == start + realized + (worth - basis) - fees + carried
    price_part = by_price + (quantity * mark - local) * last_rate
    currency_part = (realized - by_price) + (local * last_rate - basis)
    assert price_part + currency_part == realized + worth - basis


def test_a_dividend_of_a_session_in_which_nothing_was_held_is_nothing() -> None:
    action = CorporateAction(FIRST_SESSION + 1, NAMES[0], ActionKind.DIVIDEND, 1.0, FIRST_SESSION + 2)
    run = both(lambda: Script({2: buy(10)}), bars_of(flat_rows(5), actions=[action]))
    assert run.dividends == 0 and run.due == 0 and run.carried.amount.tolist() == [0, 0]
