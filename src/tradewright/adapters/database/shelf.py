"""The shelf of strategies in a database: versions and bytes are added and never changed; findings are."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, and_, or_, select, tuple_, update

from tradewright.adapters.database.engine import Database
from tradewright.adapters.database.rows import (
    by_letter,
    containing,
    cursor_of,
    has_word,
    is_new,
    limit_of,
    parts_of,
    unknown,
)
from tradewright.adapters.database.schema.strategies import STRATEGIES, STRATEGY_SOURCES, STRATEGY_VERSIONS
from tradewright.domain.errors import Conflict, InputError, StorageError
from tradewright.ports.paging import Page, Slot
from tradewright.ports.shelf import Finding, ShelfFilter, ShelfLife, ShelvedStrategy, StrategyVersion

_IN_USE = STRATEGIES.c.life != ShelfLife.DELETED
_NEWEST = and_(
    STRATEGY_VERSIONS.c.strategy == STRATEGIES.c.id,
    STRATEGY_VERSIONS.c.version == STRATEGIES.c.newest,
)


class DatabaseShelf:
    """`StrategyShelf` in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, strategy: ShelvedStrategy, source: bytes) -> ShelvedStrategy:
        """Source, version and strategy in one step."""
        newest = strategy.newest
        if hashlib.sha256(source).hexdigest() != newest.digest or newest.strategy != strategy.id:
            raise InputError(
                f"version {newest.version} of {strategy.name} does not go with its bytes",
                expected="the SHA-256 of the bytes, and the strategy's id",
                found=f"{newest.digest} of {newest.strategy}",
            )
        with self._database.writing() as connection:
            kept = _locked(connection, strategy.id)
            if newest.version != (kept["newest"] if kept else 0) + 1:
                raise _raced(strategy, expected=(kept["newest"] if kept else 0) + 1)
            is_new(connection, STRATEGY_SOURCES, cells={"digest": newest.digest, "source": source})
            if kept is None:
                if not is_new(connection, STRATEGIES, cells=_cells(strategy)):
                    raise _taken(strategy)
            else:
                _update(connection, strategy)
            if not is_new(connection, STRATEGY_VERSIONS, cells=_version_cells(newest)):
                raise _raced(strategy, expected=newest.version + 1)
            return _found(connection, strategy.id)

    def change(self, strategy: ShelvedStrategy) -> ShelvedStrategy:
        """The bytes are those of before, or nothing is changed."""
        newest = strategy.newest
        with self._database.writing() as connection:
            kept = _locked(connection, strategy.id)
            if kept is None:
                raise unknown("strategy", strategy.id)
            before = _found(connection, strategy.id).newest
            if (newest.version, newest.digest) != (before.version, before.digest):
                raise _raced(strategy, expected=before.version)
            _update(connection, strategy)
            told = {"class_name", "parameters", "findings"}
            cells = {name: cell for name, cell in _version_cells(newest).items() if name in told}
            which = and_(STRATEGY_VERSIONS.c.strategy == strategy.id, STRATEGY_VERSIONS.c.version == newest.version)
            connection.execute(update(STRATEGY_VERSIONS).where(which).values(cells))
            return _found(connection, strategy.id)

    def find(self, strategy: str) -> ShelvedStrategy:
        """An id goes before a name."""
        with self._database.reading() as connection:
            is_it = or_(STRATEGIES.c.id == strategy, and_(STRATEGIES.c.name == strategy, _IN_USE))
            rows = connection.execute(_whole().where(is_it)).mappings().all()
            if not rows:
                known = connection.execute(select(STRATEGIES.c.name).where(_IN_USE)).scalars()
                raise unknown("strategy", strategy, near=known)
        return _strategy(next((row for row in rows if row["id"] == strategy), rows[0]))

    def all(self, wanted: ShelfFilter, slot: Slot) -> Page[ShelvedStrategy]:
        """The cursor is the name and the id of the last one shown: several deleted ones may have had one name."""
        limit, last = limit_of(slot), parts_of(slot, str, str)
        asked = _whole().where(STRATEGIES.c.life == wanted.life if wanted.life else _IN_USE).limit(limit + 1)
        if wanted.name:
            asked = asked.where(STRATEGIES.c.name.ilike(containing(wanted.name), escape="\\"))
        with self._database.reading() as connection:
            place = by_letter(connection, STRATEGIES.c.name), by_letter(connection, STRATEGIES.c.id)
            if wanted.tag:
                asked = asked.where(has_word(connection, STRATEGIES.c.tags, word=wanted.tag))
            if last:
                asked = asked.where(tuple_(*place) > tuple_(*last))
            rows = connection.execute(asked.order_by(*place)).mappings().all()
        found = [_strategy(row) for row in rows[:limit]]
        return Page(found, cursor_of(found[-1].name, found[-1].id) if len(rows) > limit else "")

    def versions(self, strategy: str) -> Sequence[StrategyVersion]:
        """Of a strategy's id; InputError where there is none."""
        which = STRATEGY_VERSIONS.c.strategy == strategy
        asked = select(STRATEGY_VERSIONS).where(which).order_by(STRATEGY_VERSIONS.c.version.desc())
        with self._database.reading() as connection:
            rows = connection.execute(asked).mappings().all()
            if not rows:
                raise unknown("strategy", strategy, near=connection.execute(select(STRATEGIES.c.id)).scalars())
        return [_version(row) for row in rows]

    def source(self, digest: str) -> bytes:
        """Checked each time; InputError where there is none."""
        asked = select(STRATEGY_SOURCES.c.source).where(STRATEGY_SOURCES.c.digest == digest)
        with self._database.reading() as connection:
            found = connection.execute(asked).scalar()
        if found is None:
            raise InputError(f"there is no strategy file with digest {digest}")
        kept = bytes(found)
        if hashlib.sha256(kept).hexdigest() != digest:
            raise StorageError(
                f"the strategy file {digest} is damaged in {self._database.place}",
                expected="the bytes that were uploaded",
                found=f"bytes with digest {hashlib.sha256(kept).hexdigest()}",
                remedy="upload it again, or bring a backup back with `tradewright db restore`",
            )
        return kept


