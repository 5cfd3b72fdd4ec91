"""The tables of those who may come in: keys, and people with passwords."""

from typing import Final

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text

from tradewright.adapters.database.schema.base import METADATA
from tradewright.adapters.database.types import Nanoseconds, OneOf, Words, only
from tradewright.ports.keys import KeyKind

KEYS: Final = Table(
    "keys",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    Column("kind", OneOf(KeyKind), nullable=False),
    Column("name", Text, nullable=False),
    Column("roles", Words, nullable=False),
    Column("accounts", Words, comment="NULL: all"),
    Column("created_ns", Nanoseconds, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("expires_ns", Nanoseconds),
    Column("revoked_ns", Nanoseconds),
    Column("used_ns", Nanoseconds),
    Column("replaces", Text, nullable=False),
    only("kind", KeyKind),
    Index("ix_keys_name", "name"),
)
USERS: Final = Table(
    "users",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("password", Text, nullable=False, comment="what argon2id made of it"),
    Column("roles", Words, nullable=False),
    Column("accounts", Words, comment="NULL: all"),
    Column("created_ns", Nanoseconds, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("locked_until_ns", Nanoseconds, nullable=False),
)
