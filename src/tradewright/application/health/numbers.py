"""The numbers about what the platform keeps: components, machine, jobs, trading, data, one by one with their labels.

Numbers of the process itself (requests, memory, workers) are counted where they happen and added by the door. A number
that cannot be read is left out: a gap in a chart is no zero.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from tradewright.application.health.checking import Watch
from tradewright.application.health.messages import PlatformNumbers
from tradewright.application.health.metrics_table import BY_NAME, EACH
from tradewright.application.health.seeing import SECOND, Beats, Sight, StoredBars, counted, sessions_seen
from tradewright.application.health.trading_numbers import trading_numbers
from tradewright.application.health.views import Number
from tradewright.application.trading.traders import Traders
from tradewright.domain.errors import TradewrightError
from tradewright.ports.clock import Clock
from tradewright.ports.jobs import JobQueue
from tradewright.ports.sessions import Accounts
from tradewright.ports.tables import TradingTables
from tradewright.ports.uptimes import Uptimes
from tradewright.ports.vitals import Vitals

ALL: Final = "all"


def number(name: str, value: float, **labels: str) -> Number:
    """With labels in the order of the table; KeyError for a name that is not in it."""
    return Number(name=name, value=float(value), labels={one: labels[one] for one in BY_NAME[name].labels})


def platform_numbers(
    _query: PlatformNumbers,
    *,
    sight: Sight,
    uptimes: Uptimes,
    jobs: JobQueue,
    traders: Traders,
    accounts: Accounts,
    tables: TradingTables,
    clock: Clock,
) -> tuple[Number, ...]:
    """What this service tells."""
    now_ns, process = clock.now_ns(), sight.process
    sources: tuple[tuple[str, Callable[[], Iterable[Number]]], ...] = (
        (EACH, lambda: _components(sight.watch, now_ns)),
        (EACH, lambda: _uptimes(sight.watch, uptimes)),
        (EACH, lambda: _machine(sight.vitals)),
        ("scheduler", lambda: _jobs(jobs, now_ns)),
        ("trader", lambda: _sessions(traders, sight.beat, now_ns=now_ns)),
        ("trader", lambda: trading_numbers(traders, accounts, tables=tables, number=number)),
        ("data", lambda: _data(sight.bars)),
    )
    found = [number("tradewright_build_info", 1, version=process.version, service=process.service)]
    for told_by, source in sources:
        if told_by == EACH or process.service in {told_by, ALL}:
            try:
                found += source()
            except (TradewrightError, OSError):  # its component tells why
                continue
    return tuple(found)


def _components(watch: Watch, now_ns: int) -> Iterator[Number]:
    for one in watch.components():
        critical = "true" if one.is_critical else "false"
        yield number("tradewright_component_up", one.is_ok, component=one.name, critical=critical)
    yield number("tradewright_check_age_seconds", max(0.0, (now_ns - watch.looked_ns) / SECOND))


def _uptimes(watch: Watch, uptimes: Uptimes) -> Iterator[Number]:
    mine = {one.name for one in watch.components()}
    for one in uptimes.all():
        if one.component in mine:
            for state, hours, length_ns in (
                ("ok", "open", one.ok_open_ns),
                ("ok", "closed", one.ok_closed_ns),
                ("failed", "open", one.failed_open_ns),
                ("failed", "closed", one.failed_closed_ns),
            ):
                name = "tradewright_component_seconds_total"
                yield number(name, length_ns / SECOND, component=one.component, state=state, hours=hours)


def _machine(vitals: Vitals) -> Iterator[Number]:
    machine = vitals.machine()
    yield number("tradewright_disk_size_bytes", machine.disk_size)
    yield number("tradewright_disk_free_bytes", machine.disk_free)
    yield number("tradewright_memory_size_bytes", machine.memory_size)
    yield number("tradewright_memory_available_bytes", machine.memory_available)
    yield number("tradewright_cpu_load", machine.load)


def _jobs(jobs: JobQueue, now_ns: int) -> Iterator[Number]:
    standing = jobs.standing()
    for life, count in standing.by_life.items():
        yield number("tradewright_jobs", count, state=life)
    for kind, count in standing.waiting.items():
        yield number("tradewright_jobs_waiting", count, kind=kind)
    oldest_ns = standing.oldest_waiting_ns
    yield number(
        "tradewright_job_oldest_waiting_seconds", 0 if oldest_ns is None else max(0.0, (now_ns - oldest_ns) / SECOND)
    )


def _sessions(traders: Traders, beat: Beats, *, now_ns: int) -> Iterator[Number]:
    seen = sessions_seen(traders, beat=beat, now_ns=now_ns)
    for state, count in counted(seen).items():
        yield number("tradewright_sessions", count, state=state)
    for one in seen:
        if one.silent_s is not None:
            yield number("tradewright_session_silent_seconds", one.silent_s, session=one.session, account=one.account)


def _data(bars: StoredBars) -> Iterator[Number]:
    for one in bars.all():
        yield number("tradewright_series", one.series, interval=one.interval)
        yield number("tradewright_bars", one.bars, interval=one.interval)
        if one.age_s is not None:
            yield number("tradewright_bar_age_seconds", one.age_s, interval=one.interval)
