"""What every place that keeps leases promises, on both databases."""

import pytest

from tradewright.adapters.database.engine import Database
from tradewright.adapters.database.leases import DatabaseLeases
from tradewright.adapters.system.clock import ManualClock
from tradewright.domain.errors import InputError
from tradewright.ports.leases import Lease, Leases


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(1_000)


@pytest.fixture
def leases(database: Database, clock: ManualClock) -> Leases:
    return DatabaseLeases(database, clock)


def test_one_holds_it_and_the_other_does_not(leases: Leases) -> None:
    assert leases.take("scheduler", "a", for_ns=10) == Lease("scheduler", "a", 1, 1_010)
    assert leases.take("scheduler", "b", for_ns=10) is None
    assert leases.take("other", "b", for_ns=10) == Lease("other", "b", 1, 1_010)
    assert leases.current("scheduler") == Lease("scheduler", "a", 1, 1_010)


def test_renewing_keeps_the_epoch(leases: Leases, clock: ManualClock) -> None:
    leases.take("scheduler", "a", for_ns=10)
    clock.advance(9)
    assert leases.take("scheduler", "a", for_ns=10) == Lease("scheduler", "a", 1, 1_019)


def test_one_that_ran_out_goes_to_the_next_with_a_higher_epoch(leases: Leases, clock: ManualClock) -> None:
    leases.take("scheduler", "a", for_ns=10)
    clock.advance(10)
    assert leases.current("scheduler") is None
    assert leases.take("scheduler", "b", for_ns=10) == Lease("scheduler", "b", 2, 1_020)
    assert leases.take("scheduler", "a", for_ns=10) is None


def test_whoever_lost_it_and_takes_it_again_has_a_new_epoch(leases: Leases, clock: ManualClock) -> None:
    leases.take("scheduler", "a", for_ns=10)
    clock.advance(11)
    taken = leases.take("scheduler", "a", for_ns=10)
    assert taken is not None and taken.epoch == 2


def test_a_released_one_is_free_and_its_epoch_is_not_forgotten(leases: Leases) -> None:
    first = leases.take("scheduler", "a", for_ns=10)
    assert first is not None
    leases.release(first)
    assert leases.current("scheduler") is None
    second = leases.take("scheduler", "b", for_ns=10)
    assert second is not None and second.epoch == 2


def test_an_old_holder_cannot_release_what_another_holds(leases: Leases, clock: ManualClock) -> None:
    first = leases.take("scheduler", "a", for_ns=10)
    assert first is not None
    clock.advance(10)
    second = leases.take("scheduler", "a", for_ns=10)
    leases.release(first)
    assert leases.current("scheduler") == second


def test_nobody_holds_what_was_never_taken(leases: Leases) -> None:
    assert leases.current("scheduler") is None
    leases.release(Lease("scheduler", "a", 1, 0))
    with pytest.raises(InputError, match="needs a holder"):
        leases.take("scheduler", "", for_ns=10)
