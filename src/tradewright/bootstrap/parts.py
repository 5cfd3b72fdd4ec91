"""The parts of a process that work beside its answers: each in a thread of its own, begun again when it dies.

This file decides what becomes of a part that dies: it is begun again after ever longer pauses; one that died five times
in a minute is failed, which everybody can see, and goes on being tried twice a minute while the others work. Where the
part is critical the whole process is to end, because half of it would be taken for the whole.
"""

import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Final

from tradewright.application.health.checking import Check
from tradewright.domain.errors import StorageError
from tradewright.ports.clock import Clock

SECOND: Final = 1_000_000_000
MINUTE_NS: Final = 60 * SECOND
MOST_DEATHS: Final = 5
"""In a minute; then it is failed."""
SHORTEST_NS: Final = SECOND // 4
FAILED_NS: Final = 30 * SECOND
"""Between two trials of a failed one."""
EVERY_S: Final = 0.25


@dataclass(slots=True)
class Deaths:
    """How often something died lately."""

    clock: Clock
    _times: deque[int] = field(default_factory=lambda: deque(maxlen=MOST_DEATHS))
    _has_failed: bool = False

    def add(self) -> int:
        """One more; how long to wait before it is begun again, in nanoseconds."""
        is_failed, now_ns = self.is_failed, self.clock.monotonic_ns()
        self._times.append(now_ns)
        self._has_failed = is_failed or len(self._lately()) == MOST_DEATHS
        return FAILED_NS if self._has_failed else SHORTEST_NS << (len(self._lately()) - 1)

    @property
    def is_failed(self) -> bool:
        """It died five times in a minute, and has not lived for a minute since."""
        return self._has_failed and bool(self._lately())

    def _lately(self) -> list[int]:
        now_ns = self.clock.monotonic_ns()
        return [one for one in self._times if now_ns - one <= MINUTE_NS]


@dataclass(slots=True)
class Part:
    """One part: `run` works until the event is set; whatever it raises is its death."""

    name: str
    is_critical: bool
    run: Callable[[Event], None]


@dataclass(slots=True)
class _Seat:
    part: Part
    deaths: Deaths
    thread: Thread | None = None
    told: str = ""
    """What it died of."""
    again_ns: int = 0


@dataclass(slots=True)
class Parts:
    """All parts of a process. Use it as a context."""

    parts: Sequence[Part]
    clock: Clock
    on_critical: Callable[[str], None]
    """Told why the process is to end."""
    leaving: Event = field(default_factory=Event)
    leave_within_s: float = 60.0
    """How long each is waited for."""
    _seats: list[_Seat] = field(init=False)
    _watching: Thread | None = None

    def __post_init__(self) -> None:
        self._seats = [_Seat(part, Deaths(self.clock)) for part in self.parts]

    def __enter__(self) -> "Parts":
        """Begin all."""
        self._watching = Thread(target=self._watch, name="parts", daemon=True)
        self._watching.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Let all leave, and wait for them; one that is stuck does not keep the process from ending."""
        self.leaving.set()
        for thread in (self._watching, *(seat.thread for seat in self._seats)):
            if thread is not None:
                thread.join(self.leave_within_s)
                if thread.is_alive():
                    logging.getLogger("tradewright.platform").error("%s does not end; it is left behind", thread.name)

    def checks(self) -> list[Check]:
        """One a part."""
        return [Check(seat.part.name, seat.part.is_critical, _look(seat)) for seat in self._seats]

    def _watch(self) -> None:
        while not self.leaving.is_set():
            for seat in self._seats:
                self._look_at(seat)
            self.leaving.wait(EVERY_S)

    def _look_at(self, seat: _Seat) -> None:
        now_ns = self.clock.monotonic_ns()
        if seat.thread is not None and not seat.thread.is_alive():
            seat.thread = None
            pause_ns = seat.deaths.add()
            seat.again_ns = now_ns + pause_ns
            log = logging.getLogger("tradewright.platform")
            log.error("%s died (%s), begun again in %.1f s", seat.part.name, seat.told, pause_ns / SECOND)
            if seat.part.is_critical and seat.deaths.is_failed:
                self.on_critical(f"{seat.part.name} died {MOST_DEATHS} times in a minute: {seat.told}")
        if seat.thread is None and now_ns >= seat.again_ns and not self.leaving.is_set():
            seat.thread = Thread(target=self._live, args=(seat,), name=seat.part.name, daemon=True)
            seat.thread.start()

    def _live(self, seat: _Seat) -> None:
        seat.told = "it ended by itself"
        try:
            seat.part.run(self.leaving)
        except BaseException as death:
            seat.told = f"{type(death).__name__}: {death}"  # the hook of threads logs the trace
            raise


def _look(seat: _Seat) -> Callable[[], str]:
    def look() -> str:
        if seat.deaths.is_failed:
            raise StorageError(f"{seat.part.name} keeps dying", found=seat.told, remedy="its log tells more")
        return "works" if seat.thread is not None else "is begun again"

    return look
