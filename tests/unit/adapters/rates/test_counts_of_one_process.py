"""Counts of one process: a window that slides, and an honest word on how long to wait."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from tradewright.adapters.rates.own import SWEPT_AT, OwnRates
from tradewright.ports.rates import Rate


@dataclass
class Time:
    now_s: float = 1_000.0

    def __call__(self) -> float:
        return self.now_s


def test_who_has_had_the_share_is_told_to_wait_and_is_not_counted() -> None:
    time = Time(960.0)
    rates = OwnRates(time)
    assert [rates.take("a", Rate(3)) for _ in range(3)] == [0, 0, 0]
    assert rates.take("a", Rate(3)) == 61
    assert rates.take("b", Rate(3)) == 0
    time.now_s += 60.0
    assert rates.take("a", Rate(3)) == 1
    time.now_s += 0.001
    assert rates.take("a", Rate(3)) == 0


gaps = st.lists(st.tuples(st.integers(0, 90_000), st.integers(1, 12)), min_size=1, max_size=30)
"""Milliseconds of rest, and how often somebody asks then."""


@given(gaps, st.integers(1, 8))
def test_whoever_waits_as_told_finds_room_and_no_sooner_by_more_than_a_second(
    gaps: list[tuple[int, int]], most: int
) -> None:
    time = Time()
    rates, rate = OwnRates(time), Rate(most)
    for gap, asked in gaps:
        time.now_s += gap / 1_000
        for _ in range(asked):
            wait_s = rates.take("a", rate)
            if wait_s > 1:
                time.now_s += wait_s - 1.001
                assert rates.take("a", rate) > 0
                time.now_s += 1.001
                assert rates.take("a", rate) == 0
                break


@given(gaps, st.integers(1, 8))
def test_never_more_than_the_share_in_a_standing_window_nor_twice_it_in_any(
    gaps: list[tuple[int, int]], most: int
) -> None:
    time, taken = Time(), list[float]()
    rates = OwnRates(time)
    for gap, asked in gaps:
        time.now_s += gap / 1_000
        taken += [time.now_s for _ in range(asked) if rates.take("a", Rate(most)) == 0]
    for moment in taken:
        assert sum(one // 60 == moment // 60 for one in taken) <= most
        assert sum(moment - 60 < one <= moment for one in taken) <= 2 * most


def test_subjects_of_long_ago_are_forgotten() -> None:
    time = Time()
    rates = OwnRates(time)
    for number in range(SWEPT_AT):
        rates.take(f"early {number}", Rate(3))
    time.now_s += 121.0
    rates.take("late", Rate(3))
    assert set(rates._counted) == {"late"}
