"""What every place that keeps the tables of trading promises: SQLite, one file a mode, and PostgreSQL, one schema a
mode."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.contracts.databases import server_tables

from tradewright.adapters.projections.sqlite import SqliteTables
from tradewright.domain.errors import InputError, StorageError
from tradewright.ports.table_layout import LAYOUT
from tradewright.ports.tables import BookedFacts, Cell, TableRow, TradingTables

Cells = dict[str, Cell]


def order(name: str, life: str, session: str = "s", **cells: str | int | None) -> TableRow:
    told: Cells = {"session": session, "client_order_id": name, "time_ns": 1, "life": life, "quantity": "0.10"}
    return TableRow("orders", {**told, **cells})


@pytest.fixture(params=["sqlite", "postgresql"])
def tables(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TradingTables]:
    if request.param == "sqlite":
        made: TradingTables = SqliteTables(tmp_path / "deep" / "t.sqlite")
    else:
        made = server_tables(request.getfixturevalue("migrated"))
    yield made
    made.close()


def test_rows_of_one_key_take_each_others_place(tables: TradingTables) -> None:
    tables.book(BookedFacts("s", 1, [order("a", "working"), order("b", "working")]))
    tables.book(BookedFacts("s", 2, [order("a", "filled")]))
    assert tables.ask("SELECT client_order_id, life, quantity FROM orders ORDER BY 1") == [
        {"client_order_id": "a", "life": "filled", "quantity": "0.10"},
        {"client_order_id": "b", "life": "working", "quantity": "0.10"},
    ]
    assert (tables.booked("s"), tables.booked("t")) == (2, 0)
    tables.close()
    tables.close()
    assert tables.booked("s") == 2


def test_what_is_not_said_again_stays(tables: TradingTables) -> None:
    tables.book(BookedFacts("s", 1, [TableRow("sessions", {"session": "s", "account": "demo", "started_ns": 5})]))
    tables.book(BookedFacts("s", 2, [TableRow("sessions", {"session": "s", "end": "anna: enough", "ended_ns": 9})]))
    tables.book(BookedFacts("s", 3, [order("a", "working", side="BUY"), order("a", "filled", remark="x")]))
    (session,) = tables.ask("SELECT * FROM sessions")
    assert session["account"] == "demo" and session["end"] == "anna: enough" and session["mode"] is None
    (found,) = tables.ask("SELECT * FROM orders")
    assert (found["life"], found["side"], found["remark"]) == ("filled", "BUY", "x")


def test_what_was_booked_before_changes_nothing(tables: TradingTables) -> None:
    tables.book(BookedFacts("s", 5, [order("a", "filled")]))
    tables.book(BookedFacts("s", 5, [order("a", "working")]))
    tables.book(BookedFacts("s", 4, [order("c", "working")]))
    assert tables.ask("SELECT life FROM orders") == [{"life": "filled"}]


def test_a_batch_is_taken_whole_or_not_at_all(tables: TradingTables) -> None:
    with pytest.raises(StorageError, match="--rebuild"):
        tables.book(BookedFacts("s", 1, [order("a", "working"), TableRow("orders", {"session": "s", "odd": 1})]))
    assert tables.ask("SELECT * FROM orders") == []
    assert tables.booked("s") == 0


def test_a_session_is_forgotten_and_the_others_stay(tables: TradingTables) -> None:
    tables.book(BookedFacts("s", 1, [order("a", "working")]))
    tables.book(BookedFacts("t", 1, [order("a", "working", "t")]))
    tables.forget("s")
    assert tables.ask("SELECT session FROM orders") == [{"session": "t"}]
    assert tables.booked("s") == 0


def test_every_table_takes_every_cell_and_gives_it_back(tables: TradingTables) -> None:
    cells: Cells = {
        "text": "naïve 'text' with 100% and ?",
        "exact": "12345678901234567890.123456789000",
        "whole": 2**62,
    }
    rows = [
        TableRow(name, {one.name: "s" if one.name == "session" else cells[one.kind] for one in layout.columns})
        for name, layout in LAYOUT.items()
    ]
    tables.book(BookedFacts("s", 1, rows))
    for row in rows:
        assert tables.ask(f"SELECT * FROM {row.table}") == [row.cells]
        nothing = {name: cell if name in LAYOUT[row.table].key else None for name, cell in row.cells.items()}
        assert list(nothing) == list(tables.ask(f"SELECT * FROM {row.table}")[0])


@pytest.mark.parametrize(
    "wrong",
    [
        "DELETE FROM orders",
        "no sql",
        "SELECT * FROM nothing",
        "UPDATE orders SET life = 'x'",
        "SELECT 1; DELETE FROM orders",
        "DROP TABLE orders",
    ],
)
def test_a_question_can_change_nothing(tables: TradingTables, wrong: str) -> None:
    tables.book(BookedFacts("s", 1, [order("a", "working")]))
    with pytest.raises((InputError, Warning)):
        tables.ask(wrong)
    assert tables.ask("SELECT life FROM orders") == [{"life": "working"}]


def test_a_question_has_places_for_values(tables: TradingTables) -> None:
    lives = {"a%": "working", "b?": "filled", "c": "filled"}
    tables.book(BookedFacts("s", 1, [order(name, life, time_ns=2**40) for name, life in lives.items()]))

    def names(where: str, *values: str | int) -> list[object]:
        sql = f"SELECT client_order_id FROM orders WHERE {where} ORDER BY client_order_id DESC"
        return [row["client_order_id"] for row in tables.ask(sql, *values)]

    assert names("life = ? AND time_ns = ?", "filled", 2**40) == ["c", "b?"]
    assert names("client_order_id LIKE 'a%' -- what about 'this?' or %s\n") == ["a%"]
    assert names("client_order_id = 'b?' AND /* ? */ life = ?", "filled") == ["b?"]
    assert names("(? = '' OR life = ?) AND (? = '' OR client_order_id = ?)", "", "", "c", "c") == ["c"]
    assert names("substr(client_order_id, 1, ?) = ?", 1, "a") == ["a%"]
    assert tables.ask("SELECT life FROM orders ORDER BY life, client_order_id LIMIT ? OFFSET ?;", 1, 1) == [
        {"life": "filled"}
    ]
    with pytest.raises(InputError, match="cannot be asked that"):
        tables.ask("SELECT ? AS a", 1, 2)


def test_a_field_of_a_fact_can_be_asked_for(tables: TradingTables) -> None:
    told: Cells = {
        "session": "s",
        "sequence": 1,
        "time_ns": 1,
        "kind": "OrderBorn",
        "fields": '{"parent": "a\\u0000", "n": null}',
    }
    tables.book(BookedFacts("s", 1, [TableRow("journal", told)]))
    asked = "SELECT json_extract(fields, '$.n') AS n, json_extract(fields, '$.none') AS none FROM journal"
    assert tables.ask(asked) == [{"n": None, "none": None}]
    whole: Cells = {**told, "sequence": 2, "fields": '{"parent": "p1"}'}
    tables.book(BookedFacts("s", 2, [TableRow("journal", whole)]))
    asked = "SELECT json_extract(fields, '$.parent') AS parent FROM journal WHERE sequence = 2"
    assert tables.ask(asked) == [{"parent": "p1"}]


def test_texts_are_ordered_by_code_points(tables: TradingTables) -> None:
    tables.book(BookedFacts("s", 1, [order(name, "x") for name in ("b", "B", "_", "ä", "a-b", "ab")]))
    found = tables.ask("SELECT client_order_id AS n FROM orders ORDER BY n")
    assert [row["n"] for row in found] == ["B", "_", "a-b", "ab", "b", "ä"]


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(1, 6), st.sampled_from("abc"), st.sampled_from(["working", "filled"]))))
def test_any_repetition_leads_to_the_same_rows(tables: TradingTables, steps: list[tuple[int, str, str]]) -> None:
    def booked(session: str, times: int) -> list[object]:
        tables.forget(session)
        for number, name, life in sorted(steps):
            for _ in range(times):
                tables.book(BookedFacts(session, number, [order(name, life, session)]))
        asked = "SELECT client_order_id, life FROM orders WHERE session = ? ORDER BY client_order_id"
        return list(tables.ask(asked, session))

    assert booked("t", 1) == booked("u", 3)
