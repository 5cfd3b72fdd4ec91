"""The health of a project as one process sees it: its watch, its meters, what it says of itself.

This file decides which parts are looked at: the database (without it nothing can be answered), Redis where one is set,
sessions, stored bars, disk, memory, processors, and whatever the process runs itself and adds.
"""

import hmac
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from threading import Event
from typing import TYPE_CHECKING, Final, Protocol

from tradewright.adapters.system.clock import SystemClock
from tradewright.adapters.system.vitals import MachineVitals
from tradewright.application.health.checking import EVERY_NS, Check, Watch
from tradewright.application.health.seeing import (
    SECOND,
    Sight,
    StoredBars,
    look_at_bars,
    look_at_sessions,
    sessions_seen,
)
from tradewright.application.health.standing import Meters, ProcessFacts
from tradewright.domain.calendars import session_close_ns, session_of, session_open_ns, trading_hours
from tradewright.domain.errors import StorageError, UnknownVenue
from tradewright.engine.session.heartbeat import read_beat
from tradewright.lazy import load

if TYPE_CHECKING:
    from pathlib import Path

    from tradewright.bootstrap.state import PlatformState
    from tradewright.bootstrap.trading import TradingParts
    from tradewright.ports.sessions import KeptSession
    from tradewright.ports.uptimes import Uptime
    from tradewright.settings import Settings
    from tradewright.settings.secrets import Secret

MIB: Final = 1 << 20
ALL: Final = "all"


class Project(Protocol):
    """The application over a project folder, as far as its health needs it."""

    @property
    def settings(self) -> "Settings":
        """Its settings; InputError that lists every problem."""
        ...

    @property
    def state_folder(self) -> "Path":
        """Where state lies."""
        ...

    @property
    def state(self) -> "PlatformState":
        """What the platform keeps."""
        ...

    @property
    def trading(self) -> "TradingParts":
        """Sessions and accounts."""
        ...

    def revealed(self, secret: "Secret") -> str | None:
        """A secret from its place."""
        ...

    def providers(self) -> dict[str, Callable[[], object]]:
        """How each dependency of a handler is made."""
        ...


@dataclass
class Health:
    """Of one process over one project."""

    app: Project
    service: str = ALL
    own: str = ""
    """The process as a part of a platform; empty: it only asks."""
    added: list[Check] = field(default_factory=list)
    """Parts that this process runs itself."""
    meters: Meters = field(default_factory=Meters)
    clock: SystemClock = field(default_factory=SystemClock)
    started_ns: int = field(default_factory=SystemClock().now_ns)

    @cached_property
    def process(self) -> ProcessFacts:
        """What does not change."""
        mode = self.app.settings.trading.mode
        version: str = load("tradewright").__version__  # the root package is the notebook's door, which stands above
        return ProcessFacts(service=self.service, version=version, mode=mode, started_ns=self.started_ns)

    @cached_property
    def watch(self) -> Watch:
        """Looks at the parts."""
        return Watch(self.own, self._checks, lambda: self.app.state.uptimes, self._is_open, self.clock)

    @cached_property
    def bars(self) -> StoredBars:
        """What is stored."""
        return StoredBars(self.app.providers()["store"], self.clock)  # type: ignore[arg-type]

    @cached_property
    def vitals(self) -> MachineVitals:
        """Of the machine, and of the disk with the state folder."""
        return MachineVitals(self.app.state_folder)

    @cached_property
    def sight(self) -> Sight:
        """What this process sees of the platform."""
        return Sight(watch=self.watch, bars=self.bars, beat=beat_of, vitals=self.vitals, process=self.process)

    def opens_metrics(self, given: str) -> bool:
        """Whether that is the token of the settings; false where none is set."""
        token = self.app.revealed(self.app.settings.api.metrics_token) or ""
        return bool(token) and hmac.compare_digest(given.encode(), token.encode())

    def keep_looking(self, leaving: Event) -> None:
        """Look each half minute until told to leave."""
        while not leaving.is_set():
            self.watch.look()
            leaving.wait(EVERY_NS / SECOND)

    def _checks(self) -> list[Check]:
        settings = self.app.settings
        found = [Check("database", True, self._look_at_database)]
        if settings.redis.url:
            answers = load("tradewright.adapters.rates.answering").RedisAnswers(settings.redis.url)
            found.append(Check("cache", False, answers.look))
        return [
            *found,
            Check("sessions", False, self._look_at_sessions),
            Check("bars", False, self._look_at_bars),
            Check("disk", False, lambda: self._look_at_disk(settings)),
            Check("memory", False, lambda: self._look_at_memory(settings)),
            Check("cpu", False, lambda: self._look_at_load(settings)),
            *self.added,
        ]

    def _look_at_database(self) -> str:
        self.app.state.jobs.waiting()
        return f"{self.app.state.place} answers"

    def _look_at_sessions(self) -> str:
        seen = sessions_seen(self.app.trading.traders, beat=beat_of, now_ns=self.clock.now_ns())
        return look_at_sessions(seen)

    def _look_at_bars(self) -> str:
        return look_at_bars(self.bars.all(), oldest_s=self.app.settings.health.data_hours * 3600)

    def _look_at_disk(self, settings: "Settings") -> str:
        machine = self.vitals.machine()
        free, least = machine.disk_free // MIB, settings.health.free_disk_mb
        if free < least:
            raise StorageError("the disk is nearly full", expected=f"{least} MB free", found=f"{free} MB")
        return f"{free:,} MB free"

    def _look_at_memory(self, settings: "Settings") -> str:
        machine = self.vitals.machine()
        free, least = machine.memory_available // MIB, settings.health.free_memory_mb
        if free < least:
            raise StorageError("memory is short", expected=f"{least} MB available", found=f"{free} MB")
        return f"{free:,} MB available"

    def _look_at_load(self, settings: "Settings") -> str:
        machine = self.vitals.machine()
        if machine.load > settings.health.load:
            most = f"at most {settings.health.load:g} by core"
            raise StorageError("the machine is too busy", expected=most, found=f"{machine.load:.1f}")
        return f"load {machine.load:.2f} by core of {os.cpu_count() or 1}"

    def _is_open(self, now_ns: int) -> bool:
        return in_session(now_ns, self.app.settings.data.default_venue)


def in_session(now_ns: int, venue: str) -> bool:
    """Whether a moment lies in the venue's regular hours; holidays count as sessions. Unknown venues never close."""
    try:
        hours = trading_hours(venue)
        day = session_of(now_ns, venue, is_close=False)
    except UnknownVenue:
        return True
    return hours.can_trade_on(day) and session_open_ns(day, venue) <= now_ns < session_close_ns(day, venue)


def beat_of(kept: "KeptSession") -> int | None:
    """By the file that its trader writes over and over."""
    found = read_beat(load("tradewright.bootstrap.folders").session_disk(kept))
    return None if found is None else found.wall_ns


def noted(app: Project) -> "Sequence[Uptime]":
    """What was counted; a project without a database has counted nothing, and asking makes none."""
    place = app.state.place
    return () if place.file is not None and not place.file.exists() else app.state.uptimes.all()
