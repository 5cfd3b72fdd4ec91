"""A session's slices from prints are those of the prints, however they come, and after a kill they go on."""

import asyncio
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.simulation.paper.tape_samples import (
    COIN,
    DAY,
    MINUTE,
    OPENS,
    OTHER,
    Desk,
    HandTrades,
    portions,
    prints,
    walk,
)

from tradewright.adapters.buses.local import LocalBus
from tradewright.domain.calendars import DAY as DAY_NS
from tradewright.domain.calendars import SECOND
from tradewright.domain.errors import BrokerError, DataError
from tradewright.domain.market.actions import ActionKind, CorporateAction
from tradewright.domain.market.trade import Trade
from tradewright.domain.timeframe import Timeframe
from tradewright.engine.session.shell_ticks import TickFeed
from tradewright.engine.session.ticks import Stood, TickBars
from tradewright.ports.feed import FeedEnded, FeedEvent, FeedGap, FeedLost, Slice, Subscription
from tradewright.ports.trades import TradePortion, TradeSubscription
from tradewright.simulation.paper.tape import Print, Tape
from tradewright.trading.aggregation.aggregator import bars_from
from tradewright.trading.aggregation.rules import TimeBars
from tradewright.trading.aggregation.sessions import RegularSessions

Told = tuple[str, str, str]


def bars(
    *, names: tuple[str, ...] = (COIN,), warm_up: int = 0, stood: Stood | None = None, told: list[Told] | None = None
) -> TickBars:
    def tell(code: str, subject: str, story: str) -> None:
        if told is not None:
            told.append((code, subject, story))

    return TickBars(LocalBus(), instruments=names, interval="1m", warm_up_bars=warm_up, stood=stood, tell=tell)


def slices(made: TickBars, found: Iterable[TradePortion]) -> list[Slice]:
    return [one for portion in found for one in made.take(portion)]


def portion(rows: Sequence[Print], *, until_ns: int, number: int = 1) -> TradePortion:
    """A portion by hand, also one that no tape would make."""
    return TradePortion(
        number=number,
        until_ns=until_ns,
        session=DAY,
        places=tuple(one[1] for one in rows),
        times_ns=tuple(one[0] for one in rows),
        prices=tuple(one[2] for one in rows),
        quantities=tuple(one[3] for one in rows),
        ids=tuple(one[4] for one in rows),
        next_open_ns=until_ns,
        next_close_ns=until_ns + DAY_NS,
    )


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 400), st.integers(0, 999), st.sampled_from(["max", "3", "5x", "900x"]), st.integers(1, 3))
def test_slices_are_the_bars_of_the_prints_however_they_are_cut(count: int, seed: int, pace: str, width: int) -> None:
    names = (COIN, OTHER, "THIRD.BINANCE")[:width]
    recorded = walk(count, seed=seed, width=width)
    found = slices(bars(names=names), portions(Desk(names).tape(recorded, pace=pace)))
    rule = TimeBars(Timeframe.parse("1m"), RegularSessions("BINANCE"))
    expected: dict[int, dict[int, tuple[float, ...]]] = {}
    for place, name in enumerate(names):
        tape = [Trade(name, at, n, price or 0, size or 0) for at, p, price, size, n in recorded if p == place]
        for bar in bars_from(tape, rule, until_ns=recorded[-1][0] + MINUTE):
            expected.setdefault(bar.time_ns, {})[place] = (bar.open, bar.high, bar.low, bar.close, bar.volume)
    told = {
        one.time_ns: {
            place: (bar.open, bar.high, bar.low, bar.close, bar.volume)
            for place, bar in enumerate(one.bars)
            if bar is not None
        }
        for one in found
    }
    assert told == expected
    assert [one.number for one in found] == list(range(1, len(found) + 1))
    assert [one.time_ns for one in found] == sorted(told)
    assert [one.ends_day for one in found] == [False] * (len(found) - 1) + [True]
    assert (found[0].next_open_ns, found[-1].next_open_ns) == (found[0].time_ns if len(found) > 1 else None, None)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 999), st.booleans(), st.data())
