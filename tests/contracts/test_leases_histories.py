"""Any history of leases: one holder at a time, and whoever holds one has a higher epoch than all before."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from tests.contracts.databases import emptied

from tradewright.adapters.database.engine import Database
from tradewright.adapters.database.leases import DatabaseLeases
from tradewright.adapters.system.clock import ManualClock
from tradewright.ports.leases import Lease

HOLDERS = st.sampled_from("abc")


class Histories(RuleBasedStateMachine):
    """Leases of one name, and the one that we believe to hold."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        emptied(database.place)
        self.clock = ManualClock(1_000)
        self.leases = DatabaseLeases(database, self.clock)
        self.held: Lease | None = None
        self.given: list[Lease] = []

    @rule(holder=HOLDERS, for_ns=st.sampled_from([1, 10, 50]))
    def take(self, holder: str, for_ns: int) -> None:
        taken = self.leases.take("scheduler", holder, for_ns=for_ns)
        if self.held is not None and self.held.holder != holder:
            assert taken is None
            return
        assert taken is not None
        assert (taken.holder, taken.until_ns) == (holder, self.clock.time_ns + for_ns)
        highest = max((one.epoch for one in self.given), default=0)
        assert taken.epoch == (self.held.epoch if self.held else highest + 1)
        self.held = taken
        self.given.append(taken)

    @rule(place=st.integers(0, 20))
    def release(self, place: int) -> None:
        if not self.given:
            return
        old = self.given[place % len(self.given)]
        self.leases.release(old)
        if self.held is not None and (old.holder, old.epoch) == (self.held.holder, self.held.epoch):
            self.held = None

    @rule(nanoseconds=st.sampled_from([1, 9, 50]))
    def time_passes(self, nanoseconds: int) -> None:
        self.clock.advance(nanoseconds)
        if self.held is not None and self.held.until_ns <= self.clock.time_ns:
            self.held = None

    @invariant()
    def everybody_sees_the_same_holder(self) -> None:
        assert self.leases.current("scheduler") == self.held


def test_any_history_of_leases_has_one_holder_at_a_time(database: Database) -> None:
    run_state_machine_as_test(
        lambda: Histories(database),  # type: ignore[arg-type] # a factory is enough, as its documentation says
        settings=settings(
            max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
