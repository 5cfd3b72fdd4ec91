"""P7: the store beside the bare libraries it is made of: deltalake writes, Polars reads, the same rows.

The bare library opens the table for each read, as a program does that wants the newest version; it neither checks rows
nor looks for corrections. Ours does, and must not take more than one and a half times as long.
"""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path

import polars as pl
from deltalake import DeltaTable, WriterProperties, write_deltalake

from benchmarks.data import DAY, load
from benchmarks.workloads.case import Answers, Case, Place
from tradewright.adapters.stores.delta import DeltaStore
from tradewright.application.data.importing_report import ImportReport
from tradewright.application.data.importing_request import ImportFile
from tradewright.application.data.messages import LoadBars
from tradewright.bootstrap import App
from tradewright.ports.stores import NS, TABLES, Selection, Table
from tradewright.trading.bars import Bars

PRICES = ("open", "high", "low", "close", "volume")
PROPERTIES = WriterProperties(compression="ZSTD", compression_level=3, max_row_group_size=65_536)


@dataclass(frozen=True, slots=True)
class Stored:
    """A store with daily bars of many instruments, and the same rows in a bare Delta table."""

    folder: Path
    store: DeltaStore
    rows: pl.DataFrame

    @property
    def bare(self) -> Path:
        """The bare table."""
        return self.folder / "bare"

    @property
    def instruments(self) -> list[str]:
        """All of them."""
        return self.rows["instrument"].unique().sort().to_list()

    def close(self) -> None:
        """Delete both."""
        shutil.rmtree(self.folder, ignore_errors=True)


def stored(place: Place) -> Stored:
    """Both stores, filled, in a folder of their own beside the data."""
    place.folder.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="store-", dir=place.folder))
    columns = load(place.data, "w4_panel")
    width = columns["close"].shape[1]
    names = pl.DataFrame({"instrument": [f"S{number:03d}.BINANCE" for number in range(width)]})
    stamps = pl.DataFrame({"time": pl.Series(columns["ts"].astype("i8") + DAY).cast(NS)})
    prices = {name: columns[name].T.reshape(-1) for name in PRICES}
    rows = names.join(stamps, how="cross", maintain_order="left_right").with_columns(**prices)
    rows = _complete(rows)
    store = DeltaStore(folder / ".tradewright" / "store")
    store.append(Table.BARS, rows)
    _bare_append(folder / "bare", rows)
    return Stored(folder, store, rows)


def _complete(rows: pl.DataFrame) -> pl.DataFrame:
    """The columns that a file does not tell."""
    known = pl.lit(1_700_000_000_000_000_000, dtype=pl.Int64).cast(NS)
    day = (pl.col("time") - pl.duration(nanoseconds=1)).dt.date()
    filled = rows.with_columns(source=pl.lit("csv"), interval=pl.lit("1d"), session=day, known_at=known)
    return filled.select(list(TABLES[Table.BARS]))


def _bare_append(folder: Path, rows: pl.DataFrame) -> None:
    """What a program does that knows neither corrections nor checks: stamps as integers, partitions, write."""
    stamps = (pl.col("time").cast(pl.Int64), pl.col("known_at").cast(pl.Int64))
    frame = rows.rename({"interval": "timeframe"}).with_columns(
        *stamps, period=pl.col("time").dt.year().cast(pl.String)
    )
    frame = frame.sort("period", "instrument", "time")
    write_deltalake(folder, frame, mode="append", partition_by=["timeframe", "period"], writer_properties=PROPERTIES)


def _bare_scan(folder: Path) -> pl.LazyFrame:
    files = DeltaTable(folder).file_uris()
    kinds = {"timeframe": pl.String, "period": pl.String}
    return pl.scan_parquet(files, hive_partitioning=True, hive_schema=kinds)


