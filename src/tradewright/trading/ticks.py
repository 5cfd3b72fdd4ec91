"""Ticks: public trades, quotes and changes of books, of one or several instruments in one stream of time.

A row is one event; columns are flat. This file decides what a stream must be before anybody runs on it: in order of
time, finite, with no quote that crosses; a `DataError` names the row.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradewright.domain.errors import DataError, InputError
from tradewright.domain.matching.tick_layout import CLEAR, LEVEL, QUOTE, TRADE

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Small = NDArray[np.int8]
KINDS = {TRADE: "trade", QUOTE: "quote", LEVEL: "level", CLEAR: "clearing"}


def _none() -> Floats:
    return np.empty(0)


def _none_of_side() -> Small:
    return np.empty(0, np.int8)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Ticks:
    """A stream of events; made by `trades_of`, `quotes_of`, `book_of` and `merged`, which check it."""

    instruments: tuple[str, ...]
    time: Whole
    """Nanoseconds UTC, never falling."""
    kind: Small
    """0 trade, 1 quote, 2 level of a book, 3 clearing of a book (a snapshot follows)."""
    instrument: Small
    """Which of the instruments."""
    price: Floats
    """Of the trade or level; of a quote the bid."""
    quantity: Floats
    """Traded, shown at the level (0: nothing any more), or bid. NaN in a quote: not told."""
    side: Small
    """Of a trade its aggressor's (1 bought, -1 sold, 0 not told); of a level or clearing 1 bids, -1 asks, 0 both.
    Of length 0 where nothing has a side."""
    ask: Floats = field(default_factory=_none)
    """Of quotes; of length 0 without any."""
    ask_quantity: Floats = field(default_factory=_none)
    currency: str = "USD"
    digest: str = ""
    """Identity of the rows: a hash over all that was read."""
    source: str = ""

    def __len__(self) -> int:
        return len(self.time)

    def __repr__(self) -> str:
        """`Ticks(XRPETH: 12,477 events, 12,477 trades, 2019-10-11 to 2019-10-13)`."""
        counts = np.bincount(self.kind, minlength=len(KINDS))
        told = ", ".join(f"{int(counts[kind]):,} {name}s" for kind, name in KINDS.items() if counts[kind])
        names = ", ".join(self.instruments[:5]) + (" ..." if len(self.instruments) > 5 else "")
        days = self.time[[0, -1]].astype("datetime64[ns]").astype("datetime64[D]") if len(self) else ()
        span = ", " + " to ".join(map(str, days)) if len(self) else ""
        return f"Ticks({names}: {len(self):,} events{', ' + told if told else ''}{span})"

    @property
    def identity(self) -> str:
        """Identity of the rows: their digest, made now where they came without one."""
        if self.digest:
            return self.digest
        found = hashlib.blake2b(repr((self.instruments, self.currency)).encode(), digest_size=16)
        columns = (self.time, self.kind, self.instrument, self.price, self.quantity, self.side, self.ask)
        for column in (*columns, self.ask_quantity):
            found.update(np.ascontiguousarray(column).data)
        return found.hexdigest()

    def rows(self, first: int, last: int) -> "Ticks":
        """Events `first` up to, not including, `last`; a view, nothing is copied."""
        cut = slice(first, last)
        return replace(
            self,
            time=self.time[cut],
            kind=self.kind[cut],
            instrument=self.instrument[cut],
            price=self.price[cut],
            quantity=self.quantity[cut],
            side=self.side[cut],
            ask=self.ask[cut],
            ask_quantity=self.ask_quantity[cut],
            digest="",
        )


def trades_of(
    instrument: str, time: object, *, price: object, quantity: object, aggressor: object = None, currency: str = "USD"
) -> Ticks:
    """Public trades of one instrument; `aggressor` is 1 where the buyer crossed the spread, -1 the seller, 0 unknown.

    >>> trades_of("BTCUSDT.BINANCE", [1, 2], price=[100.0, 101.0], quantity=[0.5, 2.0])
    Ticks(BTCUSDT.BINANCE: 2 events, 2 trades, 1970-01-01 to 1970-01-01)
    """
    stamps = np.ascontiguousarray(time, np.int64)
    zeros = np.zeros(len(stamps), np.int8)
    side = np.empty(0, np.int8) if aggressor is None else np.ascontiguousarray(aggressor, np.int8)
    made = Ticks((instrument,), stamps, zeros, zeros, _numbers(price), _numbers(quantity), side, currency=currency)
    return checked(made)


def quotes_of(
    instrument: str,
    time: object,
    *,
    bid: object,
    ask: object,
    bid_quantity: object = None,
    ask_quantity: object = None,
    currency: str = "USD",
) -> Ticks:
    """Best prices of one instrument; without quantities, any quantity is offered at them."""
    stamps = np.ascontiguousarray(time, np.int64)
    untold = np.full(len(stamps), np.nan)
    made = Ticks(
        (instrument,),
        stamps,
        np.full(len(stamps), QUOTE, np.int8),
        np.zeros(len(stamps), np.int8),
        _numbers(bid),
        untold if bid_quantity is None else _numbers(bid_quantity),
        np.empty(0, np.int8),
        _numbers(ask),
        untold if ask_quantity is None else _numbers(ask_quantity),
        currency=currency,
    )
    return checked(made)


def book_of(
    instrument: str, time: object, *, side: object, price: object, quantity: object, currency: str = "USD"
) -> Ticks:
    """Changes of a book: `quantity` shown at `price` from `time` on, `side` 1 for bids and -1 for asks.

    A row with price 0 clears its side (side 0: both), as before a snapshot.
    """
    stamps, prices = np.ascontiguousarray(time, np.int64), _numbers(price)
    made = Ticks(
        (instrument,),
        stamps,
        np.where(prices == 0, CLEAR, LEVEL).astype(np.int8),
        np.zeros(len(stamps), np.int8),
        prices,
        _numbers(quantity),
        np.ascontiguousarray(side, np.int8),
        currency=currency,
    )
    return checked(made)


def merged(streams: Sequence[Ticks]) -> Ticks:
    """Several streams as one, in order of time; of one moment, the earlier stream comes first."""
    if not streams:
        raise InputError("there are no ticks to merge", expected="one or more streams", found="none")
    instruments = tuple(dict.fromkeys(name for one in streams for name in one.instruments))
    currencies = {one.currency for one in streams}
    if len(currencies) > 1:
        raise InputError("these ticks are in several currencies", expected="one", found=", ".join(sorted(currencies)))
    order = np.argsort(np.concatenate([one.time for one in streams]), kind="stable")
    places = [np.array([instruments.index(name) for name in one.instruments], np.int8) for one in streams]
    has_asks = any(len(one.ask) for one in streams)
    has_sides = any(len(one.side) for one in streams)
    return checked(
        Ticks(
            instruments,
            np.concatenate([one.time for one in streams])[order],
            np.concatenate([one.kind for one in streams])[order],
            np.concatenate([place[one.instrument] for place, one in zip(places, streams, strict=True)])[order],
            np.concatenate([one.price for one in streams])[order],
            np.concatenate([one.quantity for one in streams])[order],
            _filled([one.side for one in streams], streams)[order].astype(np.int8)
            if has_sides
            else np.empty(0, np.int8),
            _filled([one.ask for one in streams], streams)[order].astype(np.float64) if has_asks else _none(),
            _filled([one.ask_quantity for one in streams], streams)[order].astype(np.float64) if has_asks else _none(),
            currency=currencies.pop(),
        )
    )


def checked(ticks: Ticks) -> Ticks:
    """The same ticks, or a DataError with the first row that nobody can run on."""
    lengths = {len(ticks.time), len(ticks.kind), len(ticks.instrument), len(ticks.price), len(ticks.quantity)}
    lengths |= {len(column) for column in (ticks.side, ticks.ask, ticks.ask_quantity) if len(column)}
    if len(lengths) > 1:
        raise DataError("the columns of ticks differ in length", expected="one length", found=str(sorted(lengths)))
    if len(ticks.instruments) > 127:
        raise InputError("ticks of too many instruments", expected="at most 127", found=str(len(ticks.instruments)))
    falls = np.flatnonzero(ticks.time[1:] < ticks.time[:-1])
    if len(falls):
        row = int(falls[0]) + 1
        raise _damage(ticks, row, "times that never fall", f"{ticks.time[row]} after {ticks.time[row - 1]}")
    clears = ticks.kind == CLEAR
    _require(ticks, clears | ((ticks.price > 0) & np.isfinite(ticks.price)), "prices above 0 and finite", ticks.price)
    least = np.where(ticks.kind == TRADE, np.nextafter(0.0, 1.0), 0.0)
    fits = (ticks.quantity >= least) & np.isfinite(ticks.quantity)
    is_untold = (ticks.kind == QUOTE) & np.isnan(ticks.quantity)
    _require(ticks, clears | fits | is_untold, "finite quantities, above 0 for trades", ticks.quantity)
    if len(ticks.side):
        is_level = ticks.kind == LEVEL
        fits = (np.abs(ticks.side) <= 1) & (~is_level | (ticks.side != 0))
        _require(ticks, fits, "side 1 or -1 (0: not told)", ticks.side)
    if len(ticks.ask):
        is_quote = ticks.kind == QUOTE
        fits = (ticks.ask > 0) & np.isfinite(ticks.ask)
        _require(ticks, ~is_quote | fits, "asks above 0 and finite", ticks.ask)
        fits = np.isnan(ticks.ask_quantity) | ((ticks.ask_quantity >= 0) & np.isfinite(ticks.ask_quantity))
        _require(ticks, ~is_quote | fits, "quantities of at least 0", ticks.ask_quantity)
        crossed = np.flatnonzero(is_quote & (ticks.price > ticks.ask))
        if len(crossed):
            row = int(crossed[0])
            raise _damage(ticks, row, "no bid above the ask", f"bid {ticks.price[row]} over ask {ticks.ask[row]}")
    return ticks


def _require(ticks: Ticks, fits: NDArray[np.bool_], expected: str, column: NDArray[np.generic]) -> None:
    if not fits.all():
        row = int(np.argmin(fits))
        raise _damage(ticks, row, expected, str(column[row]))


def _damage(ticks: Ticks, row: int, expected: str, found: str) -> DataError:
    name = ticks.instruments[int(ticks.instrument[row])]
    what = KINDS.get(int(ticks.kind[row]), "event")
    return DataError(
        f"the ticks cannot be used: row {row}, a {what} of {name}",
        expected=expected,
        found=found,
        remedy="leave the row out, or repair it where it comes from",
    )


def _numbers(column: object) -> Floats:
    return np.ascontiguousarray(column, np.float64)


def _filled(columns: Sequence[NDArray[Any]], streams: Sequence[Ticks]) -> NDArray[Any]:
    """Columns after one another; zeros where a stream has none."""
    return np.concatenate(
        [column if len(column) else np.zeros(len(one)) for column, one in zip(columns, streams, strict=True)]
    )
