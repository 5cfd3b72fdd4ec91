"""Without faults a session is its backtest: intents, refusals, cuts, fills, cash, to the last digit."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from tests.unit.engine.engine_samples import DAY_NS, random_bars
from tests.unit.engine.limit_samples import shipped
from tests.unit.research.gambling import CalmGambler
from tests.unit.research.played_sessions import Played, Setting, play, roomy

from tradewright.domain.costs import Commission, Cost, Costs, PerShare, Spread
from tradewright.domain.errors import StrategyError
from tradewright.engine.session import facts
from tradewright.engine.session.apply import apply
from tradewright.engine.session.rules import SessionRules
from tradewright.engine.session.state import SessionState, state_digest
from tradewright.research.parity_report import Cause, ParityReport
from tradewright.simulation.paper.history import OpensAt
from tradewright.trading.bars import Bars
from tradewright.trading.risk.policy import LimitsPolicy
from tradewright.trading.strategies.breakout import Breakout
from tradewright.trading.strategies.moving_average import MovingAverage
from tradewright.trading.strategies.range_trading import RangeTrading
from tradewright.trading.strategies.registry import REGISTRY
from tradewright.trading.strategies.strategy import Strategy

D = Decimal
COSTS: tuple[Cost, ...] = (Costs(), PerShare(0.005, minimum=1) + Spread(bps=2), Commission(bps=5))
HOURS_NS = 3_600 * 10**9
OPENINGS: tuple[OpensAt | None, ...] = (None, lambda name, session: (session + 1) * DAY_NS - 10 * HOURS_NS)


def limits(bars: Bars, kind: str) -> LimitsPolicy:
    """Limits as shipped, as wide as the code allows, and narrow in one respect."""
    match kind:
        case "shipped":
            return shipped(bars)
        case "position":
            return roomy(bars, position=D("0.05"))
        case "rates":
            return roomy(bars, position=D("0.03"), trades_per_day=3, working_orders=4, orders_per_minute=3)
        case _:
            return roomy(bars, order_notional=D(10_000_000), position=D("0.2"))


SETTINGS = st.fixed_dictionaries(
    {
        "seed": st.integers(0, 2**32 - 1),
        "width": st.integers(1, 4),
        "missing": st.sampled_from([0.0, 0.2]),
        "actions": st.sampled_from([0, 3]),
        "limits": st.sampled_from(["shipped", "widest", "position", "rates"]),
        "costs": st.sampled_from(COSTS),
        "leverage": st.sampled_from([D(1), D(4)]),
        "lot": st.sampled_from([D(1), D("0.01")]),
        "multiplier": st.sampled_from([D(1), D(10)]),
        "opens_at": st.sampled_from(OPENINGS),
    }
)


def setting_of(bars: Bars, chosen: dict[str, Any], **more: Any) -> Setting:
    return Setting(
        policy=limits(bars, chosen["limits"]),
        costs=chosen["costs"],
        leverage=chosen["leverage"],
        lot=chosen["lot"],
        multiplier=chosen["multiplier"],
        opens_at=chosen["opens_at"],
        **more,
    )


def bars_for(chosen: dict[str, Any], rows: int, *, session_bars: int = 1) -> Bars:
    bars = random_bars(
        chosen["seed"],
        rows=rows,
        width=chosen["width"],
        missing=chosen["missing"],
        actions=0 if chosen["missing"] else chosen["actions"],  # a split without a bar: see docs/concepts/parity.md
        session_bars=session_bars,
    )
    bars.volumes[:] = np.where(np.isnan(bars.closes), np.nan, 1e9)
    return bars


def is_undisturbed(played: Played) -> bool:
    """Neither risk nor anybody shut trading, and the gate let every move of protection through."""
    shut = any(isinstance(fact, facts.TradingStateChanged) for fact in played.facts)
    return not shut and not any(alert.code == "NOT_MOVED" for alert in played.alerts)


def require_equal(played: Played, report: ParityReport) -> None:
    """No difference, or only such as follow from a gate that looked at protection."""
    if is_undisturbed(played) and not {one.cause for one in report.differences} & {Cause.PROTECTION}:
        assert report.is_equal, report.differences[0]
    assert not report.unexplained, report.unexplained[0]


@settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(st.sampled_from(sorted(REGISTRY)), SETTINGS, st.sampled_from([0.0, 0.01]))
def test_a_session_of_a_built_in_strategy_is_its_backtest(name: str, chosen: dict[str, Any], band: float) -> None:
    make = REGISTRY[name]
    chosen["width"] = make.instrument_count or chosen["width"]
    bars = bars_for(chosen, make().warm_up_bars() + 40)
    played = play(make(), bars, setting_of(bars, chosen, band=band))
    try:
        report = played.parity(make)
    except StrategyError:
        return  # a split that no price knows of makes a stop below nothing
    require_equal(played, report)


SIZINGS = ("AtrRisk(0.02) + FixedPart(0.3)", "FixedQuantity(7) + FixedPart(0.05)", "FixedNotional(2500)")


@settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(
    st.sampled_from(["breakout", "moving_average", "range_trading", "sized_enterer"]),
    SETTINGS,
    st.sampled_from(SIZINGS),
)
def test_a_session_sizes_as_its_backtest_does(name: str, chosen: dict[str, Any], sizing: str) -> None:
    make: Callable[[], Strategy] = {
        "breakout": lambda: Breakout(lookback=16, exit_lookback=4),
        "moving_average": lambda: MovingAverage(fast=3, slow=16, short=True),
        "range_trading": lambda: RangeTrading(wing=1, tolerance=1.9, zone=0.4),
        "sized_enterer": SizedEnterer,
    }[name]
    bars = bars_for(chosen, 70)
    played = play(make(), bars, setting_of(bars, chosen, allocation=sizing))
    try:
        report = played.parity(make)
    except StrategyError:
        return  # a split that no price knows of makes a stop below nothing
    require_equal(played, report)


class SizedEnterer(Strategy):
    """Enters and leaves by turns, from events."""

    def warm_up_bars(self) -> int:
        return 16

    def on_bar(self, context: Any, bar: Any) -> None:
        if context.has_order:
            return
        turn = len(context.history(1_000)) % 8
        if turn == 3:
            context.enter(weight=0.5, stop_loss=bar.close * 0.9)
        elif turn == 7:
            context.close()


@settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(SETTINGS, st.booleans(), st.sampled_from([1, 4]), st.sampled_from([D(0), D("0.1")]))
def test_a_session_of_a_random_strategy_of_events_is_its_backtest(
    chosen: dict[str, Any], is_plain: bool, session_bars: int, participation: Decimal
) -> None:
    bars = bars_for(chosen, 50 if session_bars == 1 else 120, session_bars=session_bars)
    if participation:
        bars.volumes[:] = np.where(np.isnan(bars.closes), np.nan, 3e3)

    def make() -> CalmGambler:
        return CalmGambler(chosen["seed"], is_plain=is_plain)

    played = play(make(), bars, setting_of(bars, chosen, participation=participation))
    require_equal(played, played.parity(make))


@settings(max_examples=4, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(SETTINGS, st.sampled_from([1, 4]), st.integers(1, 3))
def test_a_session_whose_old_orders_leave_is_its_backtest(
    chosen: dict[str, Any], session_bars: int, keeps_days: int
) -> None:
    bars = bars_for(chosen, 60 * session_bars, session_bars=session_bars)

    def make() -> CalmGambler:
        return CalmGambler(chosen["seed"])

    rules = SessionRules(keeps_orders=0, keeps_days=keeps_days)
    less, whole = (
        play(make(), bars, setting_of(bars, chosen, rules=one)) for one in (rules, SessionRules(keeps_orders=10**6))
    )
    require_equal(less, less.parity(make))
    ours, theirs = less.core.state, whole.core.state
    assert len(ours.orders) + ours.gone.orders == len(theirs.orders)
    assert len(theirs.orders) < 5 or ours.gone.orders > 0
    assert (ours.positions, ours.cash, ours.intents) == (theirs.positions, theirs.cash, theirs.intents)
    replayed = SessionState()
    for fact in less.facts:
        apply(replayed, fact)
    assert state_digest(replayed) == state_digest(ours)
