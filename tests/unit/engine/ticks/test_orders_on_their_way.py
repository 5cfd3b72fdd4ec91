"""Orders and answers take their time: what arrives when, what is known when, and that nothing overtakes."""

import pytest
from tests.unit.engine.ticks.tick_samples import SELLER, START, follow, quote, told, told_endings, told_moments, trade

from tradewright.domain.errors import InputError, StrategyError


def quotes(*moments: int):  # type: ignore[no-untyped-def]
    """The ask rises by one each time, from 101."""
    return [quote(at, 99.0, 50.0, 101.0 + k, 50.0) for k, at in enumerate(moments)]


def test_an_order_meets_the_market_of_its_arrival() -> None:
    run, _ = follow({0: lambda desk: desk.buy(1.0)}, *quotes(0, 10, 20, 30), order_latency_ns=15)
    assert told(run) == [(1, 1.0, 102.0)]
    assert told_moments(run) == [15]


def test_events_of_a_moment_come_before_orders_that_arrive_in_it() -> None:
    run, _ = follow({0: lambda desk: desk.buy(1.0)}, *quotes(0, 10, 20, 30), order_latency_ns=20)
    assert told(run) == [(1, 1.0, 103.0)]
    now, _ = follow({0: lambda desk: desk.buy(1.0)}, *quotes(0, 0, 0, 10))
    assert told(now) == [(1, 1.0, 103.0)]


def test_a_fill_is_known_when_its_news_has_come() -> None:
    script = {
        0: lambda desk: desk.buy(1.0),
        1: lambda desk: (desk.position(), desk.cash(), desk.is_working(1)),
        2: lambda desk: (desk.position(), desk.cash(), desk.is_working(1)),
    }
    run, strategy = follow(script, *quotes(0, 10, 20), answer_latency_ns=12, cash=1000.0)
    assert told_moments(run) == [0]
    assert strategy.heard == [(1, 1.0, 101.0, 0.0, 12)]
    assert strategy.said[1:] == [(0.0, 1000.0, True), (1.0, 899.0, False)]


def test_a_cancel_that_comes_too_late_changes_nothing() -> None:
    script = {0: lambda desk: desk.buy(5.0, limit=99.5), 1: lambda desk: desk.cancel(1)}
    events = [
        quote(0, 99.0, 9.0, 101.0, 9.0),
        trade(5, 100.0, 1.0),
        trade(9, 99.5, 2.0, SELLER),
        trade(20, 99.5, 9.0, SELLER),
    ]
    late, _ = follow(script, *events, order_latency_ns=4)
    assert told(late) == [(1, 2.0, 99.5)]
    assert told_endings(late) == [(1, "canceled", 3.0)]
    later, _ = follow({**script, 0: lambda desk: desk.buy(2.0, limit=99.5)}, *events, order_latency_ns=4)
    assert told(later) == [(1, 2.0, 99.5)]
    assert told_endings(later) == []


def test_a_cancel_of_an_order_that_is_known_to_have_ended_is_not_sent() -> None:
    script = {0: lambda desk: desk.buy(1.0), 1: lambda desk: desk.cancel(1), 2: lambda desk: desk.cancel(7)}
    _, strategy = follow(script, *quotes(0, 10, 20))
    assert strategy.said == [1, 0, 0]


def test_latency_can_be_a_column_and_nothing_overtakes() -> None:
    # The first order takes 25 ns, the second 1: it waits behind the first.
    script = {0: lambda desk: desk.buy(1.0), 1: lambda desk: desk.buy(2.0)}
    run, strategy = follow(
        script, *quotes(0, 10, 20, 30, 40), order_latency_ns=[25, 1, 1, 1, 1], answer_latency_ns=[0, 0, 7, 0, 0]
    )
    assert told(run) == [(1, 1.0, 103.0), (2, 2.0, 103.0)]
    assert told_moments(run) == [25, 25]
    assert [heard[-1] for heard in strategy.heard] == [32, 32]


def test_what_a_fill_leads_to_is_sent_when_it_is_heard() -> None:
    class_script = {0: lambda desk: desk.buy(1.0)}
    run, strategy = follow(class_script, *quotes(0, 10, 20), answer_latency_ns=5)
    assert strategy.heard[0][-1] == 5
    assert told_moments(run) == [0]


def test_equity_is_written_down_at_the_end_of_every_interval_in_which_something_happens() -> None:
    second = 1_000_000_000
    events = [
        trade(0, 100.0, 1.0),
        trade(1, 100.0, 1.0),
        trade(20 * second - 1, 110.0, 1.0),
        trade(20 * second, 120.0, 1.0),
    ]
    run, _ = follow({0: lambda desk: desk.buy(2.0)}, *events, sampled="10s", cash=1000.0)
    # START is a whole ten seconds: rows end at +10, +20 and +30 s; the trade at +20 s belongs to the last.
    assert START % (10 * second) == 0
    assert run.equity.tolist() == [1000.0, 1020.0, 1040.0]
    assert run.mark[:, 0].tolist() == [100.0, 110.0, 120.0]
    assert run.fills.row.tolist() == [0]


def test_marks_are_those_of_their_interval_also_before_the_first_order() -> None:
    second = 1_000_000_000
    run, _ = follow({}, *(trade(k * 10 * second, 100.0 + k, 1.0) for k in range(4)), sampled="10s", cash=1000.0)
    assert run.mark[:, 0].tolist() == [100.0, 101.0, 102.0, 103.0]
    assert run.equity.tolist() == [1000.0] * 4


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"order_latency_ns": -1}, "order latency"),
        ({"answer_latency_ns": 1.5}, "answer latency"),
        ({"order_latency_ns": [1, 2]}, "column of another length"),
        ({"cancels_ahead": 1.5}, "cancels ahead"),
        ({"unseen_ahead": float("nan")}, "unseen ahead"),
        ({"sampled": "soon"}, "sampled"),
        ({"numbers": "exact"}, "numbers"),
        ({"fill": "signal-close"}, "fill"),
        ({"rebalance_band": 0.1}, "rebalance_band"),
    ],
    ids=str,
)
def test_an_assumption_that_cannot_be_used_is_refused_by_name(given: dict[str, object], says: str) -> None:
    with pytest.raises(InputError, match=says):
        follow({}, trade(0, 100.0, 1.0), **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("order", "says"),
    [
        (lambda desk: desk.buy(0.0), "above 0"),
        (lambda desk: desk.buy(-1.0), "above 0"),
        (lambda desk: desk.sell(float("nan")), "above 0"),
        (lambda desk: desk.buy(float("inf")), "above 0"),
        (lambda desk: desk.buy(1.0, limit=-5.0), "finite price"),
        (lambda desk: desk.buy(1.0, limit=float("nan")), "finite price"),
        (lambda desk: desk.buy(1.0, instrument=3), "not in the run"),
        (lambda desk: desk.buy(1.0, force=1), "tw.GTC, tw.IOC or tw.FOK"),
        (lambda desk: desk.buy(1.0, post_only=True), "post_only"),
        (lambda desk: [desk.buy(1.0, limit=1.0) for _ in range(1100)], "1,024"),
    ],
    ids=["zero", "negative", "nan", "infinite", "below zero", "no price", "stranger", "day", "post", "flood"],
)
def test_an_order_that_makes_no_sense_ends_the_run_with_a_reason(order: object, says: str) -> None:
    with pytest.raises(StrategyError, match=says):
        follow({0: order}, trade(0, 100.0, 1.0))  # type: ignore[dict-item]
