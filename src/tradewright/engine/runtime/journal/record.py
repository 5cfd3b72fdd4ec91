"""A record is one fact of trading (an order intended, a fill reported, a limit changed) with its number in the journal.

Facts are frozen types that a catalogue knows by name; they are kept as JSON, so that a person can read the journal with
any tool and decimals stay the exact text they were (MessagePack was a quarter smaller and no faster: the
numbers are in ADR 5). What cannot be read back equal is refused when it is written: NaN, infinity, a lost type.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import msgspec

from tradewright.domain.errors import InputError
from tradewright.engine.runtime.journal.frame import Frame
from tradewright.engine.runtime.journal.problems import JournalError, JournalNewer

Upcast = Callable[[str, dict[str, object]], tuple[str, dict[str, object]]]
"""(kind, fields) as one schema wrote them -> as the next schema would have."""


@dataclass(frozen=True, slots=True)
class SessionOpened:
    """The journal's own fact: from here on another opening of it for writing speaks."""

    epoch: int
    opened_ns: int
    cut_bytes: int
    """Bytes of a torn, never promised end that were cut off at this opening."""


@dataclass(frozen=True, slots=True)
class Record:
    """One fact and where it stands."""

    sequence: int
    epoch: int
    fact: object


_OPENED: Final = SessionOpened.__name__
_ENVELOPE: Final = msgspec.json.Decoder(tuple[str, msgspec.Raw])


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The facts a program knows. A new field with a default needs nothing; anything else needs the next `schema`
    and an upcast from the one before.

    `kinds` maps the name in the journal to the type (a frozen dataclass or struct); `upcasts` maps an older schema to
    the step that leads to the next one. Fields that this version does not know are left out when read.
    """

    schema: int
    kinds: Mapping[str, type]
    upcasts: Mapping[int, Upcast] = field(default_factory=dict)
    _names: dict[type, str] = field(init=False, repr=False, compare=False)
    _readers: dict[str, msgspec.json.Decoder[object]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.schema < 1 or _OPENED in self.kinds:
            raise InputError(f"a catalogue has a schema from 1 on, and {_OPENED} is the journal's own")
        every = {**self.kinds, _OPENED: SessionOpened}
        object.__setattr__(self, "_names", {type_: name for name, type_ in every.items()})
        object.__setattr__(self, "_readers", {name: msgspec.json.Decoder(type_) for name, type_ in every.items()})

    def body_of(self, fact: object) -> bytes:
        """The fact as JSON, proven to read back equal; `InputError` where it does not or is not in the catalogue."""
        kind = self._names.get(type(fact))
        if kind is None:
            raise InputError(
                f"{type(fact).__name__} is no fact of this journal", expected=f"one of {sorted(self.kinds)}"
            )
        try:
            content = msgspec.json.encode(fact)
            is_same = self._readers[kind].decode(content) == fact
        except (msgspec.MsgspecError, TypeError, ValueError) as problem:
            raise InputError(f"{fact!r} cannot be written to the journal", found=str(problem)) from problem
        if not is_same:
            raise InputError(
                f"{fact!r} would not be read back from the journal as it is", expected="finite plain values"
            )
        return b'["%b",%b]' % (kind.encode("ascii"), content)

    def record_of(self, frame: Frame) -> Record:
        """The fact of a frame; `JournalNewer` for a later schema, `JournalError` for what the catalogue cannot read."""
        if frame.schema > self.schema:
            raise JournalNewer(
                f"record {frame.sequence}", expected=f"schema {self.schema} or older", found=f"schema {frame.schema}"
            )
        try:
            kind, content = _ENVELOPE.decode(frame.body)
            fact = self._older(frame, kind, content) if frame.schema < self.schema else self._read(kind, content)
        except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
            raise self._unreadable(frame, str(problem)) from problem
        except KeyError as problem:
            raise self._unreadable(frame, f"unknown kind {problem.args[0]!r}") from problem
        return Record(frame.sequence, frame.epoch, fact)

    def _read(self, kind: str, content: bytes | msgspec.Raw) -> object:
        return self._readers[kind].decode(content)

    def _older(self, frame: Frame, kind: str, content: msgspec.Raw) -> object:
        if kind == _OPENED:
            return self._read(kind, content)
        fields = msgspec.json.decode(content, type=dict[str, object])
        for schema in range(frame.schema, self.schema):
            if schema not in self.upcasts:
                raise self._unreadable(frame, f"schema {schema}, and no way from it to schema {schema + 1}")
            kind, fields = self.upcasts[schema](kind, fields)
        return self._read(kind, msgspec.json.encode(fields))

    def _unreadable(self, frame: Frame, found: str) -> JournalError:
        return JournalError(
            f"record {frame.sequence} cannot be read",
            expected=f"a fact of schema {self.schema}",
            found=found,
            remedy="use the version that wrote it, or one that knows how to read it",
        )
