"""Laws of fees, slippage and of what an account affords."""

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tradewright.domain.arithmetic.costs import PER_NOTIONAL, PER_ORDER, PER_QUANTITY, affordable, charge, slipped
from tradewright.domain.costs import FeeRow

ROW = st.builds(
    FeeRow,
    kind=st.sampled_from([PER_NOTIONAL, PER_QUANTITY, PER_ORDER]),
    rate=st.fractions(0, 1, max_denominator=100),
    minimum=st.fractions(0, 5, max_denominator=10),
    maximum=st.sampled_from([Fraction(0), Fraction(1, 100)]),
)
POSITIVE = st.fractions(Fraction(1, 100), 1000, max_denominator=100)
SMALL = st.fractions(0, Fraction(1, 10), max_denominator=1000)


@given(st.lists(ROW, max_size=4), POSITIVE, POSITIVE, POSITIVE)
def test_a_fee_is_the_sum_of_its_rows_and_never_falls_with_quantity(
    rows: list[FeeRow], quantity: Fraction, more: Fraction, price: Fraction
) -> None:
    fee = charge(rows, quantity, quantity * price)
    assert fee == sum(charge([row], quantity, quantity * price) for row in rows)
    assert fee <= charge(rows, quantity + more, (quantity + more) * price)


@given(ROW, POSITIVE, POSITIVE)
def test_a_row_keeps_its_minimum_and_its_maximum(row: FeeRow, quantity: Fraction, price: Fraction) -> None:
    notional = quantity * price
    fee = charge([row], quantity, notional)
    if row.maximum > 0:
        assert fee <= row.maximum * notional
    else:
        assert fee >= row.minimum


@given(POSITIVE, st.sampled_from([1, -1]), SMALL, SMALL, SMALL)
def test_slippage_stays_inside_the_bar_and_its_rest_is_told(
    reference: Fraction, side: int, slip: Fraction, down: Fraction, up: Fraction
) -> None:
    low, high = reference * (1 - down), reference * (1 + up)
    price, excess = slipped(reference, side, slip, low, high)
    assert low <= price <= high
    assert excess >= 0
    assert side * (price - reference) + excess == reference * slip


@given(
    POSITIVE, st.fractions(0, 10_000), st.fractions(0, 1000), st.fractions(-50, 50, max_denominator=4),
    st.sampled_from([Fraction(1), Fraction(1, 2), Fraction(3)]), SMALL, SMALL, st.fractions(0, 5, max_denominator=2),
)  # fmt: skip
def test_the_affordable_position_uses_up_the_leverage_exactly(
    price: Fraction, equity: Fraction, others: Fraction, held: Fraction, leverage: Fraction, rate: Fraction,
    share: Fraction, fixed: Fraction,
) -> None:  # fmt: skip
    position = affordable(price, equity, others, held, leverage, rate, share, fixed)
    assume(position >= max(held, 0))
    fees = (rate * price + share) * (position - held) + fixed
    assert position * price + others == leverage * (equity - fees)


def test_affordable_by_hand() -> None:
    # 1,000 in cash, a price of 100 and 1% commission: 1,000 / 101 shares.
    assert affordable(100.0, 1000.0, 0.0, 0.0, 1.0, 0.01, 0.0, 0.0) == pytest.approx(1000 / 101)
