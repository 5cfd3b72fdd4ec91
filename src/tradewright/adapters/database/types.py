"""Types of columns that mean the same on SQLite and on PostgreSQL.

This file decides that nothing is rounded on its way: exact numbers are NUMERIC in PostgreSQL and decimal text in
SQLite, times are whole nanoseconds, JSON is kept as it was written, and what JSON cannot say is refused.
"""

import json
from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, TypeVar

from sqlalchemy import JSON, NUMERIC, BigInteger, CheckConstraint, Dialect, Text, TypeDecorator
from sqlalchemy.types import TypeEngine

from tradewright.domain.errors import InputError

Nanoseconds: Final = BigInteger
Word = TypeVar("Word", bound=StrEnum)


class Exact(TypeDecorator[Decimal]):
    """A decimal number, to the last digit."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """NUMERIC without bounds, or text."""
        kind: TypeEngine[Any] = NUMERIC() if dialect.name == "postgresql" else Text()
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> object:
        """Digits without an exponent; InputError for what is no number."""
        if value is None:
            return None
        if not value.is_finite():
            raise InputError("only numbers can be kept", expected="a finite number", found=str(value))
        return value if dialect.name == "postgresql" else format(value, "f")

    def process_result_value(self, value: object, dialect: Dialect) -> Decimal | None:
        """Back, with the same digits."""
        return None if value is None else Decimal(str(value))


class Words(TypeDecorator[frozenset[str]]):
    """A set of words, kept as a sorted JSON list; None stays None."""

    impl = JSON(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: frozenset[str] | None, dialect: Dialect) -> list[str] | None:
        """In alphabetical order, so that the same set is the same text."""
        return None if value is None else sorted(value)

    def process_result_value(self, value: Iterable[str] | None, dialect: Dialect) -> frozenset[str] | None:
        """The set."""
        return None if value is None else frozenset(value)


class OneOf(TypeDecorator[Word]):
    """A word of a closed set; `only` says the same to the database."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: type[Word]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: Word | None, dialect: Dialect) -> str | None:
        """The word."""
        return None if value is None else self.kind(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> Word | None:
        """The member of that word."""
        return None if value is None else self.kind(value)


def only(column: str, kind: type[StrEnum]) -> CheckConstraint:
    """The database takes no other word in that column."""
    return CheckConstraint(f"{column} IN ({', '.join(repr(one.value) for one in kind)})", name=f"{column}_known")


def json_text(value: object) -> str:
    """JSON as it is kept; InputError for what JSON cannot say (a date, NaN)."""
    try:
        return json.dumps(value, allow_nan=False, ensure_ascii=True, separators=(",", ":"))
    except (TypeError, ValueError) as problem:
        raise InputError(
            "this cannot be kept as JSON", expected="texts, numbers, lists, objects", found=str(problem)
        ) from problem
