"""The table of signals."""

from typing import Final

from sqlalchemy import JSON, Column, Double, Index, Integer, Table, Text

from tradewright.adapters.database.schema.base import METADATA
from tradewright.adapters.database.types import Nanoseconds, OneOf, only
from tradewright.domain.signals import Opinion

SIGNALS: Final = Table(
    "signals",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("strategy", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("parameters", JSON, nullable=False),
    Column("instrument", Text, nullable=False),
    Column("interval", Text, nullable=False),
    Column("bar_ns", Nanoseconds, nullable=False),
    Column("opinion", OneOf(Opinion), nullable=False),
    Column("strength", Double, nullable=False),
    Column("target", Double, comment="NULL: no opinion"),
    Column("previous", Double, nullable=False),
    Column("made_ns", Nanoseconds, nullable=False),
    Column("made_by", Text, nullable=False),
    only("opinion", Opinion),
    Index("ix_signals_bar_ns", "bar_ns"),
    Index("ix_signals_strategy", "strategy", "bar_ns"),
    Index("ix_signals_instrument", "instrument", "bar_ns"),
)
