"""A snapshot is the state of a session at one record of its journal, so that a restart need not begin at the first.

This file decides that a snapshot is believed only when everything fits: its own checksum, its number, the schema, and
the digest of the record that the journal has there. A bad one is passed over with a note: the journal is the truth, and
snapshot and tail give what the whole journal gives. (A digest of the state beside the checksum would find nothing more
and took as long as the rest: half a second at 20,000 orders.)
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

import msgspec

from tradewright.domain.errors import StorageError
from tradewright.engine.runtime.journal.anchor import Head
from tradewright.engine.session.facts import SCHEMA
from tradewright.engine.session.state import SessionState, decoded, encoded
from tradewright.ports.disk import Disk

FORMAT: Final = 1
KEPT: Final = 2
"""Snapshots that stay; older ones are removed."""
_NAME: Final = re.compile(r"snapshot-(\d{12})\.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Title:
    """The first line of a snapshot's file."""

    format: int
    schema: int
    sequence: int
    head: str
    """Digest of that record."""
    checksum: str
    """Of the second line, the state."""
    shape: str = ""
    """Of the state's fields: a state of other fields is read with gaps or without what it does not know."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A state and the record that it stands at."""

    head: Head
    state: SessionState


@dataclass(frozen=True, slots=True)
class BadSnapshot:
    """A file that is no snapshot that we could go on from."""

    name: str
    problem: str


def name_of(sequence: int) -> str:
    """The file of a snapshot."""
    return f"snapshot-{sequence:012d}.json"


class Snapshots:
    """The snapshots in a session's folder."""

    __slots__ = ("_disk", "_shape", "last")

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._shape = shape_of(SessionState)
        self.last = 0
        """Record of the one that was written or used last."""

    def newest_first(self) -> Iterator[Snapshot | BadSnapshot]:
        """Every snapshot that is whole by itself, and what is bad with the others; whether it is of this journal is
        the journal's to say."""
        for name in sorted((one for one in self._disk.list() if _NAME.fullmatch(one)), reverse=True):
            yield self._read(name)

    def _read(self, name: str) -> Snapshot | BadSnapshot:
        try:
            first, _, second = self._disk.read(name).partition(b"\n")
            title = msgspec.json.decode(first, type=_Title)
        except (StorageError, msgspec.MsgspecError, UnicodeDecodeError) as problem:
            return BadSnapshot(name, f"it cannot be read: {problem}")
        if (title.format, title.schema) != (FORMAT, SCHEMA):
            return BadSnapshot(name, f"format {title.format} and schema {title.schema} are not {FORMAT} and {SCHEMA}")
        if title.checksum != _digest(second):
            return BadSnapshot(name, "its checksum is wrong")
        if title.shape != self._shape:
            return BadSnapshot(name, "its state has other fields than this version's: it is of an older or a newer one")
        try:
            state, head = decoded(second), Head(title.sequence, bytes.fromhex(title.head))
        except (ValueError, TypeError) as problem:
            return BadSnapshot(name, f"its state cannot be read: {problem}")
        if name != name_of(title.sequence):
            return BadSnapshot(name, f"it is of record {title.sequence}")
        return Snapshot(head, state)

    def write(self, state: SessionState, *, head: Head) -> None:
        """Keep the state at a committed record, and remove all but the newest; StorageError where the disk fails."""
        content = encoded(state)
        title = _Title(
            format=FORMAT,
            schema=SCHEMA,
            sequence=head.sequence,
            head=head.digest.hex(),
            checksum=_digest(content),
            shape=self._shape,
        )
        self._disk.replace(name_of(head.sequence), msgspec.json.encode(title) + b"\n" + content)
        self.last = head.sequence
        self._prune()

    def _prune(self) -> None:
        names = sorted(one for one in self._disk.list() if _NAME.fullmatch(one))
        for name in names[:-KEPT]:
            self._disk.remove(name)


def shape_of(kind: type) -> str:
    """Digest of the names and types of a value's fields and of all that they hold; what is told of them may change."""
    return _digest(msgspec.json.encode(_bare(msgspec.json.schema(kind)), order="sorted"))


def _bare(schema: object) -> object:
    if isinstance(schema, dict):
        return {name: _bare(one) for name, one in schema.items() if name != "description" or not isinstance(one, str)}
    return [_bare(one) for one in schema] if isinstance(schema, list) else schema


def _digest(content: bytes) -> str:
    return blake2b(content, digest_size=16).hexdigest()
