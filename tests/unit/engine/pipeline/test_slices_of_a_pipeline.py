"""When a slice leaves, and what it holds."""

import math

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.engine.pipeline.pipeline_samples import MINUTE, MINUTES, NAMES, A, B, C, market, shown, slices_of, trade

from tradewright.adapters.buses.local import LocalBus
from tradewright.domain.calendars import SECOND
from tradewright.domain.market.trade import Trade
from tradewright.engine.pipeline.feeding import feed_slice
from tradewright.engine.pipeline.pipeline import Pipeline, Plan
from tradewright.ports.feed import SliceBar
from tradewright.trading.aggregation.aggregator import bars_from
from tradewright.trading.aggregation.quarantine import Reason


def test_a_slice_leaves_when_the_last_instrument_has_passed_its_close() -> None:
    first = [trade(A, 1, 10.0), trade(B, 2, 20.0), trade(C, 3, 30.0)]
    after = [trade(A, 60, 11.0), trade(B, 60, 21.0)]
    assert slices_of([*first, *after]) == []
    (row,) = slices_of([*first, *after, trade(C, 61, 31.0)])
    assert shown(row) == (60.0, (10.0, 20.0, 30.0))
    assert (row.instruments, row.opens, row.volumes, row.session, row.missing) == (
        NAMES,
        (10.0, 20.0, 30.0),
        (1.0, 1.0, 1.0),
        0,
        (),
    )


def test_an_instrument_that_did_not_trade_is_missing() -> None:
    (row,) = slices_of([trade(A, 1), trade(B, 2), trade(A, 60), trade(B, 60), trade(C, 60.5)])
    assert shown(row) == (60.0, (100.0, 100.0, None))
    assert row.missing == (C,)
    assert math.isnan(row.volumes[2])


def test_after_the_timeout_a_slice_leaves_with_what_is_known() -> None:
    trades = [trade(A, 1, 10.0), trade(B, 2, 20.0), trade(A, 60, 11.0), trade(A, 61.9, 11.0)]
    assert slices_of(trades) == []
    (row,) = slices_of([*trades, trade(A, 62, 11.0)])
    assert shown(row) == (60.0, (10.0, 20.0, None)), "the open bar of B ends by the clock"


def test_the_timeout_counts_from_the_close_even_when_nobody_has_a_bar_after() -> None:
    (row,) = slices_of([trade(B, 59), trade(A, 62)])
    assert shown(row) == (60.0, (None, 100.0, None))


def test_where_nothing_trades_the_clock_lets_slices_go() -> None:
    assert slices_of([trade(A, 1)], until_s=61.9) == []
    (row,) = slices_of([trade(A, 1)], until_s=62)
    assert shown(row) == (60.0, (100.0, None, None))


