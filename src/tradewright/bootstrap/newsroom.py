"""The newsroom: one thread that watches sessions and jobs, puts news on the bus, and hands on what comes from the bus.

This file decides who tells. By itself each process does, and only while somebody listens. Where services share Redis
the holder of the lease `newsroom` tells all of them, and whoever begins to listen asks it for the whole state; the
others watch as well and keep the last seconds, which they tell when they follow it. The bus is used in this thread
alone, so neither files, nor the database, nor Redis ever stop a web server's event loop. What nobody expected ends no
newsroom: it begins anew with fresh eyes, later each time, and says to everybody who listens that something was missed.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Final

from tradewright.adapters.buses.local import LocalBus
from tradewright.application.watching.jobs import JobsWatch
from tradewright.application.watching.news import TOPICS, News
from tradewright.application.watching.sessions import SessionsWatch
from tradewright.application.watching.signals import SignalsWatch
from tradewright.domain.errors import TradewrightError
from tradewright.lazy import load
from tradewright.ports.bus import EventBus, Topic
from tradewright.ports.clock import Clock
from tradewright.ports.leases import Lease, Leases

if TYPE_CHECKING:
    from tradewright.adapters.buses.redis_streams import RedisBus
    from tradewright.bootstrap.app import App

EVERY_S: Final = 0.1
LOOK_NS: Final = 500_000_000
"""Between two looks at which sessions run."""
LEASE: Final = "newsroom"
LEASE_NS: Final = 5_000_000_000
KEEPS_S: Final = 60.0
"""After which what waits for a newsroom that died is forgotten; nobody waits for it meanwhile, but for a full queue."""
HELD_NS: Final = 3 * LEASE_NS
HELD: Final = 20_000
PORTION: Final = 500
"""News that are handed on at once."""
READY_WITHIN_S: Final = 20.0
PAUSE_S: Final = 2.0
LONGEST_PAUSE_S: Final = 60.0
_LOG: Final = logging.getLogger("tradewright.newsroom")
Listener = Callable[[Sequence[News]], None]


@dataclass(slots=True)
class Watches:
    """The eyes of a newsroom: each remembers what it has seen."""

    sessions: SessionsWatch
    jobs: JobsWatch
    signals: SignalsWatch


def _is_heard_by_nobody() -> None:
    """Who listens may do without a word on what was missed."""


@dataclass(frozen=True, slots=True)
class WholeWanted:
    """Somebody begins to listen, and has heard nothing yet."""

    by: str


WHOLE: Final = Topic("newsroom.whole", WholeWanted)


@dataclass(slots=True)
class Shared:
    """What newsrooms of several processes have in common."""

    leases: Leases
    _lease: Lease | None = None

    def is_ours(self, name: str) -> bool:
        """Whether we watch for all, now."""
        self._lease = self.leases.take(LEASE, name, for_ns=LEASE_NS)
        return self._lease is not None

    def leave(self) -> None:
        """Let another one watch."""
        if self._lease is not None:
            self.leases.release(self._lease)


def _nothing() -> None:
    """A bus of our own ends with us."""


@dataclass(slots=True)
class Newsroom:
    """Watches while somebody listens."""

    name: str
    """Of this newsroom among all."""
    bus: EventBus
    fresh: Callable[[], Watches]
    """Makes eyes that have seen nothing yet."""
    clock: Clock
    shared: Shared | None = None
    """None: this process is alone."""
    leave_bus: Callable[[], None] = _nothing
    """Leave nothing of ours on a bus that others use."""
    rounds: int = 0
    """Looks that were finished."""
    failures: int = 0
    """How often something broke it that nobody expected."""
    problem: str = ""
    """What it was, until it works again."""
    pause_s: float = PAUSE_S
    """Before it begins anew; twice as long each time that it breaks without a look between, up to a minute."""
    _watches: Watches | None = None
    _listeners: list[tuple[Listener, Callable[[], None]]] = field(default_factory=list)
    _batch: list[News] = field(default_factory=list)
    _held: deque[tuple[int, str, object]] = field(default_factory=lambda: deque(maxlen=HELD))
    """What we have seen and not published, with when: the one who watches for all may be dying."""
    _read: set[str] = field(default_factory=set)
    """Topics that we read."""
    _looked_ns: int | None = None
    _whole_wanted: bool = False
    _is_watching: bool = False
    _listened: Event = field(default_factory=Event)
    _leaving: Event = field(default_factory=Event)
    _thread: Thread | None = None
    _lock: Lock = field(default_factory=Lock)

    def listen(self, listener: Listener, on_missed: Callable[[], None] = _is_heard_by_nobody) -> None:
        """Hand every piece of news to it, in this newsroom's thread; what it takes time for, everybody waits for.

        `on_missed` is called there where news may have been missed: what is handed on next begins with the whole state.
        """
        with self._lock:
            self._listeners.append((listener, on_missed))
            if self._thread is None:
                self._thread = Thread(target=self._run, name="newsroom", daemon=True)
                self._thread.start()
        self._listened.set()

    def forget(self, listener: Listener) -> None:
        """Hand it nothing more."""
        with self._lock:
            self._listeners = [one for one in self._listeners if one[0] != listener]
            if not self._listeners and self.shared is None:
                self._listened.clear()

    def close(self) -> None:
        """End the thread."""
        self._leaving.set()
        self._listened.set()
        if self._thread is not None:
            self._thread.join(READY_WITHIN_S)

    def step(self) -> None:
        """One look at everything; what is new is handed on."""
        is_ours, now_ns = self._is_ours(), self.clock.monotonic_ns()
        self._held.extend((now_ns, topic, event) for topic, event in self._new(now_ns))
        if is_ours:
            self._publish_held()
        while self._held and now_ns - self._held[0][0] > HELD_NS:
            self._held.popleft()
        self.bus.drain()
        self._hand_on(0)

    def _run(self) -> None:
        pause_s = self.pause_s
        while not self._leaving.is_set():
            self._listened.wait()
            try:
                self._subscribe()
                self.step()
                self.rounds += 1
                self.problem, pause_s = "", self.pause_s
                self._leaving.wait(EVERY_S)
            except TradewrightError as problem:
                _LOG.warning("news are late, tried again in %.0f s: %s", PAUSE_S, problem)
                self._leaving.wait(PAUSE_S)
            except Exception as defect:  # noqa: BLE001 - nobody else attends to this thread, and many wait for its news
                self._broke(defect, pause_s)
                self._leaving.wait(pause_s)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
        self._say_good_bye()

    def _broke(self, defect: Exception, pause_s: float) -> None:
        """Nothing that was seen is believed any more, and whoever listens is told so."""
        _LOG.error("the newsroom broke, and begins anew in %.0f s", pause_s, exc_info=defect)
        self.failures += 1
        self.problem = f"{type(defect).__name__}: {defect}"
        self._watches, self._looked_ns, self._is_watching = None, None, False
        self._whole_wanted = self.shared is not None
        self._batch.clear()
        self._held.clear()
        with self._lock:
            listening = [on_missed for _, on_missed in self._listeners]
        for on_missed in listening:
            on_missed()

    def _say_good_bye(self) -> None:
        try:
            if self.shared is not None:
                self.shared.leave()
            self.bus.close()
            self.leave_bus()
        except TradewrightError as problem:
            _LOG.warning("the newsroom ended without a good-bye: %s", problem)

    def _subscribe(self) -> None:
        """Once; a bus that could not be reached is gone on with where it failed."""
        for topic in TOPICS.values():
            if topic.works and topic.name not in self._read:
                self.bus.handle(topic.bus, self.name, handler=partial(self._take, topic.name))
                self._read.add(topic.name)
        if WHOLE.name not in self._read:
            self.bus.handle(WHOLE, self.name, handler=self._asked)
            self._read.add(WHOLE.name)
            if self.shared is not None:
                self.bus.offer(WHOLE, WholeWanted(self.name))

    def _is_ours(self) -> bool:
        was, self._is_watching = self._is_watching, self.shared is None or self.shared.is_ours(self.name)
        if self._is_watching and not was and self.shared is not None:
            self._whole_wanted = True
        return self._is_watching

    def _new(self, now_ns: int) -> Iterator[News]:
        if self._watches is None:
            self._watches = self.fresh()
        sessions, jobs = self._watches.sessions, self._watches.jobs
        if self._looked_ns is None or now_ns - self._looked_ns >= LOOK_NS:
            self._looked_ns = now_ns
            yield from sessions.look()
        yield from sessions.step()
        yield from jobs.step()
        yield from self._watches.signals.step()
        if self._whole_wanted:
            self._whole_wanted = False
            yield from sessions.whole()
            yield from jobs.whole()

    def _publish_held(self) -> None:
        """What the bus could not take stays."""
        while self._held:
            _, topic, event = self._held[0]
            while not self.bus.offer(TOPICS[topic].bus, event):
                self.bus.drain()
            self._held.popleft()

    def _asked(self, asked: WholeWanted) -> None:
        self._whole_wanted = True

    def _take(self, topic: str, event: object) -> None:
        self._batch.append((topic, event))
        self._hand_on(PORTION - 1)

    def _hand_on(self, keeps: int) -> None:
        if len(self._batch) > keeps:
            batch, self._batch = self._batch, []
            with self._lock:
                listeners = [listener for listener, _ in self._listeners]
            for listener in listeners:
                listener(batch)


def newsroom_of(app: "App", clock: Clock, *, name: str) -> Newsroom:
    """The newsroom of a project: by itself, or with others where the settings name a Redis."""
    trading, url = app.trading, app.settings.redis.url

    def fresh() -> Watches:
        sessions = SessionsWatch(trading.sessions, trading.traders.journal_of)
        return Watches(sessions, JobsWatch(app.state.jobs), SignalsWatch(app.state.signals, clock))

    if not url:
        return Newsroom(name, LocalBus(), fresh, clock)
    bus: RedisBus = load("tradewright.adapters.buses.redis_streams").RedisBus(
        url, name=name, clock=clock, prefix=f"tradewright:{trading.mode}:bus:", keeps_s=KEEPS_S
    )
    return Newsroom(name, bus, fresh, clock, shared=Shared(app.state.leases), leave_bus=bus.leave)
