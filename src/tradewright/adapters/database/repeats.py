"""Answers that are kept for a day in a database, by actor and key."""

from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, delete, select, tuple_, update

from tradewright.adapters.database.engine import Database
from tradewright.adapters.database.rows import is_new
from tradewright.adapters.database.schema.accounting import REPEATS
from tradewright.ports.clock import Clock
from tradewright.ports.repeats import Claim, Claimed

KEPT_FOR: Final = 24 * 3_600 * 10**9
AT_WORK_FOR: Final = 60 * 10**9
_TRIES: Final = 5
"""How often somebody may release the key between two looks at it, until it counts as being at work."""
_SWEPT: Final = 100
"""Old answers that one claim removes at most."""


class DatabaseRepeats:
    """`KeptRepeats` in a database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def claim(self, actor: str, key: str, *, digest: str) -> Claimed:
        """The row is the claim: of two at once one inserts it, or one renews what is too old."""
        now, cells = self._clock.now_ns(), {"actor": actor, "key": key, "digest": digest}
        with self._database.writing() as connection:
            _sweep(connection, now)
            for _ in range(_TRIES):
                if is_new(connection, REPEATS, cells={**cells, "since_ns": now}):
                    return Claimed(Claim.NEW)
                found = _found(connection, _of(actor, key), digest=digest, now=now)
                if found is not None:
                    return found
        return Claimed(Claim.AT_WORK)

    def keep(self, actor: str, key: str, *, answer: bytes) -> None:
        """For a day from now."""
        cells = {"answer": answer, "since_ns": self._clock.now_ns()}
        with self._database.writing() as connection:
            connection.execute(update(REPEATS).where(_of(actor, key)).values(cells))

    def release(self, actor: str, key: str) -> None:
        """The row goes, unless it has been answered."""
        with self._database.writing() as connection:
            connection.execute(delete(REPEATS).where(_of(actor, key), REPEATS.c.answer.is_(None)))


def _of(actor: str, key: str) -> ColumnElement[bool]:
    return and_(REPEATS.c.actor == actor, REPEATS.c.key == key)


def _found(connection: Connection, which: ColumnElement[bool], *, digest: str, now: int) -> Claimed | None:
    """What the row says, which is renewed where it is too old; None where it was released meanwhile."""
    asked = select(REPEATS.c.digest, REPEATS.c.answer, REPEATS.c.since_ns).where(which).with_for_update()
    row = connection.execute(asked).first()
    if row is None:
        return None
    kept, answer, since = row
    if since + (AT_WORK_FOR if answer is None else KEPT_FOR) <= now:
        again = {"digest": digest, "answer": None, "since_ns": now}
        connection.execute(update(REPEATS).where(which).values(again))
        return Claimed(Claim.NEW)
    if kept != digest:
        return Claimed(Claim.OTHER)
    return Claimed(Claim.AT_WORK) if answer is None else Claimed(Claim.DONE, bytes(answer))


def _sweep(connection: Connection, now: int) -> None:
    """Remove some that are a day old; those that others hold wait for the next claim."""
    old = select(REPEATS.c.actor, REPEATS.c.key).where(REPEATS.c.since_ns <= now - KEPT_FOR).limit(_SWEPT)
    found = [tuple(row) for row in connection.execute(old.with_for_update(skip_locked=True))]
    if found:
        connection.execute(delete(REPEATS).where(tuple_(REPEATS.c.actor, REPEATS.c.key).in_(found)))
