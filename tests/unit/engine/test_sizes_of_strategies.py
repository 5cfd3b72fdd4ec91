"""Sizes as strategies use them, by hand, and the same at both speeds.

The market stands at 100 with bars from 98 to 102, so a true range is 4 and its average 4 from row 14 on. With 100,000:
a hundredth lost two ranges away is 1,000 / 8 = 125 shares; a tenth of equity is 100; 8,000 of money are 80.
"""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.engine.engine_samples import (
    DAY_NS,
    FIRST_SESSION,
    Columns,
    Row,
    Script,
    backtest,
    bars_of,
    both,
    random_bars,
    split_on,
    told_fills,
)

from tradewright.domain.costs import PerShare
from tradewright.domain.errors import InputError, StrategyError
from tradewright.engine.assumptions import Assumptions
from tradewright.engine.carry import Carry, PairSeries
from tradewright.engine.market import prepare
from tradewright.engine.program import wishes_of
from tradewright.trading.bars import Bars
from tradewright.trading.sizing.sizing_text import sizing_of
from tradewright.trading.strategies.breakout import Breakout
from tradewright.trading.strategies.momentum_rotation import MomentumRotation

BAR: Row = (100.0, 102.0, 98.0, 100.0)
ENTRY = 20


def still(rows: int = 30) -> Bars:
    return bars_of([BAR] * rows)


def strengths(rows: int = 30, **at: float) -> np.ndarray[Any, np.dtype[np.float64]]:
    """NaN but in the rows named (`r20=1`)."""
    said = np.full(rows, np.nan)
    for name, value in at.items():
        said[int(name[1:])] = value
    return said


def bought(sizing: str, *, bars: Bars | None = None, stop: float | None = None, **terms: Any) -> tuple[float, Any]:
    """What a full strength after row 20 buys, and what bound."""
    stops = None if stop is None else np.where(np.arange(30) == ENTRY, stop, np.nan)
    terms.setdefault("leverage", 100.0)
    run = backtest(Columns(strengths(r20=1.0), stop_loss=stops), bars or still(), allocation=sizing_of(sizing), **terms)
    return (told_fills(run)[0][2] if len(run.fills) else 0.0), run.bound


@pytest.mark.parametrize(
    ("sizing", "stop", "quantity", "bound"),
    [
        ("AtrRisk(0.01)", None, 125, "atr_risk"),  # 1,000 / (2 x 4)
        ("AtrRisk(0.01, ranges=4)", None, 62, "atr_risk"),  # 1,000 / 16 = 62.5
        ("RiskPart(0.01)", 95.0, 200, "risk_part"),  # 1,000 / 5
        ("KellyOdds(0.6, 1, part=0.05)", 95.0, 200, "kelly_odds"),  # f = .6 - .4 = .2, a twentieth of it: as above
        ("KellyReturns(0.05, 0.5)", None, 100, "kelly_returns"),  # half of .05 / .25 = .2
        ("FixedPart(0.1)", None, 100, "fixed_part"),
        ("FixedQuantity(70)", None, 70, "fixed_quantity"),
        ("FixedNotional(8000)", None, 80, "fixed_notional"),
        # x = 2 x 5 / 100 = .1, m = .5: L = 1 / (.5 x 1.1 + .1) = 1 / .65 = 1.53846: 1538 shares
        ("Sizing(LiquidationSafe(2), maintenance_margin=0.5)", 95.0, 1538, "liquidation_safe"),
        ("AtrRisk(0.01) + FixedPart(0.1)", None, 100, "fixed_part"),
        ("AtrRisk(0.01) + FixedPart(0.13)", None, 125, "atr_risk"),
        ("FixedPart(0.1) + FixedQuantity(99)", None, 99, "fixed_quantity"),
        ("FixedPart(0.1) + FixedQuantity(101)", None, 100, "fixed_part"),
        ("FixedQuantity(81) + FixedNotional(8000) + AtrRisk(0.01)", None, 80, "fixed_notional"),
    ],
)
def test_a_full_strength_is_what_the_least_method_gives(
    sizing: str, stop: float | None, quantity: float, bound: str
) -> None:
    assert bought(sizing, stop=stop) == (quantity, ((bound, 1),))
    assert bought(sizing, stop=stop, numbers="exact") == (quantity, ((bound, 1),))