def test_a_session_that_was_killed_goes_on_with_the_very_slices(seed: int, is_dealt: bool, data: st.DataObject) -> None:
    names = (COIN, OTHER)
    recorded = walk(250, seed=seed, width=2)
    whole = slices(bars(names=names), portions(Desk(names).tape(recorded)))
    last = data.draw(st.integers(1, len(whole)))
    stood = Stood(last, whole[last - 1].time_ns, is_dealt, {COIN: 100.0})
    made = bars(names=names, stood=stood)
    assert made.since_ns == stood.time_ns - MINUTE
    rest = slices(made, portions(Desk(names).tape([one for one in recorded if one[0] >= made.since_ns])))
    assert rest == whole[last:] if is_dealt else rest == whole[last - 1 :]


def test_the_warm_up_is_the_last_bars_before_the_first_day() -> None:
    recorded = walk(300, seed=1)
    recorded += [(one[0] + DAY_NS, *one[1:4], f"n{one[4]}") for one in recorded]
    made = bars(warm_up=5)
    found = slices(made, portions(Desk().tape(recorded, first=DAY + 1)))
    assert [one.is_warm_up for one in found[:6]] == [True] * 5 + [False]
    assert [one.session for one in found[4:6]] == [DAY, DAY + 1]
    assert [one.number for one in found] == list(range(1, len(found) + 1))
    assert found[4].ends_day
    assert found[4].next_open_ns == OPENS + DAY_NS + 1 or found[4].next_open_ns == OPENS + DAY_NS
    middle = bars(warm_up=5, stood=Stood(3, found[2].time_ns, is_dealt_with=True))
    again = slices(middle, portions(Desk().tape([one for one in recorded if one[0] >= middle.since_ns], first=DAY + 1)))
    assert again == found[3:]


def test_too_short_a_warm_up_says_how_long_it_is() -> None:
    recorded = [*prints((0, 100), (70, 100)), *prints((0, 100), begins=OPENS + DAY_NS)]
    with pytest.raises(DataError, match="2 made of the trades"):
        slices(bars(warm_up=3), portions(Desk().tape(recorded, first=DAY + 1)))


def test_a_split_comes_with_the_first_slice_of_its_day() -> None:
    split = CorporateAction(DAY + 1, COIN, ActionKind.SPLIT, 2.0)
    recorded = [*prints((0, 100)), *prints((0, 50), (70, 50), begins=OPENS + DAY_NS)]
    found = slices(bars(), portions(Desk().tape(recorded, actions=(split,))))
    assert [one.actions for one in found] == [(), (split,), ()]


def test_nonsense_is_put_aside_counted_and_told_once_a_kind() -> None:
    told: list[Told] = []
    good = prints((0, 100), (10, 101), (20, 102))
    bad: list[Print] = [
        (OPENS + 11 * SECOND, 0, None, 1.0, "null"),
        (OPENS + 12 * SECOND, 0, 101.0, None, "null too"),
        (OPENS + 12 * SECOND, 0, -3.0, 1.0, "negative"),
        (OPENS + 12 * SECOND, 0, 5_000.0, 1.0, "jump"),
        (OPENS + 5 * SECOND, 0, 101.0, 1.0, "disorder"),
        (OPENS + 10 * SECOND, 0, 101.0, 1.0, good[1][4]),
    ]
    made = bars(told=told)
    (one,) = made.take(portion([*good[:2], *bad, *good[2:]], until_ns=OPENS + MINUTE))
    assert one.bars[0] is not None
    assert (one.bars[0].high, one.bars[0].low, one.bars[0].volume) == (102, 100, 3)
    counts = made.counts()
    assert counts.quarantined == {
        "not a number": 2, "negative": 1, "price jump": 1, "out of order": 1, "duplicate": 1,
    }  # fmt: skip
    assert (counts.trades, counts.believed, counts.bars, counts.slices, counts.late) == (9, 3, 1, 1, 0)
    assert [(code, subject) for code, subject, _ in told] == [("TRADES_ASIDE", COIN)] * 5
    assert len(counts.notes) == 5
    late = [(OPENS + 59 * SECOND, 0, 100.0, 1.0, "late"), (OPENS + 61 * SECOND, 0, 101.0, 1.0, "z")]
    made.take(portion(late, until_ns=OPENS + 2 * MINUTE, number=2))
    assert made.counts().late == 1
    assert any("late" in story for _, _, story in told)


