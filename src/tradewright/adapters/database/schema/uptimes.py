"""The table of how long each part of the platform was well."""

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, Table, Text

from tradewright.adapters.database.schema.base import METADATA
from tradewright.adapters.database.types import Nanoseconds

UPTIMES: Final = Table(
    "uptimes",
    METADATA,
    Column("component", Text, primary_key=True),
    Column("is_critical", Boolean, nullable=False),
    Column("is_ok", Boolean, nullable=False),
    Column("since_ns", Nanoseconds, nullable=False),
    Column("noted_ns", Nanoseconds, nullable=False, comment="0: whoever looked has left in good order"),
    Column("story", Text, nullable=False),
    Column("ok_open_ns", BigInteger, nullable=False),
    Column("ok_closed_ns", BigInteger, nullable=False),
    Column("failed_open_ns", BigInteger, nullable=False),
    Column("failed_closed_ns", BigInteger, nullable=False),
)
