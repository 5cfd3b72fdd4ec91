"""A number to trade by is one that exact arithmetic carries to the last digit: a quantity, a price, an amount of money.

This file decides which decimals are none: what is not finite, what is longer than the 28 digits of our arithmetic, and
what is so large or so small that a product or a quotient of two of them could leave it. A typing error or a damaged
report is then an answer at the border, and never an exception in the middle of a decision.
"""

from decimal import Decimal
from typing import Final

DIGITS: Final = 28
MAGNITUDE: Final = 18
"""Tens: from 10^-18 (the finest unit of any currency) to below 10^19."""


def is_usable(value: Decimal) -> bool:
    """True for a number to trade by.

    >>> is_usable(Decimal("0.1")), is_usable(Decimal("1e5000")), is_usable(Decimal("NaN"))
    (True, False, False)
    """
    if not value.is_finite():
        return False
    if not value:
        return True
    return -MAGNITUDE <= value.adjusted() <= MAGNITUDE and len(value.as_tuple().digits) <= DIGITS
