"""The rules of touched orders, post-only, orders that sleep, brackets and replacing. Row 0 is flat at 100."""

from typing import Any

import pytest
from tests.unit.domain.matching.fill_cases import FLAT, Case, buy, check, sell
from tests.unit.engine.engine_samples import Deed, Script, bars_of, both, split_on, told_endings, told_fills

from tradewright.domain.costs import Slippage
from tradewright.domain.errors import StrategyError

TOUCHED = (
    Case(
        "a touched order goes to market at its price", [(100, 101, 97, 99)], {0: buy(touch=98)}, [(1, "order", 10, 98)]
    ),
    Case(
        "a gap through the touch fills at the better open",
        [(96, 97, 95, 96)],
        {0: buy(touch=98)},
        [(1, "order", 10, 96)],
    ),
    Case("sold when it is touched from below", [(100, 103, 99, 100)], {0: sell(touch=102)}, [(1, "order", -10, 102)]),
    Case("what is not touched waits", [(100, 101, 99, 100)], {0: buy(touch=98)}, []),
    Case(
        "a touched order slips, as what goes to market does",
        [(100, 101, 97, 99)],
        {0: buy(touch=98)},
        [(1, "order", 10, 98 * 1.01)],
        terms={"costs": Slippage(bps=100)},
    ),
    Case(
        "touched, with a limit at its price or worse, it fills at the touch and slips to the limit at most",
        [(100, 101, 97, 99)],
        {0: buy(touch=98, limit=98.5)},
        [(1, "order", 10, 98.5)],
        terms={"costs": Slippage(bps=100)},
    ),
    Case(
        "touched, with a better limit, it waits there: the way to 97 leads through 98",
        [(100, 101, 96.5, 99)],
        {0: buy(touch=98, limit=97)},
        [(1, "order", 10, 97)],
    ),
    Case(
        "touched and not come to its limit, it is a limit order from then on",
        [(100, 101, 97.5, 99), (98.5, 99, 96, 97)],
        {0: buy(touch=98, limit=97)},
        [(2, "order", 10, 97)],
    ),
    Case(
        "an open between the touch and a better limit wakes the limit",
        [(97.5, 98, 97.2, 97.5), (97.4, 98, 96.8, 97)],
        {0: buy(touch=98, limit=97)},
        [(2, "order", 10, 97)],
    ),
    Case(
        "entered by a touch, a take-profit counts where the close is beyond it, as by a limit",
        [(100, 106, 97, 104)],
        {0: buy(touch=98, take_profit=105)},
        [(1, "order", 10, 98)],
    ),
)

POST_ONLY = (
    Case(
        "post-only rests and fills at its limit",
        [(100, 101, 97, 99)],
        {0: buy(limit=98, post_only=True)},
        [(1, "order", 10, 98)],
    ),
    Case(
        "post-only ends where the market is through its limit when it is made",
        [(100, 101, 97, 99)],
        {0: buy(limit=100, post_only=True)},
        [],
        [(0, "would have taken liquidity")],
    ),
    Case(
        "post-only ends where its first open would be taken",
        [(97, 99, 96, 98)],
        {0: buy(limit=98, post_only=True)},
        [],
        [(1, "would have taken liquidity")],
    ),
    Case(
        "once it has rested, a gap through it fills it: it was there first",
        [(100, 101, 99, 100), (96, 97, 95, 96)],
        {0: buy(limit=98, post_only=True)},
        [(2, "order", 10, 96)],
    ),
)


def family(*children: Deed, **parent: Any) -> Deed:
    """A parent that buys 10, and what its children do with its id."""

    def act(context: Any, bar: Any) -> None:
        order = context.buy(10, **parent)
        for child in children:
            child(context, order)

    return act


def child(quantity: float, **terms: Any) -> Deed:
    return lambda context, order: (context.buy if quantity > 0 else context.sell)(abs(quantity), after=order, **terms)


SLEEPING = (
    Case(
        "a child sleeps until its parent fills",
        [(100, 106, 99, 100), (100, 106, 97, 100), (100, 106, 99, 100)],
        {0: family(child(-10, limit=105), limit=98)},
        [(2, "order", 10, 98), (3, "order", -10, 105)],
    ),
    Case(
        "woken by a limit, a child's limit counts in that bar where the close is beyond it",
        [(100, 106, 97, 105.5)],
        {0: family(child(-10, limit=105), limit=98)},
        [(1, "order", 10, 98), (1, "order", -10, 105)],
    ),
    Case(
        "woken by a limit, a child's stop further on goes off in that bar",
        [(100, 101, 94, 99)],
        {0: family(child(-10, stop=95), limit=98)},
        [(1, "order", 10, 98), (1, "order", -10, 95)],
    ),
    Case(
        "woken at the open, a child has the whole bar",
        [(100, 106, 99, 100)],
        {0: family(child(-10, limit=105))},
        [(1, "order", 10, 100), (1, "order", -10, 105)],
    ),
    Case(
        "a child whose price is passed already works where its parent filled",
        [(100, 106, 99, 104)],
        {0: family(child(-10, stop=103))},
        [(1, "order", 10, 100), (1, "order", -10, 100)],
    ),
    Case(
        "a child at market goes to the next open",
        [(100, 106, 97, 104), (103, 104, 102, 103)],
        {0: family(child(-10), limit=98)},
        [(1, "order", 10, 98), (2, "order", -10, 103)],
    ),
    Case(
        "a child that trails begins behind its parent's price",
        [(100, 106, 98, 104)],
        {0: family(child(-10, trail=5))},
        [(1, "order", 10, 100)],
    ),
    Case(
        "a child ends with a parent that ends unfilled",
        [(100, 106, 99, 104), (100, 106, 99, 104)],
        {0: family(child(-10, limit=105), child(5, stop=200), limit=98, day_only=True)},
        [],
        [(2, "expired"), (2, "the order it waited for ended"), (2, "the order it waited for ended")],
    ),
    Case(
        "a post-only child that would take when it is woken ends",
        [(100, 106, 97, 104)],
        {0: family(child(-10, limit=97.5, post_only=True), limit=98)},
        [(1, "order", 10, 98)],
        [(1, "would have taken liquidity")],
    ),
)


