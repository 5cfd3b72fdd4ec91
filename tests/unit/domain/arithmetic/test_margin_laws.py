"""Margin by hand and by law: requirements, liquidation prices, and what a loan costs."""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewright.domain.arithmetic.margin import (
    bankrupt_at,
    bracket_margin,
    called_at,
    carried,
    loan_interest,
    lost_at,
    stock_margin,
)
from tradewright.domain.margin import Tier
from tradewright.domain.margin.futures import tiers_of

POSITIVE = st.fractions(Fraction(1, 100), 1000, max_denominator=100)
BRACKETS: tuple[tuple[int, Fraction], ...] = (
    (0, Fraction(1, 250)), (50_000, Fraction(1, 200)), (250_000, Fraction(1, 100)),
)  # fmt: skip


class Line(NamedTuple):
    rate: Fraction
    deduction: Fraction


def lines_of(brackets: Sequence[tuple[int, Fraction]]) -> list[Line]:
    """The lines of brackets on exact fractions: continuous at each floor."""
    lines: list[Line] = []
    for floor, rate in brackets:
        before = lines[-1] if lines else Line(Fraction(0), Fraction(0))
        lines.append(Line(rate, before.deduction + floor * (rate - before.rate)))
    return lines


# FINRA Rule 4210(c), a share at a time. Long 80: 25 % = 20. Short 80: 30 % = 24. Short 10: 30 % are 3, the least is 5.
# Short 4: all of it, 4. Short 1.50: all of it is less than 2.50.
STOCKS = (
    ("a share held long", 80.0, 1, 20.0),
    ("a share held short", 80.0, -1, 24.0),
    ("a cheap share held short", 10.0, -1, 5.0),
    ("a share below 5 held short", 4.0, -1, 4.0),
    ("a penny share held short", 1.5, -1, 2.5),
)


@pytest.mark.parametrize(("price", "side", "margin"), [one[1:] for one in STOCKS], ids=[one[0] for one in STOCKS])
def test_maintenance_of_stocks_by_hand(price: float, side: int, margin: float) -> None:
    assert stock_margin(price, side, 0.25, 0.3, 5.0) == pytest.approx(margin)


def test_without_a_least_amount_a_short_share_needs_its_rate_alone() -> None:
    assert stock_margin(1.5, -1, 0.25, 0.3, 0.0) == pytest.approx(0.45)


# Binance's BTCUSDT brackets of 2021: 0.4 % from 0, 0.5 % from 50,000, 1 % from 250,000, 2.5 % from 1,000,000; its
# maintenance amounts are 50, 1,300 and 16,300. 60,000: 300 - 50 = 250, which is 0.4 % of 50,000 and 0.5 % of 10,000.
def test_brackets_take_off_what_the_exchange_prints() -> None:
    lines = tiers_of(((0, 0.004), (50_000, 0.005), (250_000, 0.01), (1_000_000, 0.025)))
    assert [line.deduction for line in lines] == pytest.approx([0, 50, 1_300, 16_300])
    assert bracket_margin(lines, 0, 4, 60_000.0) == pytest.approx(250)
    assert bracket_margin(lines, 0, 4, 20_000.0) == pytest.approx(80)
    assert bracket_margin(lines, 0, 4, 2_000_000.0) == pytest.approx(33_700)


@given(st.fractions(0, 10**6, max_denominator=10))
def test_the_highest_line_is_the_sum_over_the_brackets(notional: Fraction) -> None:
    in_parts = sum(
        (
            ((notional if notional < top else Fraction(top)) - floor) * rate
            for (floor, rate), top in zip(BRACKETS, (50_000, 250_000, 10**9), strict=True)
            if notional > floor
        ),
        Fraction(0),
    )
    assert bracket_margin(lines_of(BRACKETS), 0, 3, notional) == in_parts


# Long 1 at 100 with 10 times leverage: margin 10. Half a percent of p is kept: 10 + p - 100 = 0.005 p, so
# p = 90 / 0.995. Short: 10 - p + 100 = 0.005 p, so p = 110 / 1.005. A bond of 8 kept a contract: long 10 + p - 100 = 8,
# p = 98. Unlevered: 100 + p - 100 = 0.005 p has only p = 0.
LOSSES = (
    ("long at ten times", 1.0, 10.0 - 100.0, 0.005, 0.0, 0.0, 90 / 0.995),
    ("short at ten times", -1.0, 10.0 + 100.0, 0.005, 0.0, 0.0, 110 / 1.005),
    ("a bond a contract", 1.0, 10.0 - 100.0, 0.0, 8.0, 0.0, 98.0),
    ("without leverage", 1.0, 0.0, 0.005, 0.0, 0.0, 0.0),
    ("more money than the position", 1.0, 50.0, 0.005, 0.0, 0.0, 0.0),
    ("with a deduction", 1.0, 10.0 - 100.0, 0.01, 0.0, 0.5, 89.5 / 0.99),
)


