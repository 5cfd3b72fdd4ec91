"""A replay that is started again waits for orders in doubt, and sends in its time what was decided and never left."""

import asyncio
from dataclasses import replace
from pathlib import Path

from tests.unit.engine.session.core_desk import SECOND, Desk, buy, commands_of, trading_desk
from tests.unit.engine.session.little_core import AAPL, STRATEGY
from tests.unit.engine.session.memory_ports import MemoryFeed, Scene, real_places

from tradewright.domain.orders.life import OrderLife
from tradewright.engine.session.core import Core
from tradewright.engine.session.effects import SetTimer
from tradewright.engine.session.inputs import Opened, SendOrder, TimerRang
from tradewright.engine.session.shell_start import Plan, Starting
from tradewright.ports import broker, feed, hosts


def in_doubt() -> Desk:
    """A session that was killed after an order's intent was durable, and is started again."""
    before = trading_desk()
    before.give(SendOrder(number=1, who="test", request=buy(3)))
    core = before.core
    again = Desk(
        Core(
            core.state, start=core.state.terms, policy=core.policy, traits=core._desk.traits, markets=core._desk.markets
        ),
        session_ns=before.session_ns,
        monotonic_ns=100 * SECOND,
    )
    again.slices = before.slices
    core.state.epoch = 2
    again.give(Opened(2), hosts.HostReady("code", 0, speaks_weights=False), broker.Connected())
    return again


def test_an_order_in_doubt_is_asked_for_as_soon_as_its_absence_counts() -> None:
    desk = in_doubt()
    desk.reconcile()
    tracked = desk.last
    assert tracked.order.life is OrderLife.UNKNOWN
    began, pauses = desk.monotonic_ns, []
    while desk.core.state.orders[tracked.id].order.life is OrderLife.UNKNOWN:
        said = desk.give(TimerRang(f"answer {tracked.id}"))
        asked = commands_of(said, broker.AskOrder)[0]
        assert isinstance(asked, broker.AskOrder)
        (pause,) = [one.after_ns for one in said if isinstance(one, SetTimer) and one.name == f"answer {tracked.id}"]
        pauses.append(pause)
        desk.give(broker.OrderAnswer(asked.number, tracked.id, None))
        desk.wait(pause)
        assert desk.monotonic_ns - began < 10 * SECOND
    assert sum(pauses[:-1]) <= 5 * SECOND


def test_what_was_decided_at_the_last_slice_is_sent_again_before_the_next_one() -> None:
    desk = in_doubt()
    last = feed.Slice(
        number=desk.slices, time_ns=desk.session_ns, session=3, bars=(None, None),
        next_open_ns=desk.session_ns + 1, next_close_ns=desk.session_ns + SECOND,
    )  # fmt: skip
    assert desk.core.executes_ns() is None
    desk.core.remember(last)
    assert desk.core.executes_ns() == desk.session_ns + 1


def test_a_replay_waits_for_doubts_and_a_market_that_runs_does_not(tmp_path: Path) -> None:
    async def started(*, is_replay: bool, doubts: int) -> int:
        scene, looks = Scene(), 0

        def is_in_doubt() -> bool:
            nonlocal looks
            looks += 1
            return looks <= doubts

        scene.books(real_places(tmp_path)).close()
        books = replace(scene.books(real_places(tmp_path)), is_new=False)
        plan = Plan(strategy=STRATEGY, instruments=(AAPL,), interval="1d", is_replay=is_replay)
        starting = Starting(
            plan, books=books, host=scene.host, put=lambda _: None, tell=scene.alerts.append, remember=lambda _: None,
            is_in_doubt=is_in_doubt,
        )  # fmt: skip
        market = MemoryFeed(0)
        await starting.run(scene.broker, market)
        assert starting.is_done
        assert market.wanted is not None
        books.close()
        return looks

    assert asyncio.run(started(is_replay=True, doubts=3)) == 4
    assert asyncio.run(started(is_replay=False, doubts=3)) == 0
