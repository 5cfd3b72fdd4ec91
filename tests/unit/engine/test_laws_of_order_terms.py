"""Laws of the terms of orders: how long they work, what they may take, whom they stand for, what they follow."""

from collections import defaultdict
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.unit.engine.engine_samples import NAMES, Books, Gambler, both, random_bars

from tradewright.domain.costs import Commission, Cost, Costs, Slippage
from tradewright.domain.matching.layout import LIQUIDATION, TRAILING
from tradewright.engine.assumptions import Assumptions
from tradewright.engine.market import prepare
from tradewright.engine.run import ENDINGS, Run
from tradewright.engine.runtime.run import run_runtime
from tradewright.trading.bars import Bars
from tradewright.trading.strategies.strategy import Strategy

SEED = st.integers(0, 2**32 - 1)
COSTS: tuple[Cost, ...] = (Costs(), Commission(bps=30), Slippage(bps=50))
TERMS = st.fixed_dictionaries(
    {
        "costs": st.sampled_from(COSTS),
        "fill": st.sampled_from(["next-open", "next-open", "signal-close"]),
        "lot": st.sampled_from([0.5, 1.0]),
        "cash": st.sampled_from([5_000.0, 1e6]),
        "participation": st.sampled_from([0.0, 0.05, 0.5]),
        "numbers": st.sampled_from(["float", "float", "exact"]),
    }
)


class Gamble:
    """A run of a gambler with what it ordered; no splits, so quantities stay what they were."""

    def __init__(self, seed: int, session_bars: int, terms: dict[str, Any]) -> None:
        self.bars = random_bars(seed, rows=40, width=2, missing=0.1, session_bars=session_bars)
        self.gambler, self.books, self.terms = Gambler(seed, 0.7), Books(), terms
        assumptions = Assumptions(**terms)
        self.run = run_runtime(
            self.gambler, prepare(self.bars, assumptions), assumptions=assumptions, broker_factory=self.books
        )

    def orders(self, *forces: str) -> dict[int, tuple[float, int, dict[str, Any], int]]:
        """Quantity, column, terms and row of the gambler's own orders."""
        return {
            order: (quantity, NAMES.index(name), terms, row)
            for order, (quantity, name, terms, row) in self.gambler.ordered.items()
            if not forces or terms["time_in_force"] in forces
        }

    def fills(self, order: int) -> list[tuple[int, float, float]]:
        """(row, absolute quantity, price) of an order's fills."""
        f, mine = self.run.fills, self.run.fills.order == order
        return list(zip(f.row[mine].tolist(), np.abs(f.quantity[mine]).tolist(), f.price[mine].tolist(), strict=True))

    def ending(self, order: int) -> tuple[int, str] | None:
        """Row and reason."""
        ends = self.run.endings
        found = np.flatnonzero(ends.order == order)
        return (int(ends.row[found[0]]), ENDINGS[int(ends.reason[found[0]])]) if len(found) else None

    def first_bar(self, column: int, row: int) -> int:
        """The first row from `row` on in which the instrument has a bar; beyond the end where there is none."""
        there = np.flatnonzero(~np.isnan(self.bars.closes[row:, column]))
        return row + int(there[0]) if len(there) else len(self.bars)


GAMBLES = st.builds(Gamble, SEED, st.sampled_from([1, 3]), TERMS)


@settings(max_examples=40, deadline=None)
@given(GAMBLES)
def test_what_has_to_fill_at_once_never_rests(one: Gamble) -> None:
    for order, (_, column, terms, row) in one.orders("ioc", "fok").items():
        at_close = one.terms["fill"] == "signal-close" and "limit" not in terms
        when = one.first_bar(column, row if at_close else row + 1)
        fills, ending = one.fills(order), one.ending(order)
        assert all(at == when for at, *_ in fills)
        assert ending is None or ending[0] <= when
        assert fills or ending or when == len(one.bars)


@settings(max_examples=40, deadline=None)
@given(GAMBLES)
def test_all_or_nothing_fills_all_or_nothing(one: Gamble) -> None:
    for order, (quantity, *_) in one.orders("fok").items():
        fills = one.fills(order)
        assert len(fills) <= 1
        assert not fills or (fills[0][1] == pytest.approx(quantity) and one.ending(order) is None)


