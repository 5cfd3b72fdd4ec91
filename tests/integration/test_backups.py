"""Backups are tested by restoring them: everything comes back as it was, and what fails leaves everything as it is."""

import os
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.contracts.audit_entries import ENTRY
from tests.contracts.databases import KINDS
from tests.integration.backed_project import SETTINGS, Project, closed, filled
from tests.servers import PostgresServer
from tests.unit.application.trading.trading_samples import story, terms

from tradewright.adapters.backups.archive import TarArchives
from tradewright.adapters.disk.disk import RealDisk
from tradewright.application.database.backing_up import back_up
from tradewright.application.database.contents import held
from tradewright.application.database.messages import BackUp
from tradewright.application.envelope import Envelope
from tradewright.application.messages import Actor, Role
from tradewright.application.trading.messages import JournalVerify
from tradewright.application.trading.views import JournalCheck
from tradewright.domain.errors import Conflict, InputError, StorageError, Unauthorized
from tradewright.domain.identifiers import CorrelationId
from tradewright.engine.runtime.journal.writer import Journal
from tradewright.engine.session import facts
from tradewright.ports.audit import AuditFilter
from tradewright.ports.paging import Slot


@pytest.fixture(params=KINDS)
def projects(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Project, Project]]:
    """One with some of everything, and a fresh one."""
    with ExitStack() as stack:
        urls = ["", ""]
        if request.param == "postgresql":
            server: PostgresServer = request.getfixturevalue("postgres_server")
            urls = [server.address(stack.enter_context(server.fresh())) for _ in urls]
        folders = tmp_path / "one with spaces", tmp_path / "fresh"
        for folder in folders:
            folder.mkdir()
        full, fresh = (Project(folder, url) for folder, url in zip(folders, urls, strict=True))
        filled(full)
        yield full, fresh


@pytest.fixture
def full(tmp_path: Path) -> Project:
    made = Project(tmp_path / "full")
    made.folder.mkdir()
    filled(made)
    return made


def test_everything_comes_back_in_a_fresh_folder(projects: tuple[Project, Project]) -> None:
    full, fresh = projects
    made = full.back_up()
    assert made.left_out == ()
    assert Path(made.path).stat().st_mode & 0o777 == 0o600
    back = fresh.restore(made.path)
    assert (back.files, back.taken_ns, back.problems) == (made.files, made.time_ns, ())
    assert fresh.rows() == full.rows() and len(fresh.rows()["jobs"]) == 2
    assert fresh.files().keys() == full.files().keys()
    cut = {name for name, digest in full.files().items() if fresh.files()[name] != digest}
    assert all("/journal/" in name for name in cut)
    assert (fresh.folder / "tradewright.toml").read_text("utf-8") == SETTINGS
    app = fresh.app()
    assert app.state.audit.first_broken() is None
    check = app.ask(JournalVerify(), answer=JournalCheck)
    assert check.is_sound and check.records == len(story()) + 1
    assert back.sessions == (terms().session,)
    assert len(app.trading.tables.ask("SELECT * FROM fills")) == 1
    closed(app)
    again = fresh.back_up(path=str(fresh.folder / "again.tar"))
    assert again.files == made.files


def test_a_restored_journal_can_be_written_on(full: Project, tmp_path: Path) -> None:
    made, fresh = full.back_up(), Project(tmp_path / "fresh")
    fresh.folder.mkdir()
    fresh.restore(made.path)
    disk = RealDisk(fresh.state / "paper" / "sessions" / terms().session / "journal")
    journal = Journal.open(disk, facts.catalogue(), opened_ns=2)
    journal.append(facts.SliceClosed(99, 3, 12_002, {}))
    journal.commit()
    journal.close()
    app = fresh.app()
    assert app.ask(JournalVerify(), answer=JournalCheck).is_sound
    closed(app)


