import gzip
import json
import zipfile
from pathlib import Path

import polars as pl
import pytest

from tradewright.adapters.files import json_rows, shipped_data
from tradewright.adapters.files.keeping import QuarantineFile, StagedFrames
from tradewright.adapters.files.local import LocalFiles
from tradewright.adapters.files.opening import locate
from tradewright.adapters.files.shipped_data import ShippedFiles
from tradewright.domain.errors import InputError, StorageError
from tradewright.ports.files import Chunk, FileFormat, ReadOptions
from tradewright.ports.stores import Table


def opened(path: Path, *, block_bytes: int | None = None, **options: object) -> list[Chunk]:
    file = LocalFiles(path.parent, block_bytes=block_bytes).open(str(path), ReadOptions(**options))  # type: ignore[arg-type]
    return list(file.chunks(columns=file.head.columns, numeric=()))


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("block_bytes", [1, 7, 16, 1000])
def test_blocks_of_any_size_give_the_same_rows_and_lines(tmp_path: Path, block_bytes: int) -> None:
    path = write(tmp_path, "t.csv", "a,b\n" + "".join(f"{n},{n * n}\n" for n in range(50)))
    chunks = opened(path, block_bytes=block_bytes)
    whole = pl.concat([chunk.rows for chunk in chunks])
    assert whole["b"].to_list() == [str(n * n) for n in range(50)]
    assert [chunk.line(position) for chunk in chunks for position in range(chunk.rows.height)] == list(range(2, 52))
    assert chunks[-1].fraction == 1.0
    assert [chunk.original([0])[0] for chunk in chunks] == [f"{n},{n * n}" for n in whole_firsts(chunks)]


def whole_firsts(chunks: list[Chunk]) -> list[int]:
    return [int(chunk.rows["a"][0]) for chunk in chunks]


def test_numbers_are_typed_where_a_block_allows_it_and_text_where_not(tmp_path: Path) -> None:
    path = write(tmp_path, "t.csv", "a,b\n1,2\n3,4\n5,x\n7,8\n")
    file = LocalFiles(tmp_path, block_bytes=8).open(str(path), ReadOptions())
    kinds = [chunk.rows["b"].dtype for chunk in file.chunks(columns=("a", "b"), numeric=("a", "b"))]
    assert pl.Float64 in kinds
    assert pl.String in kinds


def test_nameless_and_repeated_columns_get_their_position(tmp_path: Path) -> None:
    path = write(tmp_path, "t.csv", ",close,close\nx,1,2\n")
    assert LocalFiles(tmp_path).open(str(path), ReadOptions()).head.columns == ("1", "close", "close (3)")


def test_text_that_is_not_utf8_is_read_all_the_same(tmp_path: Path) -> None:
    path = write(tmp_path, "t.csv", "nom;prix\nSociété;1,5\n".encode("latin-1"))
    (chunk,) = opened(path)
    assert chunk.rows["prix"].to_list() == ["1,5"]


def test_nothing_but_a_remark_is_no_table(tmp_path: Path) -> None:
    path = write(tmp_path, "t.csv", "one,two\n")
    with pytest.raises(InputError, match="has no rows"):
        LocalFiles(tmp_path).open(str(path), ReadOptions(skip_lines=5))
    with pytest.raises(InputError, match="has a header and no rows"):
        LocalFiles(tmp_path).open(str(path), ReadOptions(skip_lines=0))


def test_a_file_without_line_ends_after_the_skipped_lines_is_read(tmp_path: Path) -> None:
    path = write(tmp_path, "t.csv", "x\na,b\n1,2")
    (chunk,) = opened(path, skip_lines=1)
    assert chunk.rows.rows() == [("1", "2")]


def test_json_records_with_nested_values_are_read_one_by_one(tmp_path: Path) -> None:
    path = write(tmp_path, "t.jsonl", '{"a": 1, "b": [1, 2]}\n{"a": 2.5, "b": null}\n\n{"a": 3}\n')
    (chunk,) = opened(path)
    assert chunk.rows["a"].to_list() == [1.0, 2.5, 3.0] or chunk.blank == frozenset({2})
    assert chunk.rows["b"][0] == "[1, 2]"


def test_json_lines_that_change_their_kind_are_read_as_text(tmp_path: Path) -> None:
    path = write(tmp_path, "t.jsonl", '{"a": 1}\n{"a": "x"}\n{"a": null}\n')
    (chunk,) = opened(path)
    assert chunk.rows["a"].to_list() == ["1", "x", None]


def test_json_without_a_record_says_so(tmp_path: Path) -> None:
    for name, text in (("a.json", "[1, 2"), ("b.json", '{"a": 1}\n5\n6\n'), ("c.json", '{"a": {"b": 1}}\n{"c"')):
        with pytest.raises(InputError):
            LocalFiles(tmp_path).open(str(write(tmp_path, name, text)), ReadOptions())


def test_a_huge_json_array_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, "t.json", json.dumps([{"a": 1}] * 100))
    monkeypatch.setattr(json_rows, "ARRAY_BYTES", 10)
    with pytest.raises(InputError, match="one record a line"):
        LocalFiles(tmp_path).open(str(path), ReadOptions())


