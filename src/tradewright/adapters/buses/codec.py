"""How events travel between processes: their class by name, their fields as MessagePack.

This file decides that nothing is read that a topic does not carry: the classes of a topic are its kind and those
derived from it, found by name among what this program knows, and the fields have to be of the types that the class
says. No code travels.
"""

from dataclasses import dataclass, field
from typing import Final

import msgspec

from tradewright.domain.errors import DataError
from tradewright.ports.bus import Topic

_SEPARATOR: Final = b"\n"


@dataclass(slots=True)
class Codec:
    """Reads and writes the events of one topic."""

    topic: Topic[object]
    _readers: dict[bytes, msgspec.msgpack.Decoder[object]] = field(default_factory=dict)
    _encoder: msgspec.msgpack.Encoder = field(default_factory=msgspec.msgpack.Encoder)

    def written(self, event: object) -> bytes:
        """As it travels."""
        return type(event).__name__.encode("ascii") + _SEPARATOR + self._encoder.encode(event)

    def read(self, content: bytes) -> object:
        """The event; `DataError` for what is none of this topic."""
        name, _, fields = content.partition(_SEPARATOR)
        reader = self._readers.get(name)
        if reader is None:
            reader = self._readers[name] = msgspec.msgpack.Decoder(self._class(name))
        try:
            return reader.decode(fields)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
            raise DataError(f"topic {self.topic.name} carried something else", found=str(problem)) from problem

    def _class(self, name: bytes) -> type:
        waiting: list[type] = [self.topic.kind]
        while waiting:
            kind = waiting.pop()
            if kind.__name__.encode("ascii") == name:
                return kind
            waiting += kind.__subclasses__()
        raise DataError(
            f"topic {self.topic.name} carried something that this version does not know",
            expected=self.topic.kind.__name__,
            found=name[:64].decode("ascii", "replace"),
            remedy="run one version in all services",
        )