def bracket(side: str = "buy", quantity: float = 10, **terms: Any) -> Deed:
    return lambda context, bar: context.bracket(side, quantity, **terms)


BRACKETS = (
    Case(
        "a bracket's target takes its stop with it",
        [(100, 101, 97, 99), (100, 106, 99, 105)],
        {0: bracket(limit=98, stop_loss=95, take_profit=105)},
        [(1, "order", 10, 98), (2, "order", -10, 105)],
        [(2, "another order of its group filled")],
    ),
    Case(
        "a bar that touches both takes the stop",
        [(100, 106, 94, 105)],
        {0: bracket(stop_loss=95, take_profit=105)},
        [(1, "order", 10, 100), (1, "order", -10, 95)],
        [(1, "another order of its group filled")],
    ),
    Case(
        "a target of its own quantity leaves the stop the rest",
        [(100, 106, 99, 105), (100, 101, 94, 95)],
        {0: bracket(stop_loss=95, take_profit=105, target_quantity=4)},
        [(1, "order", 10, 100), (1, "order", -4, 105), (2, "order", -6, 95)],
    ),
    Case(
        "a bracket sells short, too",
        [(100, 101, 94, 95)],
        {0: bracket("sell", stop_loss=105, take_profit=95)},
        [(1, "order", -10, 100), (1, "order", 10, 95)],
        [(1, "another order of its group filled")],
    ),
)


def then_replace(first: Deed, **changes: Any) -> dict[int, Deed]:
    """An order after row 0, and other terms for it after row 1."""
    made: list[Any] = []
    return {
        0: lambda context, bar: made.append(first(context, bar)),
        1: lambda context, bar: context.replace(made[0], **changes),
    }


REPLACED = (
    Case(
        "a limit moves", [(100, 101, 99, 100), (100, 101, 98, 100)], then_replace(buy(limit=97), limit=98.5),
        [(2, "order", 10, 98.5)],
    ),
    Case(
        "a stop moves", [(100, 101, 99, 100), (100, 103, 99, 100)], then_replace(buy(stop=105), stop=102),
        [(2, "order", 10, 102)],
    ),
    Case(
        "a quantity changes", [(100, 101, 99, 100), (100, 101, 96, 100)], then_replace(buy(limit=97), quantity=4),
        [(2, "order", 4, 97)],
    ),
    Case(
        "a trail begins anew at its new distance",
        [(100, 110, 100, 110), (110, 111, 107, 108)],
        then_replace(sell(trail=20), trail=2),
        [(2, "order", -10, 108)],
    ),
    Case(
        "a limit that was moved has not rested: post-only asks again",
        [(100, 101, 99, 100), (98, 99, 97, 98)],
        then_replace(buy(limit=97, post_only=True), limit=99),
        [],
        [(2, "would have taken liquidity")],
    ),
)  # fmt: skip


@pytest.mark.parametrize("case", [*TOUCHED, *POST_ONLY, *SLEEPING, *BRACKETS, *REPLACED], ids=lambda case: case.name)
def test_the_rule(case: Case) -> None:
    check(case)


def test_a_part_of_the_parent_wakes_as_large_a_part_of_the_child() -> None:
    wide = (100.0, 106.0, 99.0, 100.0)
    bars = bars_of([FLAT, wide, wide, wide], volumes=[[0.0], [40.0], [40.0], [40.0]])
    run = both(lambda: Script({0: family(child(-10, limit=105))}), bars, participation=0.1)
    # 4, 4 and 2 are bought at the opens; each part wakes as much, and the child sells it within the bar
    assert told_fills(run) == [
        (1, "order", 4.0, 100.0), (1, "order", -4.0, 105.0), (2, "order", 4.0, 100.0), (2, "order", -4.0, 105.0),
        (3, "order", 2.0, 100.0), (3, "order", -2.0, 105.0),
    ]  # fmt: skip


