"""A sizing method says how much of an instrument to hold at most, by one idea of risk.

This file decides the ideas: a fixed quantity, a fixed part of equity, a part of equity lost at the stop, a volatility,
Kelly's fraction, a bad day, the distance to liquidation. Each gives an exact quantity, not yet rounded; `size.py` takes
the smallest and rounds down.
"""

from dataclasses import dataclass, fields
from decimal import Decimal
from typing import ClassVar, Protocol

from tradewright.domain.errors import InputError
from tradewright.trading.sizing.kelly import kelly_of_odds, kelly_of_returns
from tradewright.trading.sizing.situation import Situation, given

_ZERO = Decimal(0)
_ONE = Decimal(1)


class SizingMethod(Protocol):
    """One idea of how much."""

    name: ClassVar[str]

    def quantity(self, situation: Situation) -> Decimal:
        """The most to hold, 0 or more, not rounded; an `InputError` where a number that it needs is not there."""
        ...


@dataclass(frozen=True, slots=True)
class FixedQuantity:
    """So many units."""

    name: ClassVar[str] = "fixed_quantity"
    units: Decimal

    def __post_init__(self) -> None:
        _require_positive(self)

    def quantity(self, situation: Situation) -> Decimal:
        """The units."""
        return self.units


@dataclass(frozen=True, slots=True)
class FixedNotional:
    """So much money of the account as notional."""

    name: ClassVar[str] = "fixed_notional"
    money: Decimal

    def __post_init__(self) -> None:
        _require_positive(self)

    def quantity(self, situation: Situation) -> Decimal:
        """The money over the notional of a unit."""
        return self.money / situation.unit_notional


@dataclass(frozen=True, slots=True)
class FixedPart:
    """So much of equity as notional."""

    name: ClassVar[str] = "fixed_part"
    part: Decimal

    def __post_init__(self) -> None:
        _require_positive(self)

    def quantity(self, situation: Situation) -> Decimal:
        """Part x equity over the notional of a unit."""
        return self.part * situation.equity / situation.unit_notional


@dataclass(frozen=True, slots=True)
class RiskPart:
    """So much of equity is lost when the protective stop is hit (percent risk; Tharp, 1998)."""

    name: ClassVar[str] = "risk_part"
    part: Decimal

    def __post_init__(self) -> None:
        _require_positive(self)

    def quantity(self, situation: Situation) -> Decimal:
        """Part x equity over the distance to the stop."""
        stop = situation.needed("protective_stop", by=self.name)
        distance = abs(situation.entry - stop)
        if distance == 0:
            raise InputError("a stop at the entry price protects from nothing", expected="a distance above 0")
        return self.part * situation.equity / (distance * situation.unit)


@dataclass(frozen=True, slots=True)
class AtrRisk:
    """So much of equity is lost when a stop some average true ranges away is hit."""

    name: ClassVar[str] = "atr_risk"
    part: Decimal
    ranges: Decimal = Decimal(2)
    """How many average true ranges away the stop is."""

    def __post_init__(self) -> None:
        _require_positive(self)

    def quantity(self, situation: Situation) -> Decimal:
        """Part x equity over the ranges to the stop."""
        distance = self.distance(situation)
        return self.part * situation.equity / (distance * situation.unit)

    def distance(self, situation: Situation) -> Decimal:
        """How far from the entry the protective stop belongs, in price."""
        return self.ranges * situation.needed("atr", by=self.name)


@dataclass(frozen=True, slots=True)
class VolatilityTarget:
    """The position alone makes equity swing by so much a year."""

    name: ClassVar[str] = "volatility_target"
    annual: Decimal

    def __post_init__(self) -> None:
        _require_positive(self)

    def quantity(self, situation: Situation) -> Decimal:
        """Target over the instrument's volatility, of equity."""
        part = self.annual / situation.needed("volatility_annual", by=self.name)
        return part * situation.equity / situation.unit_notional


