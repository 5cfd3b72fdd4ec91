"""The margin mode of an account: what it must have to open a position, and to keep it.

This file decides the modes whose requirement is a rate of each position's value; those of futures are beside it. The
same value is shown with the result, and what the step reads of it are its `terms`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from tradewright.domain.errors import InputError
from tradewright.domain.matching.layout import ACCOUNT, CASH, LEVERAGE


class MarginTerms(NamedTuple):
    """A mode in numbers, as `domain/matching` reads it; rates are fractions of the notional.

    >>> CashAccount().terms()
    MarginTerms(mode=1, leverage=1.0, initial=0.0, long=0.0, short=0.0, short_minimum=0.0, liquidation=0.0)
    """

    mode: int
    leverage: float = 1.0
    """Gross exposure over equity; of the modes that limit that."""
    initial: float = 0.0
    """Margin that opening takes."""
    long: float = 0.0
    """Maintenance margin of long positions ..."""
    short: float = 0.0
    """... of short ones ..."""
    short_minimum: float = 0.0
    """... and the money a share that those need at least."""
    liquidation: float = 0.0
    """What a liquidation costs beside the fees."""


class Margin:
    """One way in which an account is asked for margin.

    >>> isinstance(RegT(), Margin)
    True
    """

    __slots__ = ()

    def terms(self) -> MarginTerms:
        """The mode in numbers."""
        raise NotImplementedError


def require(name: str, value: object, *, above: float, most: float = float("inf")) -> None:
    """InputError unless the number is finite, above `above` and at most `most`."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not above < value <= most:
        raise InputError(
            f"{name} of a margin mode cannot be used",
            expected=f"a number above {above:g}" + (f" and at most {most:g}" if most < float("inf") else ", finite"),
            found=repr(value),
        )
    if value == float("inf"):
        raise InputError(f"{name} of a margin mode cannot be used", expected="a finite number", found=repr(value))


def liquidation_rate(bps: object) -> float:
    """The fee of a liquidation as a fraction of the notional; InputError outside 0 to 10,000 basis points."""
    if isinstance(bps, bool) or not isinstance(bps, int | float) or not 0 <= bps <= 10_000:
        raise InputError(
            "liquidation_bps of a margin mode cannot be used", expected="0 to 10,000 basis points", found=repr(bps)
        )
    return bps / 10_000


def expression(name: str, *, given: tuple[object, ...], named: Mapping[str, tuple[object, object]]) -> str:
    """The call that makes the value again: positional ones, then those that differ from their default."""
    said = [repr(one) for one in given]
    said += [f"{key}={value!r}" for key, (value, default) in named.items() if value != default]
    return f"{name}({', '.join(said)})"


@dataclass(frozen=True, slots=True, repr=False)
class Leverage(Margin):
    """Gross exposure at most `times` equity at the moment of a fill; nothing is called in afterwards.

    >>> Leverage(2)
    Leverage(2)
    """

    times: float = 1

    def __post_init__(self) -> None:
        require("times", self.times, above=0)

    def terms(self) -> MarginTerms:
        """The mode in numbers."""
        return MarginTerms(LEVERAGE, leverage=float(self.times))

    def __repr__(self) -> str:
        return expression("Leverage", given=(self.times,), named={})


@dataclass(frozen=True, slots=True, repr=False)
class CashAccount(Margin):
    """What is bought is paid in full, and nothing is sold that is not held.

    >>> CashAccount()
    CashAccount()
    """

    def terms(self) -> MarginTerms:
        """The mode in numbers."""
        return MarginTerms(CASH)

    def __repr__(self) -> str:
        return "CashAccount()"


@dataclass(frozen=True, slots=True, repr=False)
class RegT(Margin):
    """A margin account of US stocks: half of a position's value to open it, a quarter (short: 30 %) to keep it.

    Initial: Federal Reserve Regulation T, 12 CFR 220.12. Maintenance: FINRA Rule 4210(c), with its least amounts a
    share for short positions (`short_minimum`, 0: none). Brokers may ask for more; say so here.

    >>> RegT(maintenance_long=0.3)
    RegT(maintenance_long=0.3)
    """

    initial: float = 0.5
    maintenance_long: float = 0.25
    maintenance_short: float = 0.3
    short_minimum: float = 5.0
    """Money a share; half of it, or the whole price, below that price."""
    liquidation_bps: float = 0.0

    def __post_init__(self) -> None:
        for name in ("initial", "maintenance_long", "maintenance_short"):
            require(name, getattr(self, name), above=0, most=1)
        require("short_minimum", self.short_minimum, above=-1e-300)
        liquidation_rate(self.liquidation_bps)

    def terms(self) -> MarginTerms:
        """The mode in numbers."""
        return MarginTerms(
            ACCOUNT,
            initial=float(self.initial),
            long=float(self.maintenance_long),
            short=float(self.maintenance_short),
            short_minimum=float(self.short_minimum),
            liquidation=liquidation_rate(self.liquidation_bps),
        )

    def __repr__(self) -> str:
        named = {
            "initial": (self.initial, 0.5),
            "maintenance_long": (self.maintenance_long, 0.25),
            "maintenance_short": (self.maintenance_short, 0.3),
            "short_minimum": (self.short_minimum, 5.0),
            "liquidation_bps": (self.liquidation_bps, 0.0),
        }
        return expression("RegT", given=(), named=named)


@dataclass(frozen=True, slots=True, repr=False)
class PortfolioFactor(Margin):
    """Portfolio margin as one factor: equity is at least `factor` x gross exposure, to open (or `initial`) and to keep.

    No offsets between positions are taken into account, as a broker's risk model would.

    >>> PortfolioFactor(0.15)
    PortfolioFactor(0.15)
    """

    factor: float
    initial: float | None = None
    """What opening needs; None: the same factor."""
    liquidation_bps: float = 0.0

    def __post_init__(self) -> None:
        require("factor", self.factor, above=0, most=1)
        if self.initial is not None:
            require("initial", self.initial, above=0, most=1)
            if self.initial < self.factor:
                raise InputError(
                    "the initial factor is below the one that is kept up",
                    expected=f"{self.factor!r} or more",
                    found=repr(self.initial),
                )
        liquidation_rate(self.liquidation_bps)

    def terms(self) -> MarginTerms:
        """The mode in numbers."""
        factor = float(self.factor)
        return MarginTerms(
            ACCOUNT,
            initial=factor if self.initial is None else float(self.initial),
            long=factor,
            short=factor,
            liquidation=liquidation_rate(self.liquidation_bps),
        )

    def __repr__(self) -> str:
        named = {"initial": (self.initial, None), "liquidation_bps": (self.liquidation_bps, 0.0)}
        return expression("PortfolioFactor", given=(self.factor,), named=named)
