"""The store as servers read it: what many look at is read once, and is told anew as soon as anybody has written.

This file decides what is remembered (rows of instruments, what there is, names), for how long, and when it is
forgotten: of the instruments that this process writes, at once; of all, when another process has written to the table.
The command line reads the store itself, and so does everything that trades or tests.
"""

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Final, Protocol, TypeVar

import msgspec
import polars as pl

from tradewright.ports.cache import Cache
from tradewright.ports.stores import MarketStore, Selection, Table, Version, Written

MOST_VIEWS: Final = 4_096
QUOTES_S: Final = 5.0
"""How long quotes and books are remembered; of them there are new ones all the time."""
_QUICK: Final = frozenset({Table.QUOTES, Table.BOOK})
V = TypeVar("V")


class Marks(Protocol):
    """Whether anybody has written to a table."""

    def newest(self, table: Table) -> int:
        """The number of the newest commit."""
        ...


@dataclass(slots=True)
class CachedStore:
    """A `MarketStore` before which a cache stands."""

    store: MarketStore
    cache: Cache
    marks: Marks
    ttl_s: float
    """0: nothing is remembered."""
    _seen: dict[Table, int] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def append(self, table: Table, rows: pl.DataFrame, *, note: str = "") -> Written:
        """And forget the instruments of these rows."""
        before = self.marks.newest(table)
        written = self.store.append(table, rows, note=note)
        self._wrote(table, rows["instrument"].unique().to_list(), before=before, written=written)
        return written

    def append_chunks(self, table: Table, chunks: Iterable[pl.DataFrame], *, note: str = "") -> Written:
        """And forget everything of the table: who knows what was in so much."""
        written = self.store.append_chunks(table, chunks, note=note)
        self.cache.forget([_everything(table)])
        return written

    def instruments(
        self, table: Table = Table.BARS, *, interval: str | None = None, symbol: str | None = None
    ) -> tuple[str, ...]:
        """Names that were read a moment ago, or now."""
        name = f"instruments {interval} {symbol}"
        content = self._remembered(
            table,
            name,
            names=(),
            read=lambda: msgspec.json.encode(self.store.instruments(table, interval=interval, symbol=symbol)),
        )
        return msgspec.json.decode(content, type=tuple[str, ...])

    def read(self, selection: Selection) -> pl.DataFrame:
        """Rows that were read a moment ago, or now."""
        name = f"read {msgspec.json.encode(selection).decode()}"
        names = tuple(sorted(selection.instruments))
        return self._frame(selection.table, name, names=names, read=lambda: self.store.read(selection))

    def coverage(self, table: Table = Table.BARS) -> pl.DataFrame:
        """What there was a moment ago, or is now."""
        return self._frame(table, "coverage", names=(), read=lambda: self.store.coverage(table))

    def versions(self, table: Table, *, limit: int = 50) -> Sequence[Version]:
        """Of the store."""
        return self.store.versions(table, limit=limit)

    def query(self, sql: str) -> pl.DataFrame:
        """Of the store."""
        return self.store.query(sql)

    def compact(self, table: Table | None = None) -> dict[str, int]:
        """Of the store; no row changes."""
        return self.store.compact(table)

    def clean(self, *, keep_hours: int = 168) -> int:
        """Of the store; no row changes."""
        return self.store.clean(keep_hours=keep_hours)

    def remembered(self, table: Table, name: str, *, read: Callable[[], bytes]) -> bytes:
        """What was made of a table's rows a moment ago, or is now; of which instruments, nobody says."""
        return self._remembered(table, f"made {name}", names=(), read=read)

    def at_hand(self, table: Table, name: str) -> bytes | None:
        """What was made of a table's rows, where this process has it still and nobody has written since."""
        if self.ttl_s <= 0 or self.marks.newest(table) != self._seen.get(table):
            return None
        return self.cache.at_hand(f"{table} made {name}", tags=[_everything(table), _any(table)])

    def _frame(
        self, table: Table, name: str, *, names: Sequence[str], read: Callable[[], pl.DataFrame]
    ) -> pl.DataFrame:
        content = self._remembered(table, name, names=names, read=lambda: _packed(read()))
        return pl.read_ipc(io.BytesIO(content))

    def _remembered(self, table: Table, name: str, *, names: Sequence[str], read: Callable[[], bytes]) -> bytes:
        if self.ttl_s <= 0:
            return read()
        self._look_around(table)
        tags = [_everything(table), *(_of(table, one) for one in names)] if names else [_everything(table), _any(table)]
        looked = self.cache.look(f"{table} {name}", tags=tags)
        if looked.value is not None:
            return looked.value
        content = read()
        self.cache.keep(looked.place, content, ttl_s=min(self.ttl_s, QUOTES_S) if table in _QUICK else self.ttl_s)
        return content

    def _look_around(self, table: Table) -> None:
        """Where somebody else has written, nothing of the table is believed."""
        newest = self.marks.newest(table)
        with self._lock:
            if self._seen.get(table) != newest:
                self.cache.forget([_everything(table)])
                self._seen[table] = newest

    def _wrote(self, table: Table, names: Sequence[str], *, before: int, written: Written) -> None:
        """Only these, where nobody else committed between; else everything is forgotten at the next reading."""
        self.cache.forget([_any(table), *(_of(table, one) for one in names)])
        with self._lock:
            if self._seen.get(table) == before and written.version == before + 1:
                self._seen[table] = written.version


@dataclass(frozen=True, slots=True)
class _Made:
    """A view, and the bytes that it was made of."""

    table: Table
    content: bytes
    view: object


@dataclass(slots=True)
class RememberedViews:
    """Views that were made a moment ago, so that they need not be made of frames again.

    As long as the cache gives the same bytes, the very same view is given: whoever made something of it sees that.
    """

    store: CachedStore
    _made: dict[str, _Made] = field(default_factory=dict)

    def told(self, query: object, table: Table, *, make: Callable[[], V], kind: type[V]) -> V:
        """The answer to a query about a table, as it was made a moment ago, or is now."""
        name = _name_of(query)
        content = self.store.remembered(table, name, read=lambda: msgspec.json.encode(make()))
        made = self._made.get(name)
        if made is None or made.content is not content:
            is_same = made is not None and made.content == content  # several threads have made it at once
            view = made.view if made is not None and is_same else msgspec.json.decode(content, type=kind)
            if len(self._made) >= MOST_VIEWS:
                self._made.clear()
            made = self._made[name] = _Made(table, content, view)
        return made.view  # type: ignore[return-value]  # the same query has the same kind of answer

    def is_at_hand(self, query: object) -> bool:
        """Whether `told` gives the view without any reading."""
        name = _name_of(query)
        made = self._made.get(name)
        return made is not None and self.store.at_hand(made.table, name) is made.content


def _name_of(query: object) -> str:
    return f"{type(query).__name__} {msgspec.json.encode(query).decode()}"


def _packed(frame: pl.DataFrame) -> bytes:
    content = io.BytesIO()
    frame.write_ipc(content)
    return content.getvalue()


def _everything(table: Table) -> str:
    return f"{table}"


def _any(table: Table) -> str:
    """Of what is about no instrument in particular."""
    return f"{table} any"


def _of(table: Table, instrument: str) -> str:
    return f"{table} {instrument}"