def test_an_hour_without_trades_and_trades_outside_hours_are_told() -> None:
    told: list[Told] = []
    made = bars(names=(COIN, OTHER), told=told)
    recorded = prints((0, 100), (1, 50, 1), (100, 100), (4_000, 50, 1), (4_100, 100), (9_000, 100), (9_001, 50, 1))
    found = [replace(one, outside=int(one.number == 1)) for one in portions(Desk((COIN, OTHER)).tape(recorded))]
    slices(made, found)
    assert [(code, subject) for code, subject, _ in told] == [
        ("TRADES_ASIDE", ""),
        ("TRADE_GAP", OTHER),
        ("TRADE_GAP", COIN),
    ]
    counts = made.counts()
    assert counts.quarantined == {"outside the session": 1}
    assert counts.gaps >= 3
    assert counts.incomplete > 0


def test_a_burst_that_no_queue_holds_is_led_through_in_pieces() -> None:
    many = [(OPENS + n, 0, 100.0, 1.0, "") for n in range(25_000)]
    (one,) = bars().take(portion(many, until_ns=OPENS + MINUTE))
    assert one.bars[0] is not None
    assert one.bars[0].volume == 25_000


@dataclass
class Bench:
    """A tick feed over a tape that the test moves."""

    recorded: list[Print]
    first: int = DAY
    pace: str = "max"
    warm_up: int = 0
    stood: Stood | None = None
    events: list[FeedEvent] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    now_ns: int = 0

    def __post_init__(self) -> None:
        self.desk = Desk()
        self.trades = HandTrades(self.tape)
        self.feed = TickFeed(
            self.trades,
            LocalBus(),
            stood=self.stood,
            monotonic_ns=lambda: self.now_ns,
            tell=lambda *told: self.told.append(told),
        )

    def tape(self, wanted: TradeSubscription) -> Tape:
        return self.desk.tape(
            [one for one in self.recorded if one[0] >= wanted.since_ns], first=self.first, pace=self.pace
        )

    async def begun(self) -> None:
        """Subscribed, with the first portion given."""
        after = self.stood.slice if self.stood else 0
        wanted = Subscription(instruments=(COIN,), interval="1m", warm_up_bars=self.warm_up, after=after)
        waiting = asyncio.ensure_future(self.feed.subscribe(wanted, self.events.append))
        await asyncio.sleep(0)
        while not waiting.done():
            self.trades.give()
            await asyncio.sleep(0)
        await waiting


def test_a_portion_is_acknowledged_once_its_slices_are_dealt_with() -> None:
    async def case() -> None:
        bench = Bench(prints((0, 100), (1, 100), (59, 100), (61, 100), (130, 100)), pace="1")
        await bench.begun()
        assert bench.trades.acknowledged == [1]
        bench.trades.give()
        assert bench.trades.acknowledged == [1, 2]
        bench.now_ns = 7
        bench.trades.give()  # ends the first minute
        assert (bench.trades.acknowledged, bench.feed.pace().waiting) == ([1, 2], 1)
        bench.trades.give()
        bench.now_ns = 20
        assert bench.feed.pace().lag_ns == 13
        bench.feed.acknowledge(1)
        assert bench.trades.acknowledged == [1, 2, 3]
        bench.feed.acknowledge(2)
        assert bench.trades.acknowledged == [1, 2, 3, 4]
        assert isinstance(bench.trades.give(), TradePortion)
        assert isinstance(bench.trades.give(), FeedEnded)
        assert [one.number for one in bench.events if isinstance(one, Slice)] == [1, 2, 3]
        assert bench.events[-1] == FeedEnded(3)
        await bench.feed.close()
        assert bench.trades.is_closed
        bench.trades.lose()
        assert bench.events[-1] == FeedEnded(3)

    asyncio.run(case())


