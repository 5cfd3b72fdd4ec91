"""`tw.load_bars`: bars from the store by symbol, from a file, or from a table that a notebook has already."""

import warnings
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from tradewright.application.backtests.loading import loaded, question_of
from tradewright.application.backtests.messages import BarsOfFiles, LoadedBars, Market
from tradewright.bootstrap import App, open_app
from tradewright.domain.errors import InputError
from tradewright.interfaces.python.frames import as_polars, is_table
from tradewright.trading.bars import Bars

FILES = frozenset(
    (".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".parquet", ".feather", ".arrow", ".gz", ".zip")
)
"""Endings by which a text is taken for the path of a file, also when nothing is there."""


def load_bars(
    source: object,
    *,
    symbol: str | Sequence[str] | None = None,
    start: str | date | None = None,
    end: str | date | None = None,
    timeframe: str | None = None,
    timezone: str | None = None,
    prices: str = "raw",
    as_of: str | None = None,
) -> Bars:
    """Bars of one or several instruments, side by side.

    `source` is a symbol or a list of symbols (from the project's store), the path of a file, a pandas or Polars frame,
    a structured numpy array, a mapping of columns, or a mapping {symbol: any of these tables}.
    `symbol` names the instrument of a file or table that does not, as `SPY` or `BTCUSDT.BINANCE`.
    `start` and `end` are session dates, both inclusive: `2001`, `2001-06`, `2001-06-30`, or a date.
    `timeframe` is `1d` for the store and concluded from a file; `timezone` is of stamps that name none.
    `prices` and `as_of` are for the store: `adjusted` prices, and only what was known by then.

    Raises InputError (also a ValueError of what was typed) with what was expected; warns of rows that are left out.
    """
    names = (symbol,) if isinstance(symbol, str) else tuple(symbol or ())
    dates = {"start": _text(start), "end": _text(end)}
    if isinstance(source, Bars):
        raise InputError("these are bars already", remedy="hand them to tw.backtest as they are")
    if isinstance(source, str | Path) or (isinstance(source, Sequence) and not is_table(source)):
        file = _file(source)
        symbols = names if file is not None else _symbols(source, names)
        market = Market(
            symbols=symbols, timeframe=timeframe, timezone=timezone, prices=prices, as_of=as_of, file=file, **dates
        )
        return _told(loaded(open_app().ask(question_of(market), answer=object), market))
    if prices != "raw" or as_of is not None:
        raise InputError("a table knows no splits, no dividends and no corrections", expected="raw prices and no as_of")
    message, app = _of_tables(source, names)
    wanted = BarsOfFiles(paths=message.paths, symbols=message.symbols, timeframe=timeframe, timezone=timezone, **dates)
    return _told(app.ask(wanted, answer=LoadedBars))


def _of_tables(source: Any, names: tuple[str, ...]) -> tuple[BarsOfFiles, App]:
    if is_table(source) or not isinstance(source, Mapping):
        frames = {"the table": as_polars(source)}
        one = BarsOfFiles(paths=(("the table", names[0] if len(names) == 1 else None),), symbols=names)
        return one, App(Path.cwd(), frames=frames)
    frames = {f"the table of {name}": as_polars(table) for name, table in source.items()}
    paths = tuple((f"the table of {name}", str(name)) for name in source)
    return BarsOfFiles(paths=paths, symbols=names or tuple(map(str, source))), App(Path.cwd(), frames=frames)


def _file(source: object) -> str | None:
    """The path, where the source is one rather than a symbol."""
    if isinstance(source, Path):
        return str(source)
    if not isinstance(source, str):
        return None
    path = Path(source).expanduser()
    is_path = path.suffix.lower() in FILES or len(path.parts) > 1 or path.is_file()
    return str(path) if is_path else None


def _symbols(source: object, names: tuple[str, ...]) -> tuple[str, ...]:
    if names:
        raise InputError("symbol= names the instrument of a file or a table", found=f"symbols {source!r} and {names!r}")
    symbols = (source,) if isinstance(source, str) else tuple(source)  # type: ignore[arg-type]
    wrong = [name for name in symbols if not isinstance(name, str)]
    if wrong or not symbols:
        raise InputError(
            "these are no symbols", expected="text as 'AAPL'", found=repr(wrong[0]) if wrong else "an empty list"
        )
    return tuple(name for name in symbols if isinstance(name, str))


def _text(day: str | date | None) -> str | None:
    return day.isoformat()[:10] if isinstance(day, date) else day


def _told(found: LoadedBars) -> Bars:
    for remark in found.remarks:
        warnings.warn(remark, UserWarning, stacklevel=3)
    return found.bars
