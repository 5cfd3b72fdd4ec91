"""Backing up: the database, then everything in the state folder, then the settings, into one archive."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tradewright.application.database.backing import Backing, Progress, require_all_accounts
from tradewright.application.database.contents import BACKUPS, DATABASE, PROJECT, SETTINGS, STATE, is_left, pieces
from tradewright.application.database.messages import BackUp
from tradewright.application.database.views import BackUpView
from tradewright.application.envelope import Envelope
from tradewright.ports.backups import Piece
from tradewright.ports.database import DatabaseCopy

WHOLE: Final = "whole"
ONLY_DATABASE: Final = "database"


def back_up(command: BackUp, *, backing: Backing, progress: Progress, envelope: Envelope) -> BackUpView:
    """Everything, or the database alone; StorageError leaves no archive."""
    require_all_accounts(envelope)
    now_ns = backing.clock.now_ns()
    kind = ONLY_DATABASE if command.only_database else WHOLE
    path = Path(command.path).expanduser() if command.path else backing.state.root / BACKUPS / _name(now_ns, kind)
    stage = backing.state.stage("backup")
    try:
        taken = backing.database.copy(stage)
        vanished: list[str] = []
        about = {
            "kind": kind,
            "time_ns": now_ns,
            "engine_version": backing.engine_version,
            "database": {"kind": taken.kind, "version": taken.version, "files": taken.files},
        }
        taking = _Taking(backing, stage, taken, progress, kind == WHOLE)
        every = taking.pieces(vanished)
        written = backing.archives.write(path, every, about=lambda: {**about, "left_out": vanished})
    finally:
        backing.state.discard(stage)
    return BackUpView(str(written.path), written.size, written.files, taken.version, now_ns, tuple(vanished))


@dataclass(frozen=True, slots=True)
class _Taking:
    """What is taken from where."""

    backing: Backing
    stage: Path
    taken: DatabaseCopy
    progress: Progress
    is_whole: bool

    def pieces(self, vanished: list[str]) -> Iterator[Piece]:
        """In order, each under its name in the archive; progress is told as they are read."""
        state, mine = self.backing.state, self._database_files()
        told = _Told(self.progress, self._total(mine))
        for name in self.taken.files:
            piece = state.piece(self._staged(name))
            assert piece is not None, "it was written a moment ago"
            yield told.counted(replace(piece, name=f"{DATABASE}/{name}"))
        if not self.is_whole:
            return
        for piece in pieces(state, but=mine, vanished=vanished):
            yield told.counted(replace(piece, name=f"{STATE}/{piece.name}"))
        settings = self.backing.project.piece(SETTINGS)
        if settings is not None:
            yield told.counted(replace(settings, name=f"{PROJECT}/{SETTINGS}"))

    def _total(self, mine: frozenset[str]) -> int:
        state = self.backing.state
        total = sum(state.size(self._staged(name)) for name in self.taken.files)
        if self.is_whole:
            total += sum(state.size(name) for name in state.names() if name not in mine and not is_left(name))
        return total

    def _staged(self, name: str) -> str:
        return (self.stage / name).relative_to(self.backing.state.root).as_posix()

    def _database_files(self) -> frozenset[str]:
        root = self.backing.state.root
        within = (path for path in self.backing.database.files if path.is_relative_to(root))
        return frozenset(path.relative_to(root).as_posix() for path in within)


class _Told:
    """Counts what is read."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress, self._total, self._done = progress, total, 0

    def counted(self, piece: Piece) -> Piece:
        """The same piece, which tells."""

        def chunks() -> Iterator[bytes]:
            for chunk in piece.chunks():
                self._done += len(chunk)
                self._progress(min(self._done, self._total), self._total)
                yield chunk

        return replace(piece, chunks=chunks)


def _name(now_ns: int, kind: str) -> str:
    return f"{datetime.fromtimestamp(now_ns // 10**9, UTC):%Y%m%dT%H%M%SZ}-{kind}.tar"
