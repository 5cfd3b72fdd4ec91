"""The data of the demo: five real stocks, 2000 to 2013, with the splits and dividends that their adjusted closes tell.

Derives corporate actions from a vendor's adjusted close: its ratio to the close steps on each ex-date by
split x (close + dividend) / close, with the close of that date. That is the convention of the source; others divide by
the close before.
"""

from dataclasses import dataclass

import polars as pl

from tradewright.application.data.importing import import_file
from tradewright.application.data.importing_progress import Progress
from tradewright.application.data.importing_report import ImportReport
from tradewright.application.data.importing_request import ImportFile
from tradewright.domain.errors import DataError
from tradewright.domain.market.actions import ActionKind
from tradewright.ports.clock import Clock
from tradewright.ports.files import DataFiles, ReadOptions, ShippedData
from tradewright.ports.stores import NS, TABLES, MarketStore, Table, Written

SOURCE = "wiki"
VENUES = {"AAPL": "XNAS", "FB": "XNAS", "GOOG": "XNAS", "IBM": "XNYS", "MSFT": "XNAS"}
COLUMNS = {"symbol": "Ticker", "session": "Date", "close": "Close", "adjusted": "Adj Close"}
_SPLIT_RATIOS = (1.5, 2.0, 3.0, 4.0, 5.0, 7.0, 10.0)
_DIGITS = 4
"""Dividends are told to a hundredth of a cent."""
_NOISE = 1e-6
"""Steps smaller than this are rounding of the adjusted close, not a dividend."""


@dataclass(frozen=True, slots=True)
class ImportDemo:
    """Bring the shipped data into the store; what is there already is left as it is."""


@dataclass(frozen=True, slots=True, eq=False)
class DemoReport:
    """What the demo brought in."""

    bars: ImportReport
    splits: int
    dividends: int
    actions_added: int
    """Splits and dividends that the store did not know before."""


def import_demo(
    message: ImportDemo,
    *,
    store: MarketStore,
    files: DataFiles,
    shipped: ShippedData,
    clock: Clock,
    progress: Progress | None = None,
) -> DemoReport:
    """Import the shipped bars and the corporate actions derived from them."""
    del message
    path = shipped.demo_bars()
    request = ImportFile(path, table=Table.BARS, venue="XNAS", venues=VENUES, source=SOURCE, interval="1d")
    bars = import_file(request, store=store, files=files, clock=clock, default_venue="XNAS", progress=progress)
    actions = actions_from_adjusted(_closes(path, files))
    written = _kept(store, actions, clock)
    kinds = actions["kind"].to_list()
    return DemoReport(
        bars,
        splits=kinds.count(ActionKind.SPLIT.value),
        dividends=kinds.count(ActionKind.DIVIDEND.value),
        actions_added=written.added + written.corrected,
    )


def _closes(path: str, files: DataFiles) -> pl.DataFrame:
    """instrument, session, close, adjusted, in the order of sessions."""
    file = files.open(path, ReadOptions())
    numeric = (COLUMNS["close"], COLUMNS["adjusted"])
    chunks = [chunk.rows for chunk in file.chunks(columns=tuple(COLUMNS.values()), numeric=numeric)]
    table = pl.concat(chunks).rename({written: name for name, written in COLUMNS.items()})
    instrument = pl.concat_str("symbol", pl.col("symbol").replace_strict(VENUES), separator=".")
    return table.select(
        instrument.alias("instrument"), pl.col("session").str.to_date("%Y-%m-%d"), "close", "adjusted"
    ).sort("instrument", "session")


def _kept(store: MarketStore, actions: pl.DataFrame, clock: Clock) -> Written:
    moment = pl.col("session").cast(pl.Datetime("ns")).dt.replace_time_zone("UTC")
    rows = actions.with_columns(
        pl.lit(SOURCE).alias("source"),
        moment.alias("time"),
        pl.lit(clock.now_ns()).cast(NS).alias("known_at"),
    )
    return store.append(
        Table.ACTIONS, rows.select(list(TABLES[Table.ACTIONS])), note="splits and dividends of the demo"
    )


def actions_from_adjusted(closes: pl.DataFrame) -> pl.DataFrame:
    """Splits and dividends told by adjusted closes: instrument, session (ex-date), kind, value.

    `closes` has instrument, session, close and adjusted, sorted by both. Dividends are cash per share as traded on the
    ex-date. A step that is neither a split nor a dividend is a DataError.
    """
    factor = pl.col("adjusted") / pl.col("close")
    step = (factor / factor.shift(1)).over("instrument")
    stepped = closes.with_columns(step.alias("step")).filter((pl.col("step") - 1).abs() > _NOISE)
    rows: list[tuple[str, object, str, float]] = []
    for name, session, close, ratio in stepped.select("instrument", "session", "close", "step").iter_rows():
        split = min((1.0, *_SPLIT_RATIOS), key=lambda known: abs(ratio / known - 1))
        dividend = round((ratio / split - 1) * close, _DIGITS)
        if dividend < 0 or dividend > close / 2:
            raise DataError(
                f"the adjusted close of {name} steps by {ratio:.6g} on {session}",
                expected="a split, a dividend or both",
            )
        if split != 1.0:
            rows.append((name, session, ActionKind.SPLIT.value, split))
        if dividend > 0:
            rows.append((name, session, ActionKind.DIVIDEND.value, dividend))
    schema = {"instrument": pl.String, "session": pl.Date, "kind": pl.String, "value": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")
