from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.integration.import_tools import DAYS, HEADER, lines, read

from tradewright.application.data.importing_bars import Stamps, session_of_close
from tradewright.domain.calendars import sessions_of, trading_hours
from tradewright.domain.errors import InputError
from tradewright.ports.stores import Table

BAR = "10,12,9,11,5"
DAY_13 = 1_705_104_000  # 2024-01-13 00:00 UTC


def bars(*stamps: str | int) -> str:
    return lines("time;open;high;low;close;volume", *(f"{stamp};{BAR.replace(',', ';')}" for stamp in stamps))


def first(folder: Path, *stamps: str | int, **options: Any) -> str:
    rows, _ = read(folder, bars(*stamps), **options)
    return f"{rows['time'][0]:%Y-%m-%d %H:%M:%S.%f}"


@pytest.mark.parametrize(
    "stamps",
    [
        ("2024-01-12T14:30:00Z", "2024-01-12T14:31:00Z"),
        ("2024-01-12 14:30:00+00:00", "2024-01-12 14:31:00+00:00"),
        ("2024-01-12 09:30:00-05:00", "2024-01-12 09:31:00-05:00"),
        ("2024-01-12 09:30:00-0500", "2024-01-12 09:31:00-0500"),
        ("2024-01-12 14:30:00.000000 UTC", "2024-01-12 14:31:00.000000 UTC"),
        ("2024-01-12 09:30", "2024-01-12 09:31"),
        ("2024/01/12 09:30:00", "2024/01/12 09:31:00"),
        ("2024.01.12 09:30:00", "2024.01.12 09:31:00"),
        ("12.01.2024 09:30:00.000", "12.01.2024 09:31:00.000"),
        ("20240112 09:30", "20240112 09:31"),
        ("20240112093000", "20240112093100"),
        ("20240112 093000000", "20240112 093100000"),
        ("12-Jan-2024 9:30", "12-Jan-2024 9:31"),
        ("12 January 2024 09:30 AM", "12 January 2024 09:31 AM"),
        ("Jan 12, 2024 09:30:00", "Jan 12, 2024 09:31:00"),
        ("1705069800", "1705069860"),
        ("1705069800000", "1705069860000"),
        ("1705069800000000", "1705069860000000"),
        ("1705069800000000000", "1705069860000000000"),
        ("1705069800.0", "1705069860.0"),
    ],
)
def test_a_moment_is_read_in_any_of_its_spellings(tmp_path: Path, stamps: tuple[str, ...]) -> None:
    assert first(tmp_path, *stamps, stamps=Stamps.CLOSE) == "2024-01-12 14:30:00.000000"


def test_hours_without_minutes_are_read(tmp_path: Path) -> None:
    text = ("2019-10-17 11-PM", "2019-10-17 10-PM", "2019-10-17 09-PM")
    assert first(tmp_path, *text, symbol="BTC.COINBASE") == "2019-10-17 22:00:00.000000"


def test_the_day_is_told_from_the_month_by_numbers_above_twelve(tmp_path: Path) -> None:
    assert first(tmp_path, "1/11/2024", "1/12/2024", "1/16/2024").startswith("2024-01-11")
    assert first(tmp_path, "11/1/2024", "12/1/2024", "16/1/2024").startswith("2024-01-11")


def test_a_date_that_can_be_read_in_two_ways_is_refused_until_it_is_told(tmp_path: Path) -> None:
    stamps = ("1/8/2024", "1/9/2024", "1/10/2024")
    with pytest.raises(InputError, match=r"two ways.*day_first=True"):
        first(tmp_path, *stamps)
    assert first(tmp_path, *stamps, day_first=False).startswith("2024-01-08")
    assert first(tmp_path, *stamps, day_first=True, interval="1d").startswith("2024-08-01")
    with pytest.raises(InputError, match="mixes day/month and month/day"):
        first(tmp_path, "13/1/2024", "1/14/2024")


def test_mixed_time_zones_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"mixes time zones.*09:31:00Z beside 2024-01-12 09:30:00"):
        read(tmp_path, bars("2024-01-12 09:30:00", "2024-01-12 09:31:00Z"))


