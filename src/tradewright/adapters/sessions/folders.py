"""Sessions of one mode below a folder: `<id>/terms.json`, `<id>/running` (held by its trader), `<id>/ended.json`."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from tradewright.adapters.sessions.locks import holder_of, patiently
from tradewright.domain.errors import InputError, StorageError, way_out
from tradewright.ports.clock import Clock
from tradewright.ports.disk import Disk, Hold
from tradewright.ports.sessions import KeptSession, SessionEnd, SessionLife, SessionTerms

TERMS: Final = "terms.json"
RUNNING: Final = "running"
ENDED: Final = "ended.json"
STARTING_NS: Final = 20_000_000_000
"""How long a new session may take until its trader holds it; later it counts as crashed."""


@dataclass(frozen=True, slots=True)
class SessionFolders:
    """The folder `folder`, which is made with the first session; `disk` is the same folder as a disk."""

    folder: Path
    disk: Disk
    clock: Clock

    def create(self, terms: SessionTerms) -> KeptSession:
        """The folder first, its terms whole or not at all."""
        place = self.folder / terms.session
        try:
            place.mkdir(parents=True, mode=0o700)
        except FileExistsError as there:
            raise InputError(f"session {terms.session} is there already", remedy="start it again: --resume") from there
        except OSError as problem:
            raise StorageError(
                f"{place} cannot be made", found=problem.strerror or str(problem), remedy=way_out(problem)
            ) from problem
        self.disk.replace(f"{terms.session}/{TERMS}", msgspec.json.format(msgspec.json.encode(terms), indent=2))
        return self._kept(terms)

    def all(self) -> Sequence[KeptSession]:
        """By the moment of their first start."""
        found = [self._kept(terms) for name in self.disk.list() if (terms := self._terms(name)) is not None]
        return sorted(found, key=lambda one: (one.terms.created_ns, one.terms.session), reverse=True)

    def find(self, name: str) -> KeptSession:
        """A beginning must be the beginning of one only; `latest` is the newest."""
        every = self.all()
        if name == "latest" and every:
            return every[0]
        exact = [one for one in every if one.terms.session == name]
        found = exact or [one for one in every if name and one.terms.session.startswith(name)]
        if len(found) == 1:
            return found[0]
        ids = ", ".join(one.terms.session for one in (found or every)[:8])
        raise InputError(
            f"session {name} is not {'the only one' if found else 'there'}",
            expected=f"one of {ids}" if ids else "a session that was started before",
            remedy="`tradewright trade list` shows them all",
        )

    def hold(self, session: str) -> Hold:
        """By the file `running`."""
        path = f"{session}/{RUNNING}"
        try:
            return patiently(lambda: self.disk.hold(path))
        except StorageError as held:
            raise StorageError(
                f"session {session} is running already",
                found=held.found,
                remedy=f"ask it: tradewright trade show {session}; or stop it first: tradewright trade stop {session}",
            ) from held

    def end(self, session: str, end: SessionEnd) -> None:
        """By the file `ended.json`."""
        self.disk.replace(f"{session}/{ENDED}", msgspec.json.encode(end))

    def reopen(self, session: str) -> None:
        """Removes it."""
        self.disk.remove(f"{session}/{ENDED}")
        self.disk.sync_folder(session)

    def _terms(self, name: str) -> SessionTerms | None:
        """None for what is no session, or cannot be read."""
        with suppress(StorageError, msgspec.MsgspecError, UnicodeDecodeError):
            return msgspec.json.decode(self.disk.read(f"{name}/{TERMS}"), type=SessionTerms)
        return None

    def _kept(self, terms: SessionTerms) -> KeptSession:
        place = self.folder / terms.session
        process = holder_of(place / RUNNING)
        if process is not None:
            return KeptSession(terms=terms, folder=place, life=SessionLife.RUNNING, process=process or None)
        end: SessionEnd | None = None
        with suppress(StorageError, msgspec.MsgspecError, UnicodeDecodeError):
            end = msgspec.json.decode(self.disk.read(f"{terms.session}/{ENDED}"), type=SessionEnd)
        if end is not None:
            return KeptSession(terms=terms, folder=place, life=end.life, end=end)
        is_new = not (place / RUNNING).exists() and self.clock.now_ns() - terms.created_ns < STARTING_NS
        life = SessionLife.STARTING if is_new else SessionLife.CRASHED
        return KeptSession(terms=terms, folder=place, life=life)
