import csv
import gzip
import json
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.integration.import_tools import DAYS, HEADER, lines, read, write

from tradewright.adapters.files.local import LocalFiles
from tradewright.application.data.importing import read_file
from tradewright.application.data.importing_request import ImportFile
from tradewright.domain.errors import InputError, TradewrightError
from tradewright.ports.files import ReadOptions
from tradewright.ports.stores import Table

GOOD = [f"2024-02-{day:02},10,12,9,11,100" for day in (1, 2, 5, 6, 7, 8, 9)]


def told(report_rows: pl.DataFrame) -> list[tuple[int, str, str, str]]:
    return report_rows.select("line", "column", "value", "reason").rows()


@pytest.mark.parametrize(
    ("row", "column", "value", "reason"),
    [
        ("2024-01-02,,12,9,11,5", "open", "", "is missing"),
        ("2024-01-02,x,12,9,11,5", "open", "x", "is no number"),
        ("2024-01-02,10,nan,9,11,5", "high", "nan", "is not finite"),
        ("2024-01-02,10,inf,9,11,5", "high", "inf", "is not finite"),
        ("2024-01-02,10,12,-9,11,5", "low", "-9", "is not positive"),
        ("2024-01-02,10,12,9,0,5", "close", "0", "is not positive"),
        ("2024-01-02,10,12,9,11,-5", "volume", "-5", "is negative"),
        ("2024-01-02,10,12,9,11,many", "volume", "many", "is no number"),
        ("2024-01-02,10,8,9,8.5,5", "high", "8", "is below low"),
        ("2024-01-02,13,12,9,11,5", "open", "13", "is above high"),
        ("2024-01-02,8,12,9,11,5", "open", "8", "is below low"),
        ("2024-01-02,10,12,9,12.5,5", "close", "12.5", "is above high"),
        ("2024-01-02,10,12,9,8.5,5", "close", "8.5", "is below low"),
        ("2024-13-02,10,12,9,11,5", "time", "2024-13-02", "is no time as %Y-%m-%d"),
        ("2024-01-02,10,12,9,11", "", "", "5 fields instead of 6"),
        ("2024-01-02,10,12,9,11,1,5", "", "", "7 fields instead of 6"),
        ('2024-01-02,10,12,9,"11,5', "", "", "5 fields instead of 6|a quote that is not closed"),
    ],
)
def test_a_bad_row_is_rejected_with_its_line_value_and_reason(
    tmp_path: Path, row: str, column: str, value: str, reason: str
) -> None:
    rows, report = read(tmp_path, lines(HEADER, *GOOD[:3], row, *GOOD[3:]))
    assert rows.height == len(GOOD)
    ((line, found_column, found_value, found_reason),) = told(report.rejected)
    assert (line, found_column, found_value) == (5, column, value)
    assert any(found_reason.startswith(part) for part in reason.split("|"))
    assert (report.rows_read, report.rows_accepted, report.rows_rejected) == (8, 7, 1)


def test_every_rejected_row_is_kept_as_it_stood(tmp_path: Path) -> None:
    bad = ("2024-01-02,x,12,9,11,5", "2024-01-03,10,12,9", "2024-01-04,10,12,-9,11,5")
    _, report = read(tmp_path, lines(HEADER, *GOOD, *bad))
    assert report.quarantine is not None
    with Path(report.quarantine).open(newline="") as file:
        kept = list(csv.DictReader(file))
    assert [row["row"] for row in kept] == list(bad)
    assert [row["line"] for row in kept] == ["9", "10", "11"]
    assert kept[0]["reason"] == "open 'x' is no number"
    assert report.rejected_by_reason == {"open is no number": 1, "4 fields instead of 6": 1, "low is not positive": 1}


def test_nothing_is_quarantined_when_nothing_is_rejected_and_nothing_is_overwritten(tmp_path: Path) -> None:
    assert read(tmp_path, lines(HEADER, *GOOD))[1].quarantine is None
    names = [read(tmp_path, lines(HEADER, *GOOD, "2024-01-02,x,1,1,1,1"))[1].quarantine for _ in range(3)]
    assert [Path(name or "").name for name in names] == [
        "prices.csv.rejected.csv",
        "prices.csv.rejected-2.csv",
        "prices.csv.rejected-3.csv",
    ]


