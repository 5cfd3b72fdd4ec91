"""The table of daily prices, with the rules of prices as checks of the database."""

from typing import Final

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Table, Text

from tradewright.adapters.database.schema.base import METADATA
from tradewright.adapters.database.schema.symbols import SYMBOLS
from tradewright.adapters.database.types import Exact, Nanoseconds

DAILY_PRICES: Final = Table(
    "daily_prices",
    METADATA,
    Column("instrument", Text, ForeignKey(SYMBOLS.c.instrument, ondelete="CASCADE"), primary_key=True),
    Column("time_ns", Nanoseconds, primary_key=True, autoincrement=False),
    Column("session", Date, nullable=False),
    Column("open", Exact, nullable=False),
    Column("high", Exact, nullable=False),
    Column("low", Exact, nullable=False),
    Column("close", Exact, nullable=False),
    Column("volume", Exact),
    Column("source", Text, nullable=False),
    Column("known_ns", Nanoseconds, nullable=False),
    # decimal text is compared as numbers, in SQLite too
    CheckConstraint(
        "CAST(high AS NUMERIC) >= CAST(open AS NUMERIC) AND CAST(high AS NUMERIC) >= CAST(close AS NUMERIC)",
        name="high_is_highest",
    ),
    CheckConstraint(
        "CAST(low AS NUMERIC) <= CAST(open AS NUMERIC) AND CAST(low AS NUMERIC) <= CAST(close AS NUMERIC)",
        name="low_is_lowest",
    ),
    CheckConstraint("CAST(low AS NUMERIC) > 0", name="prices_are_positive"),
    CheckConstraint("volume IS NULL OR CAST(volume AS NUMERIC) >= 0", name="volume_counts"),
)
