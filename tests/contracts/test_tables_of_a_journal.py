"""A journal makes the same rows in PostgreSQL as in the file, and settings say which of both it is."""

from pathlib import Path

import psycopg
import pytest
from tests.unit.application.trading.trading_samples import kept_in, written

from tradewright.adapters.database.place import server
from tradewright.adapters.database.trading_tables import ServerTables
from tradewright.adapters.disk.disk import RealDisk
from tradewright.adapters.projections.sqlite import SqliteTables
from tradewright.application.trading.projecting import Projector
from tradewright.bootstrap import App
from tradewright.domain.errors import StorageError
from tradewright.ports.table_layout import LAYOUT
from tradewright.ports.tables import TradingTables


def test_a_journal_makes_the_same_rows_on_a_server_as_in_a_file(postgres_url: str, tmp_path: Path) -> None:
    kept = kept_in(tmp_path)
    written(kept)
    file, there = SqliteTables(tmp_path / "t.sqlite"), ServerTables(server(postgres_url), "paper")
    both: tuple[TradingTables, ...] = (file, there)
    for tables in both:
        Projector(kept, lambda one: RealDisk(one.folder / "journal"), tables).step()
    for name, layout in LAYOUT.items():
        asked = f"SELECT * FROM {name} ORDER BY {', '.join(layout.key)}"
        assert there.ask(asked) == file.ask(asked)
        assert there.ask(asked), f"the story says nothing for {name}"
    with psycopg.connect(postgres_url) as connection:
        found = connection.execute("SELECT sum(quantity * price) FROM paper.fills").fetchone()
        assert found is not None and str(found[0]) == "5005.00"
    for tables in both:
        tables.close()


def test_paper_and_live_know_nothing_of_each_other(postgres_url: str, tmp_path: Path) -> None:
    kept = kept_in(tmp_path)
    written(kept)
    paper, live = ServerTables(server(postgres_url), "paper"), ServerTables(server(postgres_url), "live")
    Projector(kept, lambda one: RealDisk(one.folder / "journal"), paper).step()
    assert (live.booked(kept.terms.session), live.ask("SELECT * FROM orders")) == (0, [])
    assert len(paper.ask("SELECT * FROM orders")) == 2
    paper.close()
    live.close()


def test_a_schema_of_somebody_else_is_left_alone_and_an_older_one_of_ours_made_anew(postgres_url: str) -> None:
    tables = ServerTables(server(postgres_url), "paper")
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA paper")
        connection.execute("CREATE TABLE paper.orders (theirs text)")
        with pytest.raises(StorageError, match=r"holds tables of another program: .*found orders"):
            tables.booked("s")
        connection.execute("COMMENT ON SCHEMA paper IS 'tradewright trading tables 0'")
        assert tables.booked("s") == 0
        assert tables.ask("SELECT * FROM orders") == []
    tables.close()


def test_settings_say_where_the_tables_are(postgres_url: str, tmp_path: Path) -> None:
    there = App(tmp_path, environment={"TRADEWRIGHT_DATABASE_URL": postgres_url}).trading.tables
    assert isinstance(there, ServerTables)
    assert str(there.place).endswith("(schema paper)") and "hunter2" not in str(there.place)
    assert App(tmp_path).trading.tables.place == tmp_path / ".tradewright" / "paper" / "tables.sqlite"