def test_a_backup_made_while_others_write_is_of_one_moment(projects: tuple[Project, Project]) -> None:
    full, fresh = projects
    journal_disk = RealDisk(full.state / "paper" / "sessions" / terms().session / "journal")
    over, begun = threading.Event(), threading.Event()
    app = full.app()
    trail = app.state.audit

    def write() -> None:
        journal = Journal.open(journal_disk, facts.catalogue(), opened_ns=2, segment_bytes=1 << 16)
        number = 3
        while not over.is_set():
            trail.add([ENTRY] * 5)
            for _ in range(50):
                journal.append(facts.SliceClosed(60 + number, number, 12_000 + number, {}))
                number += 1
            journal.commit()
            begun.set()
        journal.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert begun.wait(30)
        made = [full.back_up(path=str(full.folder / f"{number}.tar")) for number in range(3)]
    finally:
        over.set()
        writer.join()
        closed(app)
    for number, one in enumerate(made):
        fresh.restore(one.path, may_replace=number > 0)
        there = fresh.app()
        entries = there.state.audit.entries(AuditFilter(), Slot(limit=1_000)).items
        assert there.state.audit.first_broken() is None and (len(entries) - 3) % 5 == 0
        assert there.ask(JournalVerify(), answer=JournalCheck).is_sound
        closed(there)


def test_state_that_is_there_is_replaced_only_where_that_was_said(projects: tuple[Project, Project]) -> None:
    full, _ = projects
    made, before = full.back_up(), full.rows()
    app = full.app()
    app.state.audit.add([ENTRY])
    closed(app)
    (full.state / "runs" / "new").write_text("later", encoding="utf-8")
    later, files = full.rows(), full.files()
    with pytest.raises(Conflict, match=r"would take the place of state that is there: found .* rows in the database"):
        full.restore(made.path)
    assert (full.rows(), full.files()) == (later, files)
    full.restore(made.path, may_replace=True)
    assert full.rows() == before
    assert not (full.state / "runs" / "new").exists()
    assert Path(made.path).is_file()
    assert not [path for path in full.state.iterdir() if path.name.startswith(".")]


def test_nothing_is_restored_while_somebody_is_at_work(full: Project) -> None:
    made = full.back_up()
    app = full.app()
    lease = app.state.leases.take("scheduler", "host:1", for_ns=60 * 10**9)
    assert lease is not None
    with pytest.raises(Conflict, match=r"nothing may be at work.*host:1 holds scheduler"):
        full.restore(made.path, may_replace=True)
    app.state.leases.release(lease)
    hold = app.trading.sessions.hold(terms().session)
    with pytest.raises(Conflict, match=r"nothing may be at work.*session .* runs"):
        full.restore(made.path, may_replace=True)
    hold.release()
    closed(app)
    full.restore(made.path, may_replace=True)


