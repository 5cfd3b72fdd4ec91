"""The small parts of a shell: clocks, timers, inbox, counts, supervisor."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.engine.session.memory_ports import MovingClock, slice_of

from tradewright.engine.session.clocks import ReplayClock, WallClock
from tradewright.engine.session.effects import Alert, Answer, Severity
from tradewright.engine.session.inbox import Inbox, InboxFull
from tradewright.engine.session.inputs import HandedOver, SetTradingState, TimerRang
from tradewright.engine.session.metrics import Histogram
from tradewright.engine.session.supervisor import CRITICAL, WHO, Component, Supervisor
from tradewright.engine.session.timers import Timers
from tradewright.ports import broker, feed, hosts
from tradewright.trading.risk.states import TradingState


@dataclass
class Wall:
    now: int = 0

    def now_ns(self) -> int:
        return self.now

    def monotonic_ns(self) -> int:
        return 0


def test_a_replay_runs_by_its_slices_and_never_back() -> None:
    clock = ReplayClock(5)
    assert clock.now_ns() == 5
    clock.observe(slice_of(2))
    clock.observe(slice_of(1))
    clock.observe(broker.Connected())
    assert clock.now_ns() == slice_of(2).time_ns


def test_a_wall_clock_waits_out_small_steps_back_and_follows_large_ones() -> None:
    wall = Wall(5_000_000_000)
    clock = WallClock(wall)
    clock.observe(slice_of(1))
    assert clock.now_ns() == 5_000_000_000
    wall.now = 4_500_000_000
    assert clock.now_ns() == 5_000_000_000
    wall.now = 5_100_000_000
    assert clock.now_ns() == 5_100_000_000
    wall.now = 1_000_000_000
    assert clock.now_ns() == 1_000_000_000


class Loop:
    """Calls later when told to."""

    def __init__(self) -> None:
        self.calls: list[tuple[float, Callable[[], None], Loop.Handle]] = []

    class Handle:
        def __init__(self) -> None:
            self.is_canceled = False

        def cancel(self) -> None:
            self.is_canceled = True

    def call_later(self, seconds: float, call: Callable[[], None]) -> "Loop.Handle":
        handle = Loop.Handle()
        self.calls.append((seconds, call, handle))
        return handle

    def run_out(self) -> None:
        calls, self.calls = self.calls, []
        for _, call, handle in calls:
            if not handle.is_canceled:
                call()


def test_a_timer_set_again_replaces_the_one_before_even_when_it_has_rung() -> None:
    loop, rang = Loop(), list[TimerRang]()
    timers = Timers(loop.call_later, rang.append)
    timers.set("a", after_ns=1_000_000_000)
    timers.set("a", after_ns=-5)
    assert [(seconds, handle.is_canceled) for seconds, _, handle in loop.calls] == [(1.0, True), (0.0, False)]
    loop.run_out()
    assert rang == [TimerRang("a")]
    timers.set("a", after_ns=1)
    assert not timers.admits(rang[0])
    loop.run_out()
    assert timers.admits(rang[1])
    assert not timers.admits(rang[1])
    timers.set("b", after_ns=1)
    timers.clear()
    loop.run_out()
    assert len(rang) == 2


def test_an_inbox_keeps_the_order_and_lets_our_own_outcomes_go_first() -> None:
    woken: list[int] = []
    inbox = Inbox(3, monotonic_ns=MovingClock().monotonic_ns, wake=lambda: woken.append(1))
    inbox.put(slice_of(1))
    inbox.put(slice_of(2))
    inbox.put_first(HandedOver("a"))
    inbox.put_first(HandedOver("b"))
    assert (inbox.waiting, inbox.highest, len(woken), inbox.has_room_for_people) == (4, 2, 4, False)
    assert [one.given for one in inbox.take(3)][:2] == [HandedOver("a"), HandedOver("b")]
    rest = inbox.take(9)
    assert [one.given.number for one in rest if isinstance(one.given, feed.Slice)] == [2]
    for number in range(5):
        inbox.put(slice_of(number))
    assert isinstance(inbox.overflow, InboxFull)
    assert inbox.waiting == 3


@given(st.lists(st.integers(0, 1 << 45), min_size=1, max_size=60), st.sampled_from([0.0, 0.5, 0.9, 0.99, 1.0]))
def test_a_quantile_is_never_too_low_and_at_most_an_eighth_too_high(values: list[int], share: float) -> None:
    counted = Histogram()
    for value in values:
        counted.record(value)
    ordered = sorted(values)
    exact = ordered[max(0, -(-int(share * 100) * len(values) // 100) - 1)]
    told = counted.quantile(share)
    assert told >= min(exact, (1 << 42) - 1)
    assert told <= max(exact + exact // 8 + 1, counted.largest if exact >= 1 << 42 else 0)
    assert counted.quantile(1.0) <= counted.largest == max(values)
    assert counted.count == len(values)


def test_a_count_of_nothing_has_no_quantile() -> None:
    counted = Histogram()
    assert counted.quantile(0.99) == 0
    counted.record(-5)
    assert (counted.quantile(1.0), counted.total) == (0, 0)


class Watched:
    """A supervisor with what it said."""

    def __init__(self) -> None:
        self.orders: list[SetTradingState] = []
        self.answered: list[Callable[[Answer], None]] = []
        self.alerts: list[Alert] = []
        self.shut_by = WHO
        self.supervisor = Supervisor(
            order=self.order, tell=self.alerts.append, now_ns=lambda: 9, shut_by=lambda: self.shut_by
        )

    def order(self, command: SetTradingState, then: Callable[[Answer], None]) -> None:
        self.orders.append(command)
        self.answered.append(then)


def test_a_critical_part_that_fails_stops_new_risk_and_opens_when_all_are_well() -> None:
    watched = Watched()
    one = watched.supervisor
    one.failed(Component.DISK, "no space")
    one.failed(Component.DISK, "no space")
    one.failed(Component.RISK, "no limits")
    assert [(order.state, order.reason) for order in watched.orders] == [
        (TradingState.REDUCE_ONLY, "disk failed: no space"),
        (TradingState.REDUCE_ONLY, "risk failed: no limits"),
    ]
    assert one.problem == "risk: no limits; disk: no space"
    one.recovered(Component.DISK)
    one.recovered(Component.DISK)
    one.tick()
    assert len(watched.orders) == 2
    one.recovered(Component.RISK)
    one.tick()
    one.tick()
    assert watched.orders[-1].state is TradingState.ACTIVE
    assert len(watched.orders) == 3
    watched.answered[0](Answer(1, True, "the answer to the first command says nothing of the last"))
    one.tick()
    assert len(watched.orders) == 3
    watched.answered[-1](Answer(3, False, "not yet"))
    one.tick()
    watched.answered[-1](Answer(4, True, "open"))
    one.tick()
    assert len(watched.orders) == 4
    assert [alert.severity for alert in watched.alerts[:2]] == [Severity.CRITICAL] * 2


def test_what_somebody_else_shut_is_not_opened() -> None:
    watched = Watched()
    watched.supervisor.failed(Component.DISK, "no space")
    watched.supervisor.recovered(Component.DISK)
    watched.shut_by = "anna"
    watched.supervisor.tick()
    watched.shut_by = WHO
    watched.supervisor.tick()
    assert len(watched.orders) == 1


def test_events_tell_how_broker_feed_and_strategy_are() -> None:
    watched = Watched()
    one = watched.supervisor
    one.observe(broker.Disconnected("gone"))
    one.observe(feed.FeedLost("gone"))
    one.observe(hosts.HostFailed(hosts.HostTrouble.RAISED, 1, "line 3"))
    failed = {health.component: health for health in one.health() if not health.is_ok}
    assert set(failed) == {Component.BROKER, Component.FEED, Component.STRATEGY}
    assert failed[Component.STRATEGY].problem == "raised: line 3"
    assert failed[Component.STRATEGY].since_ns == 9
    assert [order.reason for order in watched.orders] == ["feed failed: gone"]
    one.observe(broker.Connected())
    one.observe(slice_of(1))
    one.observe(hosts.HostReady("", 0, speaks_weights=False))
    one.observe(HandedOver("a"))
    assert all(health.is_ok for health in one.health())
    assert {health.component for health in one.health() if health.is_critical} == {
        component for component, is_critical in CRITICAL.items() if is_critical
    }


def test_a_failure_is_handed_back_and_a_cancellation_passes() -> None:
    async def story() -> None:
        watch = Watched().supervisor.watch

        async def fails() -> None:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(asyncio.sleep(10))
                raise ValueError("no")

        async def sleeps() -> None:
            await asyncio.sleep(10)

        problem = await watch(fails())
        assert isinstance(problem, ValueError)
        assert await watch(asyncio.sleep(0)) is None
        task = asyncio.create_task(watch(sleeps()))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(story())
