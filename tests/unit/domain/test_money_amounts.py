from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewright.domain.errors import InputError
from tradewright.domain.money import Money, minor_unit

amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=8)


@given(st.lists(amounts, max_size=8))
def test_money_adds_exactly_in_any_order(parts: list[Decimal]) -> None:
    there = sum((Money(one, "USD") for one in parts), Money.zero("USD"))
    back = sum((Money(one, "USD") for one in reversed(parts)), Money.zero("USD"))
    assert there == back == Money(sum(parts, Decimal(0)), "USD")


@given(amounts)
def test_rounding_moves_by_at_most_half_a_unit(amount: Decimal) -> None:
    for currency in ("USD", "JPY", "BTC"):
        rounded = Money(amount, currency).rounded()
        assert abs(rounded.amount - amount) <= minor_unit(currency) / 2
        assert rounded.rounded() == rounded


def test_halves_go_to_the_even_cent() -> None:
    assert str(Money.of("0.005", "USD").rounded()) == "0.00 USD"
    assert str(Money.of("0.015", "USD").rounded()) == "0.02 USD"
    assert str(Money.of("2.5", "JPY").rounded()) == "2 JPY"


def test_money_compares_and_changes_sign() -> None:
    small, large = Money.of(1, "USD"), Money.of("1.5", "USD")
    assert small < large
    assert small <= small
    assert large > small
    assert large >= large
    assert -small == Money.of(-1, "USD") == small - Money.of(2, "USD")
    assert abs(-small) == small
    assert 2 * small == small * Decimal(2)
    assert bool(small)
    assert not Money.zero("USD")


def test_two_currencies_do_not_combine() -> None:
    dollars, euros = Money.of(1, "USD"), Money.of(1, "EUR")
    for combine in (
        lambda: dollars + euros,
        lambda: dollars - euros,
        lambda: dollars < euros,
        lambda: dollars >= euros,
    ):
        with pytest.raises(InputError, match="EUR"):
            combine()


@pytest.mark.parametrize("amount", ["abc", "", "1,5", "NaN", "Infinity"])
def test_what_is_no_amount_is_refused(amount: str) -> None:
    with pytest.raises(InputError):
        Money.of(amount, "USD")


def test_a_float_is_no_money() -> None:
    with pytest.raises(InputError, match="a float is no money"):
        Money.of(0.1, "USD")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="cannot hold"):
        Money(0.1, "USD")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="not exact"):
        Money.of(1, "USD") * 0.5  # type: ignore[operator]
    with pytest.raises(InputError, match="currency"):
        Money.of(1, "usd")
