"""The table of jobs."""

from typing import Final

from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, Integer, LargeBinary, Table, Text, UniqueConstraint

from tradewright.adapters.database.schema.base import METADATA
from tradewright.adapters.database.types import Nanoseconds, OneOf, Words, only
from tradewright.ports.jobs import JobLife

JOBS: Final = Table(
    "jobs",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("number", BigInteger, nullable=False, comment="the order in which jobs were asked for"),
    Column("change", BigInteger, nullable=False, comment="the number of the last change of the row"),
    Column("kind", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("title", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("roles", Words, nullable=False),
    Column("correlation_id", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("subject", Text, nullable=False),
    Column("after_job", Text, nullable=False, comment="id of a job that must be done first, or empty"),
    Column("planned", Text, comment="the unique name of a planned firing"),
    Column("life", OneOf(JobLife), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("worker", Text, nullable=False),
    Column("lease_until_ns", Nanoseconds),
    Column("is_to_be_canceled", Boolean, nullable=False),
    Column("progress_done", BigInteger, nullable=False),
    Column("progress_total", BigInteger),
    Column("progress_note", Text, nullable=False),
    Column("result", JSON(none_as_null=True)),
    Column("error", JSON(none_as_null=True)),
    Column("created_ns", Nanoseconds, nullable=False),
    Column("started_ns", Nanoseconds),
    Column("ended_ns", Nanoseconds),
    UniqueConstraint("number"),
    UniqueConstraint("change"),
    UniqueConstraint("planned"),
    only("life", JobLife),
    Index("ix_jobs_next", "life", "priority", "number"),
    Index("ix_jobs_after_job", "after_job"),
)
