"""A rule says when a bar ends: by the clock, after so many trades, so much volume, or so much money.

This file decides the units. Volume and money are counted in whole steps of 10**-decimals, so that sums are exact and a
threshold is met when arithmetic on paper says so: 0.1 + 0.2 reaches 0.3. The trade that reaches a threshold belongs
wholly to the bar that it ends, and the next bar begins from zero (Lopez de Prado 2018, ch. 2.3.1, as implemented by
mlfinlab and its successors; nothing is split, nothing carried over).
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from tradewright.domain.errors import InputError
from tradewright.domain.timeframe import DAILY, Timeframe
from tradewright.trading.aggregation.sessions import Sessions

DECIMALS = 8
"""Decimals of quantities and prices that are told apart: a satoshi."""


@dataclass(frozen=True, slots=True)
class TimeBars:
    """A bar per interval, counted from each session's open; the last one of a session may be shorter.

    A trade just at the end of an interval belongs to the next. An interval without trades makes no bar.
    """

    timeframe: Timeframe
    sessions: Sessions
    decimals: int = DECIMALS

    def __post_init__(self) -> None:
        _require_decimals(self.decimals)
        if self.timeframe > DAILY:
            raise InputError(
                f"bars of {self.timeframe} cannot be built from trades",
                expected="at most one session, 1d",
                remedy="build daily bars and join them",
            )

    def __str__(self) -> str:
        return str(self.timeframe)


@dataclass(frozen=True, slots=True)
class TickBars:
    """A bar per so many trades."""

    trades: int
    decimals: int = DECIMALS

    def __post_init__(self) -> None:
        _require_decimals(self.decimals)
        if self.trades < 1:
            raise InputError("tick bars cannot be built", expected="at least 1 trade a bar", found=str(self.trades))

    def __str__(self) -> str:
        return f"{self.trades} trades"


@dataclass(frozen=True, slots=True)
class VolumeBars:
    """A bar per so much traded quantity, in units of the instrument."""

    quantity: Decimal
    decimals: int = DECIMALS

    def __post_init__(self) -> None:
        _require_decimals(self.decimals)
        steps_of(self.quantity, self.decimals)

    def __str__(self) -> str:
        return f"{self.quantity} units"


@dataclass(frozen=True, slots=True)
class DollarBars:
    """A bar per so much money traded: price times quantity, in the instrument's currency, before any multiplier."""

    notional: Decimal
    decimals: int = DECIMALS

    def __post_init__(self) -> None:
        _require_decimals(self.decimals)
        steps_of(self.notional, 2 * self.decimals)

    def __str__(self) -> str:
        return f"{self.notional} traded"


CountedBars: TypeAlias = TickBars | VolumeBars | DollarBars
BarRule: TypeAlias = TimeBars | CountedBars


def steps_of(threshold: Decimal, decimals: int) -> int:
    """The threshold in whole steps; an `InputError` when it is no positive number of them."""
    steps = threshold.scaleb(decimals) if threshold.is_finite() else Decimal(0)
    if steps <= 0 or steps != steps.to_integral_value():
        raise InputError(
            "the threshold of a bar cannot be used",
            expected=f"a number above 0 with at most {decimals} decimals",
            found=str(threshold),
        )
    return int(steps)


def _require_decimals(decimals: int) -> None:
    if not 0 <= decimals <= 12:
        raise InputError("decimals cannot be used", expected="0 to 12", found=str(decimals))
