"""The control of money: what all orders together would take of buying power."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from tradewright.trading.risk.case import Case
from tradewright.trading.risk.controls.control import Growing, Measure
from tradewright.trading.risk.verdict import Missing, number, positive

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class BuyingPower(Measure, Growing):
    """Money that everything which could still open takes, against buying power less a buffer."""

    name: ClassVar[str] = "buying_power"
    words: ClassVar[str] = "what all opening orders take"
    remedy: ClassVar[str] = "send less, or cancel what is working"
    binds_reducing: ClassVar[bool] = False
    depends_on_quantity: ClassVar[bool] = True
    buffer: Decimal
    """Part of buying power that is never used."""

    def measure(self, case: Case) -> Decimal | Missing:
        """Margin of all opening orders, at their highest prices."""
        power = number(case.book.buying_power, "the account's buying power")
        if isinstance(power, Missing):
            return power
        return case.totals if isinstance(case.totals, Missing) else case.totals.needed

    def bound(self, case: Case) -> Decimal:
        """Buying power less the buffer."""
        power = number(case.book.buying_power, "the account's buying power")
        return _ZERO if isinstance(power, Missing) else max(power * (1 - self.buffer), _ZERO)

    def growth(self, case: Case) -> Decimal | Missing:
        """What a unit takes."""
        margin = positive(None if case.market is None else case.market.margin, f"the margin of {case.instrument}")
        unit = case.unit_notional
        if isinstance(margin, Missing) or isinstance(unit, Missing):
            return margin if isinstance(margin, Missing) else unit
        return unit * margin
