"""A run as one JSON file, for programs: everything of the view and nothing of the page.

Money, prices and quantities are JSON numbers with all digits of the float (exact decimals are written as strings, so
that no digit is lost); returns are fractions; times are ISO UTC with nanoseconds, dates ISO; NaN and infinity become
null. Tables are objects of columns: `pl.DataFrame(run["equity"])` and `pd.DataFrame(run["equity"])` read them.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from math import isfinite
from pathlib import Path

import polars as pl

from tradewright.application.backtests.sheet import tear_sheet
from tradewright.application.backtests.views import BacktestView
from tradewright.interfaces.reports.files import whole_file

SCHEMA = "tradewright.backtest/1"
_FACTS = (
    "run_id",
    "strategy",
    "strategy_expression",
    "parameters",
    "symbols",
    "timeframe",
    "start",
    "end",
    "currency",
    "cash",
    "data_digest",
    "engine",
    "engine_version",
    "fill_rule",
    "assumptions",
    "stats",
    "benchmark",
    "benchmark_stats",
    "warnings",
    "duration_s",
    "created_at",
)
_TABLES = ("equity", "fills", "round_trips", "prices", "rejections", "refusals")
_DERIVED = ("monthly", "yearly", "trailing", "drawdowns", "rolling")
_MOMENT = "%Y-%m-%dT%H:%M:%S%.9fZ"


def write_json(view: BacktestView, path: str | Path) -> Path:
    """Write the run to `path`, whole or not at all, and return where it is."""
    target = Path(path)
    sheet = tear_sheet(view)
    content: dict[str, object] = {"schema": SCHEMA} | {name: plain(getattr(view, name)) for name in _FACTS}
    content |= {name: _columns(getattr(view, name)) for name in _TABLES}
    content |= {name: _columns(getattr(sheet, name)) for name in _DERIVED}
    with whole_file(target) as draft, draft.open("w", encoding="utf-8") as stream:
        json.dump(content, stream, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
        stream.write("\n")
    return target


def plain(value: object) -> object:
    """A value as JSON knows it; what JSON does not know becomes its text."""
    if isinstance(value, float):
        return value if isfinite(value) else None
    if value is None or isinstance(value, bool | int | str):
        return value.value if isinstance(value, Enum) else value
    if isinstance(value, Decimal):
        return str(value) if value.is_finite() else None
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in (sorted(value, key=str) if isinstance(value, set | frozenset) else value)]
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _columns(table: pl.DataFrame) -> dict[str, list[object]]:
    return {column.name: _values(column) for column in table}


def _values(column: pl.Series) -> list[object]:
    if isinstance(column.dtype, pl.Datetime):
        return column.dt.strftime(_MOMENT).to_list()
    if column.dtype.is_float():
        finite = pl.Series(column.name, column.is_finite())
        return column.set(~finite, None).to_list()
    if column.dtype.is_decimal() or column.dtype == pl.Date:
        return column.cast(pl.String).to_list()
    return column.to_list()
