"""The tables of the registry: symbols that are tracked, and lists of them to watch."""

from typing import Final

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from tradewright.adapters.database.schema.base import METADATA
from tradewright.adapters.database.types import Exact, Nanoseconds, OneOf, only
from tradewright.ports.symbols import SymbolLife

SYMBOLS: Final = Table(
    "symbols",
    METADATA,
    Column("instrument", Text, primary_key=True, comment="SYMBOL.VENUE"),
    Column("symbol", Text, nullable=False),
    Column("venue", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("market", Text, nullable=False),
    Column("asset_class", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("tick", Exact),
    Column("lot", Exact),
    Column("multiplier", Exact, nullable=False),
    Column("sector", Text, nullable=False),
    Column("life", OneOf(SymbolLife), nullable=False),
    Column("verified_ns", Nanoseconds),
    Column("remark", Text, nullable=False),
    Column("created_ns", Nanoseconds, nullable=False),
    Column("changed_ns", Nanoseconds, nullable=False),
    only("life", SymbolLife),
    Index("ix_symbols_symbol", "symbol"),
)
WATCHLISTS: Final = Table(
    "watchlists",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("description", Text, nullable=False),
    Column("created_ns", Nanoseconds, nullable=False),
    Column("changed_ns", Nanoseconds, nullable=False),
)
WATCHED: Final = Table(
    "watchlist_instruments",
    METADATA,
    Column("watchlist", Text, ForeignKey(WATCHLISTS.c.name, ondelete="CASCADE"), primary_key=True),
    Column("instrument", Text, ForeignKey(SYMBOLS.c.instrument, ondelete="CASCADE"), primary_key=True),
    Column("place", Integer, nullable=False, comment="the owner's order"),
    Index("ix_watchlist_instruments_instrument", "instrument"),
)
