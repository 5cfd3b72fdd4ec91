"""A situation is what sizing knows of one instrument when it decides how much.

This file decides the numbers and refuses those that are none: sizes come from finite exact decimals or not at all.
"""

from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Final

from tradewright.domain.errors import InputError
from tradewright.domain.instruments.instrument import Instrument
from tradewright.domain.orders.request import MOST

_WIDE: Final = Context(prec=80)
"""A large quantity in the finest lots has more digits than the usual 28."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """One instrument, one account, one moment; money is in the account's currency."""

    instrument: Instrument
    equity: Decimal
    entry: Decimal
    """The price that the position would be opened at."""
    rate: Decimal = Decimal(1)
    """Account currency for one unit of the instrument's currency."""
    protective_stop: Decimal | None = None
    atr: Decimal | None = None
    """Average true range of a bar, in price."""
    volatility_annual: Decimal | None = None
    """Of returns, a fraction."""
    value_at_risk: Decimal | None = None
    """One-day 95% loss as a fraction of notional."""
    maintenance_margin: Decimal | None = None
    """Equity over notional at which the venue liquidates, a fraction."""

    def __post_init__(self) -> None:
        for name in ("equity", "entry", "rate"):
            if given(getattr(self, name)) is None:
                self._refuse(name, getattr(self, name))
        for name in ("protective_stop", "atr", "volatility_annual", "value_at_risk", "maintenance_margin"):
            value = getattr(self, name)
            if value is not None and given(value) is None:
                self._refuse(name, value)

    def _refuse(self, name: str, value: object) -> None:
        raise InputError(
            f"{name} of {self.instrument.id} cannot be sized with",
            expected=f"a Decimal above 0, at most {MOST:.0e}",
            found=repr(value),
        )

    @property
    def unit_notional(self) -> Decimal:
        """Account money in one unit of quantity."""
        return self.entry * self.unit

    @property
    def unit(self) -> Decimal:
        """Account money per point of price and unit of quantity."""
        return self.instrument.multiplier * self.rate

    def needed(self, name: str, *, by: str) -> Decimal:
        """A number that a method cannot do without; an `InputError` says which method wants it."""
        value = given(getattr(self, name))
        if value is None:
            raise InputError(
                f"{by} cannot size {self.instrument.id}", expected=f"its {name}", found="none", remedy=f"supply {name}"
            )
        return value


def given(value: object) -> Decimal | None:
    """A Decimal above 0 that can be counted with as it is, anything else is None."""
    return value if isinstance(value, Decimal) and value.is_finite() and 0 < value <= MOST else None


def whole_lots_below(quantity: Decimal, lot: Decimal) -> Decimal:
    """The largest whole lots that are not above a quantity >= 0: rounding never raises risk."""
    return quantity - _WIDE.remainder(quantity, lot)
