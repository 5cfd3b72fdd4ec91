"""From trades to signals, with slow readers, failing rules and nonsense on the way."""

import math
from collections.abc import Sequence
from decimal import Decimal

import pytest
from tests.unit.engine.pipeline.pipeline_samples import (
    CROSSING,
    MINUTE,
    MINUTES,
    NAMES,
    A,
    B,
    cross,
    market,
    shown,
    trade,
)

from tradewright.adapters.buses.local import LocalBus
from tradewright.domain.calendars import SECOND
from tradewright.domain.errors import InputError
from tradewright.domain.market.quote import Quote
from tradewright.domain.signals import Signal
from tradewright.engine.pipeline.bar_stage import Market
from tradewright.engine.pipeline.observation import Observation
from tradewright.engine.pipeline.pipeline import Pipeline, Plan
from tradewright.engine.pipeline.topics import QUOTES
from tradewright.quant.indicators.macd import Macd
from tradewright.quant.indicators.sma import sma
from tradewright.trading.aggregation.aggregator import Known
from tradewright.trading.aggregation.quarantine import Reason
from tradewright.trading.aggregation.rules import BarRule, TickBars, VolumeBars

PRICES = [100.0, 101.0, 103.0, 102.0, 99.0, 98.0, 101.0, 105.0, 104.0]


def run_prices(pipeline: Pipeline, prices: Sequence[float] = PRICES) -> None:
    for minute, price in enumerate(prices):
        assert pipeline.take(trade(A, 60 * minute, price))
        pipeline.run()
    assert pipeline.advance(10**15)


def test_trades_become_signals() -> None:
    bus = LocalBus()
    pipeline = Pipeline(bus, market(A), Plan(indicators=CROSSING, rule=cross))
    reader = bus.subscribe(pipeline.topics.signals, "session")
    run_prices(pipeline)
    fast, slow = sma(PRICES, 2), sma(PRICES, 3)
    expected, held = [], 0.0
    for minute, (one, two) in enumerate(zip(fast, slow, strict=True)):
        wanted = held if math.isnan(two) else float(one > two)
        if wanted != held:
            expected.append(Signal(A, (minute + 1) * MINUTE, target=wanted, previous=held))
            held = wanted
    assert list(reader.take()) == expected
    assert len(expected) == 3
    assert pipeline.metrics().signals == 3


def test_observations_hold_what_indicators_say_of_each_instrument() -> None:
    bus = LocalBus()
    pipeline = Pipeline(bus, market(A, B), Plan(indicators={"average": CROSSING["fast"], "macd": Macd}))
    reader = bus.subscribe(pipeline.topics.observations, "session")
    for one in (trade(A, 0, 10.0), trade(B, 1, 50.0), trade(A, 60, 20.0), trade(A, 125, 30.0), trade(B, 126, 60.0)):
        pipeline.take(one)
    pipeline.run()
    pipeline.advance(10**15)
    answers = [seen.values["average"] for seen in reader.take()]
    assert [(str(a), str(b)) for a, b in answers] == [("nan", "nan"), ("15.0", "nan"), ("25.0", "55.0")]


def test_a_rule_that_raises_leaves_a_dead_letter_and_the_rest_goes_on() -> None:
    seen: list[int] = []

    def moody(row: Observation) -> list[float]:
        seen.append(row.slice.time_ns)
        if len(seen) == 2:
            raise ZeroDivisionError("no volume")
        return [1.0] if len(seen) != 3 else [1.0, 2.0]

    bus = LocalBus()
    pipeline = Pipeline(bus, market(A), Plan(rule=moody))
    run_prices(pipeline)
    assert len(seen) == len(PRICES)
    problems = [letter.problem for letter in bus.dead_letters()]
    assert problems[0] == "ZeroDivisionError: no volume"
    assert "expected one number for each of 1 instruments, found 2" in problems[1]
    assert bus.metrics().subscriber("pipeline.observations", "pipeline.signals").dead == 2


def test_a_reader_that_falls_behind_stops_the_publisher_and_nothing_is_lost() -> None:
    bus = LocalBus()
    pipeline = Pipeline(bus, market(A), Plan(indicators=CROSSING, capacity=20))
    reader = bus.subscribe(pipeline.topics.observations, "slow", capacity=2)
    taken, told_no = 0, 0
    while told_no < 3:
        if pipeline.take(trade(A, 60 * taken, 100.0 + taken)):
            taken += 1
        else:
            told_no += 1
        pipeline.run()
    assert 20 < taken < 60
    assert not pipeline.advance(10**15), "there is no room for what would be closed"
    rows: list[Observation] = []
    while got := reader.take():
        rows += got
        pipeline.run()
    assert pipeline.advance(10**15)
    rows += reader.take()
    assert [shown(row.slice) for row in rows] == [(60.0 * (n + 1), (100.0 + n,)) for n in range(taken)]
    counted = pipeline.metrics().bus
    assert not bus.dead_letters()
    assert all(one.highest_fill <= one.capacity for one in counted.subscribers)
    assert counted.topic("trades").blocked == 3


