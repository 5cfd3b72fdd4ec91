"""A fill is one execution of our order: so much, at that price, for this fee.

This file decides its signs: quantity positive with a side, fee positive when we pay, slippage positive when worse.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from tradewright.domain.errors import DataError
from tradewright.domain.identifiers import ClientOrderId, ExecutionId, VenueOrderId
from tradewright.domain.money import Money
from tradewright.domain.numbers import is_usable
from tradewright.domain.orders.side import Side
from tradewright.domain.quick import quick


class Liquidity(StrEnum):
    """Whether our order waited in the book or took from it.

    >>> Liquidity.MAKER.value
    'maker'
    """

    MAKER = "maker"
    TAKER = "taker"
    UNTOLD = "untold"
    """The venue does not say."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """One execution of one order.

    >>> fill = Fill(execution_id=ExecutionId("1"), client_order_id=ClientOrderId("a"), instrument="AAPL.XNAS",
    ...     side=Side.SELL, quantity=Decimal(10), price=Decimal("99.5"), fee=Money.of("1.00", "USD"), time_ns=0)
    >>> fill.signed_quantity, fill.slippage(arrival_price=Decimal(100))
    (Decimal('-10'), Decimal('5.0'))
    """

    execution_id: ExecutionId
    client_order_id: ClientOrderId
    instrument: str
    side: Side
    quantity: Decimal
    price: Decimal
    fee: Money
    """Positive is paid, negative is a rebate."""
    time_ns: int
    """When it happened at the venue, nanoseconds UTC."""
    venue_order_id: VenueOrderId | None = None
    liquidity: Liquidity = Liquidity.UNTOLD

    def __post_init__(self) -> None:
        if not (is_usable(self.quantity) and self.quantity > 0 and is_usable(self.price)):
            raise DataError(
                f"fill {self.execution_id} of {self.instrument} is damaged",
                expected="a quantity above 0 and a price, both of at most 28 digits and below 10^19",
                found=f"{self.quantity} at {self.price}",
            )

    @property
    def signed_quantity(self) -> Decimal:
        """The change of the position."""
        return self.side.signed(self.quantity)

    def slippage(self, *, arrival_price: Decimal, multiplier: Decimal = Decimal(1)) -> Decimal:
        """Money lost against the price when we decided; worse is positive."""
        return self.signed_quantity * (self.price - arrival_price) * multiplier
