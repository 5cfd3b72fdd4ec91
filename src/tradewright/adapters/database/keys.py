"""Keys and people in a database; digests and hashes, never a secret."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, and_, delete, or_, select, update

from tradewright.adapters.database.engine import Database
from tradewright.adapters.database.rows import is_new, keep, unknown
from tradewright.adapters.database.schema.keys import KEYS, USERS
from tradewright.domain.errors import Conflict
from tradewright.ports.keys import KeptKey, KeyKind, Person

MINUTE: Final = 60 * 10**9
_KEY: Final = tuple(column.name for column in KEYS.columns)
_PERSON: Final = tuple(column.name for column in USERS.columns)


class DatabaseKeys:
    """`KeyRing` in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._changes = count(1)
        self.changes = 0

    def add(self, key: KeptKey) -> None:
        """A new row."""
        with self._changing() as connection:
            if not is_new(connection, KEYS, cells={name: getattr(key, name) for name in _KEY}):
                raise Conflict(f"there is a key {key.id} already", remedy="make another one")

    def find(self, key: str) -> KeptKey | None:
        """By id."""
        with self._database.reading() as connection:
            row = connection.execute(select(KEYS).where(KEYS.c.id == key)).mappings().first()
        return None if row is None else _key(row)

    def all(self) -> Sequence[KeptKey]:
        """Newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(select(KEYS).order_by(KEYS.c.created_ns.desc(), KEYS.c.id)).mappings().all()
        return [_key(row) for row in rows]

    def revoke(self, key: str, *, now_ns: int) -> None:
        """The first time counts."""
        with self._changing() as connection:
            if connection.execute(select(KEYS.c.id).where(KEYS.c.id == key)).first() is None:
                raise unknown("key", key)
            is_good = and_(KEYS.c.id == key, KEYS.c.revoked_ns.is_(None))
            connection.execute(update(KEYS).where(is_good).values(revoked_ns=now_ns))

    def expire(self, key: str, *, at_ns: int) -> None:
        """InputError where there is none."""
        with self._changing() as connection:
            if connection.execute(select(KEYS.c.id).where(KEYS.c.id == key)).first() is None:
                raise unknown("key", key)
            is_later = or_(KEYS.c.expires_ns.is_(None), KEYS.c.expires_ns > at_ns)
            connection.execute(update(KEYS).where(KEYS.c.id == key, is_later).values(expires_ns=at_ns))

    def used(self, key: str, *, now_ns: int) -> None:
        """Read first: of the many uses in a minute one writes."""
        minute = now_ns - now_ns % MINUTE
        is_older = and_(KEYS.c.id == key, or_(KEYS.c.used_ns.is_(None), KEYS.c.used_ns < minute))
        with self._database.reading() as connection:
            if connection.execute(select(KEYS.c.id).where(is_older)).first() is None:
                return
        with self._database.writing() as connection:
            connection.execute(update(KEYS).where(is_older).values(used_ns=minute))

    def revoke_logins(self, name: str, *, now_ns: int) -> int:
        """Those that still opened something."""
        is_good = and_(KEYS.c.revoked_ns.is_(None), or_(KEYS.c.expires_ns.is_(None), KEYS.c.expires_ns > now_ns))
        logins = update(KEYS).where(KEYS.c.kind == KeyKind.LOGIN, KEYS.c.name == name, is_good)
        with self._changing() as connection:
            return connection.execute(logins.values(revoked_ns=now_ns)).rowcount

    def person(self, name: str) -> Person | None:
        """By name."""
        with self._database.reading() as connection:
            row = connection.execute(select(USERS).where(USERS.c.name == name)).mappings().first()
        return None if row is None else _person(row)

    def people(self) -> Sequence[Person]:
        """By name."""
        with self._database.reading() as connection:
            rows = connection.execute(select(USERS)).mappings().all()
        return sorted((_person(row) for row in rows), key=lambda one: one.name)

    def keep_person(self, person: Person) -> None:
        """Whole: what was there of that name is replaced."""
        with self._changing() as connection:
            keep(connection, USERS, cells={name: getattr(person, name) for name in _PERSON})

    def remove_person(self, name: str) -> None:
        """In one step with the logins."""
        with self._changing() as connection:
            if connection.execute(delete(USERS).where(USERS.c.name == name)).rowcount == 0:
                known = connection.execute(select(USERS.c.name)).scalars()
                raise unknown("person", name, near=known)
            connection.execute(delete(KEYS).where(KEYS.c.kind == KeyKind.LOGIN, KEYS.c.name == name))

    def is_empty(self) -> bool:
        """No row."""
        with self._database.reading() as connection:
            return connection.execute(select(KEYS.c.id).limit(1)).first() is None

    @contextmanager
    def _changing(self) -> Iterator[Connection]:
        """A change is counted when it is over, also one of which nobody knows whether it came to be."""
        try:
            with self._database.writing() as connection:
                yield connection
        finally:
            self.changes = next(self._changes)


def _key(row: RowMapping) -> KeptKey:
    cells: dict[str, Any] = {name: row[name] for name in _KEY}
    return KeptKey(**cells)


def _person(row: RowMapping) -> Person:
    cells: dict[str, Any] = {name: row[name] for name in _PERSON}
    return Person(**cells)
