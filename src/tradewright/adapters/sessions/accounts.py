"""Accounts of one mode below a folder: `<account>/kill`, and `<account>/kills.jsonl` with its history.

The kill file is written beside, synced and renamed, so that it is there whole or not at all; what cannot be read counts
as a kill, because nobody may trade on a doubt.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from tradewright.domain.errors import InputError, StorageError
from tradewright.ports.disk import Disk
from tradewright.ports.kill import KillNote
from tradewright.ports.sessions import AccountOpening, ArmingFile

KILL: Final = "kill"
OPENING: Final = "account.json"
ARM: Final = "arm.json"
HISTORY: Final = "kills.jsonl"
Kept = TypeVar("Kept")
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")


class _Line(msgspec.Struct, frozen=True):
    what: str
    note: KillNote


@dataclass(frozen=True, slots=True)
class AccountFolders:
    """The folder `folder_of_all`; `disk` is the same folder as a disk."""

    folder_of_all: Path
    disk: Disk

    def names(self) -> Sequence[str]:
        """Sub-folders."""
        return [name for name in self.disk.list() if (self.folder_of_all / name).is_dir()]

    def opening(self, account: str) -> AccountOpening | None:
        """From `account.json`."""
        return self._read(f"{_checked(account)}/{OPENING}", AccountOpening)

    def open(self, account: str, opening: AccountOpening) -> None:
        """Into `account.json`."""
        self.disk.replace(f"{_checked(account)}/{OPENING}", msgspec.json.encode(opening))
        self.folder(account).chmod(0o700)

    def arming(self, account: str) -> ArmingFile | None:
        """From `arm.json`."""
        return self._read(f"{_checked(account)}/{ARM}", ArmingFile)

    def folder(self, account: str) -> Path:
        """Of its name."""
        return self.folder_of_all / _checked(account)

    def kill_file(self, account: str) -> Path:
        """`<account>/kill`."""
        return self.folder(account) / KILL

    def kill(self, account: str, note: KillNote) -> None:
        """The file before its line in the history: shutting comes first."""
        before = self.killed(account)
        if before is None or note.mode.is_stronger_than(before.mode):
            self.disk.replace(f"{account}/{KILL}", msgspec.json.encode(note))
            self._write_down(account, _Line("killed", note))

    def killed(self, account: str) -> KillNote | None:
        """Reads the file."""
        path = f"{_checked(account)}/{KILL}"
        if not self.disk.exists(path):
            return None
        try:
            return msgspec.json.decode(self.disk.read(path), type=KillNote)
        except (StorageError, msgspec.MsgspecError, UnicodeDecodeError) as problem:
            if not self.disk.exists(path):
                return None  # released between the two looks
            return KillNote("", f"its kill file cannot be read: {problem}")

    def release(self, account: str, note: KillNote) -> None:
        """The line in the history before the file goes: nobody opens without having said so."""
        self._write_down(account, _Line("released", note))
        self.disk.remove(f"{account}/{KILL}")
        self.disk.sync_folder(account)

    def kills(self, account: str) -> Sequence[tuple[str, KillNote]]:
        """The history; a line that was cut by a crash is left out."""
        found = []
        path = f"{_checked(account)}/{HISTORY}"
        for line in self.disk.read(path).splitlines() if self.disk.exists(path) else ():
            try:
                told = msgspec.json.decode(line, type=_Line)
            except (msgspec.MsgspecError, UnicodeDecodeError):
                continue
            found.append((told.what, told.note))
        return found

    def _read(self, path: str, kind: type[Kept]) -> Kept | None:
        if not self.disk.exists(path):
            return None
        try:
            return msgspec.json.decode(self.disk.read(path), type=kind)
        except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
            raise StorageError(
                f"{self.folder_of_all / path} cannot be read",
                found=str(problem),
                remedy="bring it back from a copy, or choose another --account",
            ) from problem

    def _write_down(self, account: str, line: _Line) -> None:
        file = self.disk.open(f"{account}/{HISTORY}", create=True)
        try:
            length = file.length()
            is_torn = length > 0 and file.read(length - 1, 1) != b"\n"
            file.write(length, b"\n" * is_torn + msgspec.json.encode(line) + b"\n")
            file.sync()
        finally:
            file.close()


def _checked(account: str) -> str:
    """The name, which becomes a folder's."""
    if _NAME.fullmatch(account) is None:
        raise InputError(
            f"{account!r} cannot be an account", expected="up to 32 lower-case letters, digits, _ and -", found=account
        )
    return account
