"""The tables of what was asked: the audit trail, answers that are kept for repeats, assessments of risk."""

from typing import Final

from sqlalchemy import JSON, BigInteger, Column, Index, LargeBinary, Table, Text

from tradewright.adapters.database.schema.base import METADATA
from tradewright.adapters.database.types import Nanoseconds

AUDIT: Final = Table(
    "audit",
    METADATA,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("digest", Text, nullable=False),
    Column("time_ns", Nanoseconds, nullable=False),
    Column("duration_ns", Nanoseconds, nullable=False),
    Column("actor", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("correlation_id", Text, nullable=False),
    Column("idempotency_key", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("error", Text, nullable=False),
    Column("door", Text, nullable=False),
    Index("ix_audit_time_ns", "time_ns"),
    Index("ix_audit_correlation_id", "correlation_id"),
)
REPEATS: Final = Table(
    "repeats",
    METADATA,
    Column("actor", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("answer", LargeBinary, comment="NULL while somebody is at it"),
    Column("since_ns", Nanoseconds, nullable=False, comment="when it was claimed, or its answer kept"),
    Index("ix_repeats_since_ns", "since_ns"),
)
RISK_ASSESSMENTS: Final = Table(
    "risk_assessments",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("time_ns", Nanoseconds, nullable=False),
    Column("kind", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("session", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("content", JSON(none_as_null=True), nullable=False),
    Column("correlation_id", Text, nullable=False),
    Index("ix_risk_assessments_time_ns", "time_ns", "id"),
    Index("ix_risk_assessments_account", "account", "time_ns"),
)