def test_a_naive_time_takes_the_zone_of_its_venue_or_the_one_that_is_given(tmp_path: Path) -> None:
    stamps = ("2024-01-12 09:30", "2024-01-12 09:31")
    rows, report = read(tmp_path, bars(*stamps))
    assert "times tell no zone: America/New_York, the venue's, assumed" in report.conclusions
    assert f"{rows['time'][0]:%H:%M}" == "14:31"
    assert first(tmp_path, *stamps, timezone="UTC", stamps=Stamps.OPEN) == "2024-01-12 09:31:00.000000"


def test_a_local_time_that_does_not_exist_or_exists_twice_is_rejected_with_that_reason(tmp_path: Path) -> None:
    stamps = [f"2024-03-10 {hour:02}:00" for hour in range(6)] + [f"2024-11-03 {hour:02}:00" for hour in range(6)]
    _, report = read(tmp_path, bars(*stamps), symbol="ES.XCME", timezone="America/New_York", interval="1h")
    assert report.rejected["line"].to_list() == [4, 9]
    assert "skips or has twice" in report.rejected["reason"][0]


def test_stamps_at_the_open_of_the_venue_are_opens_and_one_bar_later_they_are_closes(tmp_path: Path) -> None:
    opens = [f"2024-01-{day} 09:{minute}" for day in (11, 12) for minute in (30, 31, 32)]
    rows, report = read(tmp_path, bars(*opens))
    assert f"{rows['time'][0]:%H:%M}" == "14:31"
    assert any("begin at the open of XNYS" in note for note in report.conclusions)
    closes = [f"2024-01-{day} 09:{minute}" for day in (11, 12) for minute in (31, 32, 33)]
    rows, report = read(tmp_path, bars(*closes))
    assert f"{rows['time'][0]:%H:%M}" == "14:31"
    assert any("one bar after the open" in note for note in report.conclusions)


def test_a_column_called_close_time_holds_closes(tmp_path: Path) -> None:
    text = lines("close_time,open,high,low,close", "1705069800,10,12,9,11", "1705069860,10,12,9,11")
    rows, _ = read(tmp_path, text, symbol="BTC.BINANCE")
    assert f"{rows['time'][0]:%H:%M}" == "14:30"


def test_a_daily_bar_is_stamped_by_the_regular_close_in_winter_and_summer(tmp_path: Path) -> None:
    rows, report = read(tmp_path, lines(HEADER, f"2024-01-12,{BAR}", f"2024-07-12,{BAR}"), interval="1d")
    assert [f"{time:%H:%M}" for time in rows["time"]] == ["21:00", "20:00"]
    assert rows["session"].to_list() == [date(2024, 1, 12), date(2024, 7, 12)]
    assert report.series[0].first == "2024-01-12"


def test_daily_stamps_at_local_midnight_with_an_offset_name_that_date(tmp_path: Path) -> None:
    rows, _ = read(tmp_path, bars("2022-01-04 00:00:00+08:00", "2022-01-05 00:00:00+08:00"), symbol="1398.XHKG")
    assert rows["session"].to_list() == [date(2022, 1, 4), date(2022, 1, 5)]
    assert f"{rows['time'][0]:%Y-%m-%d %H:%M}" == "2022-01-04 08:00"


def test_daily_counts_at_midnight_utc_name_that_date_and_others_the_date_at_the_venue(tmp_path: Path) -> None:
    rows, _ = read(tmp_path, bars(DAY_13 - 86_400, DAY_13 + 3 * 86_400), interval="1d")
    assert rows["session"].to_list() == [date(2024, 1, 12), date(2024, 1, 16)]
    rows, _ = read(tmp_path, bars(DAY_13 - 86_400 + 52_200, DAY_13 + 3 * 86_400 + 52_200), interval="1d")
    assert rows["session"].to_list() == [date(2024, 1, 12), date(2024, 1, 16)]


def test_a_day_that_closes_at_midnight_belongs_to_the_date_before(tmp_path: Path) -> None:
    stamps = ("2024-01-13T00:00:00Z", "2024-01-14T00:00:00Z")
    rows, _ = read(tmp_path, bars(*stamps), symbol="BTC.BINANCE", stamps=Stamps.CLOSE)
    assert rows["session"].to_list() == [date(2024, 1, 12), date(2024, 1, 13)]
    assert f"{rows['time'][0]:%Y-%m-%d %H:%M}" == "2024-01-13 00:00"