def test_lines_are_counted_through_blank_lines_and_over_blocks(tmp_path: Path) -> None:
    text = lines("", HEADER, "", *GOOD[:3], "", "   ", "2024-03-01,x,1,1,1,1", "", *GOOD[3:], "2024-03-04,1,y,1,1,1")
    for block_bytes in (None, 16, 64, 100):
        rows, report = read(tmp_path, text, block_bytes=block_bytes)
        assert rows.height == 7
        assert report.rows_read == 9
        assert [line for line, *_ in told(report.rejected)] == [9, 15]


def test_windows_line_ends_a_byte_order_mark_and_a_missing_last_line_end_change_nothing(tmp_path: Path) -> None:
    plain, _ = read(tmp_path, lines(HEADER, *GOOD))
    windows = b"\xef\xbb\xbf" + "\r\n".join([HEADER, *GOOD]).encode()
    for block_bytes in (None, 50):
        rows, report = read(tmp_path, windows, block_bytes=block_bytes)
        assert rows.equals(plain)
        assert report.rows_rejected == 0


def test_quoted_values_are_read_also_with_the_delimiter_inside(tmp_path: Path) -> None:
    days = [f'"2024-02-{day:02}","1,000.5","1,200","900.5","1,100","10"' for day in (1, 2, 5)]
    rows, report = read(tmp_path, lines('"Date","Open","High","Low","Close","Volume"', *days))
    assert rows["open"].to_list() == [1000.5] * 3
    assert report.rows_rejected == 0


def test_a_quote_that_stays_open_damages_only_its_line(tmp_path: Path) -> None:
    rows, report = read(tmp_path, lines(HEADER, *GOOD[:3], '2024-03-01,"10,12,9,11,5', *GOOD[3:]))
    assert rows.height == 7
    assert [line for line, *_ in told(report.rejected)] == [5]


def test_bars_that_are_off_by_rounding_are_widened_and_counted(tmp_path: Path) -> None:
    rows, report = read(tmp_path, lines(HEADER, *GOOD, "2024-03-01,10,12,9,12.000001,5"))
    assert rows["high"][-1] == 12.000001
    assert report.skipped == {"bars widened by rounding noise": 1}


def test_unordered_rows_are_sorted_and_counted(tmp_path: Path) -> None:
    rows, report = read(tmp_path, lines(HEADER, *reversed(GOOD)))
    assert rows["time"].is_sorted()
    assert report.backwards == 6


@pytest.mark.parametrize("block_bytes", [None, 64])
def test_a_repeated_row_is_rejected_and_a_contradicting_one_too(tmp_path: Path, block_bytes: int | None) -> None:
    text = lines(HEADER, *GOOD, GOOD[0], "2024-02-02,10,12,9,10.5,100")
    rows, report = read(tmp_path, text, block_bytes=block_bytes)
    assert rows["close"].to_list() == [11.0] * 7
    assert [line for line, *_ in told(report.rejected)] == [9, 10]
    reasons = [reason for *_, reason in told(report.rejected)]
    if block_bytes is None:
        assert reasons == ["repeats an earlier row", "contradicts an earlier row of the same time"]
    else:
        assert set(reasons) == {"repeats an earlier row of the same time"}


def test_an_import_of_mostly_bad_rows_is_refused_and_says_where_they_are(tmp_path: Path) -> None:
    bad = [f"2024-03-{day:02},x,1,1,1,1" for day in (4, 5, 6, 7, 8, 11, 12, 13)]
    with pytest.raises(InputError, match=r"8 of 15 rows.*8 x open is no number.*rejected\.csv"):
        read(tmp_path, lines(HEADER, *GOOD, *bad))
    rows, _ = read(tmp_path, lines(HEADER, *GOOD, *bad), max_rejected=0.9)
    assert rows.height == 7
    with pytest.raises(InputError, match="expected rows of market data"):
        read(tmp_path, lines(HEADER, *bad), max_rejected=1.0)


