"""The tables of what is done again and again, and of every time that it was."""

from typing import Final

from sqlalchemy import Boolean, Column, ForeignKey, Integer, LargeBinary, Table, Text

from tradewright.adapters.database.schema.base import METADATA
from tradewright.adapters.database.types import Nanoseconds, OneOf, only
from tradewright.ports.schedules import FiringLife

SCHEDULES: Final = Table(
    "schedules",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("timezone", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("after_schedule", Text, nullable=False, comment="id of a schedule whose job must be done first, or empty"),
    Column("grace_s", Integer, nullable=False),
    Column("is_paused", Boolean, nullable=False),
    Column("next_ns", Nanoseconds),
    Column("changed_ns", Nanoseconds, nullable=False),
    Column("changed_by", Text, nullable=False),
)
FIRINGS: Final = Table(
    "firings",
    METADATA,
    Column("schedule", Text, ForeignKey(SCHEDULES.c.id, ondelete="CASCADE"), primary_key=True),
    Column("planned_ns", Nanoseconds, primary_key=True, autoincrement=False),
    Column("fired_ns", Nanoseconds, nullable=False),
    Column("life", OneOf(FiringLife), nullable=False),
    Column("job", Text, nullable=False),
    Column("fired_by", Text, nullable=False),
    only("life", FiringLife),
)