@settings(max_examples=40, deadline=None)
@given(GAMBLES)
def test_what_was_asked_in_fills_and_what_remains_add_up_to_the_order(one: Gamble) -> None:
    working = {order.identity: float(order.quantity) for order in one.books.venue.book.orders[: one.books.ledger.live]}
    f, ends = one.run.fills, one.run.endings
    for order, (quantity, _, terms, _) in one.orders().items():
        if terms.get("group"):
            continue
        mine = np.flatnonzero(f.order == order)
        left = [*ends.remaining[ends.order == order].tolist(), *([working[order]] if order in working else [])]
        assert len(left) <= 1
        remaining = left[0] if left else 0.0
        assert f.asked[mine].sum() + remaining == pytest.approx(quantity, rel=1e-12)
        if len(mine):
            assert f.remaining[mine[-1]] == pytest.approx(remaining)


@settings(max_examples=40, deadline=None)
@given(GAMBLES)
def test_no_order_takes_more_than_its_share_of_a_bar(one: Gamble) -> None:
    share = one.terms["participation"]
    assume(share > 0)
    f = one.run.fills
    taken: dict[tuple[int, int], float] = defaultdict(float)
    for row, order, column, role, quantity in zip(
        f.row.tolist(), f.order.tolist(), f.instrument.tolist(), f.role.tolist(), f.quantity.tolist(), strict=True
    ):
        if role < LIQUIDATION:
            assert (row, order) not in taken
            taken[row, order] += abs(quantity)
            assert abs(quantity) <= share * one.bars.volumes[row, column] * (1 + 1e-9)


@settings(max_examples=40, deadline=None)
@given(GAMBLES)
def test_an_order_that_only_reduces_never_opens_or_turns(one: Gamble) -> None:
    held = [0.0, 0.0]
    reducing = {order for order, (_, _, terms, _) in one.orders().items() if terms.get("reduces_only")}
    f = one.run.fills
    for order, column, quantity in zip(f.order.tolist(), f.instrument.tolist(), f.quantity.tolist(), strict=True):
        before = held[column]
        held[column] += quantity
        if order in reducing:
            assert before * quantity < 0
            assert before * held[column] >= -1e-9 * before * before


@settings(max_examples=40, deadline=None)
@given(GAMBLES)
def test_auctions_fill_at_their_price_and_nowhere_else(one: Gamble) -> None:
    slips = one.terms["costs"].slip() > 0
    sessions = one.bars.session
    for order, (_, column, terms, placed) in one.orders("at_open", "at_close").items():
        for row, _, price in one.fills(order):
            column_of = one.bars.opens if terms["time_in_force"] == "at_open" else one.bars.closes
            assert price == column_of[row, column] or slips
            if terms["time_in_force"] == "at_open":
                assert sessions[row] > sessions[placed]
            else:
                assert row == len(one.bars) - 1 or sessions[row + 1] != sessions[row]


@settings(max_examples=40, deadline=None)
@given(GAMBLES)
def test_nothing_fills_after_its_last_session_or_moment(one: Gamble) -> None:
    for order, (_, _, terms, placed) in one.orders("day", "gtd").items():
        for row, *_ in one.fills(order):
            if terms["time_in_force"] == "gtd":
                assert one.bars.time[row] <= terms["expires"]
            elif row > placed:
                assert one.bars.session[row] == one.bars.session[placed + 1]


class Grouped(Strategy):
    """Random orders of one group, made at once."""

    def __init__(self, seed: int, count: int) -> None:
        super().__init__()
        self.seed, self.count, self.most = seed, count, 0.0

    def on_start(self, context: Any) -> None:
        self.random, self.most = np.random.default_rng(self.seed), 0.0

    def on_bar(self, context: Any, bar: Any) -> None:
        if context.time > self.first(context):
            return
        for _ in range(self.count):
            kind = str(self.random.choice(["limit", "stop", "trail"]))
            price = float(np.round(bar.close * self.random.uniform(0.95, 1.05), 2))
            quantity = float(self.random.integers(1, 60))
            trade = context.buy if self.random.random() < 0.5 else context.sell
            trade(quantity, group=3, **{kind: 1.0 if kind == "trail" else price})
            self.most = max(self.most, quantity)

    def first(self, context: Any) -> int:
        return int(context.history(10_000).time[0])


