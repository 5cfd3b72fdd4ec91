"""A session on trades fills waiting orders by single trades, of which a bar knows nothing: named, and nothing more."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.research.played_sessions import Played, Setting, play, roomy, walk

from tradewright.domain.orders.fill import Fill
from tradewright.engine.session import facts
from tradewright.research.parity_report import Cause, Matter, ParityReport
from tradewright.trading.strategies.strategy import Strategy

BARS = walk(7, 50, 1)


class Protected(Strategy):
    """Ten days in, with a near stop, ten days out."""

    def on_start(self, context: Any) -> None:
        self.seen = 0

    def on_bar(self, context: Any, bar: Any) -> None:
        self.seen += 1
        if self.seen % 5 == 1:
            context.enter(weight=0.02, stop_loss=bar.close * 0.99)
        elif self.seen % 5 == 4:
            context.close()


@pytest.fixture(scope="module")
def played() -> Played:
    return play(Protected(), BARS, Setting(policy=roomy(BARS)))


def told_as(played: Played, price: Callable[[Fill, Any], Decimal], *, feed: str, of_stop: bool) -> ParityReport:
    """The parity of the same session with another price of the last fill of a protective stop, or of a market order."""
    fills = [fact for fact in played.facts if isinstance(fact, facts.OrderFilled)]
    last = next(one for one in reversed(fills) if one.fill.client_order_id.endswith("-S") is of_stop)
    bars = (one.shown.slice for one in played.scenes)
    bar = next(one.bars[0] for one in bars if one.time_ns >= last.fill.time_ns)
    changed = replace(last, fill=replace(last.fill, price=price(last.fill, bar)))
    story = [changed if fact is last else fact for fact in played.facts]
    start = next(fact for fact in story if isinstance(fact, facts.SessionStarted))
    told = [replace(start, feed={"kind": feed}) if fact is start else fact for fact in story]
    return replace(played, facts=told).parity(Protected)


def worse(fill: Fill, bar: Any) -> Decimal:
    return Decimal(repr(bar.low))


def beyond(fill: Fill, bar: Any) -> Decimal:
    return Decimal(repr(bar.low)) - 1


def test_as_it_was_played_it_is_its_backtest(played: Played) -> None:
    assert played.parity(Protected).is_equal


def test_a_stop_that_a_trade_inside_the_bar_filled_is_named(played: Played) -> None:
    report = told_as(played, worse, feed="trades", of_stop=True)
    first = report.differences[0]
    assert (first.matter, first.cause, first.follows) == (Matter.FILL, Cause.INSIDE, 0)
    assert not report.unexplained


@pytest.mark.parametrize(
    ("price", "feed", "of_stop"),
    [
        (beyond, "trades", True),
        (worse, "replay", True),
        (worse, "trades", False),
    ],
    ids=["beyond the bar", "on bars", "an order that did not wait"],
)
def test_what_no_trade_inside_the_bar_can_have_done_stays_unexplained(
    played: Played, price: Callable[[Fill, Any], Decimal], feed: str, of_stop: bool
) -> None:
    report = told_as(played, price, feed=feed, of_stop=of_stop)
    assert report.unexplained
    assert Cause.INSIDE not in report.causes
