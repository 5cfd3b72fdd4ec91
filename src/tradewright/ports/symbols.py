"""The registry of symbols: which instruments are tracked, what they are, and when their existence was last proven; and
lists of them to watch.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from tradewright.ports.paging import Page, Slot


class SymbolLife(StrEnum):
    """How a tracked symbol stands."""

    ACTIVE = "active"
    UNVERIFIED = "unverified"
    """Added without proof."""
    RETIRED = "retired"
    """Proven to be no more; its history stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackedSymbol:
    """One tracked instrument. Times are nanoseconds UTC."""

    instrument: str
    """SYMBOL.VENUE, the instrument's id."""
    symbol: str
    venue: str
    name: str = ""
    market: str = ""
    """`US`, `ASX`, `CRYPTO`."""
    asset_class: str = "equity"
    currency: str
    tick: Decimal | None = None
    lot: Decimal | None = None
    multiplier: Decimal = Decimal(1)
    sector: str = ""
    life: SymbolLife = SymbolLife.UNVERIFIED
    verified_ns: int | None = None
    """When its existence was last proven."""
    remark: str = ""
    """Why it is retired, or who says so."""
    created_ns: int
    changed_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolFilter:
    """Which symbols are wanted; empty: all."""

    text: str = ""
    """A part of symbol or name."""
    venue: str = ""
    market: str = ""
    asset_class: str = ""
    life: SymbolLife | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Watchlist:
    """A named list of instruments, in its owner's order."""

    name: str
    instruments: tuple[str, ...]
    description: str = ""
    created_ns: int
    changed_ns: int


class SymbolRegistry(Protocol):
    """The registry. StorageError where it fails."""

    def add(self, symbols: Sequence[TrackedSymbol]) -> None:
        """All or none; InputError that names those which are there already."""
        ...

    def change(self, symbol: TrackedSymbol) -> None:
        """Put it in place of the one of that id; UnknownInstrument where there is none."""
        ...

    def find(self, name: str) -> TrackedSymbol:
        """By id, or by a bare symbol that only one has; UnknownInstrument with near names."""
        ...

    def all(self, wanted: SymbolFilter, slot: Slot) -> Page[TrackedSymbol]:
        """By instrument id."""
        ...

    def remove(self, instrument: str) -> None:
        """From the registry and from every watchlist, in one step; UnknownInstrument where there is none."""
        ...

    def watchlists(self) -> Sequence[Watchlist]:
        """By name."""
        ...

    def watchlist(self, name: str) -> Watchlist:
        """One; InputError with near names."""
        ...

    def keep_watchlist(self, watchlist: Watchlist, *, is_new: bool) -> None:
        """Add or replace; InputError where a new one's name is taken, or an instrument is not tracked."""
        ...

    def remove_watchlist(self, name: str) -> None:
        """InputError where there is none."""
        ...