def test_a_damaged_archive_changes_nothing(full: Project, tmp_path: Path) -> None:
    made = full.back_up(path=str(tmp_path / "made.tar"))
    whole, damaged = Path(made.path).read_bytes(), tmp_path / "damaged.tar"
    before = full.rows(), full.files()
    wounds = [whole[: len(whole) * share // 10] for share in range(1, 10)]
    wounds += [_flipped(whole, place) for place in range(700, len(whole), len(whole) // 12)]
    for wound in wounds:
        damaged.write_bytes(wound)
        with pytest.raises(StorageError, match=r"no whole backup|cannot be read"):
            full.restore(str(damaged), may_replace=True)
    assert (full.rows(), full.files()) == before


def _flipped(whole: bytes, place: int) -> bytes:
    return whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :]


@pytest.mark.parametrize("name", ["../outside", "/etc/outside", "state/../../outside", "a\\b"])
def test_an_archive_cannot_write_elsewhere(full: Project, tmp_path: Path, name: str) -> None:
    path = tmp_path / "evil.tar"
    with tarfile.open(path, "w") as archive:
        archive.addfile(tarfile.TarInfo(name))
    with pytest.raises(StorageError, match="files with names of their own"):
        full.restore(str(path), may_replace=True)
    assert not (tmp_path / "outside").exists()


def test_a_link_in_an_archive_is_refused(full: Project, tmp_path: Path) -> None:
    path = tmp_path / "evil.tar"
    with tarfile.open(path, "w") as archive:
        link = tarfile.TarInfo("state/link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    with pytest.raises(StorageError, match="files with names of their own"):
        full.restore(str(path), may_replace=True)


def test_a_database_that_cannot_be_restored_leaves_the_files_as_they_were(full: Project, tmp_path: Path) -> None:
    before = full.rows(), full.files()
    about = {
        "kind": "whole",
        "time_ns": 1,
        "database": {"kind": "SQLite", "version": "0001", "files": {"state.sqlite": []}},
    }
    path = tmp_path / "odd.tar"
    pieces = [held("database/state.sqlite", b"no database at all" * 500), held("state/runs/x", b"new")]
    TarArchives().write(path, pieces, about=lambda: about)
    with pytest.raises(StorageError, match="file is not a database"):
        full.restore(str(path), may_replace=True)
    assert (full.rows(), full.files()) == before
    assert not [one for one in full.state.iterdir() if one.name.startswith(".")]


def test_an_archive_of_another_kind_of_database_is_refused(projects: tuple[Project, Project], tmp_path: Path) -> None:
    full, _ = projects
    other = "SQLite" if full.url else "PostgreSQL"
    about = {"kind": "whole", "time_ns": 1, "database": {"kind": other, "version": "0001", "files": {}}}
    path = tmp_path / "other.tar"
    TarArchives().write(path, [], about=lambda: about)
    before = full.rows(), full.files()
    with pytest.raises(InputError, match=f"another kind of database: expected .*found one of {other}"):
        full.restore(str(path), may_replace=True)
    assert (full.rows(), full.files()) == before


def test_an_archive_of_a_newer_program_is_refused(full: Project, tmp_path: Path) -> None:
    about = {"kind": "whole", "time_ns": 1, "database": {"kind": "SQLite", "version": "0999", "files": {}}}
    path = tmp_path / "newer.tar"
    TarArchives().write(path, [], about=lambda: about)
    with pytest.raises(StorageError, match="made by a newer version"):
        full.restore(str(path), may_replace=True)


def test_settings_that_look_elsewhere_are_put_in_place_by_hand_first(full: Project, tmp_path: Path) -> None:
    made, fresh = full.back_up(), Project(tmp_path / "fresh")
    fresh.folder.mkdir()
    (fresh.folder / "tradewright.toml").write_text('[database]\npath = "mine.db"\n', encoding="utf-8")
    with pytest.raises(Conflict, match="another place of the state"):
        fresh.restore(made.path, may_replace=True)


def test_an_archive_is_never_written_over(full: Project) -> None:
    made = full.back_up()
    with pytest.raises(Conflict, match="is there already"):
        full.back_up(path=made.path)
    with pytest.raises(InputError, match="there is no backup"):
        full.restore(str(full.folder / "none.tar"))


def test_the_database_alone_leaves_the_files_alone(full: Project) -> None:
    made, before = full.back_up(only_database=True), full.rows()
    app = full.app()
    app.state.audit.add([ENTRY])
    closed(app)
    files = full.files()
    full.restore(made.path, may_replace=True)
    assert (full.rows(), full.files()) == (before, files)


FULL = """
import resource, signal, sys
from pathlib import Path
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
sys.path.insert(0, sys.argv[1])
from tests.integration.backed_project import Project
from tradewright.domain.errors import StorageError
project = Project(Path(sys.argv[2]))
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, resource.RLIM_INFINITY))
try:
    project.restore(sys.argv[3], may_replace=True) if sys.argv[3] else project.back_up()
except StorageError as error:
    print(error)
"""


def on_a_full_disk(project: Project, archive: str) -> str:
    """What is told where no file may grow beyond 1 MB."""
    root = str(Path(__file__).resolve().parents[2])
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", FULL, root, str(project.folder), archive]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_full_disk_leaves_no_archive_and_the_old_state(full: Project, tmp_path: Path) -> None:
    before = full.rows(), full.files()
    assert "free some space" in on_a_full_disk(full, "")
    assert list((full.state / "backups").iterdir()) == []
    made = full.back_up(path=str(tmp_path / "made.tar"))
    assert "free some space" in on_a_full_disk(full, made.path)
    assert (full.rows(), full.files()) == before
    assert not [path for path in full.state.iterdir() if path.name.startswith(".")]


def test_whoever_does_not_see_all_accounts_takes_no_backup(full: Project) -> None:
    app = full.app()
    actor = Actor("anna", frozenset({Role.ADMIN}), accounts=frozenset({"demo"}))
    envelope = Envelope(BackUp(), actor, CorrelationId("c"))
    with pytest.raises(Unauthorized, match="anna may not ask BackUp"):
        back_up(BackUp(), backing=app.state.backing, progress=lambda done, total: None, envelope=envelope)
    closed(app)
    assert not (full.state / "backups").exists()