@pytest.mark.parametrize("case", LOSSES, ids=[one[0] for one in LOSSES])
def test_liquidation_prices_by_hand(case: tuple[str, float, float, float, float, float, float]) -> None:
    _, quantity, beside, rate, unit, deduction, price = case
    assert called_at(quantity, beside, rate, unit, deduction) == pytest.approx(price)


# Published by Binance in "How to Calculate Liquidation Price of USD-M Futures Contracts" (two positions in one cross
# account) and kept by freqtrade as expected values: balance 1,535,443.01; long 3,683.979 ETH from 1,456.84 (10 %,
# 135,365) and long 109.488 BTC from 32,481.98 (2.5 %, 16,300); maintenance and unrealized PnL are of the other one.
BINANCE = (
    ("ETH beside BTC", 3_683.979, 1_456.84, 0.10, 135_365.0, 71_200.81144, -56_354.57, 1_153.26),
    ("BTC beside ETH", 109.488, 32_481.98, 0.025, 16_300.0, 356_512.508, -448_192.89, 26_316.89),
    ("ETH alone", 3_683.979, 1_456.84, 0.10, 135_365.0, 0.0, 0.0, 1_114.78),
    ("BTC alone", 109.488, 32_481.98, 0.025, 16_300.0, 0.0, 0.0, 18_778.73),
)


@pytest.mark.parametrize("case", BINANCE, ids=[one[0] for one in BINANCE])
def test_liquidation_prices_agree_with_those_the_exchange_published(
    case: tuple[str, float, float, float, float, float, float, float],
) -> None:
    _, quantity, entry, rate, deduction, others_maintenance, others_pnl, published = case
    beside = 1_535_443.01 - quantity * entry + others_pnl - others_maintenance
    line = [Tier(0.0, rate, deduction)]
    assert round(lost_at(line, 0, 1, quantity, beside, 0.0), 2) == published


@given(
    POSITIVE, st.sampled_from([1, -1]), POSITIVE, st.fractions(Fraction(5, 4), 125, max_denominator=4),
    st.integers(0, 2),
)  # fmt: skip
def test_at_the_liquidation_price_equity_is_the_maintenance(
    size: Fraction, side: int, entry: Fraction, leverage: Fraction, first: int
) -> None:
    lines = lines_of(BRACKETS)[first:]
    quantity, basis = side * size, side * size * entry
    margin = max(size * entry / leverage, bracket_margin(lines, 0, len(lines), size * entry) * 2)
    price = lost_at(lines, 0, len(lines), quantity, margin - basis, Fraction(0))
    if price == 0:
        assert side > 0
        assert margin >= basis
        return
    assert margin + quantity * price - basis == bracket_margin(lines, 0, len(lines), size * price)
    assert side * (entry - price) >= 0
    assert side * (price - bankrupt_at(quantity, basis, margin)) >= 0


@given(POSITIVE, st.sampled_from([1, -1]), POSITIVE, st.integers(2, 60), st.integers(1, 60))
def test_more_leverage_is_never_lost_later(size: Fraction, side: int, entry: Fraction, low: int, more: int) -> None:
    lines = lines_of(BRACKETS)
    quantity, basis = side * size, side * size * entry
    slow, fast = (
        lost_at(lines, 0, 3, quantity, size * entry / leverage - basis, Fraction(0)) for leverage in (low, low + more)
    )
    assert side * (fast - slow) >= 0


@given(
    POSITIVE, POSITIVE, st.fractions(0, 1000), st.fractions(-50, 50, max_denominator=4),
    st.fractions(0, 1, max_denominator=50), st.fractions(0, 5, max_denominator=2),
)  # fmt: skip
def test_the_carried_position_uses_up_the_money_exactly(
    unit: Fraction, equity: Fraction, spent: Fraction, held: Fraction, burden: Fraction, fixed: Fraction
) -> None:
    position = carried(unit, spent, equity, held, burden, fixed)
    assert position * unit + spent == equity - burden * (position - held) - fixed


# 60 borrowed at 0.05 % a day: a started hour is 60 x 0.0005 / 24.
def test_interest_is_charged_by_started_periods() -> None:
    assert loan_interest(60.0, 0.0005 / 24, 1 / 6, 1.0, 0) == pytest.approx(0.00125)
    assert loan_interest(60.0, 0.0005 / 24, 1.0, 1.0, 0) == pytest.approx(0.00125)
    assert loan_interest(60.0, 0.0005 / 24, 1.1, 1.0, 0) == pytest.approx(0.0025)
