import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewright.adapters.system.clock import ManualClock, SystemClock
from tradewright.adapters.system.randomness import ALPHABET, SeededRandomness, SystemRandomness
from tradewright.ports.clock import Clock
from tradewright.ports.randomness import Randomness


def test_the_machine_s_clock_tells_the_time() -> None:
    clock: Clock = SystemClock()
    assert abs(clock.now_ns() - time.time_ns()) < 5_000_000_000
    before = clock.monotonic_ns()
    assert clock.monotonic_ns() >= before


def test_a_clock_set_by_hand_stands_still_until_it_is_moved() -> None:
    clock = ManualClock(100)
    asked: Clock = clock
    assert (asked.now_ns(), asked.now_ns()) == (100, 100)
    clock.advance(5)
    clock.set_wall(3)
    assert (clock.now_ns(), clock.monotonic_ns()) == (3, 5)
    with pytest.raises(ValueError, match="time passes forward only"):
        clock.advance(-1)


@given(st.integers(), st.integers(1, 40), st.integers(1, 1_000_000))
def test_a_seed_repeats_itself(seed: int, length: int, limit: int) -> None:
    one, other = SeededRandomness(seed), SeededRandomness(seed)
    assert one.token(length) == other.token(length)
    assert one.below(limit) == other.below(limit)


@pytest.mark.parametrize("randomness", [SystemRandomness(), SeededRandomness(1)])
def test_names_are_words_and_numbers_stay_below(randomness: Randomness) -> None:
    names = {randomness.token() for _ in range(200)}
    assert len(names) == 200
    assert all(len(name) == 16 and set(name) <= set(ALPHABET) for name in names)
    assert {randomness.below(3) for _ in range(200)} == {0, 1, 2}
    with pytest.raises(ValueError, match=r"range|positive"):
        randomness.below(0)
