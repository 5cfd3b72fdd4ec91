"""What fails is told with the place, the cause and a way out, and never with a password."""

import gc
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import make_url, text
from tests.servers import PASSWORD, PostgresServer

from tradewright.adapters.database import engine
from tradewright.adapters.database.engine import Database
from tradewright.adapters.database.keys import DatabaseKeys
from tradewright.adapters.database.leases import DatabaseLeases
from tradewright.adapters.database.opening import opened, unchecked, version
from tradewright.adapters.database.place import Place, file, server
from tradewright.adapters.database.rows import drawn
from tradewright.adapters.system.clock import ManualClock
from tradewright.domain.errors import InputError, StorageError


def failing(door: Callable[[], object]) -> str:
    """What is told, with all that is chained to it."""
    with pytest.raises(StorageError) as told:
        door()
    return f"{told.value} {told.value.__cause__!r} {told.value.__context__!r}"


def test_a_wrong_password_is_told_without_it(postgres_server: PostgresServer) -> None:
    url = make_url(postgres_server.address()).set(password="wrong-secret")
    if url.host is None:
        pytest.fail("the server of the tests must be reached over TCP")
    told = failing(lambda: version(unchecked(server(url.render_as_string(hide_password=False)))))
    assert "password authentication failed" in told
    assert "check user and password in database.url" in told
    assert "wrong-secret" not in told and PASSWORD not in told


@pytest.mark.parametrize(
    ("changes", "found", "remedy"),
    [
        ({"database": "nobody_made_this"}, "does not exist", "check user and database"),
        ({"port": 1}, "connection failed", "check that the server runs"),
        ({"host": "no-such-host.invalid"}, "resolve|not known", "check that the server runs"),
    ],
)
def test_a_server_that_cannot_be_reached_is_told(
    postgres_server: PostgresServer, changes: dict[str, object], found: str, remedy: str
) -> None:
    url = make_url(postgres_server.address()).set(**changes)  # type: ignore[arg-type]
    told = failing(lambda: version(unchecked(server(url.render_as_string(hide_password=False)))))
    assert any(one in told for one in found.split("|")), told
    assert remedy in told
    assert PASSWORD not in told


def test_a_place_is_shown_without_its_password() -> None:
    place = server("postgres://anna:p%40ss@db.example:5433/tw?options=-csearch_path%3Dx")
    assert str(place) == "postgresql://anna:***@db.example:5433/tw"
    assert "p@ss" not in repr(place)
    assert place.kind == "PostgreSQL"


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("mysql://anna:secret@db/tw", "names no database that state can be kept in"),
        ("sqlite:///state.db", "set database.path instead"),
        ("postgresql://anna:secret@db", "names no database: expected"),
        ("anna:secret@db", "cannot be read"),
        ("postgresql://anna:secret@db:port/tw", "cannot be read"),
    ],
)
def test_an_address_that_cannot_be_used_is_told_without_its_password(url: str, told: str) -> None:
    with pytest.raises(InputError, match=told) as problem:
        server(url)
    assert "secret" not in f"{problem.value} {problem.value.__cause__}"


def test_a_database_that_another_holds_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BUSY_MS", 50)
    place = file(tmp_path / "state.sqlite")
    database = opened(place)
    with database.writing():
        other = Database(place)
        told = failing(lambda: DatabaseLeases(other, ManualClock()).take("a", "b", for_ns=1))
        assert "database is locked" in told and "somebody else holds it" in told and str(place.file) in told
        other.close()
    assert DatabaseLeases(database, ManualClock()).take("a", "b", for_ns=1) is not None
    database.close()


def test_a_row_that_another_holds_is_told(migrated: Place) -> None:
    first, second = opened(migrated), opened(migrated)
    leases = DatabaseLeases(first, ManualClock())
    leases.take("held", "a", for_ns=1)
    with first.writing() as connection:
        connection.execute(text("SELECT * FROM leases FOR UPDATE"))

        def waits() -> None:
            with second.writing() as other:
                other.execute(text("SET LOCAL lock_timeout = 50"))
                other.execute(text("SELECT * FROM leases FOR UPDATE"))

        assert "somebody else holds it" in failing(waits)
    first.close()
    second.close()


