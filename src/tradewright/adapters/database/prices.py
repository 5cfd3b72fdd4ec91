"""Daily prices in a database."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, delete, select

from tradewright.adapters.database.engine import Database
from tradewright.adapters.database.rows import upsert
from tradewright.adapters.database.schema.prices import DAILY_PRICES
from tradewright.adapters.database.schema.symbols import SYMBOLS
from tradewright.domain.errors import InputError, UnknownInstrument
from tradewright.ports.prices import DailyPrice, PricesPut

_TABLE: Final = DAILY_PRICES
_NAMES: Final = tuple(column.name for column in _TABLE.columns)
_KEYS: Final = ("instrument", "time_ns")
_AT_ONCE: Final = 2_000
"""Rows that are compared and written at once."""


class DatabasePrices:
    """`DailyPrices` in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, prices: Iterable[DailyPrice]) -> PricesPut:
        """Only what differs from what is there is written."""
        changed = same = 0
        with self._database.writing() as connection:
            for some in _pieces(prices):
                differing = _differing(connection, some)
                _write(connection, differing)
                changed, same = changed + len(differing), same + len(some) - len(differing)
        return PricesPut(changed, same)

    def read(self, instrument: str, *, first: date | None = None, last: date | None = None) -> Sequence[DailyPrice]:
        """By time."""
        asked = select(_TABLE).where(_TABLE.c.instrument == instrument).order_by(_TABLE.c.time_ns)
        asked = asked.where(_TABLE.c.session >= first) if first else asked
        asked = asked.where(_TABLE.c.session <= last) if last else asked
        with self._database.reading() as connection:
            return [_price(row) for row in connection.execute(asked).mappings()]

    def forget(self, instrument: str) -> int:
        """In one step."""
        with self._database.writing() as connection:
            return connection.execute(delete(_TABLE).where(_TABLE.c.instrument == instrument)).rowcount


def _pieces(prices: Iterable[DailyPrice]) -> Iterable[list[DailyPrice]]:
    """Within a piece each instrument and time is there once, the last that was said."""
    piece: dict[tuple[str, int], DailyPrice] = {}
    for price in prices:
        _refuse(price)
        piece[price.instrument, price.time_ns] = price
        if len(piece) == _AT_ONCE:
            yield list(piece.values())
            piece = {}
    if piece:
        yield list(piece.values())


def _refuse(price: DailyPrice) -> None:
    """InputError for what the checks of the table would refuse, which say less about it."""
    is_right = price.high >= max(price.open, price.close) and price.low <= min(price.open, price.close)
    if not (is_right and price.low > 0 and (price.volume is None or price.volume >= 0)):
        raise InputError(
            f"the price of {price.instrument} on {price.session} breaks a rule of prices",
            expected="high the highest, low the lowest, all above 0, volume not below 0",
            found=f"open {price.open}, high {price.high}, low {price.low}, close {price.close}, volume {price.volume}",
        )


def _differing(connection: Connection, prices: list[DailyPrice]) -> list[DailyPrice]:
    names = {price.instrument for price in prices}
    known = set(connection.execute(select(SYMBOLS.c.instrument).where(SYMBOLS.c.instrument.in_(names))).scalars())
    if names - known:
        raise UnknownInstrument(min(names - known), remedy="track it first: `tradewright symbols add`")
    times = [price.time_ns for price in prices]
    asked = select(_TABLE).where(_TABLE.c.instrument.in_(names), _TABLE.c.time_ns.between(min(times), max(times)))
    there = {(row["instrument"], row["time_ns"]): _price(row) for row in connection.execute(asked).mappings()}
    return [price for price in prices if there.get((price.instrument, price.time_ns)) != price]


def _write(connection: Connection, prices: list[DailyPrice]) -> None:
    if prices:
        wish = upsert(connection, _TABLE)
        others = {name: wish.excluded[name] for name in _NAMES if name not in _KEYS}
        rows = [{name: getattr(price, name) for name in _NAMES} for price in prices]
        connection.execute(wish.on_conflict_do_update(index_elements=list(_KEYS), set_=others), rows)


def _price(row: RowMapping) -> DailyPrice:
    cells: dict[str, Any] = {name: row[name] for name in _NAMES}
    return DailyPrice(**cells)