def test_minutes_in_which_nobody_trades_make_no_slice() -> None:
    rows = slices_of([trade(A, 1), trade(A, 301)], until_s=1_000)
    assert [row.time_ns // MINUTE for row in rows] == [1, 6]


def test_what_comes_after_its_slice_is_told_and_changes_nothing() -> None:
    bus = LocalBus()
    pipeline = Pipeline(bus, market(), Plan())
    slices, late = bus.subscribe(pipeline.topics.slices, "s"), bus.subscribe(pipeline.topics.late, "l")
    for one in (trade(A, 1), trade(A, 62), trade(B, 59, 500.0), trade(B, 63), trade(C, 59.9)):
        pipeline.take(one)
        pipeline.run()
    assert [shown(row) for row in slices.take()] == [(60.0, (100.0, None, None))]
    assert [(one.instrument, one.price, one.closed_ns) for one in late.take()] == [
        (B, 500.0, MINUTE),
        (C, 100.0, MINUTE),
    ]
    counted = pipeline.metrics()
    assert (counted.late, counted.slices, counted.incomplete, counted.believed) == (2, 1, 1, 3)


def test_a_timeout_longer_than_the_bars_lets_several_slices_wait() -> None:
    trades = [trade(A, 30 + 60 * minute, 10.0 + minute) for minute in range(4)]
    assert slices_of(trades, given=market(timeout_ns=1_000 * SECOND)) == []
    rows = slices_of([*trades, trade(B, 241), trade(C, 241)], given=market(timeout_ns=1_000 * SECOND))
    assert [shown(row) for row in rows] == [(60.0 * (n + 1), (10.0 + n, None, None)) for n in range(3)]


def test_a_session_gets_slices_as_from_any_feed() -> None:
    (row,) = slices_of([trade(A, 1, 10.0, 3.0), trade(C, 2, 20.0)], until_s=62)
    given = feed_slice(row, number=7)
    assert (given.number, given.time_ns, given.session) == (7, MINUTE, 0)
    assert given.bars == (SliceBar(10.0, 10.0, 10.0, 10.0, 3.0), None, SliceBar(20.0, 20.0, 20.0, 20.0, 1.0))


tapes = st.lists(
    st.tuples(st.sampled_from(NAMES), st.integers(0, 40_000), st.integers(50, 200)), min_size=1, max_size=60
).map(
    lambda steps: [
        trade(name, sum(step[1] for step in steps[: n + 1]) / 1_000, float(price))
        for n, (name, _, price) in enumerate(steps)
    ]
)


@settings(max_examples=80, deadline=None)
@given(tapes, st.sampled_from([0, SECOND, 45 * SECOND, 200 * SECOND]))
def test_slices_hold_the_bars_that_each_instrument_makes_alone(tape: list[Trade], timeout_ns: int) -> None:
    rows = slices_of(tape, given=market(timeout_ns=timeout_ns), until_s=10**7)
    times = [row.time_ns for row in rows]
    assert times == sorted(set(times))
    for place, name in enumerate(NAMES):
        alone = bars_from([one for one in tape if one.instrument == name], MINUTES, until_ns=10**17)
        together = [
            (row.time_ns, row.opens[place], row.highs[place], row.lows[place], row.closes[place], row.volumes[place])
            for row in rows
            if name not in row.missing
        ]
        assert together == [(b.time_ns, b.open, b.high, b.low, b.close, b.volume) for b in alone]


@settings(max_examples=120, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(NAMES), st.integers(0, 300), st.booleans()), min_size=1, max_size=60),
    st.sampled_from([0, SECOND, 70 * SECOND]),
)
def test_clocks_that_disagree_lose_no_trade_and_change_no_slice_that_left(
    steps: list[tuple[str, int, bool]], timeout_ns: int
) -> None:
    bus = LocalBus()
    pipeline = Pipeline(bus, market(timeout_ns=timeout_ns), Plan())
    slices, late = bus.subscribe(pipeline.topics.slices, "s"), bus.subscribe(pipeline.topics.late, "l")
    for name, second, is_clock in steps:
        if is_clock:
            assert pipeline.advance(second * SECOND)
        else:
            pipeline.take(trade(name, second))
            pipeline.run()
    assert pipeline.advance(10**16)
    assert not bus.dead_letters()
    rows = slices.take()
    times = [row.time_ns for row in rows]
    assert times == sorted(set(times)), "one slice for each close, in order"
    counted = pipeline.metrics()
    in_slices = sum(volume for row in rows for volume in row.volumes if not math.isnan(volume))
    sent = sum(not is_clock for _, _, is_clock in steps)
    assert in_slices == counted.believed
    assert counted.believed + sum(counted.quarantined.values()) == sent
    assert counted.late == len(late.take()) == counted.quarantined.get(Reason.LATE, 0)


@settings(max_examples=60, deadline=None)
@given(tapes, st.lists(st.integers(0, 7), min_size=1, max_size=20))
def test_how_often_the_bus_is_run_changes_no_slice(tape: list[Trade], portions: list[int]) -> None:
    bus = LocalBus()
    pipeline = Pipeline(bus, market(), Plan())
    reader = bus.subscribe(pipeline.topics.slices, "test")
    for number, one in enumerate(tape):
        pipeline.take(one)
        pipeline.run(portions[number % len(portions)])
    pipeline.advance(10**16)
    assert [shown(row) for row in reader.take()] == [shown(row) for row in slices_of(tape, until_s=10**7)]