def _range(place: Place) -> Case:
    market = stored(place)
    name = market.instruments[len(market.instruments) // 2]

    def ours() -> Answers:
        found = market.store.read(Selection(Table.BARS, (name,), interval="1d"))
        return {"rows": float(len(found)), "close": float(found["close"].sum())}

    def bare() -> int:
        return len(_bare_scan(market.bare).filter(pl.col("instrument") == name).sort("time").collect())

    return Case(market.rows.height // len(market.instruments), lambda: ours, lambda: bare, close=market.close)


def _bars(place: Place) -> Case:
    market = stored(place)
    name = market.instruments[len(market.instruments) // 2]
    app = App(market.folder)

    def ours() -> Answers:
        found = app.ask(LoadBars((name,)), answer=Bars)
        return {"rows": float(len(found)), "close": float(found.close.sum())}

    return Case(market.rows.height // len(market.instruments), lambda: ours, close=market.close)


def _full(place: Place) -> Case:
    market = stored(place)

    def ours() -> Answers:
        return {"rows": float(len(market.store.read(Selection(Table.BARS, interval="1d"))))}

    def bare() -> int:
        return len(_bare_scan(market.bare).sort("instrument", "time").collect())

    return Case(market.rows.height, lambda: ours, lambda: bare, close=market.close)


def _append(place: Place) -> Case:
    market = stored(place)
    last = market.rows.filter(pl.col("time") == market.rows["time"].max())
    ours, bare = count(1), count(1)

    def day(number: int) -> pl.DataFrame:
        later = pl.duration(days=number)
        return last.with_columns((pl.col("time") + later).cast(NS), (pl.col("session") + later).cast(pl.Date))

    def turn() -> Callable[[], Answers]:
        rows = day(next(ours))
        return lambda: {"rows": float(market.store.append(Table.BARS, rows).added)}

    def bare_turn() -> Callable[[], object]:
        return partial(_bare_append, market.bare, day(next(bare)))

    return Case(last.height, turn, bare_turn, close=market.close)


def _import(place: Place) -> Case:
    place.folder.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="import-", dir=place.folder))
    file = folder / "minutes.csv"
    rows = _write_minutes(place, file)
    ours, bare = count(1), count(1)

    def turn() -> Callable[[], Answers]:
        app = App(folder / f"ours-{next(ours)}")
        wish = ImportFile(str(file), symbol="BTCUSDT.BINANCE", timezone="UTC")
        return lambda: {"rows": float(app.ask(wish, answer=ImportReport).added)}

    def bare_turn() -> Callable[[], object]:
        return partial(_bare_import, file, folder / f"bare-{next(bare)}")

    return Case(rows, turn, bare_turn, close=partial(shutil.rmtree, folder, ignore_errors=True))


def _write_minutes(place: Place, file: Path) -> int:
    columns = load(place.data, "w1_bars")
    kept = place.sizes.imported
    frame = pl.DataFrame({name: columns[name][:kept] for name in PRICES})
    stamps = pl.Series("time", columns["ts"][:kept].astype("i8")).cast(pl.Datetime("ns"))
    frame.insert_column(0, stamps).write_csv(file, datetime_format="%Y-%m-%d %H:%M:%S")
    return frame.height


def _bare_import(file: Path, folder: Path) -> None:
    """Read the file with Polars, add the columns that a file does not tell, write."""
    frame = pl.read_csv(file, try_parse_dates=True)
    stamps = pl.col("time").dt.replace_time_zone("UTC").cast(NS)
    frame = frame.with_columns(stamps, instrument=pl.lit("BTCUSDT.BINANCE"))
    rows = _complete(frame).rename({"interval": "timeframe"})
    month = pl.col("time").dt.strftime("%Y-%m")
    rows = rows.with_columns(
        pl.col("time").cast(pl.Int64), pl.col("known_at").cast(pl.Int64), timeframe=pl.lit("1m"), period=month
    )
    write_deltalake(folder, rows, mode="append", partition_by=["timeframe", "period"], writer_properties=PROPERTIES)


CASES = {"P7.range": _range, "P7.bars": _bars, "P7.full": _full, "P7.append": _append, "P7.import": _import}
