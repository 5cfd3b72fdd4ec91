"""Accounts of one mode below a folder: `<account>/kill`, `<account>/arm.json`, and a history of each beside it.

A file is written beside, synced and renamed, so that it is there whole or not at all. A kill that cannot be read counts
as a kill, an arming that cannot be read as none: nobody may trade on a doubt.
"""

import os
import re
import stat
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from tradewright.domain.errors import InputError, StorageError
from tradewright.ports.disk import Disk
from tradewright.ports.kill import KillNote
from tradewright.ports.sessions import AccountOpening, ArmingEntry, ArmingFile

KILL: Final = "kill"
OPENING: Final = "account.json"
ARM: Final = "arm.json"
HISTORY: Final = "kills.jsonl"
ARMINGS: Final = "armings.jsonl"
OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
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
        path = self.folder(account) / ARM
        with suppress(FileNotFoundError):
            status = path.stat()
            if status.st_mode & OTHERS or status.st_uid != os.geteuid():
                raise StorageError(
                    f"{path} does not count as an arming",
                    expected="a file that nobody but its owner may read or write, and that is ours",
                    found=f"mode {stat.S_IMODE(status.st_mode):04o}, user {status.st_uid}",
                    remedy=f"take it away, and arm the account: tradewright risk arm --account {account}",
                )
        return self._read(f"{account}/{ARM}", ArmingFile)

    def arm(self, account: str, arming: ArmingFile, *, reason: str) -> None:
        """Written under another name first, so that it is never open to others."""
        entry = ArmingEntry(
            what="armed", who=arming.who, time_ns=arming.armed_ns, until_ns=arming.until_ns, reason=reason
        )
        self.folder(account).mkdir(mode=0o700, parents=True, exist_ok=True)
        self._write_down(account, ARMINGS, entry)
        beside = f"{account}/{ARM}.new"
        self.disk.replace(beside, msgspec.json.encode(arming))
        (self.folder_of_all / beside).chmod(0o600)
        self.disk.rename(beside, f"{account}/{ARM}")
        self.disk.sync_folder(account)

    def disarm(self, account: str, entry: ArmingEntry) -> bool:
        """The file before its line in the history: locking comes first."""
        if not self.disk.exists(f"{_checked(account)}/{ARM}"):
            return False
        self.disk.remove(f"{account}/{ARM}")
        self.disk.sync_folder(account)
        self._write_down(account, ARMINGS, entry)
        return True

    def armings(self, account: str) -> Sequence[ArmingEntry]:
        """The history; a line that was cut by a crash is left out."""
        return self._lines(f"{_checked(account)}/{ARMINGS}", ArmingEntry)

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
            self._write_down(account, HISTORY, _Line("killed", note))

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
        self._write_down(account, HISTORY, _Line("released", note))
        self.disk.remove(f"{account}/{KILL}")
        self.disk.sync_folder(account)

    def kills(self, account: str) -> Sequence[tuple[str, KillNote]]:
        """The history; a line that was cut by a crash is left out."""
        return [(told.what, told.note) for told in self._lines(f"{_checked(account)}/{HISTORY}", _Line)]

    def _lines(self, path: str, kind: type[Kept]) -> list[Kept]:
        found = []
        for line in self.disk.read(path).splitlines() if self.disk.exists(path) else ():
            with suppress(msgspec.MsgspecError, UnicodeDecodeError):
                found.append(msgspec.json.decode(line, type=kind))
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

    def _write_down(self, account: str, name: str, line: object) -> None:
        file = self.disk.open(f"{account}/{name}", create=True)
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
