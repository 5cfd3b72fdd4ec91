"""Laws of touched, post-only, sleeping and replaced orders, and what a trading session does not carry of them."""

from collections import defaultdict
from decimal import Decimal
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.engine.engine_samples import (
    Books,
    Deed,
    DeepGambler,
    Script,
    bars_of,
    both,
    flat_rows,
    random_bars,
    told_endings,
    told_fills,
)
from tests.unit.engine.limit_samples import WARM, liquid_bars, widest

from tradewright.domain.costs import Cost, MakerTaker, Slippage
from tradewright.domain.errors import InputError, StrategyError
from tradewright.engine.assumptions import Assumptions
from tradewright.engine.market import prepare
from tradewright.engine.run import Run
from tradewright.engine.runtime.run import run_runtime
from tradewright.engine.runtime.state import State
from tradewright.engine.session.strategies.desk import INSTEAD, WishDesk
from tradewright.ports.historical import NewOrder
from tradewright.simulation.broker import SimulatedBroker

COSTS: tuple[Cost, ...] = (MakerTaker(-1, 5), Slippage(bps=50))


def gambled(seed: int, **terms: Any) -> tuple[DeepGambler, Run]:
    """A run without splits, so that quantities stay what they were."""
    gambler, assumptions = DeepGambler(seed, 0.8), Assumptions(cash=1e6, **terms)
    market = prepare(random_bars(seed, rows=40, width=2, missing=0.1, session_bars=seed % 3 + 1), assumptions)
    return gambler, run_runtime(gambler, market, assumptions=assumptions, broker_factory=Books())


GAMBLES = st.builds(
    lambda seed, costs, participation: gambled(seed, costs=costs, participation=participation),
    st.integers(0, 2**32 - 1), st.sampled_from(COSTS), st.sampled_from([0.0, 0.0, 0.1]),
)  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(GAMBLES)
def test_post_only_orders_make_liquidity_or_end(one: tuple[DeepGambler, Run]) -> None:
    gambler, run = one
    passive = {order for order, (_, _, terms, _) in gambler.ordered.items() if terms.get("post_only")}
    for order, made in zip(run.fills.order.tolist(), run.fills.made.tolist(), strict=True):
        assert made == 1 or order not in passive


@settings(max_examples=30, deadline=None)
@given(GAMBLES)
def test_a_child_never_fills_a_larger_part_than_its_parent_has(one: tuple[DeepGambler, Run]) -> None:
    gambler, run = one
    filled: dict[int, float] = defaultdict(float)
    for order, asked in zip(run.fills.order.tolist(), run.fills.asked.tolist(), strict=True):
        filled[order] += asked
        parent = gambler.children.get(order)
        if parent is None or {order, parent} & gambler.replaced:
            continue
        assert filled[parent] > 0
        if order in gambler.ordered and parent in gambler.ordered:
            part = filled[parent] / gambler.ordered[parent][0]
            assert filled[order] / gambler.ordered[order][0] <= part + 1e-9


@settings(max_examples=30, deadline=None)
@given(GAMBLES)
def test_every_order_is_filled_ended_or_works(one: tuple[DeepGambler, Run]) -> None:
    """Nothing sleeps for ever: what has no parent any more has ended."""
    gambler, run = one
    ended = set(run.endings.order.tolist()) | set(run.fills.order[run.fills.remaining == 0].tolist())
    for child, parent in gambler.children.items():
        if parent in ended and parent not in set(run.fills.order.tolist()):
            assert child in ended


@pytest.mark.parametrize("what", INSTEAD)
def test_a_session_refuses_by_name_what_it_does_not_carry(what: str) -> None:
    desk = WishDesk(cast(State, None), ("AAA.XNYS",))
    with pytest.raises(StrategyError, match="a trading session does not carry") as refused:
        desk.require(what)
    assert INSTEAD[what] in str(refused.value)


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": 7},
        {"kind": 5, "force": 3},
        {"passive": 1},
        {"kind": 1, "passive": 1, "force": 4},
        {"parent": 1, "force": 3},
    ],
)
def test_the_broker_refuses_terms_that_cannot_be_carried_out_together(changes: dict[str, int]) -> None:
    brokers: list[SimulatedBroker] = []

    def made(*given: Any, **terms: Any) -> SimulatedBroker:
        brokers.append(SimulatedBroker(*given, **terms))
        return brokers[0]

    assumptions = Assumptions()
    market = prepare(bars_of(flat_rows(2)), assumptions)
    run_runtime(Script({}), market, assumptions=assumptions, broker_factory=made)
    with pytest.raises(InputError, match="cannot carry out this order"):
        brokers[0].submit(NewOrder(0, 1, 0, 0, 10.0, 98.0, 98.0, 0.0, 0.0, 0.0, 0, 0, 0)._replace(**changes), row=0)


def test_a_replaced_order_passes_the_limits_and_is_cut_to_what_they_leave() -> None:
    answers: list[bool] = []
    made: list[int] = []
    bars = liquid_bars(3)
    low = round(float(bars.lows[WARM:].min()) * 0.9, 2)
    script: dict[int, Deed] = {
        WARM: lambda c, bar: made.append(c.buy(10, limit=low)),
        WARM + 1: lambda c, bar: answers.append(c.replace(made[0], quantity=40)),
    }
    assumptions, books = Assumptions(cash=1e6), Books()
    limits = widest(bars, order_quantity=Decimal(25))
    run = run_runtime(
        Script(script), prepare(bars, assumptions), assumptions=assumptions, broker_factory=books, limits=limits
    )
    assert answers == [True]
    assert [(one.row, one.asked, one.left) for one in run.cuts] == [(WARM + 1, 40.0, 25.0)]
    assert [order.quantity for order in books.venue.book.orders[: books.ledger.live]] == [25.0]


def test_auctions_of_half_days_are_the_first_open_and_the_last_close_there_is() -> None:
    """Sessions of 3, 1 and 2 bars (a half day is a session whose last row comes early): the last row is the close."""
    closes = [100.0 + n for n in range(6)]
    bars = bars_of([(c - 0.5, c + 1, c - 1, c) for c in closes])
    session = bars.session.copy()
    session[:] = [session[0], session[0], session[0], session[0] + 1, session[0] + 2, session[0] + 2]
    bars = type(bars)(
        **{name: getattr(bars, name) for name in bars.__dataclass_fields__ if name != "session"}, session=session
    )

    def at(force: str) -> list[tuple[int, float]]:
        script: dict[int, Deed] = {0: lambda c, bar: c.buy(1, time_in_force=force)}
        return [(row, price) for row, _, _, price in told_fills(both(lambda: Script(dict(script)), bars))]

    assert at("at_close") == [(2, 102.0)]
    assert at("at_open") == [(3, 102.5)]
    late: dict[int, Deed] = {2: lambda c, bar: c.buy(1, time_in_force="at_close")}
    assert [fill[0] for fill in told_fills(both(lambda: Script(dict(late)), bars))] == [3]  # the half day's only bar
    day: dict[int, Deed] = {2: lambda c, bar: c.buy(1, limit=50, day_only=True)}
    run = both(lambda: Script(dict(day)), bars)
    assert told_endings(run) == [(4, "expired")]  # its day was the half day