def test_columnar_files_without_rows_are_refused_and_damaged_ones_too(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pl.DataFrame({"a": []}, schema={"a": pl.Float64}).write_parquet(path)
    with pytest.raises(InputError, match="only columns a"):
        LocalFiles(tmp_path).open(str(path), ReadOptions())
    pl.DataFrame({"a": list(range(100_000))}).write_parquet(path, row_group_size=1000)
    content = path.read_bytes()
    file = LocalFiles(tmp_path).open(str(path), ReadOptions())
    (chunk,) = file.chunks(columns=("a",), numeric=())
    assert chunk.original([]) == []
    assert chunk.original([5, 3]) == ["5", "3"]
    path.write_bytes(content[:200] + b"\xff" * (len(content) - 20_000) + content[-19_800:])
    with pytest.raises(InputError, match="is damaged"):
        list(LocalFiles(tmp_path).open(str(path), ReadOptions()).chunks(columns=("a",), numeric=()))


TRADE = '{"e":"trade","s":"BTCUSDT","t":7,"p":"10.5","q":"2","T":1723161255342,"m":true}'
QUOTE = '{"u":1,"s":"BTCUSDT","b":"10.0","B":"3","a":"11.0","A":"1"}'
RECORDING = [
    '1723161254036059768 {"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","s":"BTCUSDT","b":[],"a":[]}}',
    f'1723161254087891268 {{"stream":"btcusdt@bookTicker","data":{QUOTE}}}',
    f'1723161254087896568 {{"stream":"btcusdt@trade","data":{TRADE}}}',
    '1723161254100000000 {"lastUpdateId":5,"bids":[["10.0","3"],["9.0","1"]],"asks":[["11.0","1"]]}',
]


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (Table.TRADES, [(1723161255342000000, "BTCUSDT", "7", 10.5, 2.0, "SELL")]),
        (Table.QUOTES, [(1723161254087891268, "BTCUSDT", 10.0, 3.0, 11.0, 1.0)]),
        (
            Table.BOOK,
            [
                (1723161254100000000, "BTCUSDT", "BUY", 0, 10.0, 3.0),
                (1723161254100000000, "BTCUSDT", "BUY", 1, 9.0, 1.0),
                (1723161254100000000, "BTCUSDT", "SELL", 0, 11.0, 1.0),
            ],
        ),
    ],
)
def test_a_recording_gives_the_rows_of_one_kind(
    tmp_path: Path, table: Table, expected: list[tuple[object, ...]]
) -> None:
    path = write(tmp_path, "r.gz", gzip.compress("\n".join(RECORDING).encode()))
    (chunk,) = opened(path, table=table)
    assert chunk.rows.rows() == expected
    assert chunk.original([0]) == [RECORDING[chunk.line(0) - 1]]


def test_a_recording_needs_to_be_told_which_kind_and_says_what_it_holds(tmp_path: Path) -> None:
    path = write(tmp_path, "r.txt", "\n".join(RECORDING))
    assert locate(str(path)).format is FileFormat.MESSAGES
    with pytest.raises(InputError, match="found trades, quotes, book"):
        opened(path)


def test_a_damaged_message_is_named(tmp_path: Path) -> None:
    damaged = '1723161254087896569 {"stream":"btcusdt@trade","data":{"e":"trade","p":"x","m":true}}'
    path = write(tmp_path, "r.txt", "\n".join([*RECORDING, "", '1723161254087896570 {"cut', damaged, "[1]"]))
    (chunk,) = opened(path, table=Table.TRADES)
    assert set(chunk.faults.values()) == {"not a message that can be read"}
    assert [chunk.line(position) for position in chunk.faults] == [6, 7, 8]


def test_a_bybit_snapshot_gives_levels_and_its_changes_none(tmp_path: Path) -> None:
    body = {"s": "XRPUSDT", "b": [["1.9", "5"]], "a": [["2.0", "6"]]}
    messages = [
        {"topic": "orderbook.500.XRPUSDT", "type": kind, "ts": 1733011200691, "data": body}
        for kind in ("snapshot", "delta")
    ]
    path = tmp_path / "b.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("b.json", "\n".join(map(json.dumps, messages)))
    (chunk,) = opened(path, table=Table.BOOK)
    assert chunk.rows["price"].to_list() == [1.9, 2.0]


def test_a_stage_gives_back_its_rows_in_order_as_often_as_asked(tmp_path: Path) -> None:
    stage = StagedFrames(tmp_path / "staging", memory_rows=20, piece_rows=10)
    for start in range(0, 35, 5):
        stage.add(pl.DataFrame({"a": list(range(start, start + 5))}))
    for _ in range(2):
        assert pl.concat(list(stage))["a"].to_list() == list(range(35))
    assert len(stage) == 4  # three pieces on the disk, the rest in memory
    stage.discard()
    stage.discard()
    assert (len(stage), list((tmp_path / "staging").iterdir())) == (0, [])


def test_a_stage_or_quarantine_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    occupied = write(tmp_path, "occupied", "a file where a folder should be")
    stage = StagedFrames(occupied, memory_rows=1)
    stage.add(pl.DataFrame({"a": [1]}))
    with pytest.raises(StorageError, match="the staging folder"):
        stage.add(pl.DataFrame({"a": [2]}))
    quarantine = QuarantineFile(occupied, "x.csv")
    with pytest.raises(StorageError, match="the quarantine file"):
        quarantine.add(lines=[1], reasons=["bad"], originals=["x"])
    assert quarantine.close() is None


def test_an_empty_quarantine_makes_no_file(tmp_path: Path) -> None:
    quarantine = QuarantineFile(tmp_path, "x.csv")
    quarantine.add(lines=[], reasons=[], originals=[])
    assert quarantine.close() is None
    assert list(tmp_path.iterdir()) == []


def test_the_shipped_file_is_there_and_a_missing_one_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    path = Path(ShippedFiles().demo_bars())
    assert path.stat().st_size == 294_246
    assert "public domain" in (path.parent / "ORIGIN.md").read_text()
    monkeypatch.setattr(shipped_data, "DEMO_BARS", "gone.csv")
    with pytest.raises(StorageError, match="install tradewright again"):
        ShippedFiles().demo_bars()
