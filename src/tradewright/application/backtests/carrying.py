"""What an account is to earn and pay without trading, from the words of whoever asks to what the engine takes.

This file decides where funding and rates of exchange come from when they are not handed in: the store.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import polars as pl

from tradewright.application.backtests.messages import Carrying, LoadedBars, Market
from tradewright.domain.currencies import QUOTED
from tradewright.domain.errors import DataError, InputError, NotFound
from tradewright.engine.carry import NO_CARRY, Carry, FundingSeries, PairSeries
from tradewright.engine.exchange import needed_pairs
from tradewright.ports.stores import Selection, Table
from tradewright.trading.bars import Bars, Floats

KeptFunding = Callable[[Selection], pl.DataFrame]
"""Rows of the store's table of funding."""

BEFORE_NS = 10 * 86_400_000_000_000
"""So far before the first bar rates are looked for: the first bar needs one that is known already."""
MIDDLES = ("USD", "EUR", "USDT")
"""Currencies through which two others are crossed, where the store has no pair of them."""
_LENGTH = 3


def carry_of(
    said: Carrying, bars: Bars, *, bars_of: Callable[[Market], LoadedBars], kept_funding: KeptFunding, market: Market
) -> Carry:
    """What the engine takes; errors name what cannot be used, and what is missing with its remedy."""
    if said.is_nothing:
        return NO_CARRY
    carry = Carry(
        interest=said.interest,
        loan=said.loan,
        borrow=said.borrow,
        borrows=dict(said.borrows),
        borrowable=dict(said.borrowable),
        day_count=said.day_count,
        currency=said.currency or "",
        currencies=dict(said.currencies),
        delistings={name: (day, cash) for name, (day, cash) in said.delistings.items()},
        pairs=tuple(pair_of(name, rates) for name, rates in said.rates.items()),
    )
    if said.funding is not False and said.funding is not None:
        carry = replace(carry, funding=_funding(said.funding, bars, kept_funding))
    missing = [pair for pair in needed_pairs(bars, carry) if not carry.pairs]
    if missing and market.file is None:
        carry = replace(carry, pairs=_stored_pairs(missing, bars, bars_of=bars_of, market=market))
    return carry


def pair_of(name: str, rates: Bars | PairSeries) -> PairSeries:
    """The rates of a pair that is named by its two currencies: `EURUSD`, `EUR/USD`, `BTC-USDT`."""
    base, quote = _currencies(name)
    if isinstance(rates, PairSeries):
        return replace(rates, base=base, quote=quote)
    if not isinstance(rates, Bars) or len(rates.instruments) != 1:
        raise InputError(
            f"the rates of {name} cannot be used", expected="bars of one instrument", found=type(rates).__name__
        )
    known = ~np.isnan(rates.close)
    return PairSeries(base, quote, rates.time[known], rates.close[known])


def _currencies(name: str) -> tuple[str, str]:
    plain = "".join(letter for letter in name.upper().rpartition(".")[0] or name.upper() if letter.isalnum())
    for length in range(_LENGTH, len(plain) - 2):
        if plain[:length] in QUOTED and plain[length:] in QUOTED:
            return plain[:length], plain[length:]
    raise InputError(f"{name!r} names no pair", expected="two currencies, as EURUSD", found=name)


def _funding(given: object, bars: Bars, kept: KeptFunding) -> tuple[FundingSeries, ...]:
    """Of the store where it is True; else rows of a table with instrument, time, rate and mark_price."""
    if given is True:
        span = int(bars.time[-1] - bars.time[0]) if len(bars) else 0
        first, last = int(bars.time[0]) - bars.timeframe.nanoseconds - BEFORE_NS, int(bars.time[0]) + span
        rows = kept(Selection(Table.FUNDING, bars.instruments, start=first, end=last, as_of=bars.as_of))
    elif isinstance(given, pl.DataFrame):
        rows = given
    else:
        raise InputError(
            "funding cannot be used", expected="True for that of the store, or a table", found=type(given).__name__
        )
    needed = ("instrument", "time", "rate", "mark_price")
    if missing := [name for name in needed if name not in rows.columns]:
        raise InputError(
            "a table of funding lacks columns", expected=", ".join(needed), found=f"none of {', '.join(missing)}"
        )
    if rows.is_empty():
        raise DataError(
            f"no funding of {', '.join(bars.instruments[:5])} is known",
            expected="funding of at least one instrument of the run",
            found="none",
            remedy="bring it in: tradewright data import FILE --table funding",
        )
    return tuple(_series(str(name[0]), part, bars) for name, part in sorted(rows.group_by("instrument")))