def test_volatility_and_bad_bars_are_measured_over_their_windows() -> None:
    """Closes 100 and 110 in turn: returns .1 and -1/11. Over four of them the mean is 1/220, each strays by 21/220;
    the deviation is 21/220 x sqrt(4/3), a year of four bars twice that: .2205. A third of it holds a third / .2205.
    The worst of four returns is the one that 5% exceed: 1/11, so a hundredth of equity is 11% of it: 110 at 100.
    """
    rows: list[Row] = [(p, p, p, p) for n in range(30) for p in (100.0 if n % 2 == 0 else 110.0,)]
    bars = bars_of(rows)
    of_volatility, _ = bought(
        "Sizing(VolatilityTarget(0.1), volatility_window=4, bars_per_year=4)", bars=bars, lot=1e-6
    )
    assert of_volatility == pytest.approx(100_000 * 0.1 / (2 * 21 / 220 * (4 / 3) ** 0.5) / 100, abs=1e-5)
    assert bought("Sizing(VarBudget(0.01), var_window=4)", bars=bars, lot=1e-6)[0] == pytest.approx(110, abs=1e-5)


def test_half_a_strength_is_half_the_size_and_a_short_one_the_other_way() -> None:
    for sizing in ("AtrRisk(0.01)", "FixedQuantity(124)"):
        run = backtest(Columns(strengths(r20=0.5, r24=-1.0)), still(), allocation=sizing_of(sizing))
        assert [fill[2] for fill in told_fills(run)] == [62.0, -62.0 - (125.0 if "Atr" in sizing else 124.0)]


def test_a_size_is_decided_once_and_held_while_the_strength_stays() -> None:
    """The range grows from row 21 on: a strength that is repeated buys nothing, a new one is sized anew."""
    bars = bars_of([BAR] * 21 + [(100.0, 110.0, 90.0, 100.0)] * 19)
    said = np.where(np.arange(40) < ENTRY, 0.0, 1.0)
    said[35:37] = 0.0
    fills = told_fills(both(lambda: Columns(said), bars, allocation=sizing_of("AtrRisk(0.01)")))
    assert [(row, quantity) for row, _, quantity, _ in fills[:2]] == [(21, 125.0), (36, -125.0)]
    assert fills[2][0] == 38 and fills[2][2] < 80.0


def test_a_size_that_is_not_known_yet_is_asked_again() -> None:
    said = np.ones(30)
    run = backtest(Columns(said), still(), allocation=sizing_of("AtrRisk(0.01)"))
    assert told_fills(run)[0][:3] == (15, "target", 125.0)  # the range is known after row 14
    assert dict(run.bound) == {"atr_risk": 1, "not known yet": 14}
    assert "sizes were bound by not known yet 14x, atr_risk 1x" in run.warnings


def test_a_method_that_needs_a_stop_says_where_there_was_none() -> None:
    with pytest.raises(StrategyError, match=r"Columns cannot be sized in row 20: risk_part cannot size .* stop"):
        bought("RiskPart(0.01)")


def test_a_strategy_that_speaks_weights_is_not_sized_again() -> None:
    with pytest.raises(InputError, match="MomentumRotation speaks weights"):
        backtest(MomentumRotation(), random_bars(1, rows=200, width=2), allocation=sizing_of("FixedPart(0.1)"))


def test_units_are_for_the_runtime_and_for_decisions() -> None:
    units = sizing_of("FixedQuantity(10)")
    with pytest.raises(InputError, match="the kernel does not size by units"):
        backtest(Columns(strengths(r20=1.0)), still(), allocation=units, engine="kernel")
    for terms in ({"rebalance_band": 0.1}, {"size_at": "fill"}):
        with pytest.raises(InputError, match="a sizing with a fixed quantity"):
            Assumptions(allocation=units, **terms)


