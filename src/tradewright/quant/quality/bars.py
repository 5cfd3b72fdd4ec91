"""What must hold of every single bar, and of the order of bars: the rules a broken feed breaks first."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradewright.quant.quality.findings import Check, Finding, Flags, Severity, runs

Floats = NDArray[np.float64]
NOISE = 1e-6
"""Open and close may lie outside high and low by this part of the price: vendors round."""


@dataclass(frozen=True, slots=True, eq=False)
class BarColumns:
    """Bars of one instrument in the order they are stored; all columns have the same length."""

    time: NDArray[np.int64]
    """Close stamps in nanoseconds UTC."""
    session: NDArray[np.int32]
    """Session dates as days since 1970-01-01."""
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats

    def __len__(self) -> int:
        return len(self.time)

    @property
    def prices(self) -> Floats:
        """Open, high, low, close as a matrix of shape (rows, 4)."""
        return np.column_stack((self.open, self.high, self.low, self.close))

    @property
    def is_priced(self) -> Flags:
        """Rows whose four prices are positive and finite."""
        prices = self.prices
        return np.asarray((np.isfinite(prices) & (prices > 0)).all(axis=1))


def check_prices(bars: BarColumns) -> Iterator[Finding]:
    """Prices are finite and positive."""
    prices = bars.prices
    is_number = np.logical_and.reduce(np.isfinite(prices), axis=1)
    is_positive = np.logical_and.reduce(prices > 0, axis=1)
    yield from _errors(Check.PRICES, ~is_number, "a price is not a finite number")
    yield from _errors(Check.PRICES, is_number & ~is_positive, "a price is not positive")


def check_volume(bars: BarColumns) -> Iterator[Finding]:
    """Volumes are finite and not negative; a series whose volume is sometimes zero is noted."""
    volume = bars.volume
    yield from _errors(Check.VOLUME, ~np.isfinite(volume), "the volume is not a finite number")
    yield from _errors(Check.VOLUME, volume < 0, "the volume is negative")
    zero = volume == 0
    if 0 < zero.sum() < len(zero):
        first, last = int(zero.argmax()), len(zero) - 1 - int(zero[::-1].argmax())
        yield Finding(Check.VOLUME, Severity.NOTE, first, last, f"no volume in {int(zero.sum())} bars")


def check_open_high_low_close(bars: BarColumns) -> Iterator[Finding]:
    """High is the highest and low the lowest of the four."""
    top = np.maximum(bars.open, bars.close)
    bottom = np.minimum(bars.open, bars.close)
    inverted = bars.high < bars.low * (1 - NOISE)
    check = Check.OPEN_HIGH_LOW_CLOSE
    yield from _errors(check, inverted, "high is below low")
    yield from _errors(check, ~inverted & (top > bars.high * (1 + NOISE)), "open or close is above high")
    yield from _errors(check, ~inverted & (bottom < bars.low * (1 - NOISE)), "open or close is below low")


def check_stamps(bars: BarColumns) -> Iterator[Finding]:
    """Stamps rise from bar to bar, and sessions never fall."""
    step = np.diff(bars.time, prepend=bars.time[:1] - 1)
    yield from _errors(Check.STAMPS, step == 0, "the stamp is that of the bar before")
    yield from _errors(Check.STAMPS, step < 0, "the stamp is before that of the bar before")
    falls = np.diff(bars.session, prepend=bars.session[:1]) < 0
    yield from _errors(Check.STAMPS, falls & (step > 0), "the session is before that of the bar before")


def _errors(check: Check, flags: Flags, reason: str) -> Iterator[Finding]:
    for first, last in runs(flags):
        yield Finding(check, Severity.ERROR, first, last, reason)
