import sqlite3
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tradewright.adapters.projections.schema import TABLES, VERSION
from tradewright.adapters.projections.sqlite import SqliteTables
from tradewright.domain.errors import InputError, StorageError
from tradewright.ports.tables import BookedFacts, TableRow


def order(name: str, life: str) -> TableRow:
    return TableRow("orders", {"session": "s", "client_order_id": name, "time_ns": 1, "life": life, "quantity": "0.10"})


@pytest.fixture
def tables(tmp_path: Path) -> SqliteTables:
    return SqliteTables(tmp_path / "deep" / "t.sqlite")


def test_rows_of_one_key_take_each_others_place(tables: SqliteTables) -> None:
    tables.book(BookedFacts("s", 1, [order("a", "working"), order("b", "working")]))
    tables.book(BookedFacts("s", 2, [order("a", "filled")]))
    assert tables.ask("SELECT client_order_id, life, quantity FROM orders ORDER BY 1") == [
        {"client_order_id": "a", "life": "filled", "quantity": "0.10"},
        {"client_order_id": "b", "life": "working", "quantity": "0.10"},
    ]
    assert (tables.booked("s"), tables.booked("t")) == (2, 0)
    tables.close()
    tables.close()


def test_what_was_booked_before_changes_nothing(tables: SqliteTables) -> None:
    tables.book(BookedFacts("s", 5, [order("a", "filled")]))
    tables.book(BookedFacts("s", 5, [order("a", "working")]))
    tables.book(BookedFacts("s", 4, [order("c", "working")]))
    assert tables.ask("SELECT life FROM orders") == [{"life": "filled"}]


def test_a_batch_is_taken_whole_or_not_at_all(tables: SqliteTables) -> None:
    with pytest.raises(StorageError, match="--rebuild"):
        tables.book(BookedFacts("s", 1, [order("a", "working"), TableRow("orders", {"session": "s", "odd": 1})]))
    assert tables.ask("SELECT * FROM orders") == []
    assert tables.booked("s") == 0


def test_a_session_is_forgotten_and_the_others_stay(tables: SqliteTables) -> None:
    tables.book(BookedFacts("s", 1, [order("a", "working")]))
    tables.book(BookedFacts("t", 1, [TableRow("orders", {"session": "t", "client_order_id": "a", "time_ns": 1})]))
    tables.forget("s")
    assert tables.ask("SELECT session FROM orders") == [{"session": "t"}]
    assert tables.booked("s") == 0


def test_a_question_can_change_nothing(tables: SqliteTables) -> None:
    for wrong in ("DELETE FROM orders", "no sql", "SELECT * FROM nothing"):
        with pytest.raises(InputError, match="one SELECT"):
            tables.ask(wrong)


def test_tables_of_another_schema_are_made_anew(tables: SqliteTables) -> None:
    tables.book(BookedFacts("s", 1, [order("a", "working")]))
    tables.close()
    with sqlite3.connect(tables.place) as other:
        other.execute(f"PRAGMA user_version = {VERSION + 1}")
    other.close()
    assert tables.booked("s") == 0
    assert tables.ask("SELECT * FROM orders") == []


def test_a_file_that_is_no_table_is_told(tmp_path: Path) -> None:
    (tmp_path / "t.sqlite").write_bytes(b"no database at all, but long enough to be looked at" * 40)
    with pytest.raises(StorageError, match="cannot be read"):
        SqliteTables(tmp_path / "t.sqlite").booked("s")


def test_somebody_who_reads_keeps_nobody_from_writing(tables: SqliteTables) -> None:
    tables.book(BookedFacts("s", 1, [order("a", "working")]))
    reader = sqlite3.connect(tables.place)
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM orders").fetchone() == (1,)
    tables.book(BookedFacts("s", 2, [order("b", "working")]))
    assert reader.execute("SELECT count(*) FROM orders").fetchone() == (1,)
    reader.close()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(1, 6), st.sampled_from("abc"), st.sampled_from(["working", "filled"]))))
def test_any_repetition_leads_to_the_same_rows(steps: list[tuple[int, str, str]]) -> None:
    def booked(path: str, times: int) -> list[object]:
        made = SqliteTables(Path(path))
        for number, name, life in sorted(steps):
            for _ in range(times):
                made.book(BookedFacts("s", number, [order(name, life)]))
        found: list[object] = list(made.ask("SELECT * FROM orders ORDER BY client_order_id"))
        made.forget("s")
        made.close()
        return found

    assert booked("once.sqlite", 1) == booked("once.sqlite", 3)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_every_table_has_a_session_in_its_key() -> None:
    assert all(key.startswith("session") for _, key in TABLES.values())
