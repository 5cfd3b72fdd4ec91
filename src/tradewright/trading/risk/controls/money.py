"""The control of money: what all orders together would take of buying power."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

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
        needed = case.totals if isinstance(case.totals, Missing) else case.totals.needed
        usable = _ZERO if isinstance(power, Missing) else max(power * (1 - self.buffer), _ZERO)
        return at_most(
            self.name,
            power if isinstance(power, Missing) else needed,
            limit=usable,
            what="what all opening orders take",
            remedy="send less, or cancel what is working",
        )

    def growth(self, case: Case) -> Decimal | Missing:
        """What a unit takes."""
        margin = positive(None if case.market is None else case.market.margin, f"the margin of {case.instrument}")
        unit = case.unit_notional
        if isinstance(margin, Missing) or isinstance(unit, Missing):
            return margin if isinstance(margin, Missing) else unit
        return unit * margin
