"""Answers about the platform's health: what this process sees, and what other processes have written down."""

from collections.abc import Callable, Sequence
from typing import Final

from tradewright.application.health.checking import LATE_NS, Component, Watch, is_process
from tradewright.application.health.messages import PlatformRuns, PlatformStatus, ReadinessDetails
from tradewright.application.health.seeing import SECOND, Sight, sessions_seen
from tradewright.application.health.views import (
    ComponentView,
    MachineHealth,
    PlatformView,
    ReadinessView,
)
from tradewright.application.trading.traders import Traders
from tradewright.domain.errors import TradewrightError
from tradewright.ports.clock import Clock
from tradewright.ports.jobs import JobQueue
from tradewright.ports.uptimes import Uptime, Uptimes

OK: Final = "ok"
DEGRADED: Final = "degraded"
FAILED: Final = "failed"
SILENT: Final = "silent"


def platform_status(
    _query: PlatformStatus,
    *,
    sight: Sight,
    uptimes: Uptimes,
    jobs: JobQueue,
    traders: Traders,
    clock: Clock,
) -> PlatformView:
    """From what this process sees, and what others have written down."""
    now_ns, process = clock.now_ns(), sight.process
    components = everything_known(sight.watch, uptimes, now_ns=now_ns)
    standing, machine = jobs.standing(), sight.vitals.machine()
    return PlatformView(
        status=_status(components),
        service=process.service,
        version=process.version,
        mode=process.mode,
        started_ns=process.started_ns,
        uptime_s=(now_ns - process.started_ns) / SECOND,
        components=components,
        queue=dict(standing.by_life),
        waiting=dict(standing.waiting),
        sessions=sessions_seen(traders, beat=sight.beat, now_ns=now_ns),
        data=sight.bars.all(),
        machine=MachineHealth(
            disk_size=machine.disk_size,
            disk_free=machine.disk_free,
            memory_size=machine.memory_size,
            memory_available=machine.memory_available,
            load=machine.load,
        ),
    )


def readiness_details(_query: ReadinessDetails, *, sight: Sight, uptimes: Uptimes, clock: Clock) -> ReadinessView:
    """What this process sees itself."""
    watch = sight.watch
    mine = {one.name for one in watch.components()}
    known = everything_known(watch, uptimes, now_ns=clock.now_ns())
    return ReadinessView(status=OK if is_ready(watch) else FAILED, components=tuple(o for o in known if o.name in mine))


def platform_runs(
    _query: PlatformRuns, *, noted: Callable[[], Sequence[Uptime]], clock: Clock
) -> tuple[ComponentView, ...]:
    """What was written down within the last minute and a half; nothing: none runs."""
    now_ns = clock.now_ns()
    found = [one for one in noted() if now_ns - one.noted_ns <= LATE_NS]
    return tuple(_noted(one, now_ns) for one in found) if any(is_process(one.component) for one in found) else ()


def is_ready(watch: Watch) -> bool:
    """Every critical part is well, and somebody has looked lately."""
    components = watch.components()
    return not watch.is_late and all(one.is_ok for one in components if one.is_critical)


def everything_known(watch: Watch, uptimes: Uptimes, *, now_ns: int) -> tuple[ComponentView, ...]:
    """What this process sees, and what others have written down, by name. Whoever has left is left out."""
    try:
        noted = {one.component: one for one in uptimes.all()}
    except TradewrightError:  # the database is gone: its component says so
        noted = {}
    found = {name: _noted(one, now_ns) for name, one in noted.items() if one.noted_ns}
    for one in watch.components():
        found[one.name] = _seen(one, noted.get(one.name))
    return tuple(found[name] for name in sorted(found))


def _seen(one: Component, noted: Uptime | None) -> ComponentView:
    is_same = noted is not None and noted.is_ok == one.is_ok and noted.noted_ns
    return ComponentView(
        name=one.name,
        is_critical=one.is_critical,
        state=OK if one.is_ok else FAILED,
        since_ns=min(noted.since_ns, one.since_ns) if noted is not None and is_same else one.since_ns,
        checked_ns=one.checked_ns,
        story=one.story,
        uptime=None if noted is None else noted.share(is_open=False),
        uptime_in_session=None if noted is None else noted.share(is_open=True),
    )


def _noted(one: Uptime, now_ns: int) -> ComponentView:
    state = SILENT if now_ns - one.noted_ns > LATE_NS else OK if one.is_ok else FAILED
    return ComponentView(
        name=one.component,
        is_critical=one.is_critical,
        state=state,
        since_ns=one.noted_ns if state == SILENT else one.since_ns,
        checked_ns=one.noted_ns,
        story=one.story,
        uptime=one.share(is_open=False),
        uptime_in_session=one.share(is_open=True),
    )


def _status(components: tuple[ComponentView, ...]) -> str:
    ill = [one for one in components if one.state != OK]
    return FAILED if any(one.is_critical for one in ill) else DEGRADED if ill else OK
