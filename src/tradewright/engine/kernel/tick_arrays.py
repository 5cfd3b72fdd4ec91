"""The floor of a run over ticks: numpy columns and records for machine code, memory views and plain rows for Python."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tradewright.domain.costs.rows import FeeRow
from tradewright.domain.matching.layout import NUMBER, Changes
from tradewright.domain.matching.tick_layout import (
    LEVEL,
    MOST_ORDERS,
    QUOTE,
    TICK_RECORDS,
    Desk,
    Feed,
    Floor,
    TickVenue,
)
from tradewright.engine.assumptions import Assumptions
from tradewright.engine.kernel.arrays import venue_of
from tradewright.engine.market import MarketColumns
from tradewright.engine.tick_assumptions import TickAssumptions
from tradewright.trading.ticks import Ticks

Floats = NDArray[np.float64]
NO_LEVELS = np.empty(0, np.int64)
FIRST_ROOM = 256
"""Fills for which there is room at first; it grows."""
TYPES = {
    name: np.dtype([(field, np.float64 if kind == NUMBER else np.int64) for field, kind in fields.items()])
    for name, fields in TICK_RECORDS.items()
}


class Samples(NamedTuple):
    """What is written down at the end of each interval."""

    equity: Any
    mark: Any
    """Rows x width, flat."""
    changes: Changes


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """The prices that the books of a stream show: flat and rising within each instrument."""

    price: Floats
    level: NDArray[np.int64]
    """Of each event, its place among the prices; of length 0 without books."""
    first: NDArray[np.int64]
    """Of each instrument; -1 without a book."""
    last: NDArray[np.int64]


def floor_of(
    ticks: Ticks,
    market: MarketColumns,
    *,
    assumptions: Assumptions,
    terms: TickAssumptions,
    rows: tuple[FeeRow, ...],
    closes: NDArray[np.int64],
) -> tuple[Floor, Feed]:
    """Everything before the first event, and the events."""
    width = len(ticks.instruments)
    venue = venue_of(market, assumptions, rows=rows, room=MOST_ORDERS + 2 * width + 8)
    venue.book.ledger["has_terms"] = 1
    shown = _shown(ticks)
    clock = np.zeros(1, TYPES["CLOCK"])
    clock["next_order"], clock["due"], clock["cash"] = 1, closes[0], assumptions.cash
    clock["cancels_ahead"], clock["unseen_ahead"] = terms.cancels_ahead, terms.unseen_ahead
    clock["order_latency"], clock["answer_latency"] = terms.constant_ns("order"), terms.constant_ns("answer")
    shop = np.zeros(width, TYPES["MARKET"])
    shop["best_bid"] = shop["best_ask"] = shop["worst_bid"] = shop["worst_ask"] = -1
    shop["first_level"], shop["last_level"] = shown.first, shown.last
    shop["has_book"] = shown.first >= 0
    shop["has_quotes"][np.unique(ticks.instrument[ticks.kind == QUOTE])] = 1
    shop["multiplier"] = market.multiplier
    levels = np.zeros(len(shown.price), TYPES["SHOWN"])
    levels["price"] = shown.price
    floor = Floor(
        venue=TickVenue(
            width=width,
            fees=venue.fees,
            tiers=venue.tiers,
            charges=venue.charges,
            fills=venue.fills[:FIRST_ROOM].copy(),
            book=venue.book._replace(endings=venue.book.endings[:FIRST_ROOM].copy()),
        ),
        desk=Desk(
            clock=clock,
            market=shop,
            wishes=np.zeros(MOST_ORDERS, TYPES["WISH"]),
            known=np.zeros(MOST_ORDERS + 1, TYPES["KNOWN"]),
        ),
        levels=levels,
        queue=np.zeros(len(venue.book.orders), TYPES["QUEUE"]),
        answers=np.zeros(4 * FIRST_ROOM, TYPES["ANSWER"]),
        closes=closes,
    )
    feed = Feed(
        time=_column(ticks.time),
        kind=_column(ticks.kind),
        instrument=_column(ticks.instrument),
        price=_column(ticks.price),
        quantity=_column(ticks.quantity),
        side=_column(ticks.side),
        ask=_column(ticks.ask),
        ask_quantity=_column(ticks.ask_quantity),
        level=shown.level,
        order_latency=terms.column_ns("order", len(ticks)),
        answer_latency=terms.column_ns("answer", len(ticks)),
    )
    return floor, feed


def samples_of(rows: int, width: int) -> Samples:
    """Room for every interval."""
    changes = Changes(np.zeros(rows, np.int64), np.zeros(rows), np.zeros(rows * width))
    return Samples(np.zeros(rows), np.zeros(rows * width), changes)


def with_more_room(floor: Floor) -> Floor:
    """Four times the room for what happens; of a book of many prices at least as much as one order can sweep."""
    venue, more = floor.venue, len(floor.levels) + 8 * MOST_ORDERS
    book = venue.book._replace(endings=_longer(venue.book.endings, more))
    return floor._replace(
        venue=venue._replace(fills=_longer(venue.fills, more), book=book),
        answers=_longer(floor.answers, 4 * more),
    )


def _longer(records: Any, more: int) -> Any:
    more = max(more, 3 * len(records))
    if isinstance(records, list):
        blank = records[0]
        added = [SimpleNamespace(**vars(blank)) if hasattr(blank, "__dict__") else 0 for _ in range(more)]
        return records + added
    return np.concatenate((records, np.zeros(more, records.dtype)))


def plain(value: Any) -> Any:
    """The same numbers for plain Python: records as rows with attributes, columns as memory views."""
    if isinstance(value, np.ndarray):
        if value.dtype.names:
            return [SimpleNamespace(**dict(zip(value.dtype.names, row, strict=True))) for row in value.tolist()]
        return memoryview(value)  # type: ignore[arg-type]
    if isinstance(value, tuple):
        return type(value)(*(plain(part) for part in value))
    return value


def columns_of_rows(records: Any, count: int) -> dict[str, NDArray[Any]]:
    """The first records as columns, whichever form they have."""
    if isinstance(records, list):
        names = vars(records[0])
        return {
            name: np.array([getattr(one, name) for one in records[:count]], _type_of(names[name])) for name in names
        }
    return {name: np.ascontiguousarray(records[name][:count]) for name in records.dtype.names}


def _type_of(value: object) -> type:
    return np.float64 if isinstance(value, float) else np.int64


def _column(column: NDArray[Any]) -> NDArray[Any]:
    """A writable column: the compiler tells read-only ones apart."""
    return column if column.flags.writeable and column.flags.c_contiguous else column.copy()


def _shown(ticks: Ticks) -> Shown:
    width = len(ticks.instruments)
    first, last = np.full(width, -1, np.int64), np.full(width, -1, np.int64)
    is_level = ticks.kind == LEVEL
    if not (ticks.kind >= LEVEL).any():
        return Shown(np.empty(0), NO_LEVELS, first, last)
    prices: list[Floats] = []
    level = np.zeros(len(ticks), np.int64)
    count = 0
    for i in np.unique(ticks.instrument[is_level]):
        rows = np.flatnonzero(is_level & (ticks.instrument == i))
        found, places = np.unique(ticks.price[rows], return_inverse=True)
        level[rows] = places + count
        first[i], last[i] = count, count + len(found) - 1
        prices.append(found)
        count += len(found)
    return Shown(np.concatenate(prices) if prices else np.empty(0), level, first, last)
