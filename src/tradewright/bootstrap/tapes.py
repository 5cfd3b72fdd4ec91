"""Recorded prints of the project's store as a paper venue plays them: in bounded windows, never a day at once.

This file decides how large the windows are, that an instrument's prints all come from one source, and how far back a
warm-up reaches.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from tradewright.application.data.stored_actions import actions_of
from tradewright.domain.calendars import DAY, SECOND, date_from_days
from tradewright.domain.errors import DataError
from tradewright.domain.identifiers import resolve
from tradewright.domain.market.actions import CorporateAction
from tradewright.ports.stores import MarketStore, Selection, Table
from tradewright.trading.aggregation.belief import Belief, Doubt

FIRST_WINDOW: Final = 60 * SECOND
MANY: Final = 100_000
"""Rows of a window after which the next one is half as long; with a tenth of that it is twice as long."""
GRANULE: Final = 300 * SECOND
"""Sessions open and close on these; so finely is looked where bars of a warm-up are."""
Print = tuple[int, int, float | None, float | None, str]
BarOf = Callable[[int, int], int | None]
"""The close of the bar to which a print (place, stamp) belongs; None for one outside trading hours."""


@dataclass(frozen=True, slots=True)
class Series:
    """All prints of one instrument from its source."""

    instrument: str
    source: str
    rows: int
    first_ns: int
    last_ns: int


class RecordedTrades:
    """The prints of some instruments, in the order of a subscription."""

    def __init__(self, store: MarketStore, series: Sequence[Series]) -> None:
        self._store = store
        self._series = tuple(series)
        self._places = {one.instrument: place for place, one in enumerate(series)}
        self.first_ns = min(one.first_ns for one in series)
        self.last_ns = max(one.last_ns for one in series)

    @property
    def instruments(self) -> tuple[str, ...]:
        """Their ids."""
        return tuple(self._places)

    def require(self, begin_ns: int, end_ns: int) -> None:
        """DataError for an instrument without prints between the two moments."""
        for one in self._series:
            if one.last_ns < begin_ns or one.first_ns >= end_ns:
                first, last = date_from_days(one.first_ns // DAY), date_from_days(one.last_ns // DAY)
                raise DataError(
                    f"no trades of {one.instrument} in the period",
                    expected=f"some from {date_from_days(begin_ns // DAY)} on",
                    found=f"{one.rows} from {one.source}, {first} to {last}",
                    remedy="choose other days, or import what is missing",
                )

    def prints(self, begin_ns: int, end_ns: int) -> Iterator[Print]:
        """From the first moment to before the last, by their stamps, then by the subscription, then as they were
        stored."""
        at, window = max(begin_ns, self.first_ns), FIRST_WINDOW
        until = min(end_ns, self.last_ns + 1)
        while at < until:
            rows = self._window(at, min(at + window, until))
            yield from rows.iter_rows()
            at += window
            if len(rows) > MANY:
                window = max(SECOND, window // 2)
            elif len(rows) < MANY // 10:
                window = min(DAY, window * 2)

    def warm_up(self, before_ns: int, *, bars: int, bar_of: BarOf) -> tuple[int, int]:
        """(From when on to read for so many whole bars before a moment, how many there are at most.)"""
        if not bars:
            return before_ns, 0
        begin, closes = before_ns, set[int]()
        while len(closes) <= bars and begin > self.first_ns:
            until, begin = begin, max(self.first_ns, begin - DAY)
            rows = self._window(begin, until).group_by("place", pl.col("time") // GRANULE).agg(at=pl.col("time").min())
            found = (bar_of(place, at) for place, at in rows.select("place", "at").iter_rows())
            closes |= {close for close in found if close is not None}
        return begin, len(closes)

    def actions(self) -> tuple[CorporateAction, ...]:
        """Splits and dividends, in order."""
        rows = self._store.read(Selection(Table.ACTIONS, tuple(self._places)))
        return actions_of(rows)

    def believes(self) -> Callable[[Print], bool]:
        """Whether bars would believe a print, asked for each in order: the very rules by which bars are made."""
        beliefs = [Belief(Doubt()) for _ in self._series]

        def asked(one: Print) -> bool:
            time_ns, place, price, quantity, trade_id = one
            if price is None or quantity is None:
                return False
            return beliefs[place].check_trade(time_ns, price, quantity=quantity, trade_id=trade_id) is None

        return asked

    def _window(self, begin_ns: int, end_ns: int) -> pl.DataFrame:
        frames = [
            self._store.read(Selection(Table.TRADES, names, source=source, start=begin_ns, end=end_ns - 1))
            for source, names in self._by_source().items()
        ]
        place = pl.col("instrument").replace_strict(self._places, return_dtype=pl.Int64).alias("place")
        stamp = pl.col("time").dt.epoch("ns")
        columns = pl.concat(frames).select(stamp, place, "price", "quantity", pl.col("trade_id").fill_null(""))
        return columns.sort("time", "place", maintain_order=True)

    def _by_source(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for one in self._series:
            found[one.source] = (*found.get(one.source, ()), one.instrument)
        return found


def recorded(store: MarketStore, instruments: Sequence[str]) -> RecordedTrades:
    """The prints of instruments by id or bare symbol; DataError names those that have none, UnknownInstrument those
    that nobody knows."""
    known = {one.instrument: one for one in _series(store)}
    if not known:
        raise DataError(
            "no trades are stored",
            expected=f"recorded trades of {', '.join(instruments)}",
            found="none of any instrument",
            remedy="import them: tradewright data import trades.csv --symbol BTCUSDT.BINANCE",
        )
    return RecordedTrades(store, [known[_resolved(one, known, store)] for one in instruments])


def _series(store: MarketStore) -> Iterator[Series]:
    """One for each instrument: of several sources the one with the most rows, then the first by name."""
    rows = store.coverage(Table.TRADES)
    best: dict[str, Series] = {}
    for name, source, count, first, last in rows.select(
        "instrument", "source", "rows", pl.col("first").dt.epoch("ns"), pl.col("last").dt.epoch("ns")
    ).iter_rows():
        if name not in best or count > best[name].rows:
            best[name] = Series(name, source, count, first, last)
    yield from best.values()


def _resolved(symbol: str, known: dict[str, Series], store: MarketStore) -> str:
    wanted = symbol.strip().upper()
    if wanted in known or any(name.rpartition(".")[0] == wanted for name in known):
        return resolve(wanted, known)
    others = store.instruments()
    name = resolve(wanted, {*known, *others})
    raise DataError(
        f"no trades of {name} are stored",
        expected="recorded trades",
        found=f"trades of {', '.join(sorted(known)[:8])}",
        remedy="import its trades, or trade it on bars: --feed replay",
    )