def test_the_rate_is_that_of_the_last_seconds() -> None:
    async def case() -> None:
        bench = Bench(prints(*((n / 10, 100) for n in range(600))), pace="100")
        assert bench.feed.counts() is None
        assert bench.feed.pace().per_second == 0
        await bench.begun()
        for _ in range(30):
            bench.now_ns += SECOND // 10
            bench.trades.give()
        assert bench.feed.pace().per_second == pytest.approx(100, rel=0.1)
        counts = bench.feed.counts()
        assert counts is not None
        assert counts.trades == 310
        bench.now_ns += 100 * SECOND
        assert bench.feed.pace().per_second == 0

    asyncio.run(case())


def test_a_feed_that_is_lost_and_back_goes_on_without_a_trade_twice() -> None:
    async def case() -> None:
        recorded = walk(200, seed=3)
        whole = slices(bars(), portions(Desk().tape(recorded)))
        bench = Bench(recorded)
        await bench.begun()
        for _ in range(3):
            bench.trades.give()
        bench.trades.lose()
        assert bench.feed.pace().waiting == 0
        bench.trades._tape = bench.tape(TradeSubscription(instruments=(COIN,), interval="1m", warm_up_bars=0))
        while isinstance(bench.trades.give(), TradePortion):
            pass
        assert [one for one in bench.events if isinstance(one, Slice)] == whole
        assert FeedLost("cut") in bench.events

    asyncio.run(case())


@pytest.mark.parametrize(
    ("recorded", "warm_up", "told"),
    [
        (prints((0, 100)), 0, "nothing to trade on"),
        ([*prints((0, 100)), *prints((0, 1), begins=OPENS + DAY_NS)], 2, "1 made"),
    ],
)
def test_a_start_that_cannot_be_says_why(recorded: list[Print], warm_up: int, told: str) -> None:
    async def case() -> None:
        bench = Bench(recorded, first=DAY + 1, warm_up=warm_up)
        with pytest.raises(DataError, match=told):
            await bench.begun()

    asyncio.run(case())


def test_a_feed_that_is_lost_before_it_began_refuses_the_start() -> None:
    async def case() -> None:
        bench = Bench(prints((0, 100)))
        bench.trades.give = lambda: bench.trades.lose() or FeedLost("")  # type: ignore[func-returns-value,method-assign]
        with pytest.raises(BrokerError, match="before the session began"):
            await bench.begun()

    asyncio.run(case())


def test_a_resumed_feed_begins_at_once_and_tells_gaps() -> None:
    async def case() -> None:
        recorded = walk(200, seed=3)
        whole = slices(bars(), portions(Desk().tape(recorded)))
        bench = Bench(recorded, stood=Stood(4, whole[3].time_ns, is_dealt_with=True, marks={COIN: math.pi * 30}))
        await bench.begun()
        assert bench.trades.wanted is not None
        assert bench.trades.wanted.since_ns == whole[3].time_ns - MINUTE
        bench.feed._hear(FeedGap(1, 2, "storm"))
        assert bench.told == [("TRADE_GAP", "", "trades are missing: storm")]
        while isinstance(bench.trades.give(), TradePortion):
            pass
        assert [one for one in bench.events if isinstance(one, Slice)] == whole[4:]

    asyncio.run(case())
