"""`tw.load_bars`: bars from the store by symbol, from a file, or from a table that a notebook has already."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, TypedDict, Unpack

import polars as pl

from tradewright.application.backtests.loading import loaded, question_of
from tradewright.application.backtests.messages import BarsOfFiles, LoadedBars, Market
from tradewright.bootstrap import App, open_app
from tradewright.domain.errors import InputError
from tradewright.interfaces.python.frames import as_polars, is_table
from tradewright.interfaces.python.settings import refuse_unknown
from tradewright.interfaces.python.stores import bringing_data, folder_of
from tradewright.trading.bars import Bars

FILES = frozenset(
    (".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".parquet", ".feather", ".arrow", ".gz", ".zip")
)
"""Endings by which a text is taken for the path of a file, also when nothing is there."""

THE_ACTIONS = "the table of splits and dividends"


class Origin(TypedDict, total=False):
    """What may be said of where bars come from, beside what they are."""

    actions: object
    project: str | Path | None


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
    **origin: Unpack[Origin],
) -> Bars:
    """Bars of one or several instruments, side by side.

    `source` is a symbol or a list of symbols (from the project's store), the path of a file, a pandas or Polars frame,
    a structured numpy array, a mapping of columns, or a mapping {symbol: any of these tables}.
    `symbol` names the instrument of a file or table that does not, as `SPY` or `BTCUSDT.BINANCE`.
    `start` and `end` are session dates, both inclusive: `2001`, `2001-06`, `2001-06-30`, or a date.
    `timeframe` is `1d` for the store and concluded from a file; `timezone` is of stamps that name none.
    `prices` are `raw` (splits and dividends happen on their dates) or `adjusted` for them; `as_of` is for the store:
    only what was known by then.
    `actions` are the splits and dividends of a file or table: True for those in its own columns, a file or a table of
    them, or False where its prices are adjusted already and none shall be used.
    `project` is the folder whose store is read; the one around the current folder when not given.

    Raises InputError with what was expected; warns of rows that are left out and of actions that are not used.
    """
    refuse_unknown(origin, sorted(Origin.__optional_keys__), of="tw.load_bars")
    actions, project = origin.get("actions"), origin.get("project")
    names = (symbol,) if isinstance(symbol, str) else tuple(symbol or ())
    if isinstance(source, Bars):
        raise InputError("these are bars already", remedy="hand them to tw.backtest as they are")
    if isinstance(source, str | Path) or (isinstance(source, Sequence) and not is_table(source)):
        file = _file(source)
        symbols = names if file is not None else _symbols(source, names)
        market = Market(
            symbols=symbols,
            timeframe=timeframe,
            timezone=timezone,
            prices=prices,
            as_of=as_of,
            file=file,
            start=_text(start),
            end=_text(end),
        )
        return _told(_of_market(market, actions=actions, project=project))
    if as_of is not None:
        raise InputError("a table knows no corrections", expected="no as_of", found=repr(as_of))
    message, frames = _of_tables(source, names)
    message = replace(
        message, timeframe=timeframe, timezone=timezone, prices=prices, start=_text(start), end=_text(end)
    )
    return _told(_of_files(message, frames, actions=actions, project=project))


def _of_market(market: Market, *, actions: object, project: str | Path | None) -> LoadedBars:
    """Bars of the store, or of a file."""
    if market.file is not None:
        wanted = question_of(market)
        assert isinstance(wanted, BarsOfFiles)
        return _of_files(wanted, {}, actions=actions, project=project)
    if actions is not None:
        raise InputError(
            "actions= are the splits and dividends of a file or a table",
            found=repr(actions)[:60],
            remedy="the store has its own: tw.import_data(FILE) brings them in",
        )
    with bringing_data():
        found = open_app(folder_of(project)).ask(question_of(market), answer=object)
    return loaded(found, market)


def _of_files(
    message: BarsOfFiles, frames: dict[str, pl.DataFrame], *, actions: object, project: str | Path | None
) -> LoadedBars:
    """Bars of files or tables, with the splits and dividends that are given for them."""
    if actions is True:
        message = replace(message, actions=message.paths)
    elif actions is False:
        message = replace(message, ignores_actions=True)
    elif actions is not None:
        path = _file(actions)
        message = replace(message, actions=((path or THE_ACTIONS, None),))
        frames |= {} if path else {THE_ACTIONS: as_polars(actions)}
    app = App(folder_of(project) or Path.cwd(), frames=frames) if frames else open_app(folder_of(project))
    return app.ask(message, answer=LoadedBars)


def _of_tables(source: Any, names: tuple[str, ...]) -> tuple[BarsOfFiles, dict[str, pl.DataFrame]]:
    if is_table(source) or not isinstance(source, Mapping):
        paths = (("the table", names[0] if len(names) == 1 else None),)
        return BarsOfFiles(paths=paths, symbols=names), {"the table": as_polars(source)}
    frames = {f"the table of {name}": as_polars(table) for name, table in source.items()}
    named = tuple((f"the table of {name}", str(name)) for name in source)
    return BarsOfFiles(paths=named, symbols=names or tuple(map(str, source))), frames


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
