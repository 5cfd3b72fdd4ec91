"""What a person says of a file, or a file of itself, that cannot be: nothing is stored as something else."""

import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.contracts.memory_store import MemoryStore
from tests.integration.import_tools import DAYS, HEADER, StoppedClock, into, lines, read, write

from tradewright.domain.errors import InputError, UnknownVenue
from tradewright.ports.files import ReadOptions

MINUTES = tuple(f"2024-01-02 10:{minute:02},10,12,9,11,100" for minute in range(20))


@pytest.mark.parametrize(
    ("rows", "options", "told"),
    [
        (DAYS, {"interval": "1m"}, "cannot hold bars of 1m: expected times of day, found dates only"),
        (DAYS, {"interval": "1w"}, "cannot hold bars of 1w: expected rows about 1w apart, found rows 1d apart"),
        (MINUTES, {"interval": "1h"}, "expected rows about 1h apart, found rows 1m apart"),
        (MINUTES, {"interval": "1d"}, "expected rows about 1d apart, found rows 1m apart"),
        (DAYS, {"form": ReadOptions(delimiter="ab")}, "one character.*found 'ab'"),
        (DAYS, {"form": ReadOptions(delimiter="")}, "one character"),
        (DAYS, {"form": ReadOptions(delimiter='"')}, "one character"),
        (DAYS, {"form": ReadOptions(member="prices.csv")}, "expected a zip archive"),
        (DAYS, {"symbol": "SPY.NYSE"}, "venue NYSE is not known; did you mean .*XNYS"),
    ],
)
def test_what_the_file_contradicts_is_refused(
    tmp_path: Path, rows: tuple[str, ...], options: dict[str, Any], told: str
) -> None:
    with pytest.raises(InputError, match=told):
        read(tmp_path, lines(HEADER, *rows), **options)


def test_an_ending_that_looks_like_no_venue_stays_part_of_the_symbol(tmp_path: Path) -> None:
    rows, _ = read(tmp_path, lines(HEADER, *DAYS), symbol="BRK.PREF")
    assert rows["instrument"].unique().to_list() == ["BRK.PREF.XNYS"]


def test_a_misspelled_venue_in_a_later_piece_is_refused_too(tmp_path: Path) -> None:
    text = lines("symbol," + HEADER, *(f"KO,{day}" for day in DAYS * 900), f"SPY.NYSE,{DAYS[0]}")
    with pytest.raises(UnknownVenue, match="XNYS"):
        read(tmp_path, text, symbol=None, max_rejected=1.0, block_bytes=20_000)


def test_a_changed_symbol_is_told(tmp_path: Path) -> None:
    _, report = read(tmp_path, lines(HEADER, *DAYS), symbol="BRK B")
    assert "the symbol BRK B is kept as BRK-B.XNYS" in report.conclusions


@pytest.mark.parametrize("wrong", ["1600-01-02 10:05:00", "2500-01-02 10:05:00", "9999-12-31 10:05:00"])
@pytest.mark.parametrize("ending", ["", ".25", "+00:00", ".25+00:00"])
def test_a_time_beyond_64_bits_is_rejected_and_never_another_time(tmp_path: Path, wrong: str, ending: str) -> None:
    good = [f"2024-01-02 10:0{minute}:00" for minute in range(4)]
    rows = [f"{time}{ending},1,2,1,2" for time in (*good, wrong)]
    frame, report = read(tmp_path, lines("time,open,high,low,close", *rows), symbol="T.BINANCE")
    assert frame["time"].dt.year().unique().to_list() == [2024]
    assert (report.rows_accepted, report.rows_rejected) == (4, 1)


def test_a_date_beyond_64_bits_is_rejected(tmp_path: Path) -> None:
    frame, report = read(tmp_path, lines(HEADER, *DAYS, "1600-01-04,1,2,1,2,3"))
    assert frame.height == report.rows_accepted == 3
    with pytest.raises(InputError, match="no time is understood"):
        read(tmp_path, lines(HEADER, "1600-01-04,1,2,1,2,3"))


def test_a_typed_date_beyond_64_bits_is_rejected(tmp_path: Path) -> None:
    stamps = [datetime(2024, 1, 2, 10, minute, tzinfo=UTC) for minute in range(4)] + [datetime(2600, 1, 1, tzinfo=UTC)]
    path = tmp_path / "bars.parquet"
    prices = dict.fromkeys(("open", "high", "low", "close"), [10.0] * 5)
    pl.DataFrame({"time": pl.Series(stamps, dtype=pl.Datetime("us", "UTC")), **prices}).write_parquet(path)
    frame, report = read(tmp_path, path.read_bytes(), name="bars.parquet", symbol="T.BINANCE")
    assert frame.height == 4
    assert report.rows_rejected == 1


def test_a_count_beyond_64_bits_is_rejected(tmp_path: Path) -> None:
    rows = [f"{stamp},1,2,1,2" for stamp in (1577836800, 1577836860, 1577836920, 99999999999999999, -99999999999999)]
    text = lines("time,open,high,low,close", *rows)
    frame, report = read(tmp_path, text, symbol="T.BINANCE", time_format="s", interval="1m")
    assert frame["time"].dt.year().unique().to_list() == [2020]
    assert report.rows_rejected == 2


def test_a_price_that_no_float_counts_is_rejected(tmp_path: Path) -> None:
    frame, report = read(tmp_path, lines(HEADER, *DAYS, "2024-01-05,1e200,1e201,1e199,1e200,5"))
    assert frame.height == 3
    assert report.rejected_by_reason == {"open is too large to be counted exactly": 1}


def test_rows_of_the_future_are_told(tmp_path: Path) -> None:
    clock = StoppedClock(int(datetime(2024, 1, 3, tzinfo=UTC).timestamp()) * 1_000_000_000)
    report = into(MemoryStore(), write(tmp_path, lines(HEADER, *DAYS)), tmp_path, clock=clock)
    assert "rows lie in the future, up to 2024-01-04 21:00 UTC" in report.conclusions[-1]
    late = into(MemoryStore(), write(tmp_path, lines(HEADER, *DAYS)), tmp_path, clock=StoppedClock(clock.now * 2))
    assert not any("future" in told for told in late.conclusions)


def test_the_member_of_a_zip_can_still_be_chosen(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "both.zip", "w") as archive:
        archive.writestr("a.csv", lines(HEADER, *DAYS))
        archive.writestr("b.csv", "nothing")
    rows, _ = read(tmp_path, (tmp_path / "both.zip").read_bytes(), name="x.zip", form=ReadOptions(member="a.csv"))
    assert rows.height == 3