def test_a_folder_that_may_not_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="ascii")
    told = failing(lambda: opened(file(tmp_path / "file" / "state.sqlite")))
    assert "cannot be opened" in told and "leads to a folder" in told


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    place = file(tmp_path / "state.sqlite")
    opened(place).close()
    content = bytearray((tmp_path / "state.sqlite").read_bytes())
    content[4096 : 4096 * 12] = b"\xff" * (4096 * 11)
    (tmp_path / "state.sqlite").write_bytes(content)

    def used() -> None:
        database = Database(place)
        DatabaseKeys(database).all()
        with database.reading() as connection:
            connection.execute(text("SELECT count(*) FROM jobs")).scalar()

    assert "bring a backup back with `tradewright db restore`" in failing(used)


FULL = """
import resource, sys
from pathlib import Path
from threading import Event
from tradewright.adapters.database.opening import opened
from tradewright.adapters.database.place import file
from tradewright.adapters.database.audit import DatabaseAudit
from tradewright.domain.errors import StorageError
from tradewright.ports.audit import AuditEntry
database = opened(file(Path(sys.argv[1])))
trail = DatabaseAudit(database)
entry = AuditEntry(time_ns=1, duration_ns=1, actor="a" * 500, message="m", kind="k", correlation_id="c", outcome="done")
trail.add([entry])
resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, resource.RLIM_INFINITY))
try:
    for _ in range(200):
        trail.add([entry] * 20)
except StorageError as error:
    print(error)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
"""


def test_a_full_disk_is_told_and_what_was_kept_stays_whole(tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n" + FULL]
    done = subprocess.run([*command, str(path)], capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    assert "cannot be written" in done.stdout and "space" in done.stdout, done.stdout
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_server_that_went_away_is_told_and_found_again(migrated: Place) -> None:
    database = opened(migrated)
    with database.reading() as connection:
        process = connection.execute(text("SELECT pg_backend_pid()")).scalar()
    other = opened(migrated)

    def cut_off() -> None:
        with database.reading() as connection:
            ours = connection.execute(text("SELECT pg_backend_pid()")).scalar()
            with other.writing() as another:
                another.execute(text("SELECT pg_terminate_backend(:process)"), {"process": ours})
            connection.execute(text("SELECT 1"))

    assert "the server ended the connection" in failing(cut_off)
    with database.reading() as connection:
        assert connection.execute(text("SELECT pg_backend_pid()")).scalar() != process
    database.close()
    other.close()


def test_a_process_that_stands_still_does_not_hold_up_the_others(
    migrated: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "FROZEN_MS", 200)
    frozen, other = opened(migrated), opened(migrated)

    def stands_still() -> None:
        with frozen.writing() as connection:
            drawn(connection, "frozen")
            with other.writing() as another:
                assert drawn(another, "frozen") == 1
            connection.execute(text("SELECT 1"))

    told = failing(stands_still)
    assert "the server ended" in told or "was given up by the server" in told, told
    frozen.close()
    other.close()


def test_a_database_that_nobody_closed_lets_its_connections_go(migrated: Place) -> None:
    asked = "SELECT count(*) FROM pg_stat_activity WHERE pid = :process"
    forgotten, other = opened(migrated), opened(migrated)
    with forgotten.reading() as connection:
        process = connection.execute(text("SELECT pg_backend_pid()")).scalar()
    del connection, forgotten
    gc.collect()
    for _ in range(600):
        with other.reading() as connection:
            if connection.execute(text(asked), {"process": process}).scalar() == 0:
                break
        Event().wait(0.05)
    else:
        pytest.fail(f"process {process} of the server is still there")
    other.close()
