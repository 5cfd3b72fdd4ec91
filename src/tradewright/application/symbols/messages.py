"""What can be asked about tracked symbols and watchlists; a symbol is named by its id, or bare where one has it."""

from dataclasses import dataclass
from decimal import Decimal

from tradewright.ports.symbols import SymbolLife


@dataclass(frozen=True, slots=True, kw_only=True)
class AddSymbol:
    """Track an instrument. Answer: `TrackedSymbol`, unverified until somebody proves that it exists."""

    symbol: str
    """`AAPL`, or `AAPL.XNAS`."""
    venue: str = ""
    """Where a bare symbol is traded; empty: the default venue of the settings."""
    name: str = ""
    market: str = ""
    """`US`, `ASX`, `CRYPTO`."""
    asset_class: str = "equity"
    currency: str = ""
    """Empty: that of the venue, or of the pair."""
    tick: Decimal | None = None
    lot: Decimal | None = None
    multiplier: Decimal = Decimal(1)
    sector: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSymbol:
    """Say something else of a tracked symbol; None leaves it as it is. Answer: `TrackedSymbol`."""

    symbol: str
    name: str | None = None
    market: str | None = None
    asset_class: str | None = None
    currency: str | None = None
    tick: Decimal | None = None
    lot: Decimal | None = None
    multiplier: Decimal | None = None
    sector: str | None = None
    life: SymbolLife | None = None
    """By hand: `retired` with a remark that says why."""
    remark: str | None = None


@dataclass(frozen=True, slots=True)
class RemoveSymbol:
    """Track an instrument no more; it leaves every watchlist, its data stays. Answer: `TrackedSymbol` as it was."""

    symbol: str


@dataclass(frozen=True, slots=True)
class SymbolShown:
    """One tracked symbol. Answer: `TrackedSymbol`."""

    symbol: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Symbols:
    """Tracked symbols by id. Answer: a page of `TrackedSymbol`."""

    text: str = ""
    """A part of symbol or name."""
    venue: str = ""
    market: str = ""
    asset_class: str = ""
    life: SymbolLife | None = None
    limit: int = 100
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class Watchlists:
    """Every watchlist, by name. Answer: a tuple of `Watchlist`."""


@dataclass(frozen=True, slots=True)
class WatchlistShown:
    """One watchlist. Answer: `Watchlist`."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddWatchlist:
    """Make a list of tracked symbols. Answer: `Watchlist`."""

    name: str
    symbols: tuple[str, ...]
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeWatchlist:
    """Put other symbols, in this order, into a list that is there. Answer: `Watchlist`."""

    name: str
    symbols: tuple[str, ...]
    description: str | None = None
    """None: as it was."""


@dataclass(frozen=True, slots=True)
class RemoveWatchlist:
    """Remove a list; its symbols stay tracked. Answer: `Watchlist` as it was."""

    name: str
