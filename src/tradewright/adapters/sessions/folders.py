"""Sessions of one mode below a folder: `<id>/terms.json`, `<id>/running` (held by its trader), `<id>/ended.json`."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from tradewright.adapters.sessions.locks import holder_of, patiently
from tradewright.domain.errors import InputError, NotFound, StorageError, way_out
from tradewright.ports.clock import Clock
from tradewright.ports.disk import Disk, Hold
from tradewright.ports.sessions import DamagedSession, KeptSession, SessionEnd, SessionLife, SessionTerms

TERMS: Final = "terms.json"
RUNNING: Final = "running"
ENDED: Final = "ended.json"
WRITING: Final = ".writing"
"""How the name of a file ends that is being written beside the one it replaces."""
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
        found = (self._kept(one) for one in self._every() if isinstance(one, SessionTerms))
        return sorted(found, key=lambda one: (one.terms.created_ns, one.terms.session), reverse=True)

    def damaged(self) -> Sequence[DamagedSession]:
        """Whose `terms.json` is not what was written."""
        return [one for one in self._every() if isinstance(one, DamagedSession)]

    def find(self, name: str) -> KeptSession:
        """A beginning must be the beginning of one only; `latest` is the newest."""
        every = self.all()
        if name == "latest" and every:
            return every[0]
        ids = [one.terms.session for one in every]
        damaged = {one.session: one for one in self.damaged()}
        names = [*ids, *damaged]
        found = [one for one in names if one == name] or [one for one in names if name and one.startswith(name)]
        if len(found) != 1:
            told = ", ".join((found or names)[:8])
            raise NotFound(
                f"session {name} is not {'the only one' if found else 'there'}",
                expected=f"one of {told}" if told else "a session that was started before",
                remedy="`tradewright trade list` shows them all",
            )
        if found[0] in damaged:
            broken = damaged[found[0]]
            raise StorageError(f"session {broken.session} is damaged: {broken.reason}", remedy=broken.remedy)
        return every[ids.index(found[0])]

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

    def _every(self) -> Iterator[SessionTerms | DamagedSession]:
        """In the order of their names."""
        for name in self.disk.list():
            if (self.folder / name).is_dir() and (found := self._at(name)) is not None:
                yield found

    def _at(self, name: str) -> SessionTerms | DamagedSession | None:
        """None for a folder in which nothing is yet: a start was cut off there, or is about to write."""
        try:
            terms = msgspec.json.decode(self.disk.read(f"{name}/{TERMS}"), type=SessionTerms)
        except StorageError as problem:
            return self._damaged(name, problem.found) if self._is_begun(name) else None
        except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
            return self._damaged(name, str(problem))
        return terms if terms.session == name else self._damaged(name, f"it is of session {terms.session}")

    def _is_begun(self, name: str) -> bool:
        """True also where nobody may look."""
        try:
            return not all(one.endswith(WRITING) for one in self.disk.list(name))
        except StorageError:
            return True

    def _damaged(self, name: str, problem: str) -> DamagedSession:
        place = self.folder / name
        return DamagedSession(
            session=name,
            folder=place,
            process=_holder(place) or None,
            reason=f"{TERMS} cannot be read: {problem}",
            remedy=f"bring {place / TERMS} back from a copy, or move its folder away; its journal is left as it is",
        )

    def _kept(self, terms: SessionTerms) -> KeptSession:
        place = self.folder / terms.session
        process = _holder(place)
        if process is not None:
            return KeptSession(terms=terms, folder=place, life=SessionLife.RUNNING, process=process or None)
        end = self._end(terms.session)
        if end is not None:
            return KeptSession(terms=terms, folder=place, life=end.life, end=end)
        is_new = not (place / RUNNING).exists() and self.clock.now_ns() - terms.created_ns < STARTING_NS
        life = SessionLife.STARTING if is_new else SessionLife.CRASHED
        return KeptSession(terms=terms, folder=place, life=life)

    def _end(self, session: str) -> SessionEnd | None:
        path = f"{session}/{ENDED}"
        if not self.disk.exists(path):
            return None
        try:
            return msgspec.json.decode(self.disk.read(path), type=SessionEnd)
        except (StorageError, msgspec.MsgspecError, UnicodeDecodeError) as problem:
            if not self.disk.exists(path):
                return None  # it goes on since the last look
            return SessionEnd(
                life=SessionLife.DAMAGED,
                time_ns=0,
                reason=f"it has ended, but {ENDED} cannot be read: "
                f"{problem.found if isinstance(problem, StorageError) else problem}",
                remedy=f"its journal tells how: tradewright trade show {session}",
            )


def _holder(place: Path) -> int | None:
    """Who trades a session; nobody where that cannot be looked at, because its trader has the right to."""
    with suppress(PermissionError):
        return holder_of(place / RUNNING)
    return None
