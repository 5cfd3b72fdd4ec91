"""Limits in a file of lines that only grows: number, digest, content; each digest covers the one before.

This file decides how damage shows. The head (number and digest of the last record) lies in a file of its own, replaced
after the record is durable: a trail that ends before its head has lost what was promised. One whole record beyond the
head was written but not promised, and stays; half a line there is what a crash left, and is cut off.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tradewright.domain.errors import InputError, StorageError
from tradewright.ports.disk import Disk
from tradewright.ports.limits import AuditRecord

TRAIL: Final = "limits.trail"
HEAD: Final = "limits.head"
_GENESIS: Final = hashlib.sha256(b"tradewright limits 1").hexdigest()
_REMEDY: Final = "nothing may trade by limits that nobody can prove; restore both files from a backup"


@dataclass(frozen=True, slots=True)
class _Reading:
    records: tuple[AuditRecord, ...]
    length: int
    """Bytes of whole lines."""


class ChainedLimits:
    """The trail in a folder, one writer at a time; `LimitsTrail` on a `Disk`."""

    __slots__ = ("_disk", "_folder")

    def __init__(self, disk: Disk, folder: str = "limits") -> None:
        self._disk = disk
        self._folder = folder

    def records(self) -> Sequence[AuditRecord]:
        """All records, oldest first; `StorageError` where the chain is broken."""
        return self._read().records

    def append(self, content: str) -> AuditRecord:
        """Add a record; it is durable when this returns."""
        if not content or "\n" in content or "\r" in content:
            raise InputError("a record of limits is one line of text", found=repr(content[:40]))
        hold = self._disk.hold(self._path("limits.lock"))
        try:
            reading = self._read()
            record = _record(reading.records, content)
            self._write(reading.length, record)
            self._disk.replace(self._path(HEAD), f"{record.sequence} {record.digest}\n".encode())
        finally:
            hold.release()
        return record

    def _write(self, offset: int, record: AuditRecord) -> None:
        line = f"{record.sequence} {record.digest} {record.content}\n".encode()
        file = self._disk.open(self._path(TRAIL), create=True)
        try:
            file.truncate(offset)
            file.write(offset, line)
            file.sync()
        finally:
            file.close()
        self._disk.sync_folder(self._folder)

    def _read(self) -> _Reading:
        content = self._disk.read(self._path(TRAIL)) if self._disk.exists(self._path(TRAIL)) else b""
        sequence, digest = self._head()
        whole = content[: content.rfind(b"\n") + 1]
        records: list[AuditRecord] = []
        for number, line in enumerate(whole.decode("utf-8", "replace").split("\n")[:-1], start=1):
            records.append(self._checked(line, number, records))
        if len(records) < sequence or (sequence and records[sequence - 1].digest != digest):
            raise self._broken("ends before its head", expected=f"{sequence} records", found=str(len(records)))
        if len(records) > sequence + 1:
            raise self._broken("goes on beyond its head", expected=f"{sequence} records", found=str(len(records)))
        return _Reading(tuple(records), len(whole))

    def _checked(self, line: str, number: int, before: list[AuditRecord]) -> AuditRecord:
        sequence, _, rest = line.partition(" ")
        digest, _, content = rest.partition(" ")
        record = _record(before, content)
        if (sequence, digest) != (str(record.sequence), record.digest):
            raise self._broken("is not as it was written", expected=f"record {number} unaltered", found=line[:40])
        return record

    def _head(self) -> tuple[int, str]:
        if not self._disk.exists(self._path(HEAD)):
            return 0, _GENESIS
        told = self._disk.read(self._path(HEAD)).decode("utf-8", "replace")
        sequence, _, digest = told.removesuffix("\n").partition(" ")
        is_number = sequence.isascii() and sequence.isdigit() and int(sequence) >= 1
        if not is_number or told != f"{int(sequence)} {digest}\n":
            raise self._broken("has a head that cannot be read", expected="a number and a digest", found=told[:60])
        return int(sequence), digest

    def _broken(self, what: str, *, expected: str, found: str) -> StorageError:
        return StorageError(
            f"the audit trail of limits {self._path(TRAIL)} {what}", expected=expected, found=found, remedy=_REMEDY
        )

    def _path(self, name: str) -> str:
        return f"{self._folder}/{name}"


def _record(before: Sequence[AuditRecord], content: str) -> AuditRecord:
    previous = before[-1].digest if before else _GENESIS
    sequence = len(before) + 1
    digest = hashlib.sha256(f"{previous}\n{sequence}\n{content}".encode()).hexdigest()
    return AuditRecord(sequence, content, digest)
