"""Restoring: an archive takes the place of the state, or nothing is changed.

This file decides the order: unpack into a place of its own and compare every digest; make sure that nothing is at work;
move the old files aside and the new ones in; then the database, in one transaction. Where that fails, the old files go
back. The SQL tables of trading are made anew from the journals at the end.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tradewright.application.database.backing import Backing, Progress, require_all_accounts
from tradewright.application.database.backing_up import ONLY_DATABASE
from tradewright.application.database.contents import DATABASE, PROJECT, SETTINGS, STATE, is_left, stays
from tradewright.application.database.messages import Restore
from tradewright.application.database.views import RestoreView
from tradewright.application.envelope import Envelope
from tradewright.application.trading.messages import RebuildTables
from tradewright.application.trading.projecting import rebuild_tables
from tradewright.application.trading.traders import Traders
from tradewright.domain.errors import Conflict, StorageError, TradewrightError
from tradewright.ports.backups import Archived
from tradewright.ports.database import DatabaseCopy
from tradewright.ports.sessions import SessionLife
from tradewright.ports.tables import TradingTables

_WHERE: Final = ("home", "database")
"""Settings that say where the state is."""


def restore(
    command: Restore,
    *,
    backing: Backing,
    traders: Traders,
    tables: TradingTables,
    progress: Progress,
    envelope: Envelope,
) -> RestoreView:
    """All of the archive, or nothing; Conflict where something is at work or would be lost unasked."""
    require_all_accounts(envelope)
    stage, done = backing.state.stage("restore"), 0

    def told(count: int) -> None:
        nonlocal done
        done += count
        progress(done, None)

    try:
        archived = backing.archives.unpack(Path(command.path).expanduser(), stage, told=told)
        what = _Unpacked(archived, stage)
        _refuse_work(backing, traders)
        _refuse_another_place(backing, what)
        if not command.may_replace:
            _refuse_loss(backing, what)
        tables.close()
        _put_in_place(backing, what)
    finally:
        backing.state.discard(stage)
    sessions, problems = _tables_anew(traders, tables) if what.is_whole else ((), ())
    told_of = (what.taken_ns, what.copy.version)
    return RestoreView(str(archived.path), archived.files, archived.size, *told_of, sessions, problems)


@dataclass(frozen=True, slots=True)
class _Unpacked:
    """An archive in its stage."""

    archived: Archived
    stage: Path

    @property
    def is_whole(self) -> bool:
        """More than the database alone."""
        return self.archived.about.get("kind") != ONLY_DATABASE

    @property
    def taken_ns(self) -> int:
        """When it was made."""
        told = self.archived.about.get("time_ns")
        return told if isinstance(told, int) else 0

    @property
    def settings(self) -> bytes | None:
        """The settings in it."""
        path = self.stage / PROJECT / SETTINGS
        return path.read_bytes() if path.is_file() else None

    @property
    def copy(self) -> DatabaseCopy:
        """The database in it; StorageError where there is none."""
        told = self.archived.about.get("database")
        files = told.get("files") if isinstance(told, Mapping) else None
        if not isinstance(told, Mapping) or not isinstance(files, Mapping):
            raise StorageError(f"{self.archived.path} has no database in it", remedy="use another backup")
        columns = {str(name): tuple(str(one) for one in each) for name, each in files.items()}
        return DatabaseCopy(kind=str(told.get("kind")), version=str(told.get("version")), files=columns)


def _put_in_place(backing: Backing, what: _Unpacked) -> None:
    copy, database = what.copy, backing.database
    if not what.is_whole:
        database.restore(what.stage / DATABASE, copy)
        return
    incoming = what.stage / STATE
    incoming.mkdir(exist_ok=True)
    mine = {path.name for path in database.files if path.parent == backing.state.root}
    before = backing.project.content(SETTINGS)
    swap = backing.state.swap(incoming, leaves=lambda name: stays(name) or name in mine)
    try:
        if what.settings is not None:
            backing.project.put(SETTINGS, what.settings)
        database.restore(what.stage / DATABASE, copy)
    except BaseException:
        swap.undo()
        backing.project.put(SETTINGS, before)
        raise
    swap.settle()


def _refuse_work(backing: Backing, traders: Traders) -> None:
    running = [
        f"session {kept.terms.session} runs"
        for kept in traders.sessions.all()
        if kept.life in {SessionLife.RUNNING, SessionLife.STARTING}
    ]
    at_work = [*running, *backing.database.at_work()]
    if at_work:
        raise Conflict(
            "nothing may be at work while a backup is restored",
            found="; ".join(at_work[:5]),
            remedy="stop it first: `tradewright trade stop`, and the platform with its workers",
        )


def _refuse_another_place(backing: Backing, what: _Unpacked) -> None:
    """The settings in the archive would look for the state elsewhere than where it is put."""
    if what.settings is None:
        return
    theirs, ours = _where(what.settings), _where(backing.project.content(SETTINGS) or b"")
    if theirs != ours:
        raise Conflict(
            "the settings in the backup say another place of the state than the settings here",
            expected=f"{' and '.join(_WHERE)} as here",
            found=", ".join(sorted(name for name in _WHERE if theirs.get(name) != ours.get(name))),
            remedy=f"take {PROJECT}/{SETTINGS} out of the backup first (it is a tar file), and look at these settings",
        )


def _where(settings: bytes) -> dict[str, object]:
    try:
        found = tomllib.loads(settings.decode())
    except (UnicodeError, tomllib.TOMLDecodeError):
        return {}
    return {name: found[name] for name in _WHERE if name in found}


def _refuse_loss(backing: Backing, what: _Unpacked) -> None:
    root = backing.state.root
    mine = {path.relative_to(root).as_posix() for path in backing.database.files if path.is_relative_to(root)}
    first = next((name for name in backing.state.names() if name not in mine and not is_left(name)), "")
    rows = sum(backing.database.shown().rows.values())
    told = [first, f"{rows} rows in the database" if rows else ""]
    told.append(SETTINGS if backing.project.content(SETTINGS) not in {None, what.settings} else "")
    if any(told):
        raise Conflict(
            f"{what.archived.path} would take the place of state that is there",
            found=", ".join(one for one in told if one),
            remedy="back it up first (`tradewright db backup`), then restore with --yes",
        )


def _tables_anew(traders: Traders, tables: TradingTables) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """From the journals as they are now; what fails is told and can be done again by itself."""
    try:
        built = rebuild_tables(RebuildTables(), traders=traders, tables=tables)
    except TradewrightError as problem:
        return (), (f"{problem}; `tradewright trade journal --rebuild` makes the tables",)
    return built.sessions, built.problems
