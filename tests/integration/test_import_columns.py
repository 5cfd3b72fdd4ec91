from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.integration.import_tools import DAYS, HEADER, lines, read

from tradewright.application.data.importing_numbers import NumberFormat
from tradewright.domain.errors import InputError
from tradewright.ports.files import ReadOptions
from tradewright.ports.stores import Table

BARS = [(10.0, 12.0, 9.0, 11.0, 100.0), (11.0, 13.0, 10.0, 12.0, 110.0), (12.0, 14.0, 11.0, 13.0, 120.0)]


def values(rows: pl.DataFrame) -> list[tuple[float, ...]]:
    return rows.select("open", "high", "low", "close", "volume").rows()


@pytest.mark.parametrize(
    "header",
    [
        "Date,Open,High,Low,Close,Volume",
        "date,open,high,low,close,vol",
        "timestamp,o,h,l,c,v",
        "<DATE>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>",
        "Datetime, Open Price, High Price, Low Price, Last, Total Volume",
        "day,PX_OPEN,PX_HIGH,PX_LOW,PX_LAST,amount",
        ",open,high,low,close,volume",
        "index,Open (USD),High (USD),Low (USD),Close (USD),Volume (shares)",
    ],
)
def test_columns_are_known_by_the_names_vendors_give_them(tmp_path: Path, header: str) -> None:
    rows, _ = read(tmp_path, lines(header, *DAYS))
    assert values(rows) == BARS


def test_a_mapping_wins_over_a_guess_and_knows_names_in_any_case_and_positions(tmp_path: Path) -> None:
    text = lines("d,first,top,bottom,Close,turnover", *DAYS)
    mapping = {"time": "D", "open": "first", "high": 3, "low": "bottom", "volume": "turnover"}
    rows, report = read(tmp_path, text, mapping=mapping)
    assert values(rows) == BARS
    assert report.mapping["high"] == "top"


def test_a_column_can_be_mapped_away(tmp_path: Path) -> None:
    rows, report = read(tmp_path, lines(HEADER, *DAYS), mapping={"volume": None})
    assert rows["volume"].to_list() == [0.0, 0.0, 0.0]
    assert "columns not used: Volume" in report.conclusions


