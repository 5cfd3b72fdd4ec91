"""The tables of a run as files for a spreadsheet or a program: one CSV each."""

from pathlib import Path

import polars as pl

from tradewright.application.backtests.sheet import TearSheet, tear_sheet
from tradewright.application.backtests.views import BacktestView
from tradewright.interfaces.reports.files import whole_file

_MOMENT = "%Y-%m-%dT%H:%M:%S%.9fZ"


def write_csv(view: BacktestView, folder: str | Path) -> Path:
    """Write every table of the tear sheet into `folder`, one file each, and return the folder.

    Numbers are written with all their digits, so that they read back as the same floats; times are ISO UTC with
    nanoseconds, dates ISO; an undefined value is an empty field. Returns are fractions.
    """
    target = Path(folder)
    if target.is_file():
        raise NotADirectoryError(f"{target} is a file; a folder is expected here, as there is one file a table")
    for name, table in tables_of(tear_sheet(view)).items():
        with whole_file(target / f"{name}.csv") as draft:
            _plain(table).write_csv(draft)
    return target


def tables_of(sheet: TearSheet) -> dict[str, pl.DataFrame]:
    """Every table by the name of its file."""
    view = sheet.view
    return {
        "equity": view.equity,
        "fills": view.fills,
        "round_trips": view.round_trips,
        "rejections": view.rejections,
        "prices": view.prices,
        "statistics": _statistics(view),
        "daily": sheet.daily,
        "monthly": sheet.monthly,
        "yearly": sheet.yearly,
        "trailing": sheet.trailing,
        "drawdowns": sheet.drawdowns,
        "rolling": sheet.rolling,
        "round_trip_groups": sheet.trips,
    }


def _statistics(view: BacktestView) -> pl.DataFrame:
    names = [*view.stats, *(name for name in view.benchmark_stats if name not in view.stats)]
    values = {
        column: [None if (value := stats.get(name)) is None else float(value) for name in names]
        for column, stats in (("strategy", view.stats), ("benchmark", view.benchmark_stats))
    }
    schema = {"strategy": pl.Float64, "benchmark": pl.Float64}
    return pl.DataFrame(values, schema=schema).insert_column(0, pl.Series("statistic", names, dtype=pl.String))


def _plain(table: pl.DataFrame) -> pl.DataFrame:
    """Times as text, no NaN."""
    moments = [name for name, kind in table.schema.items() if isinstance(kind, pl.Datetime)]
    floats = [name for name, kind in table.schema.items() if kind.is_float()]
    return table.with_columns(pl.col(moments).dt.strftime(_MOMENT), pl.col(floats).fill_nan(None))