def test_a_symbol_that_cannot_be_one_is_rejected(tmp_path: Path) -> None:
    text = lines("symbol," + HEADER, *(f"KO,{day}" for day in GOOD), f",{DAYS[0]}", f"???,{DAYS[0]}")
    _, report = read(tmp_path, text, symbol=None)
    assert report.rejected_by_reason == {"symbol is no symbol": 2} or report.rows_rejected == 2
    with pytest.raises(InputError, match="cannot be a symbol"):
        read(tmp_path, lines("symbol," + HEADER, f"???,{DAYS[0]}"), symbol=None)
    late = lines("symbol," + HEADER, *(f"KO,{day}" for day in GOOD * 400), f"???,{DAYS[0]}")
    _, report = read(tmp_path, late, symbol=None, max_rejected=1.0, block_bytes=20_000)
    assert (2802, "symbol", "???", "is no symbol") in report.rejected.tail(1).rows() or report.rejected_by_reason[
        "symbol is no symbol"
    ] == 1


@pytest.mark.parametrize(
    ("table", "header", "row", "reason"),
    [
        (Table.TRADES, "time,price,size", "2024-01-02T15:00:00Z,10,0", "quantity is not positive"),
        (Table.QUOTES, "time,bid,ask", "2024-01-02T15:00:00Z,11,10", "bid is above ask"),
        (Table.QUOTES, "time,bid,ask,bid_size,ask_size", "2024-01-02T15:00:00Z,9,10,-1,2", "bid_quantity is negative"),
        (Table.FUNDING, "time,rate", "2024-01-02T15:00:00Z,1.5", "rate is no fraction: 1 would be 100% a period"),
        (Table.BOOK, "time,side,price,size,level", "2024-01-02T15:00:00Z,up,10,1,0", "side is neither bid nor ask"),
    ],
)
def test_rows_of_other_tables_have_their_own_rules(
    tmp_path: Path, table: Table, header: str, row: str, reason: str
) -> None:
    good = {
        Table.TRADES: "10,1",
        Table.QUOTES: "9,10,1,2" if "bid_size" in header else "9,10",
        Table.FUNDING: "0.0001",
        Table.BOOK: "bid,10,1,0",
    }[table]
    rest = [f"2024-01-02T15:00:0{second}Z,{good}" for second in (1, 2)]
    rows, report = read(tmp_path, lines(header, row, *rest), table=table)
    assert rows.height == 2
    assert report.rejected_by_reason == {reason: 1}


@pytest.mark.parametrize("block_bytes", [None, 60])
def test_trades_of_one_moment_without_a_number_are_all_kept(tmp_path: Path, block_bytes: int | None) -> None:
    stamps = [1, 1, 1, 2, 2, 3]
    text = lines("time,price,size", *(f"2024-01-02T15:00:0{second}Z,10,1" for second in stamps))
    rows, report = read(tmp_path, text, block_bytes=block_bytes)
    assert rows["trade_id"].to_list() == ["0", "1", "2", "0", "1", "0"]
    assert report.rows_rejected == 0


def test_quotes_of_one_moment_are_set_a_nanosecond_apart_in_their_order(tmp_path: Path) -> None:
    text = lines("time,bid,ask", *(f"2024-01-02T15:00:00Z,{bid},10" for bid in (7, 9, 8, 9)))
    rows, report = read(tmp_path, text)
    assert rows["bid"].to_list() == [7.0, 9.0, 8.0]
    assert rows["time"].to_physical().diff().drop_nulls().to_list() == [1, 1]
    assert report.rejected_by_reason == {"repeats an earlier row": 1}


def test_json_lines_and_arrays_are_read_like_tables(tmp_path: Path) -> None:
    plain, _ = read(tmp_path, lines(HEADER, *GOOD))
    names = HEADER.lower().split(",")
    records = [dict(zip(names, [row.split(",")[0], *map(float, row.split(",")[1:])], strict=True)) for row in GOOD]
    by_line = lines(*map(json.dumps, records))
    for text in (by_line, json.dumps(records), json.dumps({"data": records}), json.dumps(records, indent=1)):
        rows, report = read(tmp_path, text, name="prices.json")
        assert rows.equals(plain)
        assert report.rows_rejected == 0
    arrays = [list(record.values()) for record in records]
    mapping = {name: position for position, name in enumerate(("time", *names[1:]), start=1)}
    for text in (json.dumps(arrays), lines(*map(json.dumps, arrays))):
        assert read(tmp_path, text, name="prices.json", mapping=mapping)[0].equals(plain)
    counts = [{**record, "date": 1_706_745_600_000 + 86_400_000 * n} for n, record in enumerate(records)]
    assert read(tmp_path, json.dumps(counts), name="p.json", interval="1d", symbol="B.BINANCE")[0].height == 7


