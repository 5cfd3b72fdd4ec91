"""`tw.load_trades`, `tw.load_quotes`: ticks of one instrument from a file or a table that a notebook has.

This file decides by which names columns are found, and that stamps are nanoseconds UTC afterwards whatever they were.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tradewright.domain.errors import DataError, InputError
from tradewright.interfaces.python.frames import as_polars
from tradewright.trading.ticks import Ticks, quotes_of, trades_of

ROLES: Mapping[str, tuple[str, ...]] = {
    "time": ("time", "timestamp", "ts", "datetime", "date"),
    "price": ("price", "px"),
    "quantity": ("quantity", "qty", "size", "amount", "volume"),
    "side": ("side", "aggressor", "taker_side"),
    "maker": ("buyer_maker", "is_buyer_maker"),
    "bid": ("bid", "bid_price"),
    "ask": ("ask", "ask_price"),
    "bid_quantity": ("bid_quantity", "bid_size", "bid_qty"),
    "ask_quantity": ("ask_quantity", "ask_size", "ask_qty"),
}
"""By which names of columns a role is found, in any case."""
UNITS = ((10**17, 1), (10**14, 10**3), (10**11, 10**6), (0, 10**9))
"""From which number on a stamp of this century is one of nanoseconds, microseconds, milliseconds, seconds."""


def load_trades(source: Any, *, symbol: str, currency: str = "USD", columns: Mapping[str, str] | None = None) -> Ticks:
    """Public trades: of the path of a CSV or Parquet file, a pandas or Polars frame, or a mapping of columns.

    `columns` says which column has a role (time, price, quantity, side) where its name does not. Stamps are times, or
    whole numbers since 1970 in seconds, milli-, micro- or nanoseconds UTC. A side is buy or sell (1 or -1) of whoever
    crossed the spread; `buyer_maker` tells it the other way round.

    Raises InputError for a column that is missing, DataError with the row for what cannot be used.
    """
    frame, found = _read(source, columns)
    return trades_of(
        symbol,
        _stamps(frame, found),
        price=_numbers(frame, found, "price"),
        quantity=_numbers(frame, found, "quantity"),
        aggressor=_sides(frame, found),
        currency=currency,
    )


def load_quotes(source: Any, *, symbol: str, currency: str = "USD", columns: Mapping[str, str] | None = None) -> Ticks:
    """Best prices, as `load_trades`; roles are time, bid, ask, and, where they are told, bid_quantity, ask_quantity."""
    frame, found = _read(source, columns)
    shown = {name: _numbers(frame, found, name) for name in ("bid_quantity", "ask_quantity") if name in found}
    return quotes_of(
        symbol,
        _stamps(frame, found),
        bid=_numbers(frame, found, "bid"),
        ask=_numbers(frame, found, "ask"),
        currency=currency,
        **shown,
    )


def _read(source: Any, columns: Mapping[str, str] | None) -> tuple[pl.DataFrame, dict[str, str]]:
    frame = _file(Path(source)) if isinstance(source, str | Path) else as_polars(source)
    given = dict(columns or {})
    for role, name in given.items():
        if role not in ROLES or name not in frame.columns:
            raise InputError(
                f"column {name!r} cannot be the {role}",
                expected="a role among " + ", ".join(ROLES) + ", and a column among " + ", ".join(frame.columns),
                found=f"{role}={name!r}",
            )
    lowered = {name.lower(): name for name in reversed(frame.columns)}
    for role, names in ROLES.items():
        hit = next((lowered[name] for name in names if name in lowered), None)
        if role not in given and hit is not None:
            given[role] = hit
    return frame, given


def _file(path: Path) -> pl.DataFrame:
    if not path.is_file():
        raise InputError("the file of ticks is not there", expected="a CSV or Parquet file", found=str(path))
    if path.suffix.lower() == ".parquet":
        return pl.read_parquet(path)
    if path.name.lower().endswith((".csv", ".csv.gz", ".csv.zst")):
        return pl.read_csv(path)
    raise InputError("a file of ticks ends in .csv, .csv.gz or .parquet", found=path.name)


def _column(frame: pl.DataFrame, found: Mapping[str, str], role: str) -> pl.Series:
    if role not in found:
        raise InputError(
            f"no column is the {role}",
            expected="one of " + ", ".join(ROLES[role]),
            found=", ".join(frame.columns),
            remedy=f'say which: columns={{"{role}": "..."}}',
        )
    return frame.get_column(found[role])


def _numbers(frame: pl.DataFrame, found: Mapping[str, str], role: str) -> NDArray[np.float64]:
    column = _column(frame, found, role)
    try:
        numbers = column.cast(pl.Float64)
    except pl.exceptions.InvalidOperationError:
        raise DataError(f"the {role} is no number everywhere", found=str(column.dtype)) from None
    return numbers.fill_null(float("nan")).to_numpy()


def _stamps(frame: pl.DataFrame, found: Mapping[str, str]) -> NDArray[np.int64]:
    column = _column(frame, found, "time")
    if column.dtype == pl.String:
        column = column.str.to_datetime(time_unit="ns", time_zone="UTC", strict=True)
    if column.null_count():
        raise DataError("a stamp is missing", found=f"row {int(column.is_null().arg_true()[0])}")
    if isinstance(column.dtype, pl.Datetime):
        return column.dt.cast_time_unit("ns").cast(pl.Int64).to_numpy()
    if not column.dtype.is_integer():
        raise DataError(
            "the stamps are no times", expected="times, or whole numbers since 1970", found=str(column.dtype)
        )
    whole = column.cast(pl.Int64).to_numpy()
    largest = int(whole.max()) if len(whole) else 0
    return whole * next(unit for least, unit in UNITS if largest >= least)


def _sides(frame: pl.DataFrame, found: Mapping[str, str]) -> NDArray[np.int8] | None:
    """1 where the aggressor bought, -1 where he sold, 0 where nobody tells; None without such a column."""
    if "side" not in found:
        if "maker" not in found:
            return None
        told = _column(frame, found, "maker").cast(pl.String).str.to_lowercase()
        if not told.is_in(["true", "false", "1", "0"]).all():
            raise DataError("buyer_maker cannot be read", expected="true or false", found=str(told.head(3).to_list()))
        return np.where(told.is_in(["true", "1"]).to_numpy(), -1, 1).astype(np.int8)
    column = _column(frame, found, "side")
    if column.dtype != pl.String:
        return column.cast(pl.Float64).fill_null(0.0).sign().cast(pl.Int8).to_numpy()
    words = column.str.to_lowercase().fill_null("")
    codes = words.replace_strict({"buy": 1, "b": 1, "sell": -1, "s": -1, "": 0}, default=None, return_dtype=pl.Int8)
    if codes.null_count():
        row = int(codes.is_null().arg_true()[0])
        raise DataError("a side cannot be read", expected="buy or sell", found=f"{column[row]!r} in row {row}")
    return codes.to_numpy()
