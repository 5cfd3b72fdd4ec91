"""A paper session and a backtest in exact numbers over the same bars come to the same fills, fees and cash."""

from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from tests.unit.engine.engine_samples import random_bars, row_of
from tests.unit.simulation.paper.paper_samples import Walk, request

from tradewright.domain.costs import (
    Commission,
    Cost,
    MakerTaker,
    PerOrder,
    PerShare,
    Slippage,
    Spread,
    SquareRootImpact,
    Tiers,
    VolumeShareSlippage,
)
from tradewright.domain.identifiers import ClientOrderId
from tradewright.domain.orders.fill import Liquidity
from tradewright.domain.orders.request import OrderKind, OrderRequest
from tradewright.engine.assumptions import Assumptions
from tradewright.engine.backtest import run_backtest
from tradewright.engine.run import Run
from tradewright.ports.broker import CashMoved, Executed
from tradewright.simulation.broker import SimulatedBroker
from tradewright.trading.bars import Bars
from tradewright.trading.strategies.strategy import Strategy

Plan = dict[int, list[tuple[str, dict[str, Any]]]]
"""By row: orders (with a name), and cancels of orders by name."""


def a_plan(seed: int, bars: Bars, often: float = 0.5) -> Plan:
    """Random orders near the last close: market, limit and stop, with and without legs, and some cancels."""
    random = np.random.default_rng(seed)
    plan: Plan = {}
    names: list[str] = []
    for row in range(len(bars) - 1):
        if np.isnan(bars.closes[row]).all():
            continue
        for column, name in enumerate(bars.instruments):
            close = bars.closes[row, column]
            if np.isnan(close) or random.random() > often:
                continue
            terms: dict[str, Any] = {"instrument": name}
            kind = random.choice(["market", "limit", "stop"])
            if kind != "market":
                terms[f"{kind}_price"] = round(float(close * np.exp(random.normal(0, 0.02))), 2)
            for leg in ("stop_loss", "take_profit"):
                if random.random() < 0.3:
                    terms[leg] = round(float(close * np.exp(random.normal(0, 0.03))), 2)
            terms["quantity"] = int(random.integers(1, 900)) * (1 if random.random() < 0.6 else -1)
            names.append(f"o{len(names)}")
            plan.setdefault(row, []).append((names[-1], terms))
        if names and random.random() < 0.2:
            plan.setdefault(row, []).append((str(random.choice(names)), {}))
    return plan


class Planned(Strategy):
    """Carries a plan out in a backtest; prices of the plan are raw, so they are told as the strategy sees prices."""

    def __init__(self, plan: Plan, bars: Bars) -> None:
        super().__init__()
        self.plan = plan
        self.last = bars.instruments[-1]
        self.ids: dict[str, int] = {}
        self.done: set[int] = set()

    def on_bar(self, context: Any, bar: Any) -> None:
        row = row_of(bar.time)
        if row in self.done:
            return
        self.done.add(row)
        for name, terms in self.plan.get(row, []):
            if not terms:
                if name in self.ids:
                    context.cancel(self.ids[name])
                continue
            asked = dict(terms)
            quantity = asked.pop("quantity")
            if asked.pop("kind", None) is not None:
                asked["touch"] = asked.pop("stop_price")
            asked["post_only"] = asked.pop("is_passive", False)
            for mine, theirs in (("limit_price", "limit"), ("stop_price", "stop")):
                if mine in asked:
                    asked[theirs] = asked.pop(mine)
            trade = context.buy if quantity > 0 else context.sell
            self.ids[name] = trade(abs(quantity), **asked)


def in_a_backtest(plan: Plan, bars: Bars, **assumed: Any) -> Run:
    assumptions = Assumptions(numbers="exact", **assumed)  # type: ignore[arg-type]  # read by the assumptions
    return run_backtest(
        Planned(plan, bars), bars, assumptions=assumptions, broker_factory=SimulatedBroker, engine="runtime"
    )


def on_paper(plan: Plan, bars: Bars, **terms: Any) -> Walk:
    walk = Walk(bars, **terms)
    for row in range(len(bars)):
        walk.step()
        for name, asked in plan.get(row, []):
            if not asked:
                walk.events += walk.venue.cancel(ClientOrderId(name))
                continue
            walk.events += walk.venue.submit(ClientOrderId(name), asked_for(asked))
    walk.events += walk.venue.close()
    return walk


def asked_for(asked: dict[str, Any]) -> OrderRequest:
    return request(**asked)


def exact(value: float) -> Decimal:
    return Decimal(repr(float(value)))


COSTS: list[Cost] = [
    Commission(bps=0),
    PerShare(0.005, minimum=1) + Spread(bps=3),
    Commission(bps=7, minimum=2.5) + Slippage(bps=4),
]


