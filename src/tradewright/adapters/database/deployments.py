"""Strategies at work, in a database."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, select, update

from tradewright.adapters.database.engine import Database
from tradewright.adapters.database.rows import is_new, unknown
from tradewright.adapters.database.schema.deployments import LIVE_STRATEGIES
from tradewright.domain.errors import Conflict
from tradewright.ports.deployments import Deployment, Wanted

_TABLE: Final = LIVE_STRATEGIES
_NAMES: Final = tuple(column.name for column in _TABLE.columns)


class DatabaseDeployments:
    """`Deployments` in a database; that an account has one at a time is an index of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, deployment: Deployment) -> None:
        """A new row."""
        with self._database.writing() as connection:
            if not is_new(connection, _TABLE, cells=_cells(deployment)):
                _refuse_taken(connection, deployment)
                raise Conflict(f"there is a deployment {deployment.id} already", remedy="use another id")

    def change(self, deployment: Deployment, *, was_ns: int) -> None:
        """By the moment of the last change: who read an older row changes nothing."""
        with self._database.writing() as connection:
            asked = select(_TABLE.c.changed_ns).where(_TABLE.c.id == deployment.id).with_for_update()
            kept = connection.execute(asked).scalar()
            if kept is None:
                raise unknown("deployment", deployment.id)
            if kept != was_ns:
                raise Conflict(
                    f"deployment {deployment.id} was changed by somebody else meanwhile",
                    expected=f"the one of {was_ns}",
                    found=f"one of {kept}",
                    remedy="look again, then change that",
                )
            if deployment.wanted is not Wanted.STOPPED:
                _refuse_taken(connection, deployment)
            connection.execute(update(_TABLE).where(_TABLE.c.id == deployment.id).values(_cells(deployment)))

    def find(self, deployment: str) -> Deployment:
        """By id."""
        with self._database.reading() as connection:
            row = connection.execute(select(_TABLE).where(_TABLE.c.id == deployment)).mappings().first()
            if row is None:
                raise unknown("deployment", deployment, near=connection.execute(select(_TABLE.c.id)).scalars())
        return _deployment(row)

    def all(self, *, wanted: Wanted | None = None) -> Sequence[Deployment]:
        """Newest first."""
        asked = select(_TABLE).order_by(_TABLE.c.created_ns.desc(), _TABLE.c.id)
        asked = asked.where(_TABLE.c.wanted == wanted) if wanted else asked
        with self._database.reading() as connection:
            return [_deployment(row) for row in connection.execute(asked).mappings()]


def _refuse_taken(connection: Connection, deployment: Deployment) -> None:
    others = select(_TABLE.c.id).where(
        _TABLE.c.mode == deployment.mode,
        _TABLE.c.account == deployment.account,
        _TABLE.c.wanted != Wanted.STOPPED,
        _TABLE.c.id != deployment.id,
    )
    other = connection.execute(others).scalar()
    if other is not None:
        raise Conflict(
            f"account {deployment.account} has a deployment already",
            expected="one that is not stopped at most",
            found=other,
            remedy="stop that first, or choose another account",
        )


def _cells(deployment: Deployment) -> dict[str, object]:
    cells: dict[str, object] = {name: getattr(deployment, name) for name in _NAMES}
    return cells | {
        "parameters": dict(deployment.parameters),
        "symbols": list(deployment.symbols),
        "feed": dict(deployment.feed),
    }


def _deployment(row: RowMapping) -> Deployment:
    cells: dict[str, Any] = {name: row[name] for name in _NAMES}
    return Deployment(**{**cells, "symbols": tuple(cells["symbols"])})
