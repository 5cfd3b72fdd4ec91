"""Recorded prints come from the store in windows, in order, each instrument's from one source."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from tradewright.adapters.stores.delta import DeltaStore
from tradewright.bootstrap import tapes
from tradewright.bootstrap.tapes import RecordedTrades, recorded
from tradewright.bootstrap.ticking import stood, tick_view
from tradewright.domain.calendars import DAY, SECOND
from tradewright.domain.errors import DataError, UnknownInstrument
from tradewright.engine.session.state import SessionState
from tradewright.ports.stores import NS, TABLES, Table

BEGINS = 19_905 * DAY
KNOWN = datetime(2024, 8, 1, tzinfo=UTC)
Row = tuple[str, str, int, str, float | None, float | None]


def store_of(folder: Path, rows: list[Row]) -> DeltaStore:
    made = DeltaStore(folder / "store")
    names = ["instrument", "source", "time", "trade_id", "price", "quantity"]
    frame = pl.DataFrame(
        [(*row[:2], BEGINS + row[2], *row[3:]) for row in rows],
        schema={name: pl.Int64 if name == "time" else TABLES[Table.TRADES][name] for name in names},
        orient="row",
    )
    side, known = pl.lit(None, dtype=pl.String).alias("side"), pl.lit(KNOWN).cast(NS).alias("known_at")
    made.append(Table.TRADES, frame.with_columns(pl.col("time").cast(NS), side, known))
    return made


def rows(name: str, source: str, *stamps: float) -> list[Row]:
    return [(name, source, round(at * SECOND), f"{name}{at}", 100.0 + n, 1.0) for n, at in enumerate(stamps)]


@pytest.fixture
def found(tmp_path: Path) -> RecordedTrades:
    made = store_of(
        tmp_path,
        [
            *rows("B.BINANCE", "x", 0, 1, 1.5, 5_000, 90_000, 200_000),
            *rows("A.BINANCE", "y", 1, 2, 90_000),
            *rows("A.BINANCE", "z", 1.2),
            ("A.BINANCE", "y", 3 * SECOND, "", None, None),
        ],
    )
    return recorded(made, ("B", "A.BINANCE"))


def test_prints_come_in_order_over_gaps_and_from_one_source(
    found: RecordedTrades, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert found.instruments == ("B.BINANCE", "A.BINANCE")
    told = [((at - BEGINS) / SECOND, place) for at, place, *_ in found.prints(0, 2**62)]
    assert told == [
        (0, 0), (1, 0), (1, 1), (1.5, 0), (2, 1), (3, 1), (5_000, 0), (90_000, 0), (90_000, 1), (200_000, 0),
    ]  # fmt: skip
    assert [one for one in found.prints(0, 2**62) if one[2] is None] == [(BEGINS + 3 * SECOND, 1, None, None, "")]
    cut = list(found.prints(BEGINS + SECOND, BEGINS + 2 * SECOND))
    assert [(one[0] - BEGINS) / SECOND for one in cut] == [1, 1, 1.5]
    monkeypatch.setattr(tapes, "MANY", 2)
    few = found.prints(0, BEGINS + 100 * SECOND)
    assert [((at - BEGINS) / SECOND, place) for at, place, *_ in few] == told[:6]


def test_a_warm_up_reaches_back_as_far_as_its_bars_do(found: RecordedTrades) -> None:
    def minute(_: int, at: int) -> int | None:
        return at // (60 * SECOND) if at < BEGINS + 150_000 * SECOND else None

    end = BEGINS + 250_000 * SECOND
    assert found.warm_up(end, bars=0, bar_of=minute) == (end, 0)
    begin, bars = found.warm_up(end, bars=1, bar_of=minute)
    assert (begin, bars) == (BEGINS, 3)
    assert found.warm_up(BEGINS, bars=4, bar_of=minute) == (BEGINS, 0)


def test_what_bars_do_not_believe_is_not_believed_here(found: RecordedTrades) -> None:
    believes = found.believes()
    asked = [(BEGINS, 0, 100.0, 1.0, "a"), (BEGINS, 0, None, 1.0, "b"), (BEGINS, 0, 9_000.0, 1.0, "c")]
    assert [believes(one) for one in asked] == [True, False, False]
    assert believes((BEGINS, 1, 9_000.0, 1.0, "a"))
    assert found.actions() == ()


def test_who_has_no_trades_is_named(found: RecordedTrades, tmp_path: Path) -> None:
    found.require(BEGINS, BEGINS + DAY)
    with pytest.raises(DataError, match=r"no trades of A\.BINANCE in the period"):
        found.require(BEGINS + 100_000 * SECOND, 2**62)
    with pytest.raises(UnknownInstrument):
        recorded(DeltaStore(tmp_path / "store"), ("NOBODY",))
    with pytest.raises(DataError, match="no trades are stored"):
        recorded(DeltaStore(tmp_path / "nothing"), ("A",))
    store = DeltaStore(tmp_path / "store")
    session = pl.lit(datetime(2024, 7, 1, tzinfo=UTC)).cast(pl.Date)
    bar = pl.DataFrame({"instrument": ["BARS.XNYS"], "source": ["x"], "interval": ["1d"]}).with_columns(
        pl.lit(KNOWN).cast(NS).alias("time"), pl.lit(KNOWN).cast(NS).alias("known_at"), session.alias("session"),
        *(pl.lit(1.0).alias(name) for name in ("open", "high", "low", "close", "volume")),
    )  # fmt: skip
    store.append(Table.BARS, bar.select(list(TABLES[Table.BARS])))
    with pytest.raises(DataError, match=r"no trades of BARS\.XNYS are stored"):
        recorded(store, ("BARS",))


def test_a_session_that_has_dealt_with_nothing_stood_nowhere() -> None:
    assert stood(SessionState()) is None


def test_a_feed_of_bars_has_no_trades_to_show() -> None:
    class Bars:
        pass

    assert tick_view(Bars()) is None  # type: ignore[arg-type]
