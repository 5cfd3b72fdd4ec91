"""What a backtest assumes: money, costs, fills, lots. Every one of them is shown with the result."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tradewright.domain.costs import Cost, Costs
from tradewright.domain.errors import InputError
from tradewright.trading.sizing.allocation import Allocation, EqualSlots


class FillRule(StrEnum):
    """When a market order fills that was decided after a bar."""

    NEXT_OPEN = "next-open"
    SIGNAL_CLOSE = "signal-close"


class SizeAt(StrEnum):
    """When a target weight becomes a quantity: at the decision, as in live trading, or at the price of the fill."""

    DECISION = "decision"
    FILL = "fill"


class Numbers(StrEnum):
    """What the runtime counts with."""

    FLOAT = "float"
    EXACT = "exact"


@dataclass(frozen=True, slots=True)
class Assumptions:
    """The setting of a run; money in the account's currency."""

    cash: float = 100_000.0
    costs: Cost = field(default_factory=Costs)
    fill: FillRule = FillRule.NEXT_OPEN
    size_at: SizeAt = SizeAt.DECISION
    lot: float = 1.0
    """Smallest quantity of every instrument; 0: divisible."""
    lots: Mapping[str, float] = field(default_factory=dict)
    """Other lots by instrument id."""
    multipliers: Mapping[str, float] = field(default_factory=dict)
    """Money per point and unit of quantity by instrument id; 1 where not given."""
    leverage: float = 1.0
    """Gross exposure allowed, in multiples of equity."""
    rebalance_band: float = 0.0
    """Drift from the target weight that makes an order; 0: off."""
    allocation: Allocation = field(default_factory=EqualSlots)
    numbers: Numbers = Numbers.FLOAT
    close_at_end: bool = False
    """Close every position at the last close."""

    def __post_init__(self) -> None:
        for name in ("fill", "size_at", "numbers"):
            self._coerce(name, {"fill": FillRule, "size_at": SizeAt, "numbers": Numbers}[name])
        for name, low, exclusive in (
            ("cash", 0, True), ("lot", 0, False), ("leverage", 0, True), ("rebalance_band", 0, False),
        ):  # fmt: skip
            _check(name, getattr(self, name), low, exclusive=exclusive)
            object.__setattr__(self, name, float(getattr(self, name)))  # 100_000 and 100_000.0 are the same run
        for instrument, lot in self.lots.items():
            _check(f"lot of {instrument}", lot, 0, exclusive=False)
        for instrument, multiplier in self.multipliers.items():
            _check(f"multiplier of {instrument}", multiplier, 0, exclusive=True)
        if not isinstance(self.costs, Cost):
            raise InputError(
                "costs are not a cost", expected="as PerShare(0.005, minimum=1) + Spread(bps=2)", found=repr(self.costs)
            )

    def _coerce(self, name: str, kind: type[StrEnum]) -> None:
        value = getattr(self, name)
        try:
            object.__setattr__(self, name, kind(value))
        except ValueError:
            raise InputError(
                f"{name.replace('_', ' ')} {value!r} is not known", expected=" or ".join(kind), found=repr(value)
            ) from None


def _check(name: str, value: object, low: float, *, exclusive: bool) -> None:
    allowed = "a finite number above 0" if exclusive else "a finite number, 0 or more"
    if isinstance(value, bool) or not isinstance(value, int | float) or not value < float("inf"):
        raise InputError(f"{name} cannot be used", expected=allowed, found=repr(value))
    if value < low or (exclusive and value == low):
        raise InputError(f"{name} cannot be used", expected=allowed, found=repr(value))
