"""A project with some of everything that a backup has: rows, bars, a run, a session and its journal, settings."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from tests.contracts.audit_entries import ENTRY
from tests.contracts.job_wishes import wish
from tests.contracts.store_rows import bars
from tests.unit.application.trading.trading_samples import terms, written

from tradewright.adapters.database.engine import Database
from tradewright.adapters.database.opening import opened
from tradewright.adapters.database.schema import METADATA
from tradewright.adapters.disk.disk import RealDisk
from tradewright.adapters.limits.chained_file import ChainedLimits
from tradewright.adapters.sessions.folders import SessionFolders
from tradewright.adapters.stores.delta import DeltaStore
from tradewright.adapters.system.clock import ManualClock
from tradewright.application.database.messages import BackUp, Restore
from tradewright.application.database.views import BackUpView, RestoreView
from tradewright.bootstrap import App
from tradewright.ports.keys import KeptKey, KeyKind
from tradewright.ports.stores import Table

SETTINGS = '[log]\nlevel = "warning"\n'
LEFT = {"state.sqlite", "tables.sqlite", "backups", "snapshot-000000000001.json", "lock", "limits.lock"}


@dataclass(frozen=True, slots=True)
class Project:
    """A project in a folder, with its state in SQLite or on a server."""

    folder: Path
    url: str = ""

    @property
    def state(self) -> Path:
        return self.folder / ".tradewright"

    @property
    def environment(self) -> Mapping[str, str]:
        return {"TRADEWRIGHT_DATABASE_URL": self.url} if self.url else {}

    def app(self) -> App:
        return App(self.folder, environment=self.environment)

    def back_up(self, **wanted: object) -> BackUpView:
        app = self.app()
        try:
            return app.ask(BackUp(**wanted), answer=BackUpView)  # type: ignore[arg-type]
        finally:
            closed(app)

    def restore(self, path: str, *, may_replace: bool = False) -> RestoreView:
        app = self.app()
        try:
            return app.ask(Restore(path=path, may_replace=may_replace), answer=RestoreView)
        finally:
            closed(app)

    def files(self) -> dict[str, str]:
        """Every file that a backup has, with its digest."""
        found = (path for path in self.state.rglob("*") if path.is_file())
        chosen = (
            path for path in found if not any(part.partition("-wal")[0] in LEFT for part in _parts(path, self.state))
        )
        return {
            path.relative_to(self.state).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in chosen
            if not path.name.endswith(("-shm", "-wal"))
        }

    def rows(self) -> dict[str, list[tuple[object, ...]]]:
        """Every row of the state."""
        app = self.app()
        database = opened(app.state.place)
        try:
            return rows_of(database)
        finally:
            database.close()


def _parts(path: Path, root: Path) -> tuple[str, ...]:
    return path.relative_to(root).parts


def rows_of(database: Database) -> dict[str, list[tuple[object, ...]]]:
    with database.reading() as connection:
        return {
            table.name: sorted((tuple(map(str, row)) for row in connection.execute(select(table))), key=str)
            for table in METADATA.sorted_tables
        }


def closed(app: App) -> None:
    app.state.close()
    app.trading.tables.close()


def filled(project: Project) -> None:
    """Some of everything."""
    (project.folder / "tradewright.toml").write_text(SETTINGS, encoding="utf-8")
    app, state = project.app(), project.state
    if project.url:
        app.state.backing.database.upgrade()
    job = app.state.jobs.submit(wish("näme\t\\ with 'all'\n that hurts"))
    app.state.jobs.submit(wish(after=job.id))
    app.state.audit.add([ENTRY] * 3)
    key = KeptKey(
        id="k", digest=b"\x00\xff\\N", kind=KeyKind.PROGRAM, name="bot", roles=frozenset(), created_ns=1, created_by="a"
    )
    app.state.keys.add(key)
    closed(app)
    DeltaStore(state / "store").append(Table.BARS, bars("AAPL.XNAS", [1, 2, 3]))
    (state / "runs" / "r1").mkdir(parents=True)
    (state / "runs" / "r1" / "run.json").write_text("{}", encoding="utf-8")
    (state / "runs" / "empty").write_bytes(b"")
    sessions = state / "paper" / "sessions"
    kept = SessionFolders(sessions, RealDisk(sessions), ManualClock()).create(terms())
    written(kept)
    (kept.folder / "snapshot-000000000001.json").write_text("{}", encoding="utf-8")
    (kept.folder / "recording").write_bytes(b"\x00" * 3_000_000)
    ChainedLimits(RealDisk(state / "paper")).append("position: 0.05 -> 0.04")
