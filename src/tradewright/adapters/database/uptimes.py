"""Uptimes in a database: a row a part, changed by whoever looks while the row is locked."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any, Final

from sqlalchemy import RowMapping, select, update

from tradewright.adapters.database.engine import Database
from tradewright.adapters.database.rows import is_new
from tradewright.adapters.database.schema.uptimes import UPTIMES
from tradewright.ports.uptimes import Look, Uptime

_MOST_LETTERS: Final = 500


class DatabaseUptimes:
    """`Uptimes` in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, looks: Sequence[Look]) -> None:
        """All of them in one transaction, in the order of their names, so that two who look never wait crosswise."""
        with self._database.writing() as connection:
            for look in sorted(looks, key=lambda one: one.component):
                first = _first(look)
                if is_new(connection, UPTIMES, cells=asdict(first)):
                    continue
                asked = select(UPTIMES).where(UPTIMES.c.component == look.component).with_for_update()
                found = counted(_uptime(connection.execute(asked).mappings().one()), look)
                done = update(UPTIMES).where(UPTIMES.c.component == look.component)
                connection.execute(done.values(asdict(found)))

    def leave(self, components: Sequence[str]) -> None:
        """The next look begins anew."""
        with self._database.writing() as connection:
            for name in sorted(components):
                connection.execute(update(UPTIMES).where(UPTIMES.c.component == name).values(noted_ns=0))

    def all(self) -> Sequence[Uptime]:
        """By name."""
        with self._database.reading() as connection:
            rows = connection.execute(select(UPTIMES)).mappings().all()
        return sorted((_uptime(row) for row in rows), key=lambda one: one.component)


def counted(was: Uptime, look: Look) -> Uptime:
    """What is known of a part after a look; one that is older than the last changes nothing."""
    if look.time_ns < was.noted_ns:
        return was
    gone_ns = look.time_ns - was.noted_ns if was.noted_ns else 0
    is_ok = look.is_ok
    if gone_ns > look.longest_ns:
        is_ok, gone_ns = False, gone_ns if look.missed_is_failed else 0
    name = f"{'ok' if is_ok else 'failed'}_{'open' if look.is_open else 'closed'}_ns"
    lengths: dict[str, Any] = {name: getattr(was, name) + gone_ns}
    return replace(
        was,
        is_critical=look.is_critical,
        is_ok=look.is_ok,
        since_ns=was.since_ns if was.is_ok == look.is_ok and was.noted_ns else look.time_ns,
        noted_ns=look.time_ns,
        story=look.story[:_MOST_LETTERS],
        **lengths,
    )


def _first(look: Look) -> Uptime:
    return Uptime(
        component=look.component,
        is_critical=look.is_critical,
        is_ok=look.is_ok,
        since_ns=look.time_ns,
        noted_ns=look.time_ns,
        story=look.story[:_MOST_LETTERS],
    )


def _uptime(row: RowMapping) -> Uptime:
    return Uptime(**{column.name: row[column.name] for column in UPTIMES.columns})
