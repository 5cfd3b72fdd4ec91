"""The tables of the shelf: strategies, their versions, and the bytes of those."""

from typing import Final

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)

from tradewright.adapters.database.schema.base import METADATA
from tradewright.adapters.database.types import Nanoseconds, OneOf, Words, only
from tradewright.ports.shelf import ShelfLife

STRATEGIES: Final = Table(
    "strategies",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("tags", Words, nullable=False),
    Column("life", OneOf(ShelfLife), nullable=False),
    Column("newest", Integer, nullable=False, comment="the number of the newest version"),
    Column("created_ns", Nanoseconds, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("changed_ns", Nanoseconds, nullable=False),
    only("life", ShelfLife),
    Index(
        "uq_strategies_name_in_use",
        "name",
        unique=True,
        sqlite_where=text("life <> 'deleted'"),
        postgresql_where=text("life <> 'deleted'"),
    ),
)
STRATEGY_SOURCES: Final = Table(
    "strategy_sources",
    METADATA,
    Column("digest", Text, primary_key=True),
    Column("source", LargeBinary, nullable=False),
)
STRATEGY_VERSIONS: Final = Table(
    "strategy_versions",
    METADATA,
    Column("strategy", Text, ForeignKey(STRATEGIES.c.id), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("digest", Text, ForeignKey(STRATEGY_SOURCES.c.digest), nullable=False),
    Column("file_name", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("class_name", Text, nullable=False),
    Column("parameters", JSON(none_as_null=True), nullable=False),
    Column("findings", JSON(none_as_null=True), nullable=False),
    Column("created_ns", Nanoseconds, nullable=False),
    Column("created_by", Text, nullable=False),
    CheckConstraint("version >= 1", name="version_counts"),
)