def test_sizes_are_in_the_prices_of_the_day_where_a_share_was_split() -> None:
    """Two for one in row 25: before it the price is 100 (seen as 50), and 8,000 are 80 shares of that day."""
    rows = [BAR] * 25 + [(50.0, 51.0, 49.0, 50.0)] * 5
    for sizing, quantity in (("FixedNotional(8000)", 80.0), ("AtrRisk(0.01)", 125.0), ("FixedQuantity(30)", 30.0)):
        assert bought(sizing, bars=bars_of(rows, actions=[split_on(25, 2.0)]))[0] == quantity
    assert bought("RiskPart(0.01)", bars=bars_of(rows, actions=[split_on(25, 2.0)]), stop=47.5)[0] == 200.0


def test_sizes_are_in_the_money_of_the_account() -> None:
    """A dollar is 0.80 euros: a share costs 80, so 8,000 are 100 shares, and a hundredth lost over 8 dollars 156.25."""
    time = DAY_NS * (FIRST_SESSION + 1 + np.arange(30))
    carry = Carry(currency="EUR", pairs=(PairSeries("USD", "EUR", time, np.full(30, 0.8)),))
    for sizing, quantity in (
        ("FixedNotional(8000)", 100.0), ("AtrRisk(0.01)", 156.0), ("FixedQuantity(30)", 30.0),
        ("FixedPart(0.1)", 125.0),
        ("FixedPart(0.1) + FixedNotional(8000)", 100.0),
    ):  # fmt: skip
        assert bought(sizing, carry=carry, leverage=1.0)[0] == quantity, sizing


def test_a_strategy_of_events_enters_with_the_same_size() -> None:
    def enter(context: Any, bar: Any) -> None:
        context.enter(weight=1.0, stop_loss=95.0)

    for sizing in ("AtrRisk(0.01)", "RiskPart(0.01)", "FixedQuantity(70)", "FixedNotional(8000) + FixedPart(0.1)"):
        run = backtest(Script({ENTRY: enter}), still(), allocation=sizing_of(sizing), leverage=100.0)
        quantity, bound = bought(sizing, stop=95.0)
        assert (told_fills(run)[0][2], run.bound) == (quantity, bound)
    with pytest.raises(StrategyError, match="a strength is from -1 to 1"):
        deed = {ENTRY: lambda context, bar: context.enter(weight=2.0)}
        backtest(Script(deed), still(), allocation=sizing_of("FixedPart(0.1)"))


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from(["AtrRisk(0.02) + FixedPart(0.3)", "RiskPart(0.01)", "Sizing(VarBudget(0.02), var_window=12)"]),
    st.sampled_from([0.0, 0.05]),
)
def test_both_speeds_size_alike(seed: int, sizing: str, band: float) -> None:
    bars = random_bars(seed, rows=90, width=3, missing=0.1, actions=3)
    both(
        lambda: Breakout(lookback=18, exit_lookback=3, short=True), bars, allocation=sizing_of(sizing),
        rebalance_band=band, costs=PerShare(0.01), leverage=2.0,
    )  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(30, 69))
def test_sizes_are_decided_from_the_past_alone(seed: int, until: int) -> None:
    bars = random_bars(seed, rows=70, width=2, missing=0.1)
    terms = Assumptions(allocation=sizing_of("Sizing(AtrRisk(0.02), VolatilityTarget(0.3), volatility_window=9)"))
    strategy = Breakout(lookback=5, exit_lookback=3, short=True)
    whole = wishes_of(strategy, prepare(bars, terms), assumptions=terms).weight
    part = wishes_of(strategy, prepare(bars.rows(0, until), terms), assumptions=terms).weight
    assert np.array_equal(part, whole[:until], equal_nan=True)


def test_what_kernel_and_runtime_count_is_the_same() -> None:
    bars = random_bars(5, rows=120, width=2)
    counts = [
        backtest(
            Breakout(lookback=5, exit_lookback=3), bars, engine=engine, allocation=sizing_of("AtrRisk(0.02)")
        ).bound
        for engine in ("kernel", "runtime")
    ]
    assert counts[0] == counts[1] != ()