def test_nonsense_from_a_feed_is_put_aside_with_its_reason() -> None:
    bus = LocalBus()
    pipeline = Pipeline(bus, market(A), Plan())
    for price, quantity in [(100.0, 1.0), (math.nan, 1.0), (-1.0, 1.0), (100.0, 0.0), (5000.0, 1.0), (101.0, 2.0)]:
        assert pipeline.take_values(A, SECOND, price=price, quantity=quantity)
    pipeline.run()
    counted = pipeline.metrics()
    assert counted.believed == 2
    assert counted.quarantined == {
        Reason.NOT_A_NUMBER: 1,
        Reason.NEGATIVE: 1,
        Reason.ZERO: 1,
        Reason.PRICE_JUMP: 1,
    }
    assert len(pipeline.quarantine(A)) == 4


def test_a_pipeline_tells_when_it_last_believed_something() -> None:
    pipeline = Pipeline(LocalBus(), market(A), Plan())
    assert pipeline.seen_ns(A) == 0
    pipeline.take(trade(A, 5))
    pipeline.take(trade(A, 6, 100_000.0))
    pipeline.run()
    assert pipeline.seen_ns(A) == 5 * SECOND


def test_what_is_known_guards_the_first_trade() -> None:
    bus = LocalBus()
    pipeline = Pipeline(bus, Market(rules={A: MINUTES}, known={A: Known(price=100.0)}), Plan())
    pipeline.take(trade(A, 1, 1.0))
    pipeline.run()
    assert pipeline.metrics().quarantined == {Reason.PRICE_JUMP: 1}


def test_bars_of_quotes_are_bars_of_mids() -> None:
    bus = LocalBus()
    pipeline = Pipeline(bus, market(A), Plan(from_quotes=True))
    slices, late = bus.subscribe(pipeline.topics.slices, "s"), bus.subscribe(pipeline.topics.late, "l")
    for second, bid in [(1, 99.0), (2, 101.0), (62, 98.0), (3, 97.0)]:
        pipeline.take_quote(Quote(A, second * SECOND, bid, 1.0, bid + 2, 1.0))
    bus.publish(QUOTES, Quote("OTHER.BINANCE", 0, 1.0, 1.0, 1.0, 1.0))
    pipeline.run()
    (row,) = slices.take()
    assert (row.opens, row.closes, row.volumes) == ((100.0,), (102.0,), (0.0,))
    assert len(late.take()) == 1


def test_counted_bars_leave_one_by_one() -> None:
    bus = LocalBus()
    rules: dict[str, BarRule] = {A: TickBars(2), B: VolumeBars(Decimal(3))}
    pipeline = Pipeline(bus, Market(rules=rules), Plan())
    reader = bus.subscribe(pipeline.topics.slices, "test")
    for second, name in enumerate([A, B, A, A, B, B, A]):
        pipeline.take(trade(name, second))
    pipeline.run()
    assert pipeline.advance(10**15)
    assert [shown(row) for row in reader.take()] == [
        (2.0, (100.0, None)),
        (5.0, (None, 100.0)),
        (6.0, (100.0, None)),
    ]


def test_two_pipelines_share_a_bus() -> None:
    bus = LocalBus()
    one, two = Pipeline(bus, market(A), Plan(name="one")), Pipeline(bus, market(B), Plan(name="two"))
    readers = [bus.subscribe(each.topics.bars, "test") for each in (one, two)]
    one.take(trade(A, 1))
    two.take(trade(B, 1))
    assert one.advance(10**15) and two.advance(10**15)
    assert [[bar.instrument for bar in reader.take()] for reader in readers] == [[A], [B]]


def test_gaps_are_told() -> None:
    bus = LocalBus()
    pipeline = Pipeline(bus, market(A), Plan())
    reader = bus.subscribe(pipeline.topics.gaps, "test")
    for second in (1, 301):
        pipeline.take(trade(A, second))
    pipeline.run()
    assert [gap.missing for gap in reader.take()] == [4]
    assert pipeline.metrics().gaps == 1


def test_strangers_and_senseless_settings_are_refused() -> None:
    bus = LocalBus()
    pipeline = Pipeline(bus, market(A), Plan())
    with pytest.raises(InputError, match=r"B.BINANCE is not in this pipeline: expected A.BINANCE"):
        pipeline.take(trade(B, 1))
    with pytest.raises(InputError, match="time bars for all instruments, or for none"):
        Market(rules={A: MINUTES, B: TickBars(5)})
    with pytest.raises(InputError, match="found no instrument"):
        Market(rules={})
    with pytest.raises(InputError, match="slice_timeout_ns"):
        Market(rules={A: MINUTES}, slice_timeout_ns=-1)
    with pytest.raises(InputError, match="queues are too short"):
        Pipeline(LocalBus(), market(*NAMES), Plan(capacity=3))
