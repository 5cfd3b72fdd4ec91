"""What a process sees of sessions and of stored bars, for a look at the whole.

This file decides how long a look at the bars is good: half a minute, because a store of years is not read at each
question.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock
from typing import Final

import polars as pl

from tradewright.application.health.checking import EVERY_NS, Watch
from tradewright.application.health.standing import ProcessFacts
from tradewright.application.health.views import DataHealth, SessionHealth
from tradewright.application.trading.across import meant
from tradewright.application.trading.traders import Traders
from tradewright.domain.errors import DataError
from tradewright.ports.clock import Clock
from tradewright.ports.sessions import KeptSession, SessionLife
from tradewright.ports.stores import MarketStore, Table
from tradewright.ports.vitals import Vitals

SECOND: Final = 1_000_000_000
SILENT_S: Final = 30.0
"""A running session that says nothing for so long is not well."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

Beats = Callable[[KeptSession], int | None]
"""When a session last said that it lives, nanoseconds UTC; None: never."""


@dataclass(slots=True)
class StoredBars:
    """What is stored, by the length of the bars, as it was half a minute ago at most."""

    store: Callable[[], MarketStore]
    clock: Clock
    _seen: tuple[tuple[str, int, int, int], ...] = ()
    _seen_ns: int = 0
    _lock: Lock = field(default_factory=Lock)

    def all(self) -> tuple[DataHealth, ...]:
        """Shortest text first; StorageError where the store cannot be read."""
        with self._lock:
            now_ns = self.clock.now_ns()
            if now_ns - self._seen_ns > EVERY_NS or not self._seen_ns:
                self._seen, self._seen_ns = _coverage(self.store()), now_ns
            return tuple(
                DataHealth(
                    interval=interval,
                    series=series,
                    bars=bars,
                    newest_ns=newest_ns,
                    age_s=(now_ns - newest_ns) / SECOND,
                )
                for interval, series, bars, newest_ns in self._seen
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What one process sees of the platform."""

    watch: Watch
    bars: StoredBars
    beat: Beats
    vitals: Vitals
    process: ProcessFacts


def _coverage(store: MarketStore) -> tuple[tuple[str, int, int, int], ...]:
    covered = store.coverage(Table.BARS)
    if covered.is_empty():
        return ()
    grouped = covered.group_by("interval").agg(pl.len().alias("series"), pl.col("rows").sum(), pl.col("last").max())
    return tuple(
        (str(row["interval"]), int(row["series"]), int(row["rows"]), _moment_ns(row["last"]))
        for row in grouped.sort("interval").iter_rows(named=True)
    )


def _moment_ns(last: datetime) -> int:
    return int((last.replace(tzinfo=UTC) - _EPOCH).total_seconds()) * SECOND


def look_at_bars(seen: Sequence[DataHealth], *, oldest_s: float) -> str:
    """In words; DataError where the newest bar is older than the settings allow (0: any age)."""
    if not seen:
        return "no bars yet"
    newest = min(one.age_s for one in seen if one.age_s is not None)
    told = f"newest bar {newest / 3600:,.1f} hours old, {sum(one.bars for one in seen):,} bars"
    if oldest_s and newest > oldest_s:
        raise DataError(
            "market data is old",
            expected=f"a bar of the last {oldest_s / 3600:g} hours",
            found=f"{newest / 3600:,.1f} hours",
            remedy="collect data, or change health.data_hours",
        )
    return told


def sessions_seen(traders: Traders, *, beat: Beats, now_ns: int) -> tuple[SessionHealth, ...]:
    """Those that run or ended today, newest first."""
    found = []
    for kept in meant(traders, session="", account="", now_ns=now_ns):
        beat_ns = beat(kept) if kept.life is SessionLife.RUNNING else None
        found.append(
            SessionHealth(
                session=kept.terms.session,
                account=kept.terms.account,
                strategy=kept.terms.strategy_name,
                state=kept.life.value,
                silent_s=None if beat_ns is None else max(0.0, (now_ns - beat_ns) / SECOND),
            )
        )
    return tuple(found)


def look_at_sessions(seen: Sequence[SessionHealth]) -> str:
    """In words; DataError where one is gone without having ended, or silent."""
    ill = [one for one in seen if one.state in {"crashed", "damaged"} or (one.silent_s or 0) > SILENT_S]
    running = sum(one.state == "running" for one in seen)
    if ill:
        raise DataError(
            "a trading session is not well",
            found=f"{len(ill)} of {len(seen)} crashed, damaged or silent",
            remedy="see: tradewright trade list; go on with one: tradewright trade start --resume",
        )
    return f"{running} at work"


def counted(seen: Sequence[SessionHealth]) -> Mapping[str, int]:
    """How many stand how."""
    return {life.value: sum(one.state == life.value for one in seen) for life in SessionLife}