@pytest.mark.parametrize("seed", range(12))
def test_the_same_orders_come_to_the_same_cent(seed: int) -> None:
    bars = random_bars(seed, rows=80, width=1 + seed % 3, missing=0.1 * (seed % 2), actions=seed % 2 * 2)
    bars = without_splits(bars)
    plan, costs, leverage = a_plan(seed, bars), COSTS[seed % 3], 1 + seed % 2
    run = in_a_backtest(plan, bars, costs=costs, leverage=leverage)
    walk = on_paper(plan, bars, costs=costs, leverage=Decimal(leverage))
    fills = [event.fill for event in walk.events if isinstance(event, Executed)]
    assert [float(fill.signed_quantity) for fill in fills] == run.fills.quantity.tolist()
    assert [float(fill.price) for fill in fills] == run.fills.price.tolist()
    assert [float(fill.fee.amount) for fill in fills] == run.fills.fee.tolist()
    assert len(fills) > 5
    assert float(walk.venue.cash) == run.change_cash[-1]
    assert float(walk.venue.fees) == run.fees
    paid = sum((event.amount for event in walk.events if isinstance(event, CashMoved)), Decimal(0))
    assert float(paid) == run.dividends
    quantities = [float(walk.venue.positions().get(name, Decimal(0))) for name in bars.instruments]
    assert quantities == run.quantity.tolist()


DEEP: list[Cost] = [
    MakerTaker(-1, 5) + PerOrder(1, per="order"),
    Tiers((0, MakerTaker(2, 6)), (40_000, Commission(bps=1, minimum=1, per="order"))),
    SquareRootImpact(0.8, window=5) + Spread(bps=3),
    VolumeShareSlippage(0.5, 0.3) + MakerTaker(1, 4),
]


def a_deep_plan(seed: int, bars: Bars) -> Plan:
    """The random plan with touched and post-only orders in place of some."""
    random, plan = np.random.default_rng(seed), a_plan(seed, bars)
    for asked in (terms for orders in plan.values() for _, terms in orders):
        if "limit_price" in asked and random.random() < 0.5:
            asked["is_passive"] = True
        elif "stop_price" in asked and random.random() < 0.7:
            touch, sign = asked.pop("stop_price"), 1 if asked["quantity"] > 0 else -1
            asked |= {"stop_price": touch, "kind": OrderKind.MARKET_IF_TOUCHED}
            if random.random() < 0.5:
                asked |= {"limit_price": round(touch * (1 + sign * 0.002), 2), "kind": OrderKind.LIMIT_IF_TOUCHED}
    return plan


@pytest.mark.parametrize("seed", range(8))
def test_rates_impact_and_touched_orders_come_to_the_same_cent(seed: int) -> None:
    bars = without_splits(random_bars(seed, rows=80, width=1 + seed % 2, actions=seed % 2 * 2))
    plan, costs, leverage = a_deep_plan(seed, bars), DEEP[seed % 4], 2
    run = in_a_backtest(plan, bars, costs=costs, leverage=leverage)
    walk = on_paper(plan, bars, costs=costs, leverage=Decimal(leverage))
    fills = [event.fill for event in walk.events if isinstance(event, Executed)]
    assert [float(fill.signed_quantity) for fill in fills] == run.fills.quantity.tolist()
    assert [float(fill.price) for fill in fills] == run.fills.price.tolist()
    assert [float(fill.fee.amount) for fill in fills] == run.fills.fee.tolist()
    assert [fill.liquidity is Liquidity.MAKER for fill in fills] == [bool(made) for made in run.fills.made]
    assert len(fills) > 5
    assert float(walk.venue.cash) == run.change_cash[-1]


def without_splits(bars: Bars) -> Bars:
    """Splits make the strategy see other prices than those of the plan; they have a test of their own."""
    dividends = tuple(action for action in bars.actions if action.kind.value == "dividend")
    return bars_with(bars, dividends)


def bars_with(bars: Bars, actions: Any) -> Bars:
    return type(bars)(
        **{name: getattr(bars, name) for name in bars.__dataclass_fields__ if name != "actions"}, actions=actions
    )


@pytest.mark.parametrize("seed", range(4))
def test_cash_is_conserved_to_the_last_digit(seed: int) -> None:
    bars = random_bars(seed + 50, rows=60, width=2, actions=3)
    walk = on_paper(a_plan(seed, bars), bars, costs=COSTS[1])
    cash = walk.venue.terms.cash
    for event in walk.events:
        if isinstance(event, Executed):
            cash -= event.fill.signed_quantity * event.fill.price + event.fill.fee.amount
        elif isinstance(event, CashMoved):
            cash += event.amount
    paid_out = walk.venue.cash - cash
    splits = [event for event in walk.events if type(event).__name__ == "SplitDone"]
    assert paid_out == 0 or splits