def test_a_damaged_json_line_is_rejected_with_its_number(tmp_path: Path) -> None:
    records = [json.dumps({"date": row.split(",")[0], "open": 10, "high": 12, "low": 9, "close": 11}) for row in GOOD]
    text = lines(*records[:2], '{"date": "2024-', "", *records[2:], '{"date": "2024-03-01", "open": "x"}')
    rows, report = read(tmp_path, text, name="prices.jsonl")
    assert rows.height == 7
    assert [(line, reason) for line, *_, reason in told(report.rejected)] == [
        (3, "not a JSON record"),
        (10, "is no number"),
    ]


def test_parquet_and_feather_keep_their_types_and_count_records(tmp_path: Path) -> None:
    plain, _ = read(tmp_path, lines(HEADER, *GOOD))
    frame = pl.read_csv(lines(HEADER, *GOOD).encode(), try_parse_dates=True)
    bad = pl.concat(
        [frame, frame.head(1).with_columns(pl.lit(-1.0).alias("Low"), pl.lit(12).alias("High"))], how="vertical_relaxed"
    )
    for name, save in (("p.parquet", pl.DataFrame.write_parquet), ("p.feather", pl.DataFrame.write_ipc)):
        save(bad, tmp_path / name)
        content = (tmp_path / name).read_bytes()
        rows, report = read(tmp_path, content, name=name)
        assert rows.equals(plain)
        assert told(report.rejected) == [(8, "low", "-1", "is not positive")]
        assert report.quarantine is not None
        assert "2024-02-01,10" in Path(report.quarantine).read_text()
        assert read(tmp_path, gzip.compress(content), name=f"{name}.gz")[0].equals(plain)