def _whole() -> Select[Any]:
    """Strategies, each with its newest version."""
    newest = [column.label(f"newest_{column.name}") for column in STRATEGY_VERSIONS.columns]
    return select(*STRATEGIES.columns, *newest).join(STRATEGY_VERSIONS, _NEWEST)


def _found(connection: Connection, strategy: str) -> ShelvedStrategy:
    return _strategy(connection.execute(_whole().where(STRATEGIES.c.id == strategy)).mappings().one())


def _locked(connection: Connection, strategy: str) -> RowMapping | None:
    """Held until the transaction ends."""
    asked = select(STRATEGIES).where(STRATEGIES.c.id == strategy).with_for_update()
    return connection.execute(asked).mappings().first()


def _update(connection: Connection, strategy: ShelvedStrategy) -> None:
    """Conflict where the name belongs to another one."""
    others = select(STRATEGIES.c.id).where(STRATEGIES.c.name == strategy.name, STRATEGIES.c.id != strategy.id, _IN_USE)
    if strategy.life is not ShelfLife.DELETED and connection.execute(others).first() is not None:
        raise _taken(strategy)
    fixed = {"id", "created_ns", "created_by"}
    cells = {name: cell for name, cell in _cells(strategy).items() if name not in fixed}
    connection.execute(update(STRATEGIES).where(STRATEGIES.c.id == strategy.id).values(cells))


def _cells(strategy: ShelvedStrategy) -> dict[str, object]:
    return {
        "id": strategy.id,
        "name": strategy.name,
        "description": strategy.description,
        "tags": strategy.tags,
        "life": strategy.life,
        "newest": strategy.newest.version,
        "created_ns": strategy.created_ns,
        "created_by": strategy.created_by,
        "changed_ns": strategy.changed_ns,
    }


def _version_cells(version: StrategyVersion) -> dict[str, object]:
    cells: dict[str, object] = {column.name: getattr(version, column.name) for column in STRATEGY_VERSIONS.columns}
    return cells | {"parameters": dict(version.parameters), "findings": [asdict(one) for one in version.findings]}


def _version(row: Mapping[Any, Any], prefix: str = "") -> StrategyVersion:
    cells: dict[str, Any] = {column.name: row[f"{prefix}{column.name}"] for column in STRATEGY_VERSIONS.columns}
    cells["findings"] = tuple(Finding(**one) for one in cells["findings"])
    return StrategyVersion(**cells)


def _strategy(row: Mapping[Any, Any]) -> ShelvedStrategy:
    names = ("id", "name", "description", "tags", "life", "created_ns", "created_by", "changed_ns")
    cells: dict[str, Any] = {name: row[name] for name in names}
    return ShelvedStrategy(**cells, newest=_version(row, "newest_"))


def _taken(strategy: ShelvedStrategy) -> Conflict:
    return Conflict(f"the name {strategy.name} belongs to another strategy", remedy="choose another name")


def _raced(strategy: ShelvedStrategy, *, expected: int) -> Conflict:
    return Conflict(
        f"version {strategy.newest.version} of {strategy.name} does not follow from what is there",
        expected=f"version {expected} with its bytes",
        found=f"version {strategy.newest.version}",
        remedy="somebody else may have changed it meanwhile; look again",
    )
