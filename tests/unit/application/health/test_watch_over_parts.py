"""A watch looks, remembers since when, and counts what could not be written down as failed for what failed."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tradewright.adapters.system.clock import ManualClock
from tradewright.application.health.checking import EVERY_NS, LATE_NS, Check, Watch, is_process, service_part
from tradewright.application.health.handlers import is_ready
from tradewright.domain.errors import StorageError
from tradewright.ports.uptimes import Look, Uptime


@dataclass
class Notebook:
    """Uptimes that can be away."""

    is_away: bool = False
    looks: list[Look] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def note(self, looks: Sequence[Look]) -> None:
        if self.is_away:
            raise StorageError("the database is gone")
        self.looks = list(looks)

    def leave(self, components: Sequence[str]) -> None:
        self.left += components

    def all(self) -> Sequence[Uptime]:
        return ()


@dataclass
class Ground:
    clock: ManualClock = field(default_factory=lambda: ManualClock(10**15))
    notebook: Notebook = field(default_factory=Notebook)
    ill: set[str] = field(default_factory=set)
    watch: Watch = field(init=False)

    def __post_init__(self) -> None:
        self.watch = Watch("platform", self.checks, lambda: self.notebook, lambda _: True, self.clock)

    def checks(self) -> list[Check]:
        return [
            Check("database", True, lambda: self.look("database")),
            Check("cache", False, lambda: self.look("cache")),
        ]

    def look(self, name: str) -> str:
        if name in self.ill:
            raise StorageError(f"{name} is gone", found="nothing")
        return f"{name} answers"

    def states(self) -> dict[str, bool]:
        return {one.name: one.is_ok for one in self.watch.components()}

    def failed(self) -> set[str]:
        """Parts whose unseen stretch counts as failed."""
        return {one.component for one in self.notebook.looks if one.missed_is_failed}


def test_a_part_is_so_since_the_look_that_found_it_so() -> None:
    ground = Ground()
    first = ground.clock.now_ns()
    assert ground.states() == {"cache": True, "database": True, "platform": True}
    ground.clock.advance(EVERY_NS)
    ground.ill = {"cache"}
    ground.watch.look()
    cache, database, _ = ground.watch.components()
    assert (cache.since_ns, cache.story) == (first + EVERY_NS, "cache is gone: found nothing")
    assert (database.since_ns, database.checked_ns) == (first, first + EVERY_NS)
    assert is_ready(ground.watch), "nobody needs the cache"
    ground.ill = {"database"}
    ground.watch.look()
    assert not is_ready(ground.watch)


def test_an_unseen_stretch_is_a_failure_of_the_process_itself() -> None:
    ground = Ground()
    ground.watch.look()
    assert ground.failed() == {"platform"}


def test_what_failed_while_nothing_could_be_written_is_counted_when_it_can_be_again() -> None:
    ground = Ground(ill={"database"})
    ground.notebook.is_away = True
    ground.watch.look()
    ground.clock.advance(10 * EVERY_NS)
    ground.ill, ground.notebook.is_away = set(), False
    ground.watch.look()
    assert ground.failed() == {"platform", "database"} and all(one.is_ok for one in ground.notebook.looks)
    ground.watch.look()
    assert ground.failed() == {"platform"}


def test_one_that_is_asked_looks_when_nobody_has_for_a_while() -> None:
    ground = Ground()
    assert ground.states()["cache"]
    ground.ill = {"cache"}
    ground.clock.advance(EVERY_NS)
    assert ground.states()["cache"], "the last look is young enough"
    ground.clock.advance(EVERY_NS)
    assert not ground.states()["cache"]
    ground.clock.advance(LATE_NS + 1)
    assert ground.watch.is_late
    ground.watch.look()
    assert [ground.watch.is_late] == [False]


def test_leaving_names_the_process_and_what_it_ran_and_whoever_only_asks_writes_nothing() -> None:
    ground = Ground()
    ground.watch.leave(["scheduler"])
    assert ground.notebook.left == ["platform", "scheduler"]
    asking = Watch("", ground.checks, lambda: ground.notebook, lambda _: True, ground.clock)
    asking.look()
    asking.leave()
    assert ground.notebook.looks == [] and {one.name for one in asking.components()} == {"database", "cache"}


def test_processes_are_told_from_what_they_look_at() -> None:
    assert is_process("platform") and is_process(service_part("data"))
    assert not is_process("scheduler") and not is_process("database")
