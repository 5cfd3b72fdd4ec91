"""A sizing says how much a full strength is: the least that its methods give, in place of a slot of equity.

This file decides what a size follows from: the strategy's stop, and what the bars so far say of range, volatility and
bad bars. Most methods give a part of equity, which is a weight; a fixed quantity and a fixed notional are units,
whatever the equity.
"""

import itertools
import math
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tradewright.domain.errors import InputError
from tradewright.domain.identifiers import InstrumentId
from tradewright.domain.instruments.instrument import AssetClass, Instrument
from tradewright.quant.indicators.atr import atr
from tradewright.trading.bars import Bars
from tradewright.trading.sizing.methods import (
    AtrRisk,
    FixedNotional,
    FixedPart,
    FixedQuantity,
    KellyOdds,
    KellyReturns,
    LiquidationSafe,
    RiskPart,
    SizingMethod,
    VarBudget,
    VolatilityTarget,
)
from tradewright.trading.sizing.situation import Situation, given

METHODS: Final[tuple[type[SizingMethod], ...]] = (
    FixedQuantity,
    FixedNotional,
    FixedPart,
    RiskPart,
    AtrRisk,
    VolatilityTarget,
    KellyOdds,
    KellyReturns,
    VarBudget,
    LiquidationSafe,
)
UNITS: Final = (FixedQuantity, FixedNotional)
"""What does not grow with equity."""
STOPS: Final = (RiskPart, KellyOdds, LiquidationSafe)
"""What needs the strategy's stop."""
MOST_WINDOW: Final = 10_000
BAD: Final = 0.05
_ONE: Final = Decimal(1)


class Size(NamedTuple):
    """Of a full strength."""

    weight: float
    """Of equity; infinite where only units bind."""
    units: float
    """At most so many; infinite where none were given."""
    weight_bound: str
    units_bound: str

    def bound(self, unit_notional: float, equity: float) -> str:
        """The method that made it no larger, at this equity."""
        return self.units_bound if self.units * unit_notional < self.weight * equity else self.weight_bound


@dataclass(frozen=True, slots=True)
class Sizing:
    """Several methods at once, and what they measure with; `repr` is the text that makes it."""

    methods: tuple[SizingMethod, ...]
    atr_window: int = 14
    volatility_window: int = 60
    """Bars of which the deviation of simple returns is taken."""
    var_window: int = 250
    """Bars of which the loss is taken that 5% of them exceed (historical simulation)."""
    bars_per_year: float = 252.0
    maintenance_margin: Decimal | None = None
    """Equity over notional at which the venue liquidates."""

    def __post_init__(self) -> None:
        if not self.methods or not all(isinstance(one, METHODS) for one in self.methods):
            raise InputError(
                "a sizing is made of methods",
                expected=", ".join(kind.__name__ for kind in METHODS),
                found=", ".join(map(repr, self.methods)) or "none",
            )
        for name in ("atr_window", "volatility_window", "var_window"):
            window = getattr(self, name)
            if type(window) is not int or not 2 <= window <= MOST_WINDOW:
                raise InputError(
                    f"{name} of a sizing cannot be used", expected=f"2 to {MOST_WINDOW}", found=repr(window)
                )
        if not 0 < self.bars_per_year < math.inf:
            raise InputError("bars_per_year cannot be used", expected="more than 0", found=repr(self.bars_per_year))
        if any(isinstance(one, LiquidationSafe) for one in self.methods) and given(self.maintenance_margin) is None:
            raise InputError(
                "liquidation_safe cannot size without the venue's margin",
                expected="maintenance_margin, a fraction above 0",
                found=repr(self.maintenance_margin),
                remedy="as Sizing(LiquidationSafe(2), maintenance_margin=0.05)",
            )

    def __repr__(self) -> str:
        parts = [_written(one) for one in self.methods]
        for one in fields(self)[1:]:
            value = getattr(self, one.name)
            if value != one.default:
                parts.append(f"{one.name}={value}")
        return f"Sizing({', '.join(parts)})"

    def slots(self, instruments: tuple[str, ...]) -> NDArray[np.float64]:
        """Ones: the methods say what a full strength is."""
        return np.ones(len(instruments))

    @property
    def has_units(self) -> bool:
        """True where a method does not grow with equity."""
        return any(isinstance(one, UNITS) for one in self.methods)

    def warm_up_bars(self) -> int:
        """How many bars its measures need."""
        needs = ((AtrRisk, self.atr_window), (VolatilityTarget, self.volatility_window), (VarBudget, self.var_window))
        return max((window + 1 for kind, window in needs if self.has(kind)), default=0)

    def has(self, kind: type[SizingMethod]) -> bool:
        """True where one of its methods is of this kind."""
        return any(isinstance(one, kind) for one in self.methods)

    def size(self, measured: "Measured", *, stop: float) -> Size | None:
        """What a full strength is; None while a measure is not known yet.

        `stop` is the strategy's, 0 for none: a method that needs one raises an InputError then.
        """
        found = measured.situation(self, stop)
        if found is None:
            return None
        weight, units, weight_bound, units_bound = math.inf, math.inf, "", ""
        for method in self.methods:
            quantity = method.quantity(found)
            if isinstance(method, UNITS):
                if float(quantity) < units:
                    units, units_bound = float(quantity), method.name
            elif (part := float(quantity * found.unit_notional)) < weight:
                weight, weight_bound = part, method.name
        return Size(weight, units, weight_bound, units_bound)


