"""What an account earns and pays without trading: interest, borrow cost, funding, several currencies, delistings.

These are the statements of a run; `carried.py` makes the actions of its rows from them, `exchange.py` its rates. What
is not stated costs nothing and leaves the name of the run as it was.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tradewright.domain.errors import InputError

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Rate = float | Mapping[str, float]
"""A year's rate as a fraction, or rates by the date (ISO) from which each holds, until the next."""

EPOCH: Final = date(1970, 1, 1)
DAY_COUNTS: Final = (360, 365)
HIGHEST: Final = 10.0
"""A rate of 1,000 % a year: what is above is a percentage that was meant as a fraction."""


@dataclass(frozen=True, slots=True, eq=False)
class FundingSeries:
    """What longs of one perpetual pay to shorts, moment by moment; times rise."""

    instrument: str
    time: Whole
    """Nanoseconds UTC."""
    rate: Floats
    """A fraction of the notional."""
    mark_price: Floats

    def __post_init__(self) -> None:
        sane = np.isfinite(self.rate).all() and (np.diff(self.time) > 0).all()
        if not (sane and (self.mark_price > 0).all() and np.isfinite(self.mark_price).all()):
            raise InputError(
                f"the funding of {self.instrument} cannot be used",
                expected="rising times, finite rates, mark prices above 0",
                found=f"{len(self.time)} rows that are otherwise",
                remedy="funding= takes the columns instrument, time, rate, mark_price, one row a moment",
            )


@dataclass(frozen=True, slots=True, eq=False)
class PairSeries:
    """What one unit of `base` is worth in `quote`, as of each moment; times rise."""

    base: str
    quote: str
    time: Whole
    """Nanoseconds UTC from which a rate is known."""
    rate: Floats

    def __post_init__(self) -> None:
        if self.base == self.quote or not len(self.time):
            raise InputError(
                f"rates of {self.base} in {self.quote} cannot be used", expected="two currencies, and rows"
            )
        if not ((self.rate > 0).all() and np.isfinite(self.rate).all() and (np.diff(self.time) > 0).all()):
            raise InputError(
                f"rates of {self.base} in {self.quote} cannot be used",
                expected="rising times and finite rates above 0",
                found=f"{len(self.time)} rows that are otherwise",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Carry:
    """Beside the assumptions of trading; the defaults carry nothing."""

    interest: Rate = 0.0
    """A year's rate on settled cash."""
    loan: Rate = 0.0
    """A year's rate on borrowed cash."""
    borrow: Rate = 0.0
    """A year's rate on the worth of shorts, for the instruments that `borrows` does not name."""
    borrows: Mapping[str, Rate] = field(default_factory=dict)
    borrowable: Mapping[str, float] = field(default_factory=dict)
    """The largest short, by instrument id; any where not given."""
    day_count: int = 360
    """Days of a year: 360 as in most money markets, or 365."""
    funding: tuple[FundingSeries, ...] = ()
    currency: str = ""
    """The account's; empty: that of the bars."""
    currencies: Mapping[str, str] = field(default_factory=dict)
    """Of instruments, where it is not the one their id tells."""
    pairs: tuple[PairSeries, ...] = ()
    delistings: Mapping[str, tuple[str, float]] = field(default_factory=dict)
    """By instrument id: the first date (ISO) on which it is no more, and the cash a share; 0: its last close."""

    def __post_init__(self) -> None:
        rates = {"interest": self.interest, "loan": self.loan, "borrow": self.borrow}
        rates |= {f"borrow of {name}": rate for name, rate in self.borrows.items()}
        for name, rate in rates.items():
            steps_of(rate, name)
        if self.day_count not in DAY_COUNTS:
            raise InputError("day count cannot be used", expected="360 or 365", found=repr(self.day_count))
        for name, quantity in self.borrowable.items():
            _require_number(f"borrowable of {name}", quantity)
        for name, (day, cash) in self.delistings.items():
            _day(f"the delisting of {name}", day)
            _require_number(f"the cash for {name}", cash)
        named = [series.instrument for series in self.funding]
        if len(set(named)) < len(named):
            raise InputError("funding is given twice", expected="one series an instrument", found=", ".join(named))

    @property
    def is_nothing(self) -> bool:
        """True where the run is as one without it."""
        return not self.stated()

    @property
    def charges_cash(self) -> bool:
        """True where interest is earned or paid."""
        return any(rate != 0.0 for one in (self.interest, self.loan) for _, rate in steps_of(one, "interest"))

    def borrow_of(self, instrument: str) -> Rate:
        """What a short of the instrument costs a year."""
        return self.borrows.get(instrument, self.borrow)

    def stated(self) -> dict[str, object]:
        """What differs from the defaults, as JSON values: part of the name of a run."""
        plain: dict[str, object] = {}
        for one in fields(self):
            value = getattr(self, one.name)
            if one.name in ("funding", "pairs"):
                value = {_name(series): _digest(series) for series in value}
            elif isinstance(value, Mapping):
                value = {key: list(held) if isinstance(held, tuple) else held for key, held in sorted(value.items())}
            if value not in ({}, "", 0.0) and not (one.name == "day_count" and value == DAY_COUNTS[0]):
                plain[one.name] = value
        return plain


def steps_of(rate: Rate, name: str) -> list[tuple[int, float]]:
    """(day from which it holds, a year's rate) in order; a single rate has always held. InputError for nonsense.

    >>> steps_of(0.02, "interest"), steps_of({"1970-01-03": 0.01}, "interest")
    ([(-1000000, 0.02)], [(2, 0.01)])
    """
    steps = (
        [(_day(name, day), value) for day, value in rate.items()] if isinstance(rate, Mapping) else [(-(10**6), rate)]
    )
    for _, value in steps:
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= HIGHEST:
            raise InputError(
                f"{name} cannot be used",
                expected="a year's rate as a fraction, 0.02 for 2 %, or rates by date",
                found=repr(value),
            )
    if not steps:
        raise InputError(f"{name} by date holds no date", expected='as {"2020-01-02": 0.015}', found="nothing")
    return sorted((day, float(value)) for day, value in steps)


def _day(name: str, text: object) -> int:
    try:
        return (date.fromisoformat(str(text)) - EPOCH).days
    except ValueError as problem:
        raise InputError(f"{name} has no date", expected="as 2020-01-31", found=repr(text)) from problem


def _require_number(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise InputError(f"{name} cannot be used", expected="a finite number, 0 or more", found=repr(value))


def _name(series: FundingSeries | PairSeries) -> str:
    return series.instrument if isinstance(series, FundingSeries) else f"{series.base}/{series.quote}"


def _digest(series: FundingSeries | PairSeries) -> str:
    """Identity of the rows: what was read is part of what ran."""
    digest = hashlib.blake2b(digest_size=8)
    digest.update(np.ascontiguousarray(series.time).tobytes())
    digest.update(np.ascontiguousarray(series.rate).tobytes())
    if isinstance(series, FundingSeries):
        digest.update(np.ascontiguousarray(series.mark_price).tobytes())
    return digest.hexdigest()


NO_CARRY: Final = Carry()
