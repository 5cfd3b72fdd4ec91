"""The table of strategies at work."""

from typing import Final

from sqlalchemy import JSON, CheckConstraint, Column, Index, Integer, Table, Text, text

from tradewright.adapters.database.schema.base import METADATA
from tradewright.adapters.database.types import Nanoseconds, OneOf, only
from tradewright.ports.deployments import Wanted

LIVE_STRATEGIES: Final = Table(
    "live_strategies",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("strategy", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("parameters", JSON(none_as_null=True), nullable=False),
    Column("symbols", JSON(none_as_null=True), nullable=False),
    Column("account", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("feed", JSON(none_as_null=True), nullable=False),
    Column("wanted", OneOf(Wanted), nullable=False),
    Column("session", Text, nullable=False),
    Column("restarts", Integer, nullable=False),
    Column("problem", Text, nullable=False),
    Column("created_ns", Nanoseconds, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("changed_ns", Nanoseconds, nullable=False),
    only("wanted", Wanted),
    CheckConstraint("mode IN ('paper', 'live')", name="mode_known"),
    Index(
        "uq_live_strategies_account_in_use",
        "mode",
        "account",
        unique=True,
        sqlite_where=text("wanted <> 'stopped'"),
        postgresql_where=text("wanted <> 'stopped'"),
    ),
)
