"""Laws of booking: whatever is bought, sold and split, nothing is made or lost; exact, on fractions."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewright.domain.arithmetic.accounting import apply_fill, split

QUANTITY = st.fractions(min_value=-50, max_value=50, max_denominator=8)
PRICE = st.fractions(min_value=Fraction(1, 100), max_value=500, max_denominator=100)
UNIT = st.sampled_from([Fraction(0), Fraction(1, 100)])
FILL = st.tuples(st.just("fill"), QUANTITY, PRICE)
SPLIT = st.tuples(st.just("split"), st.sampled_from([Fraction(2), Fraction(3, 2), Fraction(1, 10), Fraction(7)]), PRICE)
LOT = st.sampled_from([Fraction(0), Fraction(1), Fraction(1, 4)])


@given(st.lists(st.one_of(FILL, FILL, SPLIT), max_size=15), PRICE, UNIT, LOT)
def test_realized_and_unrealized_are_the_cash_flow_and_the_position_at_mark(
    history: list[tuple[str, Fraction, Fraction]], mark: Fraction, unit: Fraction, lot: Fraction
) -> None:
    quantity = basis = realized = cash = Fraction(0)
    for kind, value, price in history:
        if kind == "fill":
            quantity, basis, gained = apply_fill(quantity, basis, value, price, unit)
            cash -= value * price
        elif quantity != 0:
            quantity, basis, gained, paid = split(quantity, basis, value, lot, price, unit)
            cash += paid
        else:
            continue
        realized += gained
        assert realized + (quantity * mark - basis) == cash + quantity * mark
    if quantity == 0:
        assert basis == 0


@given(QUANTITY, PRICE, st.lists(PRICE, min_size=1, max_size=6))
def test_the_basis_of_a_position_has_its_sign(quantity: Fraction, price: Fraction, prices: list[Fraction]) -> None:
    held, basis, _ = apply_fill(Fraction(0), Fraction(0), quantity, price, Fraction(0))
    for one in prices:
        held, basis, _ = apply_fill(held, basis, -held / 2, one, Fraction(0))
        assert basis * held >= 0


def test_the_removed_basis_is_booked_in_cents() -> None:
    # Three shares for 100.00: the first third leaves with 33.33, the second with 33.34 (half of 66.67 to even).
    unit = Decimal("0.01")
    held, basis, realized = apply_fill(Decimal(3), Decimal("100.00"), Decimal(-1), Decimal(40), unit)
    assert (held, basis, realized) == (Decimal(2), Decimal("66.67"), Decimal("6.67"))
    held, basis, realized = apply_fill(held, basis, Decimal(-1), Decimal(40), unit)
    assert (held, basis, realized) == (Decimal(1), Decimal("33.33"), Decimal("6.66"))
    held, basis, realized = apply_fill(held, basis, Decimal(-1), Decimal(40), unit)
    assert (held, basis, realized) == (Decimal(0), Decimal(0), Decimal("6.67"))


@pytest.mark.parametrize(
    ("name", "filled", "expected"),
    [
        ("a first purchase", (0, 0, 10, 5), (10, 50, 0)),
        ("a purchase on top", (10, 50, 10, 7), (20, 120, 0)),
        ("a partial sale", (20, 120, -5, 8), (15, 90, 10)),
        ("a sale of everything", (20, 120, -20, 5), (0, 0, -20)),
        ("a reversal", (20, 120, -30, 8), (-10, -80, 40)),
        ("a short covered in part", (-10, -80, 4, 6), (-6, -48, 8)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_booking_by_hand(name: str, filled: tuple[int, ...], expected: tuple[int, ...]) -> None:
    quantity, basis, fill, price = (Fraction(value) for value in filled)
    assert apply_fill(quantity, basis, fill, price, Fraction(0)) == expected


@pytest.mark.parametrize(
    ("name", "given_", "expected"),
    [
        # (quantity, basis, ratio, lot, price) -> (quantity, basis, realized, cash)
        ("two for one leaves no rest", (5, 100, 2, 1, 10), (10, 100, 0, 0)),
        ("three for two leaves half a share", (5, 150, Fraction(3, 2), 1, 18), (7, 140, -1, 9)),
        ("divisible shares leave none", (5, 150, Fraction(3, 2), 0, 18), (Fraction(15, 2), 150, 0, 0)),
        ("a short pays for its rest", (-5, -150, Fraction(3, 2), 1, 18), (-7, -140, 1, -9)),
        ("all of it is paid out", (5, 100, Fraction(1, 10), 1, 180), (0, 0, -10, 90)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_splits_by_hand(name: str, given_: tuple[Fraction, ...], expected: tuple[Fraction, ...]) -> None:
    quantity, basis, ratio, lot, price = (Fraction(value) for value in given_)
    assert split(quantity, basis, ratio, lot, price, Fraction(0)) == expected


def test_a_float_on_the_grid_splits_without_a_rest() -> None:
    quantity, _, _, cash = split(0.3, 30.0, 1.0, 0.1, 100.0, 0.0)
    assert (quantity, cash) == (pytest.approx(0.3), pytest.approx(0.0, abs=1e-12))


def test_leans_seven_for_one_split_of_a_short() -> None:
    """LEAN's EquitySplitHoldingsDailyRegressionAlgorithm: 154 short at 650.00, fee 1, split factor 0.1428572.

    154 / 0.1428572 is 1,077.9998 shares: 1,077 stay short, the rest is settled at 645.57 x 0.1428572.
    """
    price = 645.57 * 0.1428572
    quantity, basis, realized, cash = split(-154.0, -154 * 650.0, 1 / 0.1428572, 1.0, price, 0.0)
    assert quantity == -1077.0
    assert cash == pytest.approx(-price * (154 / 0.1428572 - 1077))
    assert cash == pytest.approx(-92.18, abs=0.005)
    assert realized - basis == pytest.approx(154 * 650.0 + cash)