def test_a_file_without_a_header_needs_positions(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no header.*by position"):
        read(tmp_path, lines(*DAYS))
    mapping = {"time": 1, "open": 2, "high": 3, "low": 4, "close": 5, "volume": 6}
    rows, _ = read(tmp_path, lines(*DAYS), mapping=mapping)
    assert values(rows) == BARS


def test_date_and_clock_in_two_columns_are_joined(tmp_path: Path) -> None:
    text = lines("Date,Time,O,H,L,C,V", *(f"2024-01-02,10:{minute:02}:00,10,12,9,11,5" for minute in range(3)))
    rows, report = read(tmp_path, text)
    assert report.interval == "1m"
    assert str(rows["time"][0]) == "2024-01-02 15:01:00+00:00"


def test_several_symbols_in_one_file_become_several_instruments(tmp_path: Path) -> None:
    text = lines("Ticker," + HEADER, *(f"{symbol},{day}" for symbol in ("KO", "BRK.B") for day in DAYS))
    rows, report = read(tmp_path, text, symbol=None, venue="XNYS")
    assert rows["instrument"].unique(maintain_order=True).to_list() == ["BRK.B.XNYS", "KO.XNYS"]
    assert [one.rows for one in report.series] == [3, 3]


def test_symbols_get_the_venue_they_name_or_the_one_that_is_given(tmp_path: Path) -> None:
    text = lines("symbol," + HEADER, *(f"{symbol},{DAYS[0]}" for symbol in ("IBM", "AAPL", "BTC/USDT.BINANCE")))
    rows, report = read(
        tmp_path, text, symbol=None, venue="XNAS", venues={"IBM": "XNYS"}, timezone="UTC", interval="1d"
    )
    assert rows["instrument"].to_list() == ["AAPL.XNAS", "BTCUSDT.BINANCE", "IBM.XNYS"]
    assert any("without the slash" in note for note in report.conclusions)


def test_a_symbol_for_a_file_with_several_is_refused(tmp_path: Path) -> None:
    text = lines("symbol," + HEADER, f"A,{DAYS[0]}", f"B,{DAYS[1]}")
    with pytest.raises(InputError, match="several symbols"):
        read(tmp_path, text)
    one = lines("symbol," + HEADER, *(f"A,{day}" for day in DAYS))
    assert read(tmp_path, one)[0]["instrument"].unique().to_list() == ["T.XNYS"]


def test_a_file_that_names_no_instrument_needs_a_symbol(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="names no instrument"):
        read(tmp_path, lines(HEADER, *DAYS), symbol=None)


def test_a_missing_venue_is_assumed_and_told(tmp_path: Path) -> None:
    rows, report = read(tmp_path, lines(HEADER, *DAYS), symbol="KO")
    assert rows["instrument"][0] == "KO.XNYS"
    assert "no venue was given: XNYS assumed" in report.conclusions


def test_bars_of_a_saturday_need_a_venue_that_trades_then(tmp_path: Path) -> None:
    text = lines(HEADER, *(f"2024-01-{day:02},10,12,9,11,5" for day in range(1, 9)))
    with pytest.raises(InputError, match="Saturday"):
        read(tmp_path, text, symbol="BTC")
    rows, _ = read(tmp_path, text, symbol="BTC", venue="BINANCE")
    assert str(rows["time"][0]) == "2024-01-02 00:00:00+00:00"


def test_a_wide_file_has_a_column_per_instrument(tmp_path: Path) -> None:
    text = lines("Date,KO,PEP", "2024-01-02,10,20", "2024-01-03,11,", "2024-01-04,12,22")
    wide = {"KO": {"close": "KO"}, "PEP": {"close": 3}}
    rows, report = read(tmp_path, text, symbol=None, venue="XNYS", wide=wide)
    assert rows["instrument"].value_counts(sort=True).rows() == [("KO.XNYS", 3), ("PEP.XNYS", 2)]
    assert rows.filter(pl.col("instrument") == "PEP.XNYS").select("open", "high", "low", "close").rows() == [
        (20.0,) * 4,
        (22.0,) * 4,
    ]
    assert report.skipped == {"empty cells of a wide line": 1}


def test_a_wide_mapping_that_lacks_a_role_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="lacks low, close"):
        read(tmp_path, lines("Date,a,b", "2024-01-02,1,2"), symbol=None, wide={"KO": {"open": "a", "high": "b"}})


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"open": "nothing"}, "there is no column 'nothing' for open"),
        ({"open": 9}, "there is no column 9"),
        ({"opening": "Open"}, "nothing a column can be"),
    ],
)
def test_a_mapping_that_cannot_be_used_is_refused(tmp_path: Path, mapping: dict[str, str | int], message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(tmp_path, lines(HEADER, *DAYS), mapping=mapping)


def test_unknown_columns_are_refused_with_what_is_there_and_what_is_needed(tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        read(tmp_path, lines("a,b,c", "2024-01-02,x,y"))
    assert refused.value.found == "a, b, c"
    assert "open, high, low, close" in refused.value.expected
    assert 'mapping={"open": "..."' in refused.value.remedy


def test_a_file_without_a_time_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no column tells the time"):
        read(tmp_path, lines("open,high,low,close", "1,2,0.5,1"))


def test_a_remark_above_the_header_is_skipped_and_told(tmp_path: Path) -> None:
    rows, report = read(tmp_path, lines("prices of a vendor, www.example.com", HEADER, *DAYS))
    assert values(rows) == BARS
    assert any("skipped" in note for note in report.conclusions)


def test_semicolons_tabs_and_bars_delimit_too(tmp_path: Path) -> None:
    for delimiter in ";\t|":
        rows, _ = read(tmp_path, lines(HEADER, *DAYS).replace(",", delimiter))
        assert values(rows) == BARS
    spaced, _ = read(tmp_path, lines(HEADER, *DAYS).replace(",", " "), form=ReadOptions(delimiter=" "))
    assert values(spaced) == BARS


@pytest.mark.parametrize(
    ("written", "format_", "expected"),
    [
        ("1,234.5", None, 1234.5),
        ("1.234,5", None, 1234.5),
        ("1234,5", None, 1234.5),
        ("1,234,567", None, 1_234_567.0),
        ("1.234.567", None, 1_234_567.0),
        ("1 234,5", None, 1234.5),
        ("$1234.5", None, 1234.5),
        ("+1.2345e3", None, 1234.5),
        ("1,234", NumberFormat.COMMA_THOUSANDS, 1234.0),
        ("1,234", NumberFormat.COMMA_DECIMALS, 1.234),
        (" 1234.5 ", None, 1234.5),
    ],
)
def test_numbers_are_read_as_people_write_them(
    tmp_path: Path, written: str, format_: NumberFormat | None, expected: float
) -> None:
    text = lines("Date;Open;High;Low;Close;Volume", *(f"2024-01-0{day};{';'.join([written] * 4)};5" for day in (2, 3)))
    rows, _ = read(tmp_path, text, numbers=format_)
    assert rows["close"].to_list() == [expected, expected]


def test_a_number_that_can_be_read_in_two_ways_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"two ways.*1,234\.56.*for 1234"):
        read(tmp_path, lines("Date;Open;High;Low;Close", "2024-01-02;1,234;1,234;1,234;1,234"))


def test_volumes_in_thousands_and_millions_are_counted_out(tmp_path: Path) -> None:
    volumes = ("1.5K", "2M", "0.5B", "-", "")
    text = lines(HEADER, *(f"2024-01-{day:02},10,12,9,11,{volume}" for day, volume in enumerate(volumes, start=8)))
    rows, report = read(tmp_path, text)
    assert rows["volume"].to_list() == [1500.0, 2e6, 5e8, 0.0, 0.0]
    assert report.skipped == {"bars without a volume, stored as 0": 2}


def test_prices_in_small_units_are_divided_and_volumes_are_not(tmp_path: Path) -> None:
    rows, _ = read(tmp_path, lines(HEADER, "2024-01-02,100000,120000,90000,110000,5"), price_scale=10000)
    assert values(rows) == [(10.0, 12.0, 9.0, 11.0, 5.0)]


def test_trades_quotes_and_funding_are_told_by_their_columns(tmp_path: Path) -> None:
    stamp = "2024-01-02T15:00:00.5Z"
    cases = {
        Table.TRADES: ("time,price,size,side", f"{stamp},10,5,buy"),
        Table.QUOTES: ("time,bid,ask,bid_size,ask_size", f"{stamp},9,10,1,2"),
        Table.FUNDING: ("time,funding_rate", f"{stamp},0.01%"),
    }
    for table, text in cases.items():
        rows, report = read(tmp_path, lines(*text), symbol="BTCUSDT.BINANCE")
        assert report.table is table
        assert rows.height == 1
    assert rows["rate"][0] == pytest.approx(0.0001)


def test_the_side_of_a_trade_is_that_of_the_one_who_came(tmp_path: Path) -> None:
    stamps = [f"2024-01-02T15:00:0{second}Z" for second in range(4)]
    sides = ("b", "SELL", "?", "")
    rows, _ = read(
        tmp_path, lines("time,price,qty,side", *(f"{t},10,5,{side}" for t, side in zip(stamps, sides, strict=True)))
    )
    assert rows["side"].to_list() == ["BUY", "SELL", None, None]
    text = lines("time,price,qty,is_buyer_maker", f"{stamps[0]},10,5,True", f"{stamps[1]},10,5,false")
    assert read(tmp_path, text)[0]["side"].to_list() == ["SELL", "BUY"]


def test_book_levels_in_rows_are_ranked_from_the_best_price(tmp_path: Path) -> None:
    stamp = "2024-01-02T15:00:00Z"
    text = lines(
        "time,side,price,qty", f"{stamp},bid,9,1", f"{stamp},bid,10,2", f"{stamp},ask,12,3", f"{stamp},ask,11,4"
    )
    rows, _ = read(tmp_path, text, table=Table.BOOK)
    best = rows.filter(pl.col("level") == 0).select("side", "price").sort("side").rows()
    assert best == [("BUY", 10.0), ("SELL", 11.0)]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"table": Table.ACTIONS}, "not understood as actions"),
        ({"price_scale": 0.0}, "price scale"),
        ({"max_rejected": 2.0}, "max_rejected"),
        ({"source": " "}, "source"),
        ({"interval": "1fortnight"}, "not understood"),
        ({"timezone": "Mars/Olympus"}, "time zone 'Mars/Olympus' is not known"),
        ({"symbol": "T.XNYZ"}, "did you mean XNYM or XNYS"),
        ({"symbol": "T", "venue": "XNYZ"}, "venue XNYZ is not known"),
    ],
)
def test_options_that_cannot_be_used_are_refused(tmp_path: Path, options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(tmp_path, lines(HEADER, *DAYS), **options)
