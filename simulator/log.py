"""The log of a run is what truly happened in the simulated world, in one order: bytes synced, orders sent, processes
killed. The judge reads it; the digest over it and over every step tells whether two runs were the same.
"""

from collections import Counter
from dataclasses import dataclass, field
from hashlib import blake2b


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of the world."""

    order: int
    """Place in the one order of all events."""
    time_ns: int
    """Virtual monotonic time."""
    kind: str
    """synced, sent, refused, killed, opened, told, asked ..."""
    process: str
    data: dict[str, object]


@dataclass
class Log:
    """All of a run."""

    entries: list[Entry] = field(default_factory=list)
    hits: Counter[str] = field(default_factory=Counter)
    """How often each named fault struck."""
    counts: Counter[str] = field(default_factory=Counter)
    """What else is worth counting."""
    now_ns: int = 0
    _trace: "blake2b" = field(default_factory=lambda: blake2b(digest_size=16))

    def add(self, kind: str, process: str = "", **data: object) -> None:
        """Write down what happened."""
        self.entries.append(Entry(len(self.entries) + 1, self.now_ns, kind, process, data))
        self.trace(kind)

    def hit(self, fault: str) -> None:
        """A named fault struck."""
        self.hits[fault] += 1
        self.trace(fault)

    def trace(self, text: str) -> None:
        """Take a step into the digest."""
        self._trace.update(f"{self.now_ns}|{text}\n".encode())

    @property
    def digest(self) -> str:
        """Of everything traced so far."""
        return self._trace.hexdigest()