class Measured(NamedTuple):
    """One instrument after one row, in raw prices; NaN where it is not known."""

    instrument: str
    multiplier: float
    """Account money in a point of price and a unit of quantity."""
    price: float
    atr: float = math.nan
    volatility: float = math.nan
    loss: float = math.nan

    def situation(self, sizing: Sizing, stop: float) -> Situation | None:
        """With an equity of 1, so that a quantity is a weight over the notional of a unit."""
        for kind, value in ((AtrRisk, self.atr), (VolatilityTarget, self.volatility), (VarBudget, self.loss)):
            if sizing.has(kind) and not value > 0:
                return None
        return Situation(
            instrument=Instrument(
                InstrumentId(self.instrument), "USD", AssetClass.EQUITY, multiplier=_exact(self.multiplier)
            ),
            equity=_ONE,
            entry=_exact(self.price),
            protective_stop=_exact(stop) if stop > 0 else None,
            atr=_exact(self.atr) if self.atr > 0 else None,
            volatility_annual=_exact(self.volatility) if self.volatility > 0 else None,
            value_at_risk=_exact(self.loss) if self.loss > 0 else None,
            maintenance_margin=sizing.maintenance_margin,
        )


def measured(sizing: Sizing, bars: Bars, *, row: int, column: int, scale: float, multiplier: float) -> Measured | None:
    """What the bars up to `row` say of an instrument; None while it has none. raw price = seen price x `scale`."""
    closes = bars.closes[: row + 1, column]
    happened = np.flatnonzero(~np.isnan(closes))
    if not len(happened):
        return None
    price = float(closes[happened[-1]]) * scale
    name = bars.instruments[column]
    ranges = math.nan
    if sizing.has(AtrRisk):
        parts = (part[happened, column] for part in (bars.highs, bars.lows, bars.closes))
        ranges = float(atr(*parts, window=sizing.atr_window)[-1]) * scale
    volatility, loss = math.nan, math.nan
    if sizing.has(VolatilityTarget) and len(happened) > sizing.volatility_window:
        volatility = _deviation(_returns(closes[happened], sizing.volatility_window)) * math.sqrt(sizing.bars_per_year)
    if sizing.has(VarBudget) and len(happened) > sizing.var_window:
        worst = sorted(_returns(closes[happened], sizing.var_window))
        loss = -worst[math.ceil(BAD * len(worst)) - 1]
    return Measured(name, multiplier, price, ranges, volatility, loss)


def _returns(closes: NDArray[np.float64], window: int) -> list[float]:
    last = closes[-window - 1 :].tolist()
    return [after / before - 1.0 for before, after in itertools.pairwise(last)]


def _deviation(returns: list[float]) -> float:
    mean = math.fsum(returns) / len(returns)
    return math.sqrt(math.fsum((one - mean) * (one - mean) for one in returns) / (len(returns) - 1))


def _exact(value: float) -> Decimal:
    return Decimal(repr(float(value)))


def _written(method: SizingMethod) -> str:
    """`AtrRisk(0.01, ranges=3)`: the first number by its place, the others where they are not usual."""
    first, *others = fields(method)  # type: ignore[arg-type]
    parts = [str(getattr(method, first.name))]
    parts += [f"{one.name}={value}" for one in others if (value := getattr(method, one.name)) != one.default]
    return f"{type(method).__name__}({', '.join(parts)})"
