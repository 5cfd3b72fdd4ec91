"""A side says which way an order trades: BUY takes the instrument, SELL gives it.

This file decides the signs (ADR 3): quantities of orders and fills are positive and have a side; those of positions
are signed.
"""

from decimal import Decimal
from enum import StrEnum


class Side(StrEnum):
    """BUY or SELL.

    >>> Side.BUY.opposite, Side.SELL.signed(Decimal(3))
    (<Side.SELL: 'SELL'>, Decimal('-3'))
    """

    BUY = "BUY"
    SELL = "SELL"

    @property
    def sign(self) -> int:
        """1 for BUY, -1 for SELL."""
        return 1 if self is Side.BUY else -1

    @property
    def opposite(self) -> "Side":
        """The other one."""
        return Side.SELL if self is Side.BUY else Side.BUY

    def signed(self, quantity: Decimal) -> Decimal:
        """The change of a position that this side and a positive quantity make."""
        return quantity * self.sign

    @classmethod
    def of(cls, change: Decimal) -> "Side":
        """The side that makes this change of a position; zero has none and is a ValueError."""
        if not change:
            raise ValueError("a change of zero has no side")
        return cls.BUY if change > 0 else cls.SELL
