"""The control of money: what all orders together would take of buying power."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from tradewright.domain.orders.side import Side
from tradewright.trading.risk.case import Case
from tradewright.trading.risk.verdict import Finding, Missing, at_most, number, positive

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class BuyingPower:
    """Money that everything which could still open takes, against buying power less a buffer."""

    name: ClassVar[str] = "buying_power"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = True
    buffer: Decimal
    """Part of buying power that is never used."""

    def judge(self, case: Case) -> Finding:
        """Margin of all opening orders, at their highest prices."""
        power = number(case.book.buying_power, "the account's buying power")
        usable = _ZERO if isinstance(power, Missing) else max(power * (1 - self.buffer), _ZERO)
        return at_most(
            self.name,
            power if isinstance(power, Missing) else _needed(case),
            limit=usable,
            what="what all opening orders take",
            remedy="send less, or cancel what is working",
        )


def _needed(case: Case) -> Decimal | Missing:
    if isinstance(case.exposed, Missing):
        return case.exposed
    total = _ZERO
    for one in case.exposed:
        margin = positive(case.after.markets[one.name].margin, f"the margin of {one.name}")
        if isinstance(margin, Missing):
            return margin
        opened = sum((one.opening(side, lambda leg, _: leg.highest) for side in Side), _ZERO)
        total += opened * one.unit * margin
    return total