def test_what_a_part_has_woken_works_on_when_the_parent_is_canceled() -> None:
    made: list[int] = []

    def begin(context: Any, bar: Any) -> None:
        made.append(context.buy(10, limit=100))
        context.sell(10, limit=105, after=made[0])

    bars = bars_of([FLAT, FLAT, FLAT, (104.0, 106.0, 104.0, 105.0)], volumes=[[0.0], [40.0], [400.0], [400.0]])
    run = both(lambda: Script({0: begin, 1: lambda c, bar: c.cancel(made[-1])}), bars, participation=0.1)
    assert told_fills(run) == [(1, "order", 4.0, 100.0), (3, "order", -4.0, 105.0)]
    assert told_endings(run) == [(1, "canceled")]


def test_an_order_that_shrinks_keeps_its_place_and_one_that_moves_stands_behind() -> None:
    """2,000 in cash: at 100 the first of two orders for 20 takes it all."""

    def placed(**changes: Any) -> list[float]:
        made: list[int] = []

        def begin(context: Any, bar: Any) -> None:
            made[:] = [context.buy(20, limit=99), context.buy(10, limit=99)]

        script = {0: begin, 1: lambda context, bar: context.replace(made[0], **changes)}
        bars = bars_of([FLAT, FLAT, (98.0, 99.0, 97.0, 98.0)])
        return [quantity for *_, quantity, _ in told_fills(both(lambda: Script(dict(script)), bars, cash=2_000.0))]

    assert placed(quantity=19) == [19.0]  # it is still first, and leaves too little for the other
    assert placed(limit=99.5) == [10.0]  # it is last now


def test_a_split_adjusts_what_is_touched_and_what_sleeps() -> None:
    halves = [(50.0, 51.0, 48.5, 50.0), (50.0, 53.0, 49.5, 52.0)]
    bars = bars_of([FLAT, *halves], actions=[split_on(1, 2.0)])
    deed: Deed = lambda context, bar: context.sell(10, limit=52.5, after=context.buy(10, touch=49.0))  # noqa: E731
    run = both(lambda: Script({0: deed}), bars)
    # a strategy sees prices without the split: 49 and 52.5 are 98 and 105 of the day
    assert told_fills(run) == [(1, "order", 20.0, 49.0), (2, "order", -20.0, 52.5)]


@pytest.mark.parametrize(
    ("terms", "told"),
    [
        ({"touch": 98, "stop": 102}, "touched from its better side"),
        ({"touch": -1}, "a price is a finite number"),
        ({"touch": float("nan")}, "a price is a finite number"),
        ({"touch": 98, "time_in_force": "ioc"}, "has no stop"),
        ({"post_only": True}, "waits at a limit"),
        ({"limit": 98, "post_only": True, "time_in_force": "fok"}, "waits at a limit"),
        ({"after": 77}, "does not work"),
        ({"after": -1}, "names a working order"),
        ({"after": True}, "names a working order"),
        ({"tuoch": 98}, "did you mean touch"),
    ],
)
def test_terms_that_make_no_sense_are_refused_by_name(terms: dict[str, Any], told: str) -> None:
    with pytest.raises(StrategyError, match=told):
        both(lambda: Script({0: buy(**terms)}), bars_of([FLAT, FLAT]))


@pytest.mark.parametrize(
    ("deed", "told"),
    [
        (lambda c, bar: c.bracket("long", 10, stop_loss=95), "buys or sells"),
        (lambda c, bar: c.bracket("buy", 10), "a stop_loss, a take_profit or both"),
        (lambda c, bar: c.bracket("buy", 10, stop_loss=95, stop_quantity=11), "part of the entry"),
        (lambda c, bar: c.bracket("buy", 10, stop_loss=95, reduces_only=True), "opens a position"),
        (lambda c, bar: c.bracket("buy", float("inf"), stop_loss=95), "finite number above 0"),
        (lambda c, bar: c.replace(c.buy(10, limit=98), stop=102), "cannot be replaced so"),
        (lambda c, bar: c.replace(c.buy(10, limit=98)), "cannot be replaced so"),
        (lambda c, bar: c.replace(c.buy(10, limit=98), quantity=-1), "finite number above 0"),
        (lambda c, bar: c.replace(c.buy(10, limit=98), limit=float("inf")), "a price is a finite number"),
        (lambda c, bar: c.replace(c.buy(10, limit=98), limit=1e300), "out of range"),
        (lambda c, bar: c.buy(True), "finite number above 0"),
    ],
)
def test_brackets_and_changes_that_make_no_sense_are_refused_by_name(deed: Deed, told: str) -> None:
    with pytest.raises(StrategyError, match=told):
        both(lambda: Script({0: deed}), bars_of([FLAT, FLAT]))


def test_an_order_that_has_ended_is_not_replaced() -> None:
    answers: list[bool] = []
    made: list[int] = []
    script = {
        0: lambda c, bar: made.append(c.buy(10)),
        1: lambda c, bar: answers.append(c.replace(made[0], quantity=5)),
    }
    both(lambda: Script(script), bars_of([FLAT, FLAT, FLAT]))
    assert answers == [False]
