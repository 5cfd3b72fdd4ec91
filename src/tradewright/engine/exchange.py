"""Rates of exchange: what one unit of an instrument's currency is worth in the account's, row by row.

A pair serves directly, turned round, or crossed with another through one currency. This file decides which, and when a
rate is too old to be one.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tradewright.domain.currencies import QUOTED, currency_of
from tradewright.domain.errors import DataError, InputError
from tradewright.engine.carry import Carry, PairSeries
from tradewright.trading.bars import Bars

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
OLDEST: Final = 7 * 86_400_000_000_000
"""A rate older than a week is missing: holidays are shorter."""


def currencies_of(bars: Bars, carry: Carry) -> tuple[str, ...]:
    """The currency of each instrument: as stated, else that of the bars where there is one, else as its id tells."""
    for name in carry.currencies:
        if name not in bars.instruments:
            raise InputError(
                f"a currency is given for {name}, which is not in the run",
                expected="instruments among " + ", ".join(bars.instruments),
                found=name,
            )
    told = [currency_of(name) for name in bars.instruments]
    usual = [bars.currency] * len(told) if len(set(told)) < 2 else told
    return tuple(_known(carry.currencies.get(name, own)) for name, own in zip(bars.instruments, usual, strict=True))


def account_currency(bars: Bars, carry: Carry) -> str:
    """The account's currency."""
    return _known(carry.currency or bars.currency)


def rates_of(bars: Bars, carry: Carry) -> Floats | None:
    """The account's money for one of each instrument's, known by each row, shape (rows, width); None: one currency.

    Without a stated currency nothing is converted, as ever. DataError names the pair that is missing, and the date.
    """
    if not carry.currency:
        if carry.pairs or carry.currencies:
            raise InputError(
                "rates of exchange are given, and no currency of the account",
                expected='currency="EUR"',
                found="none",
            )
        return None
    account, own = account_currency(bars, carry), currencies_of(bars, carry)
    if all(currency == account for currency in own):
        return None
    rates = np.ones((len(bars), len(own)))
    for i, currency in enumerate(own):
        if currency != account:
            rates[:, i] = _converted(currency, account, carry=carry, time=bars.time, instrument=bars.instruments[i])
    return rates


def needed_pairs(bars: Bars, carry: Carry) -> tuple[tuple[str, str], ...]:
    """The pairs (base, quote) that a run needs, each once."""
    if not carry.currency:
        return ()
    account = account_currency(bars, carry)
    return tuple(dict.fromkeys((one, account) for one in currencies_of(bars, carry) if one != account))


def _converted(base: str, quote: str, *, carry: Carry, time: Whole, instrument: str) -> Floats:
    """Direct, turned round, or through the first currency that has both."""
    straight = _pair(base, quote, carry=carry)
    if straight is not None:
        return _as_of(straight, time, instrument=instrument)
    middles = sorted({name for pair in carry.pairs for name in (pair.base, pair.quote)} - {base, quote})
    for middle in middles:
        first, second = _pair(base, middle, carry=carry), _pair(middle, quote, carry=carry)
        if first is not None and second is not None:
            return _as_of(first, time, instrument=instrument) * _as_of(second, time, instrument=instrument)
    given = ", ".join(f"{pair.base}{pair.quote}" for pair in carry.pairs) or "none"
    raise DataError(
        f"there is no rate from {base}, the currency of {instrument}, to {quote}, that of the account",
        expected=f"bars of {base}{quote} or {quote}{base}, or of two pairs through one currency",
        found=given,
        remedy=f'give rates={{"{base}{quote}": bars}}, or bring the pair into the store',
    )


def _pair(base: str, quote: str, *, carry: Carry) -> PairSeries | None:
    for pair in carry.pairs:
        if (pair.base, pair.quote) == (base, quote):
            return pair
    for pair in carry.pairs:
        if (pair.base, pair.quote) == (quote, base):
            return PairSeries(base, quote, pair.time, 1.0 / pair.rate)
    return None


def _as_of(pair: PairSeries, time: Whole, *, instrument: str) -> Floats:
    """The last rate that each row could know."""
    place = np.searchsorted(pair.time, time, side="right") - 1
    age = np.where(place >= 0, time - pair.time[np.maximum(place, 0)], OLDEST + 1)
    if (age > OLDEST).any():
        row = int(np.argmax(age > OLDEST))
        last = f"the last is of {_moment(int(pair.time[place[row]]))}" if place[row] >= 0 else "the first is later"
        raise DataError(
            f"there is no rate of {pair.base} in {pair.quote} for {instrument} at {_moment(int(time[row]))}",
            expected="one that is at most a week old",
            found=last,
            remedy=f"bring in bars of {pair.base}{pair.quote} for these dates, or run on others",
        )
    return pair.rate[place]


def _moment(time_ns: int) -> str:
    return str(np.datetime64(time_ns, "ns").astype("datetime64[m]")) + " UTC"


def _known(currency: str) -> str:
    if currency not in QUOTED:
        raise InputError(
            f"currency {currency!r} is not known",
            expected="one of " + ", ".join(sorted(QUOTED)),
            found=repr(currency),
        )
    return currency
