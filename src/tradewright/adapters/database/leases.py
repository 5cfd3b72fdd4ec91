"""Leases in a database. A row stays when its lease ends, so that the next holder's epoch is higher."""

from sqlalchemy import Connection, RowMapping, select, update

from tradewright.adapters.database.engine import Database
from tradewright.adapters.database.rows import is_new
from tradewright.adapters.database.schema.leases import LEASES
from tradewright.domain.errors import InputError
from tradewright.ports.clock import Clock
from tradewright.ports.leases import Lease


class DatabaseLeases:
    """`Leases` in a database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def take(self, name: str, holder: str, *, for_ns: int) -> Lease | None:
        """One that ran out has a new epoch for whoever takes it, its old holder too: others may have acted since."""
        if not holder:
            raise InputError(f"lease {name} needs a holder", expected="the name of a process", found="nothing")
        now = self._clock.now_ns()
        wanted = Lease(name, holder, 1, now + for_ns)
        with self._database.writing() as connection:
            if is_new(connection, LEASES, cells=_cells(wanted)):
                return wanted
            row = _row(connection, name)
            assert row is not None
            is_held = bool(row["holder"]) and row["until_ns"] > now
            if is_held and row["holder"] != holder:
                return None
            taken = Lease(name, holder, row["epoch"] if is_held else row["epoch"] + 1, now + for_ns)
            connection.execute(update(LEASES).where(LEASES.c.name == name).values(_cells(taken)))
            return taken

    def release(self, lease: Lease) -> None:
        """By holder and epoch."""
        ours = update(LEASES).where(
            LEASES.c.name == lease.name, LEASES.c.holder == lease.holder, LEASES.c.epoch == lease.epoch
        )
        with self._database.writing() as connection:
            connection.execute(ours.values(holder="", until_ns=0))

    def current(self, name: str) -> Lease | None:
        """Unless it ran out."""
        with self._database.reading() as connection:
            row = connection.execute(select(LEASES).where(LEASES.c.name == name)).mappings().first()
        if row is None or not row["holder"] or row["until_ns"] <= self._clock.now_ns():
            return None
        return Lease(row["name"], row["holder"], row["epoch"], row["until_ns"])


def _row(connection: Connection, name: str) -> RowMapping | None:
    """Held until the transaction ends."""
    return connection.execute(select(LEASES).where(LEASES.c.name == name).with_for_update()).mappings().first()


def _cells(lease: Lease) -> dict[str, object]:
    return {"name": lease.name, "holder": lease.holder, "epoch": lease.epoch, "until_ns": lease.until_ns}