@dataclass(frozen=True, slots=True)
class KellyOdds:
    """A part of Kelly's fraction from win rate and payoff, risked to the protective stop."""

    name: ClassVar[str] = "kelly_odds"
    win_rate: Decimal
    payoff: Decimal
    """Mean win over mean loss."""
    part: Decimal = Decimal("0.5")
    """Of the full fraction; 1 is full Kelly."""

    def __post_init__(self) -> None:
        kelly_of_odds(self.win_rate, self.payoff)
        _require_part(self.part)

    def quantity(self, situation: Situation) -> Decimal:
        """The equity to risk over the distance to the stop; 0 where the odds are against."""
        situation.needed("protective_stop", by=self.name)
        risked = kelly_of_odds(self.win_rate, self.payoff) * self.part
        return RiskPart(risked).quantity(situation) if risked > 0 else _ZERO


@dataclass(frozen=True, slots=True)
class KellyReturns:
    """A part of Kelly's fraction from the mean and deviation of annual returns, held as notional."""

    name: ClassVar[str] = "kelly_returns"
    mean: Decimal
    deviation: Decimal
    risk_free: Decimal = _ZERO
    part: Decimal = Decimal("0.5")
    """Of the full fraction; 1 is full Kelly."""

    def __post_init__(self) -> None:
        kelly_of_returns(self.mean, self.deviation, risk_free=self.risk_free)
        _require_part(self.part)

    def quantity(self, situation: Situation) -> Decimal:
        """The equity to hold over the notional of a unit; 0 where the mean is below the risk-free rate."""
        full = kelly_of_returns(self.mean, self.deviation, risk_free=self.risk_free)
        return max(full, _ZERO) * self.part * situation.equity / situation.unit_notional


@dataclass(frozen=True, slots=True)
class VarBudget:
    """So much of equity is lost on a bad day: the one-day 95% value at risk of the position."""

    name: ClassVar[str] = "var_budget"
    part: Decimal

    def __post_init__(self) -> None:
        _require_positive(self)

    def quantity(self, situation: Situation) -> Decimal:
        """Budget over the value at risk of a unit."""
        unit_loss = situation.unit_notional * situation.needed("value_at_risk", by=self.name)
        return self.part * situation.equity / unit_loss


@dataclass(frozen=True, slots=True)
class LiquidationSafe:
    """The venue liquidates only beyond a move that is `cushion` times the way to the stop.

    A position of leverage L (notional over equity) is liquidated after an adverse move x of the price with
    (1 - L x) / (L (1 + x)) = m for a short, which is liquidated sooner than a long; so L = 1 / (m (1 + x) + x).
    """

    name: ClassVar[str] = "liquidation_safe"
    cushion: Decimal = Decimal(2)

    def __post_init__(self) -> None:
        _require_positive(self)
        if self.cushion < _ONE:
            raise InputError(
                "a cushion below 1 is liquidated before its stop", expected="1 or more", found=str(self.cushion)
            )

    def quantity(self, situation: Situation) -> Decimal:
        """The leverage at which that move is just survived, as units."""
        stop = situation.needed("protective_stop", by=self.name)
        margin = situation.needed("maintenance_margin", by=self.name)
        move = self.cushion * abs(situation.entry - stop) / situation.entry
        leverage = _ONE / (margin * (_ONE + move) + move)
        return leverage * situation.equity / situation.unit_notional


def _require_positive(
    method: "FixedQuantity | FixedNotional | FixedPart | RiskPart | AtrRisk | VolatilityTarget | VarBudget"
    " | LiquidationSafe",
) -> None:
    for field in fields(method):
        value = getattr(method, field.name)
        if given(value) is None:
            raise InputError(
                f"{field.name} of {method.name} cannot be used",
                expected="a finite Decimal above 0, at most 1e+15",
                found=repr(value),
            )


def _require_part(part: object) -> None:
    found = given(part)
    if found is None or found > 1:
        raise InputError("a part of Kelly cannot be used", expected="a Decimal above 0, at most 1", found=repr(part))