def test_gzip_and_zip_are_unpacked_whatever_they_are_called(tmp_path: Path) -> None:
    text = lines(HEADER, *GOOD)
    plain, _ = read(tmp_path, text)
    assert read(tmp_path, gzip.compress(text.encode()), name="prices.txt")[0].equals(plain)
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("a.csv", text)
    assert read(tmp_path, (tmp_path / "two.zip").read_bytes(), name="b.zip")[0].equals(plain)
    with zipfile.ZipFile(tmp_path / "two.zip", "a") as archive:
        archive.writestr("b.csv", "nothing")
    content = (tmp_path / "two.zip").read_bytes()
    with pytest.raises(InputError, match=r"holds 2 files.*a\.csv, b\.csv.*member="):
        read(tmp_path, content, name="c.zip")
    assert read(tmp_path, content, name="c.zip", form=ReadOptions(member="a.csv"))[0].equals(plain)
    with pytest.raises(InputError, match=r"holds no z\.csv"):
        read(tmp_path, content, name="c.zip", form=ReadOptions(member="z.csv"))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.csv", b"", "is empty"),
        ("blank.csv", b"\n\n  \n", "is empty"),
        ("header.csv", HEADER.encode() + b"\n", "has a header and no rows"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n\x00\x00", "a PNG image"),
        ("paper.csv", b"%PDF-1.7 ...", "a PDF document"),
        ("program.csv", bytes(range(256)) * 4, "binary data of an unknown kind"),
        ("wide.csv", "Date,Open".encode("utf-16"), "UTF-16"),
        ("old.feather", b"FEA1....", "Feather version 1"),
        (
            "cut.csv.gz",
            gzip.compress(b"Date,Open,High,Low,Close\n" + b"2024-02-01,1,1,1,1\n" * 99, mtime=0)[:60],
            "is damaged",
        ),
        ("cut.parquet", b"PAR1 and nothing more", "is damaged"),
        ("cut.feather", b"ARROW1\x00\x00 and nothing more", "is damaged"),
        ("cut.zip", b"PK\x03\x04 and nothing more", "is damaged"),
        ("one.json", b'{"a": 1}', "columns are not understood|no column|no rows"),
        ("words.json", b"[1, 2, 3]", "cannot be read|not understood|no time|no column"),
        ("broken.json", b'[{"a": 1},', "not valid JSON"),
        (
            "fits.csv",
            b"Date,Open,High,Low,Close\n2024-02-01,10:00,1,1,1,1\n2024-02-01,10:01,1,1,1,1\n",
            "do not fit the header",
        ),
    ],
)
def test_a_file_without_market_data_is_refused_with_what_it_is(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        read(tmp_path, content, name=name)


def test_a_file_that_is_not_there_is_refused_with_its_neighbours(tmp_path: Path) -> None:
    path = write(tmp_path, lines(HEADER, *GOOD))
    with pytest.raises(InputError, match=r"there is no file .*holds prices\.csv"):
        read_missing(path.replace("prices", "pricez"))
    with pytest.raises(InputError, match="check the path"):
        read_missing(str(tmp_path / "zzz.csv"))
    with pytest.raises(InputError, match="there is no folder"):
        read_missing(str(tmp_path / "nowhere" / "prices.csv"))
    with pytest.raises(InputError, match=r"is a folder.*prices\.csv"):
        read_missing(str(tmp_path))


def read_missing(path: str) -> None:
    read_file(ImportFile(path), files=LocalFiles(Path(path).parent))


@pytest.mark.parametrize("unit", [pl.Date, pl.Datetime("ms"), pl.Datetime("us")], ids=["date", "ms", "us"])
def test_times_of_no_year_are_rejected_rows_and_no_defect(tmp_path: Path, unit: Any) -> None:
    day = pl.Series("Date", [date(2024, 2, number) for number in (5, 6, 7, 8, 9, 12, 13)]).cast(unit)
    far = pl.Series("Date", [2**31 - 10, -(2**31) + 10] if unit == pl.Date else [2**62, -(2**62)]).cast(unit)
    prices = pl.DataFrame({name: [10.0] * 9 for name in ("Open", "High", "Low", "Close")})
    frame = prices.insert_column(0, pl.concat([day, far]))
    for name, save in (("p.parquet", pl.DataFrame.write_parquet), ("p.feather", pl.DataFrame.write_ipc)):
        save(frame, tmp_path / name)
        rows, report = read(tmp_path, (tmp_path / name).read_bytes(), name=name)
        assert rows.height == 7 and report.rejected.height == 2, name


def test_bytes_that_make_a_reader_panic_are_damage(tmp_path: Path) -> None:
    frame = pl.DataFrame({"Date": [date(2024, 2, 1)] * 40, "Close": [1.0] * 40})
    frame.write_ipc(tmp_path / "whole.feather")
    whole, told = (tmp_path / "whole.feather").read_bytes(), 0
    for place in range(8, len(whole), 7):
        broken = bytearray(whole)
        broken[place] ^= 0x40
        try:
            read(tmp_path, bytes(broken), name="broken.feather")
        except TradewrightError:
            told += 1
    assert told > 20


def test_a_line_end_in_the_middle_of_a_line_damages_that_line_alone(tmp_path: Path) -> None:
    bad = '2024-02-13,"1"x,2\r3,4,5,6'
    rows, report = read(tmp_path, lines(HEADER, *GOOD, bad))
    assert rows.height == len(GOOD) and report.rejected.height == 1


def test_what_is_packed_small_and_is_very_long_is_refused_before_it_fills_anything(tmp_path: Path) -> None:
    days = pl.DataFrame({"Date": pl.repeat(date(2024, 6, 3), 200_000, eager=True)})
    prices = days.with_columns(pl.lit(1.0).alias(name) for name in ("Open", "High", "Low", "Close"))
    prices.write_parquet(tmp_path / "long.parquet")
    text = gzip.compress(HEADER.encode() + b"\n" + b"2024-06-03,1,1,1,1,1\n" * 200_000, mtime=0)
    contents = {"long.parquet": (tmp_path / "long.parquet").read_bytes(), "long.csv.gz": text}
    for name, content in contents.items():
        assert len(content) < 20_000
        with pytest.raises(InputError, match=r"too many rows to come this way.*at most 100,000"):
            read(tmp_path, content, name=name, most_rows=100_000)


def test_a_line_without_an_end_and_a_file_that_only_fills_are_refused(tmp_path: Path) -> None:
    endless = gzip.compress(HEADER.encode() + b"\n2024-06-03,1,1,1,1,1\n" + b"a" * (40 << 20), mtime=0)
    with pytest.raises(InputError, match="a line that does not end"):
        read(tmp_path, endless, name="endless.csv.gz")
    filling = gzip.compress(b'[{"Date": "2024-06-03", "Close": 1}' + b" " * (70 << 20) + b"]", mtime=0)
    with pytest.raises(InputError, match="unpacks to more than is believed"):
        read(tmp_path, filling, name="filling.json.gz")
