"""The table of leases."""

from typing import Final

from sqlalchemy import BigInteger, Column, Table, Text

from tradewright.adapters.database.schema.base import METADATA
from tradewright.adapters.database.types import Nanoseconds

LEASES: Final = Table(
    "leases",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False, comment="empty: nobody"),
    Column("epoch", BigInteger, nullable=False),
    Column("until_ns", Nanoseconds, nullable=False),
)
