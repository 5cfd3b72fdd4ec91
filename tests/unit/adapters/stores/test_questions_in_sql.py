from pathlib import Path

import polars as pl
import pytest
from tests.contracts.store_rows import KNOWN, action, bars, close_of

from tradewright.adapters.stores.delta import DeltaStore
from tradewright.domain.errors import InputError, StorageError
from tradewright.ports.stores import NS, TABLES, Table


@pytest.fixture
def store(tmp_path: Path) -> DeltaStore:
    filled = DeltaStore(tmp_path / "it's a störe")
    filled.append(Table.BARS, bars("AAPL.XNAS", [1, 2, 3], first="2019-12-31"))
    filled.append(Table.BARS, bars("AAPL.XNAS", [1, 5, 3], first="2019-12-31", known_at=KNOWN + 1))
    filled.append(Table.ACTIONS, action("AAPL.XNAS", "2020-01-01", "split", 2.0))
    return filled


def test_every_table_is_there_with_the_columns_of_the_port_even_when_it_is_empty(store: DeltaStore) -> None:
    for table in Table:
        for name in (table, f"{table}_raw"):
            schema = store.query(f"SELECT * FROM {name}").schema
            assert schema == pl.Schema(TABLES[table]), name


def test_a_table_shows_what_is_known_now_and_its_raw_form_the_superseded_rows_too(store: DeltaStore) -> None:
    assert store.query("SELECT close FROM bars ORDER BY time")["close"].to_list() == [1, 5, 3]
    assert store.query("SELECT close FROM bars_raw ORDER BY time, known_at")["close"].to_list() == [1, 2, 5, 3]


def test_stamps_are_moments_in_utc_and_tables_can_be_joined(store: DeltaStore) -> None:
    found = store.query(
        "WITH splits AS (SELECT * FROM actions WHERE kind = 'split') "
        "SELECT b.time, b.close, s.value FROM bars b JOIN splits s USING (instrument, session) WHERE interval = '1d'"
    )
    assert found.schema["time"] == NS
    assert found["time"].to_physical().to_list() == [close_of("2020-01-01")]
    assert found.select("close", "value").rows() == [(5.0, 2.0)]
    assert store.query("SELECT count(*) AS n FROM bars WHERE time >= '2020-01-01'")["n"].item() == 2


@pytest.mark.parametrize(
    "sql", ["DESCRIBE bars", "SHOW TABLES", "FROM bars", "SUMMARIZE bars", "  select 1 ; ", "VALUES (1)"]
)
def test_other_ways_to_read_are_allowed(store: DeltaStore, sql: str) -> None:
    assert len(store.query(sql)) > 0


def test_types_that_a_frame_does_not_have_come_as_numbers_or_text(store: DeltaStore) -> None:
    found = store.query(
        "SELECT sum(1::BIGINT) AS n, INTERVAL 1 DAY AS gap, uuid() AS id, 1.5::DECIMAL(8, 2) AS d, [1, 2] AS l"
    )
    assert found["n"].item() == 1.0
    assert found["gap"].item() == "1 day"
    assert found.schema["id"] == pl.String
    assert float(found["d"].item()) == 1.5
    assert found["l"].to_list() == [[1, 2]]


@pytest.mark.parametrize(
    "sql",
    [
        "DROP VIEW bars",
        "CREATE TABLE x (a INT)",
        "INSERT INTO bars VALUES (1)",
        "UPDATE bars SET close = 1",
        "DELETE FROM bars",
        "COPY bars TO 'out.csv'",
        "COPY (SELECT 1) TO 'out.parquet'",
        "ATTACH 'other.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "PRAGMA database_list",
        "CALL pragma_version()",
        "EXPLAIN ANALYZE COPY bars TO 'out.csv'",
        "EXPORT DATABASE 'folder'",
        "SELECT 1; SELECT 2",
        "SELECT 1; DROP VIEW bars",
        "",
        "-- nothing",
    ],
)
def test_anything_but_one_reading_statement_is_refused(store: DeltaStore, sql: str, tmp_path: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    with pytest.raises(InputError, match="SQL may only read"):
        store.query(sql)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('{secret}')",
        "SELECT * FROM read_text('{secret}')",
        "SELECT * FROM glob('{folder}/*')",
        "SELECT * FROM '{secret}'",
        "SELECT * FROM read_parquet('https://example.com/x.parquet')",
    ],
)
def test_files_outside_the_store_cannot_be_reached(store: DeltaStore, sql: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    with pytest.raises(InputError):
        store.query(sql.format(secret=secret, folder=tmp_path))


def test_variables_of_the_process_cannot_be_reached(store: DeltaStore) -> None:
    hidden = pl.DataFrame({"a": [1]})
    assert len(hidden) == 1
    for name in ("hidden", "relations", "connection"):
        with pytest.raises(InputError, match="does not exist"):
            store.query(f"SELECT * FROM {name}")


def test_a_mistake_is_named_and_the_tables_are_listed(store: DeltaStore) -> None:
    with pytest.raises(InputError, match=r"not understood: found .*syntax error.*; the tables are bars, trades"):
        store.query("SELEC 1")
    with pytest.raises(InputError, match=r"clos.* not found"):
        store.query("SELECT clos FROM bars")
    with pytest.raises(InputError, match="Could not convert"):
        store.query("SELECT 'a'::INT")


def test_a_lost_file_is_a_failure_of_storage(store: DeltaStore, tmp_path: Path) -> None:
    for path in tmp_path.rglob("part-*.parquet"):
        path.unlink()
    with pytest.raises(StorageError, match="could not be answered"):
        store.query("SELECT * FROM bars")
    with pytest.raises(StorageError, match="reading bars failed"):
        store.instruments()