def _series(name: str, rows: pl.DataFrame, bars: Bars) -> FundingSeries:
    """One instrument's; where the table tells no mark price, the last close before the moment is taken."""
    rows = rows.sort("time")
    time = rows["time"].cast(pl.Datetime("ns", "UTC")).to_physical().to_numpy()
    marks = rows["mark_price"].cast(pl.Float64).to_numpy()
    if np.isnan(marks).any() and name in bars.instruments:
        closes = bars.closes[:, bars.instruments.index(name)]
        known = np.flatnonzero(~np.isnan(closes))
        place = np.searchsorted(bars.time[known], time, side="right") - 1
        last = closes[known][np.maximum(place, 0)]
        inside = np.isnan(marks)
        marks = np.where(inside, last, marks)
    return FundingSeries(name, time, rows["rate"].cast(pl.Float64).to_numpy(), marks)


def _stored_pairs(
    missing: list[tuple[str, str]], bars: Bars, *, bars_of: Callable[[Market], LoadedBars], market: Market
) -> tuple[PairSeries, ...]:
    """Each pair direct or turned round, else two through a currency between; what is not there the engine will name."""
    found: dict[str, PairSeries] = {}

    def look(base: str, quote: str) -> bool:
        for symbol in (f"{base}{quote}", f"{quote}{base}"):
            if symbol not in found and (series := _stored(symbol, bars, bars_of=bars_of, market=market)) is not None:
                found[symbol] = series
            if symbol in found:
                return True
        return False

    for base, quote in missing:
        if look(base, quote):
            continue
        for middle in MIDDLES:
            if middle not in (base, quote) and look(base, middle) and look(middle, quote):
                break
    return tuple(found.values())


def _stored(symbol: str, bars: Bars, *, bars_of: Callable[[Market], LoadedBars], market: Market) -> PairSeries | None:
    """Bars of a pair in the run's timeframe, else daily ones; None where the store has neither."""
    first = str(np.datetime64(int(bars.time[0]) - BEFORE_NS, "ns").astype("datetime64[D]"))
    for timeframe in dict.fromkeys((str(bars.timeframe), "1d")):
        asked = Market(symbols=(symbol,), timeframe=timeframe, start=first, end=market.end, as_of=market.as_of)
        try:
            return pair_of(symbol, bars_of(asked).bars)
        except (NotFound, DataError):
            continue
    return None


def renamed(bars: Bars, renames: Mapping[str, tuple[str, str]]) -> Bars:
    """Bars in which an instrument goes on under another symbol: old id -> (first date of the new one, new id).

    Both become one column under the new id; DataError where the two overlap, InputError where one is not there.
    """
    for old, (day, new) in renames.items():
        bars = _joined(bars, old, day=day, new=new)
    return bars


def _joined(bars: Bars, old: str, *, day: str, new: str) -> Bars:
    for name in (old, new):
        if name not in bars.instruments:
            raise InputError(
                f"{old} was renamed {new}, and the run has no bars of {name}",
                expected="bars of both",
                found=", ".join(bars.instruments),
                remedy=f"add {name} to the instruments",
            )
    try:
        since = int(np.datetime64(day, "D").astype(np.int64))
    except ValueError as problem:
        raise InputError(f"the rename of {old} has no date", expected="as 2020-01-31", found=repr(day)) from problem
    before, after = bars.instruments.index(old), bars.instruments.index(new)
    is_old = bars.session < since
    wrong = np.flatnonzero(~np.isnan(np.where(is_old, bars.closes[:, after], bars.closes[:, before])))
    if len(wrong):
        row = int(wrong[0])
        name = new if is_old[row] else old
        raise DataError(
            f"{old} was renamed {new} on {day}, and {name} has a bar on {bars.session[row].astype('datetime64[D]')}",
            expected=f"bars of {old} before that date and of {new} from it on",
            found=f"{len(wrong)} bars otherwise",
        )
    kept = [n for n in range(len(bars.instruments)) if n != before]

    def merged(matrix: Floats) -> Floats:
        joined = matrix.copy()
        joined[:, after] = np.where(is_old, matrix[:, before], matrix[:, after])
        return np.ascontiguousarray(joined[:, kept])

    return replace(
        bars,
        instruments=tuple(bars.instruments[n] for n in kept),
        opens=merged(bars.opens),
        highs=merged(bars.highs),
        lows=merged(bars.lows),
        closes=merged(bars.closes),
        volumes=merged(bars.volumes),
        actions=tuple(sorted(replace(one, instrument=new) if one.instrument == old else one for one in bars.actions)),
        digest=_digest(bars.digest, old, day=day, new=new),
    )


def _digest(before: str, old: str, *, day: str, new: str) -> str:
    """Identity of joined rows: that of the rows, and how they were joined."""
    if not before:
        return before
    return hashlib.blake2b(f"{before} {old} {day} {new}".encode(), digest_size=16).hexdigest()
