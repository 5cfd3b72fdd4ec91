"""A position is what we hold of an instrument: a signed quantity and the money it cost.

This file decides that cost basis is kept and average price is a view (ADR 1: an average kept on decimals loses cents),
and that fees are booked apart. The booking itself is `domain/arithmetic/accounting.py`, shared with the engine.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import cast

from tradewright.domain.arithmetic import accounting
from tradewright.domain.errors import InputError
from tradewright.domain.money import minor_unit
from tradewright.domain.orders.fill import Fill
from tradewright.domain.quick import quick

_ZERO = Decimal(0)
_Booked = tuple[Decimal, Decimal, Decimal]
_apply_fill = cast("Callable[[Decimal, Decimal, Decimal, Decimal, Decimal], _Booked]", accounting.apply_fill)
_split = cast(
    "Callable[[Decimal, Decimal, Decimal, Decimal, Decimal, Decimal], tuple[Decimal, Decimal, Decimal, Decimal]]",
    accounting.split,
)


class Direction(StrEnum):
    """Which way a position gains.

    >>> Direction.of(Decimal(-3)).value
    'SHORT'
    """

    LONG = "LONG"
    SHORT = "SHORT"
    FLAT = "FLAT"

    @classmethod
    def of(cls, quantity: Decimal) -> "Direction":
        """By the sign of the quantity."""
        return cls.LONG if quantity > 0 else cls.SHORT if quantity < 0 else cls.FLAT


@quick
@dataclass(frozen=True, slots=True)
class Position:
    """What is held of one instrument.

    >>> long = Position("AAPL.XNAS", "USD", quantity=Decimal(10), cost_basis=Decimal(1000))
    >>> long.average_price, long.unrealized(Decimal(103)), long.direction.value
    (Decimal('100'), Decimal('30'), 'LONG')
    """

    instrument: str
    currency: str
    multiplier: Decimal = Decimal(1)
    quantity: Decimal = _ZERO
    """Signed: negative is short."""
    cost_basis: Decimal = _ZERO
    """Money, signed like the quantity."""
    realized: Decimal = _ZERO
    """Booked by fills that reduced; before fees."""
    fees: Decimal = _ZERO
    """Paid so far; a rebate lowers it."""

    def __post_init__(self) -> None:
        if self.quantity == 0:
            assert self.cost_basis == 0, f"{self.instrument}: flat with a cost basis of {self.cost_basis}"

    def after_fill(self, fill: Fill) -> "Position":
        """The position after a fill; one of another instrument or with a fee in another currency is refused."""
        if fill.instrument != self.instrument or fill.fee.currency != self.currency:
            raise InputError(
                f"the fill does not belong to the position in {self.instrument}",
                expected=f"{self.instrument} with a fee in {self.currency}",
                found=f"{fill.instrument} with a fee in {fill.fee.currency}",
            )
        quantity, basis, realized = _apply_fill(
            self.quantity,
            self.cost_basis,
            fill.signed_quantity,
            fill.price * self.multiplier,
            minor_unit(self.currency),
        )
        return replace(
            self,
            quantity=quantity,
            cost_basis=basis,
            realized=self.realized + realized,
            fees=self.fees + fill.fee.amount,
        )

    def after_split(self, *, ratio: Decimal, lot: Decimal, price: Decimal) -> tuple["Position", Decimal]:
        """The position after `ratio` new shares for one, and the cash paid for what is no whole lot at `price`."""
        quantity, basis, realized, cash = _split(
            self.quantity, self.cost_basis, ratio, lot, price * self.multiplier, minor_unit(self.currency)
        )
        return replace(self, quantity=quantity, cost_basis=basis, realized=self.realized + realized), cash

    @property
    def is_flat(self) -> bool:
        """True when nothing is held."""
        return self.quantity == 0

    @property
    def direction(self) -> Direction:
        """LONG, SHORT or FLAT."""
        return Direction.of(self.quantity)

    @property
    def average_price(self) -> Decimal | None:
        """Price per unit that was paid or received on average; None when flat. A view, never booked with."""
        return None if self.is_flat else self.cost_basis / (self.quantity * self.multiplier)

    def market_value(self, mark_price: Decimal) -> Decimal:
        """Signed money that the position is worth at the mark."""
        return self.quantity * self.multiplier * mark_price

    def notional(self, mark_price: Decimal) -> Decimal:
        """Market value without its sign."""
        return abs(self.market_value(mark_price))

    def unrealized(self, mark_price: Decimal) -> Decimal:
        """What closing at the mark would realize, before fees."""
        return self.market_value(mark_price) - self.cost_basis
