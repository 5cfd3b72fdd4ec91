"""Whoever forgets a number is told its name and what else the value takes."""

import pytest

from tradewright.application.backtests.costs import costs_of
from tradewright.application.backtests.margins import margin_of
from tradewright.domain.errors import InputError
from tradewright.domain.written import made_of


@pytest.mark.parametrize(
    ("read", "text", "said"),
    [
        (costs_of, "SquareRootImpact(0.5)", "missing a required argument: 'window'; it takes coefficient, window"),
        (costs_of, "Spread(bp=2)", "missing a required argument: 'bps'; it takes bps"),
        (margin_of, "PortfolioFactor()", "missing a required argument: 'factor'; it takes factor"),
        (margin_of, "Futures(2, x=1)", "unexpected keyword argument 'x'; it takes leverage"),
    ],
)
def test_an_argument_that_is_missing_or_unknown_is_named(read: object, text: str, said: str) -> None:
    assert callable(read)
    with pytest.raises(InputError, match=said) as told:
        read(text)
    assert "__init__" not in str(told.value)


def test_what_fits_is_made() -> None:
    assert made_of(complex, [1.0], named={"imag": 2.0}) == 1 + 2j
