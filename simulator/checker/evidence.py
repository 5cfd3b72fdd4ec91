"""Evidence is what the judge is given: the log of the world, the venue's book, the bytes of the journal, all plain."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from simulator.log import Entry

Plain = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that must not be."""

    rule: str
    """I1 ... I28, L1 ... L6."""
    story: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.story}"


@dataclass(frozen=True, slots=True)
class Believed:
    """What a session holds to be true at its end, read out of it as plain values."""

    positions: Mapping[str, str]
    """Signed quantity by instrument, without those that are flat."""
    cash: Mapping[str, str]
    orders: Mapping[str, Plain]
    """life, filled, quantity, pending by client order id."""
    frozen: Mapping[str, str]
    is_green: bool
    """Whether it would send orders."""
    digest: str
    results: Mapping[str, str] = field(default_factory=dict)
    """By instrument: realized less fees less what is held at cost, over all strategies."""
    dropped: frozenset[str] = frozenset()
    """Of the venue's orders, those that it says it dropped long after they had ended."""
    drops: int = 0
    """How many it dropped in all."""


@dataclass
class Evidence:
    """One run."""

    entries: Sequence[Entry]
    truth: Plain
    journal: Mapping[str, bytes]
    """The files of the journal's folder by name, as they are at the end."""
    believed: Believed | None = None
    """None where the session could not be brought up in the end."""
    digests: Sequence[tuple[str, str, str]] = ()
    """(where, digest of the live state, digest of the replayed one)."""
    problems: Sequence[str] = ()
    """Exceptions that nobody took, tasks that were left."""
    observed: list[Finding] = field(default_factory=list)
    """What was found while it ran."""
    tick: str = "0.01"
    lot: str = "1"
    engine: str = "tw"
    read: dict[int, list[Any]] = field(default_factory=dict, repr=False)
    """What became durable with each entry of the log, by its order: read once."""
    position_share: str = "0.2"
    """The limit on an instrument's notional, of equity."""
    order_quantity: str = "100000"
    """The limit on the units of one order."""
    must_settle: bool = True
    """Whether the second phase was run: faults had stopped for long enough."""