def test_a_week_is_stamped_by_the_close_of_its_last_weekday(tmp_path: Path) -> None:
    rows, report = read(tmp_path, bars("2024-01-08", "2024-01-15", "2024-01-22"))
    assert report.interval == "1w"
    assert rows["session"].to_list() == [date(2024, 1, 12), date(2024, 1, 19), date(2024, 1, 26)]


def test_the_length_of_bars_is_the_usual_step_and_can_be_told(tmp_path: Path) -> None:
    stamps = [f"2024-01-12 10:{minute:02}" for minute in (0, 5, 10, 20, 25)]
    assert read(tmp_path, bars(*stamps))[1].interval == "5m"
    assert read(tmp_path, bars(*stamps), interval="1m")[1].interval == "1m"


@pytest.mark.parametrize(
    ("stamps", "message"),
    [
        (("2024-01-12 10:00",), "one bar does not tell its length"),
        (("2024-01-12 10:00:00", "2024-01-12 10:00:07"), "7 seconds apart"),
        (("2024-01-31", "2024-02-29"), "29 days apart"),
        (("soon", "later"), "'soon' is not understood"),
        (("", ""), "column of times is empty"),
        (("0", "60000"), "milliseconds since midnight"),
        (("202401", "202402"), "milliseconds since midnight|not understood"),
    ],
)
def test_times_that_tell_too_little_are_refused(tmp_path: Path, stamps: tuple[str, ...], message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(tmp_path, bars(*stamps))


def test_milliseconds_since_midnight_need_their_day(tmp_path: Path) -> None:
    assert first(tmp_path, 0, 60_000, date=date(2024, 1, 12), timezone="UTC") == "2024-01-12 00:01:00.000000"
    assert first(tmp_path, 34_200_000, 34_260_000, date=date(2024, 1, 12)) == "2024-01-12 14:31:00.000000"


def test_a_format_can_be_told(tmp_path: Path) -> None:
    stamps = ("2024-12-01 10h00", "2024-12-01 10h01")
    assert first(tmp_path, *stamps, time_format="%Y-%d-%m %Hh%M") == "2024-01-12 15:01:00.000000"
    assert first(tmp_path, "1", "61", time_format="s", symbol="B.BINANCE") == "1970-01-01 00:01:01.000000"
    assert first(tmp_path, "12012024", "15012024", time_format="%d%m%Y", interval="1d").startswith("2024-01-12")


def test_a_later_row_that_is_no_time_is_rejected(tmp_path: Path) -> None:
    _, report = read(tmp_path, lines(HEADER, *DAYS, f"yesterday,{BAR}", f",{BAR}"))
    assert report.rejected.select("line", "column", "value").rows() == [(5, "time", "yesterday"), (6, "time", "")]


def test_several_zones_in_one_file_need_to_be_told(tmp_path: Path) -> None:
    text = lines("symbol,time,open,high,low,close", *(f"{s},2024-01-12 1{h}:00,1,1,1,1" for s in "AB" for h in (0, 1)))
    venues = {"A": "XNYS", "B": "XLON"}
    with pytest.raises(InputError, match="several time zones"):
        read(tmp_path, text, symbol=None, venues=venues)
    assert read(tmp_path, text, symbol=None, venues=venues, timezone="UTC")[0].height == 4


def test_a_trade_belongs_to_the_nanosecond_that_is_written(tmp_path: Path) -> None:
    text = lines("time,price,size", "1705069800123456789,10,1", "1705069800123456790,10,1")
    rows, _ = read(tmp_path, text, table=Table.TRADES)
    assert rows["time"].to_physical().to_list() == [1705069800123456789, 1705069800123456790]


@given(
    st.lists(st.integers(946_684_800, 1_893_456_000), min_size=1, max_size=30),
    st.sampled_from(["XNYS", "XCME", "FX", "BINANCE", "XHKG", "XEUR"]),
)
def test_sessions_of_columns_are_those_of_the_domain(seconds: list[int], venue: str) -> None:
    times = [second * 1_000_000_000 for second in seconds]
    column = pl.Series("time", times).cast(pl.Datetime("ns", "UTC"))
    found = pl.DataFrame({"time": column}).select(session_of_close(pl.col("time"), trading_hours(venue)))
    assert found.to_series().to_physical().to_list() == sessions_of(times, venue)
