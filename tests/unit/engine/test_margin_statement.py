"""The statement of margin says what the step did: nothing free is lost between them, and prices are where it calls."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.domain.matching.fill_cases import aim, buy, sell
from tests.unit.engine.engine_samples import NAMES, Script, backtest, bars_of, flat_rows, random_bars
from tests.unit.engine.test_laws_of_margin import BRACKETS, Weights

from tradewright.domain.margin import CashAccount, Futures, Margin, PortfolioFactor, RegT
from tradewright.domain.matching.layout import LIQUIDATION
from tradewright.engine.assumptions import Assumptions
from tradewright.engine.margin_statement import MarginStatement, margin_statement


def stated(deeds: dict[int, Any], **terms: Any) -> MarginStatement:
    """The statement of a script on four flat bars at 100, with 100,000."""
    run = backtest(Script(deeds), bars_of(flat_rows(4)), **terms)
    return margin_statement(run, Assumptions(**terms), instruments=NAMES[:1])


# 1,000 at 100 with 100,000: margin, what keeps it, what is free, and the price p of the call.
STATED = (
    ("cash", CashAccount(), buy(1000), 100_000, 0, 0, None),
    # 100,000 - 100,000 + 1,000 p = 250 p only at 0; with 2,000: -100,000 + 2,000 p = 500 p.
    ("Reg T", RegT(), buy(2000), 100_000, 50_000, 0, 100_000 / 1500),
    # 300,000 - 2,000 p = 600 p.
    ("Reg T short", RegT(), sell(2000), 100_000, 60_000, 0, 300_000 / 2600),
    ("portfolio", PortfolioFactor(0.2), buy(4000), 80_000, 80_000, 20_000, 300_000 / 3200),
    ("cross", Futures(10), buy(1000), 10_000, 500, 90_000, None),
    ("cross at ten times", Futures(10), buy(10_000), 100_000, 5_000, 0, 90 / 0.995),
    ("isolated", Futures(10, mode="isolated"), buy(1000), 10_000, 500, 90_000, 90 / 0.995),
    ("isolated short", Futures(10, mode="isolated"), sell(1000), 10_000, 500, 90_000, 110 / 1.005),
    ("a bond", Futures(1, bonds={NAMES[0]: (10_000, 9_000)}), buy(10), 100_000, 90_000, 0, None),
)


@pytest.mark.parametrize("case", STATED, ids=lambda case: case[0])
def test_the_statement_by_hand(case: tuple[str, Margin, Any, float, float, float, float | None]) -> None:
    _, mode, deed, used, kept, free, price = case
    told = stated({0: deed}, margin=mode)
    assert (told.used[-1], told.maintenance[-1], told.free[-1]) == pytest.approx((used, kept, free))
    if price is None:
        assert np.isnan(told.liquidation[0]) or told.liquidation[0] < 100
    else:
        assert told.liquidation[0] == pytest.approx(price)


def test_a_cheap_share_held_short_is_called_by_the_least_amounts() -> None:
    rows = [(4.0, 4.0, 4.0, 4.0)] * 3
    run = backtest(Script({0: sell(10_000)}), bars_of(rows), margin=RegT())
    told = margin_statement(run, Assumptions(margin=RegT()), instruments=NAMES[:1])
    # 140,000 - 10,000 p: all of p is asked below 5, and 5 from there on: 140,000 = 15,000 p is 9.33, where 5 is asked:
    # 140,000 - 10,000 p = 50,000 at p = 9.
    assert told.liquidation[0] == pytest.approx(9.0)


def test_nothing_is_tied_up_before_the_first_fill() -> None:
    told = stated({1: buy(10)}, margin=RegT())
    assert told.used.tolist() == [0, 0, 500, 500]
    assert told.free[0] == 100_000


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 2**32 - 1), st.sampled_from(["cross", "isolated"]), st.sampled_from([5.0, 20.0]),
    st.sampled_from([1.0, -1.0]),
)  # fmt: skip
def test_the_price_that_is_told_is_the_price_of_the_liquidation(
    seed: int, kind: str, leverage: float, side: float
) -> None:
    """Told of the run up to the bar before, and met by the bar that reaches it without a gap."""
    mode, bars = Futures(leverage, mode=kind, tiers=BRACKETS), random_bars(seed, rows=150)
    target = np.full(150, np.nan)
    target[0] = side * leverage * 0.8
    run = backtest(Weights(target), bars, margin=mode, lot=0.0)
    called = np.flatnonzero(run.fills.role == LIQUIDATION)
    if not len(called) or run.fills.row[called[0]] < 2:
        return
    row, price = int(run.fills.row[called[0]]), float(run.fills.price[called[0]])
    before = backtest(Weights(target[:row]), bars.rows(0, row), margin=mode, lot=0.0)
    told = margin_statement(before, Assumptions(margin=mode, lot=0.0), instruments=NAMES[:1])
    if side * (bars.opens[row, 0] - told.liquidation[0]) > 0:
        assert price == pytest.approx(float(told.liquidation[0]))


def test_an_aim_beyond_margin_uses_all_of_it() -> None:
    told = stated({0: aim(50)}, margin=Futures(10), lot=0.0)
    assert told.free[-1] == pytest.approx(0, abs=1e-6)
