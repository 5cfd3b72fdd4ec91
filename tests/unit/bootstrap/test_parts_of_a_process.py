"""Parts that die are begun again; one that keeps dying is failed, the others go on, a critical one ends the process."""

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event

import pytest

from tradewright.bootstrap.parts import MINUTE_NS, MOST_DEATHS, SECOND, Deaths, Part, Parts
from tradewright.domain.errors import StorageError

WITHIN_S = 30.0
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")


class QuickClock:
    """Runs ten times as fast as the machine's."""

    def now_ns(self) -> int:
        return time.time_ns()

    def monotonic_ns(self) -> int:
        return time.monotonic_ns() * 10


@dataclass
class SetClock:
    at_ns: int = 0

    def now_ns(self) -> int:
        return self.at_ns

    def monotonic_ns(self) -> int:
        return self.at_ns


@dataclass
class Dying:
    """Dies so often, then lives."""

    deaths: int
    begun: int = 0
    lives: Event = field(default_factory=Event)

    def run(self, leaving: Event) -> None:
        self.begun += 1
        if self.begun <= self.deaths:
            raise RuntimeError(f"death {self.begun}")
        self.lives.set()
        leaving.wait()


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + WITHIN_S
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_part_that_dies_is_begun_again_and_the_others_notice_nothing() -> None:
    dying, calm = Dying(2), Dying(0)
    told: list[str] = []
    parts = Parts([Part("a", True, dying.run), Part("b", False, calm.run)], QuickClock(), told.append)
    with parts:
        assert dying.lives.wait(WITHIN_S)
        assert [check.look() for check in parts.checks()] == ["works", "works"]
    assert (dying.begun, calm.begun, told) == (3, 1, [])


def test_one_that_died_five_times_in_a_minute_is_failed_and_a_critical_one_ends_the_process() -> None:
    dying, critical, calm = Dying(1_000), Dying(1_000), Dying(0)
    told: list[str] = []
    listed = [Part("a", False, dying.run), Part("b", True, critical.run), Part("c", False, calm.run)]
    with Parts(listed, QuickClock(), told.append) as parts:
        until(lambda: bool(told))
        first, second, third = parts.checks()
        for check in (first, second):
            with pytest.raises(StorageError, match=r"keeps dying.*RuntimeError: death"):
                check.look()
        assert third.look() == "works" and [check.is_critical for check in parts.checks()] == [False, True, False]
    assert f"b died {MOST_DEATHS} times" in told[0] and calm.begun == 1


def test_deaths_are_counted_within_a_minute_and_forgiven_after_one() -> None:
    clock = SetClock()
    deaths = Deaths(clock)
    pauses = []
    for _ in range(MOST_DEATHS):
        clock.at_ns += SECOND
        pauses.append(deaths.add() / SECOND)
    assert [*pauses, deaths.is_failed] == [0.25, 0.5, 1, 2, 30, True]
    clock.at_ns += 30 * SECOND
    assert [deaths.add(), deaths.is_failed] == [30 * SECOND, True], "it was failed, and died at its next trial"
    clock.at_ns += MINUTE_NS + 1
    assert [deaths.is_failed, deaths.add()] == [False, SECOND // 4]
    slow = Deaths(clock)
    for _ in range(10):
        clock.at_ns += 20 * SECOND
        slow.add()
        assert not slow.is_failed, "three in a minute, again and again"


STUCK = """
from threading import Event
from tradewright.adapters.system.clock import SystemClock
from tradewright.bootstrap.parts import Part, Parts
begun = Event()
def stuck(leaving):
    begun.set()
    Event().wait()
with Parts([Part("stuck", False, stuck)], SystemClock(), print, leave_within_s=0.2):
    assert begun.wait(60)
print("left")
"""


def test_a_part_that_is_stuck_does_not_keep_its_process_from_ending() -> None:
    done = subprocess.run([sys.executable, "-c", STUCK], capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout == "left\n" and "stuck does not end" in done.stderr, done.stderr
    assert done.returncode == 0