@settings(max_examples=60, deadline=None)
@given(SEED, st.integers(1, 5), st.sampled_from([0.0, 0.02, 0.2]))
def test_a_group_never_fills_more_than_its_largest_order(seed: int, count: int, participation: float) -> None:
    strategy, books = Grouped(seed, count), Books()
    assumptions = Assumptions(participation=participation, leverage=100.0)
    market = prepare(random_bars(seed, rows=30), assumptions)
    run = run_runtime(strategy, market, assumptions=assumptions, broker_factory=books)
    assert np.abs(run.fills.quantity).sum() <= strategy.most
    whole = run.fills.order[run.fills.remaining == 0]
    assert len(whole) <= 1
    assert len(whole) == 0 or books.ledger.live == 0


class Trailer(Strategy):
    """One trailing stop after the first bar; it looks at the trigger on every bar."""

    def __init__(self, books: Books | None, side: int, **terms: float) -> None:
        super().__init__()
        self.books, self.side, self.terms = books, side, terms
        self.triggers: list[float] = []
        self.is_asked = False

    def on_start(self, context: Any) -> None:
        self.triggers, self.is_asked = [], False

    def on_bar(self, context: Any, bar: Any) -> None:
        if not self.is_asked:
            (context.buy if self.side > 0 else context.sell)(10, **self.terms)
            self.is_asked = True
        elif self.books is not None:
            live = self.books.venue.book.orders[: self.books.ledger.live]
            self.triggers += [float(order.trigger) for order in live if order.kind == TRAILING]


def trailed(bars: Bars, side: int, *, trail: float = 0.0, percent: float = 0.0) -> list[tuple[int, float]]:
    """The fill of a trailing stop by its definition, told in another way: prices turned so that it always sells."""

    def behind(price: float) -> float:
        return price * (1 + side * percent / 100) + side * trail

    def is_through(price: float) -> bool:
        return side * (price - trigger) > -1e-9 * trigger

    trigger = behind(float(bars.closes[0, 0]))
    for row in range(1, len(bars)):
        open_, close = float(bars.opens[row, 0]), float(bars.closes[row, 0])
        best, worst = float(bars.lows[row, 0]), float(bars.highs[row, 0])
        if side < 0:
            best, worst = worst, best
        if is_through(open_):
            return [(row, open_)]
        trigger = min(trigger, behind(open_)) if side > 0 else max(trigger, behind(open_))
        if is_through(worst):
            return [(row, trigger)]
        trigger = min(trigger, behind(best)) if side > 0 else max(trigger, behind(best))
        if is_through(close):
            return [(row, close)]
    return []


@settings(max_examples=150, deadline=None)
@given(SEED, st.sampled_from([1, -1]), st.sampled_from([0.2, 1.0, 2.5]), st.booleans())
def test_a_trailing_stop_fills_where_its_definition_says(
    seed: int, side: int, distance: float, by_percent: bool
) -> None:
    bars = random_bars(seed, rows=30)
    terms = {"trail_percent" if by_percent else "trail": distance}
    run = both(lambda: Trailer(None, side, **terms), bars, cash=1e6)
    expected = trailed(bars, side, **{"percent" if by_percent else "trail": distance})
    assert run.fills.row.tolist() == [row for row, _ in expected]
    assert run.fills.price.tolist() == pytest.approx([price for _, price in expected], rel=1e-12)


@settings(max_examples=60, deadline=None)
@given(SEED, st.sampled_from([1, -1]), st.sampled_from([0.2, 1.0, 2.5]), st.sampled_from(["float", "exact"]))
def test_a_trailing_stop_never_moves_away(seed: int, side: int, distance: float, numbers: str) -> None:
    books, assumptions = Books(), Assumptions(numbers=numbers, cash=1e6)  # type: ignore[arg-type]
    strategy = Trailer(books, side, trail=distance)
    market = prepare(random_bars(seed, rows=30), assumptions)
    run: Run = run_runtime(strategy, market, assumptions=assumptions, broker_factory=books)
    steps = np.diff(strategy.triggers)
    assert (side * steps <= 0).all()
    assert len(run.fills) == 1 or len(strategy.triggers) == 29
