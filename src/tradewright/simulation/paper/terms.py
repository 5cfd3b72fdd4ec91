"""What a paper account begins with and trades on: cash, costs, lots, leverage.

This file decides that they become the very records a backtest in exact numbers works on, so that both come to the same
cent.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tradewright.domain.arithmetic.costs import charge
from tradewright.domain.costs import Cost, Costs
from tradewright.domain.costs.algebra import charging, split_models
from tradewright.domain.errors import InputError
from tradewright.domain.identifiers import AccountId
from tradewright.domain.matching.records import (
    LedgerRecord,
    PositionRecord,
    blank,
    charge_record,
    fee_record,
    impact_record,
)

ZERO = Decimal(0)
CENT = Decimal("0.01")


def exact(value: float) -> Decimal:
    """The decimal that a person would read: 0.1 becomes exactly 0.1."""
    return Decimal(repr(float(value)))


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountTerms:
    """A paper account as it is opened; money in its currency."""

    account: AccountId
    currency: str = "USD"
    cash: Decimal = Decimal(100_000)
    costs: Cost = field(default_factory=Costs)
    leverage: Decimal = Decimal(1)
    """Gross exposure allowed, in multiples of equity."""
    lot: Decimal = Decimal(1)
    """Smallest quantity of every instrument; 0: divisible."""
    lots: Mapping[str, Decimal] = field(default_factory=dict)
    """Other lots by instrument id."""
    multipliers: Mapping[str, Decimal] = field(default_factory=dict)
    """Money per point and unit of quantity by instrument id; 1 where not given."""
    participation: Decimal = ZERO
    """The part of a bar's volume that one order may take; 0: any."""

    def __post_init__(self) -> None:
        above = {"leverage": self.leverage, **{f"multiplier of {name}": one for name, one in self.multipliers.items()}}
        for name, number in above.items():
            _require(name, number, lambda one: one > 0, "a finite Decimal above 0")
        rest = {"cash": self.cash, "lot": self.lot, **{f"lot of {name}": one for name, one in self.lots.items()}}
        for name, number in rest.items():
            _require(name, number, lambda one: one >= 0, "a finite Decimal, 0 or more")
        _require("participation", self.participation, lambda one: 0 <= one <= 1, "a Decimal from 0 to 1")

    def lot_of(self, instrument: str) -> Decimal:
        """The smallest quantity of an instrument."""
        return self.lots.get(instrument, self.lot)

    def multiplier_of(self, instrument: str) -> Decimal:
        """Money per point and unit of quantity."""
        return self.multipliers.get(instrument, Decimal(1))

    def ledger(self) -> Any:
        """The record of the account's money, as opened."""
        ledger = blank(LedgerRecord, ZERO)
        ledger.cash = self.cash
        ledger.leverage = self.leverage
        ledger.unit = CENT
        for name, value in charging(self.costs, participation=self.participation, of=exact).items():
            setattr(ledger, name, value)
        ledger.next_order = 1
        return ledger

    def position(self, instrument: str) -> Any:
        """The record of a position, flat."""
        position = blank(PositionRecord, ZERO)
        position.lot, position.multiplier = self.lot_of(instrument), self.multiplier_of(instrument)
        return position

    def fees(self) -> list[Any]:
        """The rows of the fee schedule."""
        return [fee_record(row, exact) for row in split_models(self.costs)[0]]

    def charges(self) -> list[Any]:
        """Fees that depend on more than the fill."""
        return [charge_record(row, exact) for row in self.costs.rates()]

    def impacts(self) -> list[Any]:
        """How the quantity moves the price."""
        return [impact_record(row, exact) for row in self.costs.impacts()]

    def charging(self) -> Callable[..., Any]:
        """The fee function: the schedule, and own cost models where there are any."""
        models = split_models(self.costs)[1]
        if not models:
            return charge

        def charge_with_models(*fill: Any) -> Any:
            _, quantity, notional = fill
            total = charge(*fill)
            for model in models:
                total = total + exact(model.fee(float(quantity), float(notional / quantity)))
            return total

        return charge_with_models


def _require(name: str, number: Decimal, is_good: Callable[[Decimal], bool], expected: str) -> None:
    if not (number.is_finite() and is_good(number)):
        raise InputError(f"{name} of a paper account cannot be used", expected=expected, found=repr(number))
