"""Daily prices in SQL: the daily bars of tracked symbols, copied from the bar store into the table `daily_prices`.

This file decides what is copied: the bars as they are known now, of every tracked symbol that has any. It can be done
again at any time: what is there already stays. A bar that breaks a rule of prices is left out and counted.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from tradewright.domain.errors import UnknownInstrument
from tradewright.ports.paging import MOST, Slot
from tradewright.ports.prices import DailyPrice, DailyPrices, PricesPut
from tradewright.ports.stores import MarketStore, Selection, Table
from tradewright.ports.symbols import SymbolFilter, SymbolRegistry

DAILY = "1d"


@dataclass(frozen=True, slots=True)
class ProjectPrices:
    """Copy daily bars of tracked symbols into the table of daily prices. Answer: a `PricesProjected`."""

    symbols: tuple[str, ...] = ()
    """Ids, or bare symbols where one venue has them; empty: every tracked symbol."""


@dataclass(frozen=True, slots=True)
class PricesProjected:
    """What was copied."""

    instruments: int
    """Tracked symbols that have daily bars."""
    changed: int
    """Rows that were new, or differed from what was there."""
    same: int
    broken: int
    """Bars that break a rule of prices; `tradewright data quality` names them."""
    without_bars: tuple[str, ...] = ()
    """Tracked symbols without a daily bar."""


def project_prices(
    command: ProjectPrices,
    *,
    store: MarketStore,
    symbols: SymbolRegistry,
    prices: DailyPrices,
    progress: Callable[[int, int | None], None],
) -> PricesProjected:
    """One instrument after the other; UnknownInstrument for a symbol that is not tracked."""
    names = [symbols.find(name).instrument for name in command.symbols] or list(_tracked(symbols))
    changed = same = broken = found = 0
    without: list[str] = []
    for done, name in enumerate(names, 1):
        frame = store.read(Selection(Table.BARS, (name,), DAILY))
        rows = list(_prices(frame))
        broken += len(frame) - len(rows)
        if frame.is_empty():
            without.append(name)
        elif (put := _put(prices, rows)) is not None:
            found, changed, same = found + 1, changed + put.changed, same + put.same
        progress(done, len(names))
    return PricesProjected(found, changed, same, broken, tuple(without))


def _put(prices: DailyPrices, rows: list[DailyPrice]) -> PricesPut | None:
    """None for a symbol that somebody stopped tracking meanwhile."""
    try:
        return prices.put(rows)
    except UnknownInstrument:
        return None


def _tracked(symbols: SymbolRegistry) -> Iterator[str]:
    cursor = ""
    while True:
        page = symbols.all(SymbolFilter(), Slot(MOST, cursor))
        yield from (one.instrument for one in page.items)
        cursor = page.cursor
        if not cursor:
            return


def _prices(frame: pl.DataFrame) -> Iterator[DailyPrice]:
    """Without bars that break a rule of prices."""
    times = [frame[name].to_physical().to_list() for name in ("time", "known_at")]
    numbers = [[_exact(one) for one in frame[name]] for name in ("open", "high", "low", "close", "volume")]
    words = [frame[name].to_list() for name in ("instrument", "session", "source")]
    for time_ns, known_ns, open_, high, low, close, volume, instrument, session, source in zip(
        *times, *numbers, *words, strict=True
    ):
        if None in {open_, high, low, close} or (volume is not None and volume < 0):
            continue
        if low <= 0 or high < max(open_, close) or low > min(open_, close):
            continue
        yield DailyPrice(
            instrument=instrument,
            time_ns=time_ns,
            session=session,
            open=open_,
            high=high,
            low=low,
            close=close,
            volume=volume,
            source=source,
            known_ns=known_ns,
        )


def _exact(value: float | None) -> Decimal | None:
    """As it is written in the fewest digits that mean the same."""
    return None if value is None or not math.isfinite(value) else Decimal(repr(value))
