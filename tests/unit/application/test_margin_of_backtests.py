"""A margin mode through the doors' one way: read from text, shown with the result, no part of runs without one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewright.application.backtests.handlers import assumptions_of
from tradewright.application.backtests.margins import margin_of
from tradewright.application.backtests.messages import Account
from tradewright.application.backtests.submitting import account_of
from tradewright.application.backtests.wishes import BacktestWish
from tradewright.domain.errors import InputError
from tradewright.domain.margin import CashAccount, Futures, Leverage, Margin, PortfolioFactor, RegT

PART = st.floats(0.01, 1.0)
BPS = st.sampled_from([0.0, 12.5])
MODES: st.SearchStrategy[Margin] = st.one_of(
    st.builds(Leverage, st.floats(0.1, 50)),
    st.just(CashAccount()),
    st.builds(
        RegT, initial=PART, maintenance_long=PART, short_minimum=st.sampled_from([0.0, 5.0]), liquidation_bps=BPS
    ),
    st.builds(PortfolioFactor, PART, liquidation_bps=BPS),
    st.builds(
        Futures,
        st.integers(1, 100),
        mode=st.sampled_from(["cross", "isolated"]),
        tiers=st.sampled_from([((0, 0.005),), ((0, 0.004), (50_000, 0.01)), {"A.X": ((0, 0.001),)}]),
        bonds=st.sampled_from([{}, {"ES.XCME": (13_200.0, 12_000.0)}]),
        liquidation_bps=BPS,
    ),
)


@given(MODES)
def test_the_repr_of_a_mode_is_the_expression_that_makes_it(mode: Margin) -> None:
    assert margin_of(repr(mode)) == mode
    assert margin_of(mode) is mode


@pytest.mark.parametrize(
    "text",
    ["RegT", "RegT() + RegT()", "open('x')", "Futures(__import__('os'))", "Futures(**{})", "", "Futures(1,"],
)
def test_what_is_no_mode_is_refused_with_the_modes_there_are(text: str) -> None:
    with pytest.raises(InputError, match="one of Leverage, CashAccount, RegT, PortfolioFactor, Futures"):
        margin_of(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Leverage(0)", "above 0"),
        ("Leverage(1e999)", "finite"),
        ("Futures(10, mode='both')", "cross or isolated"),
        ("Futures(200)", "leaves no room above the maintenance margin: expected less than 200"),
        ("Futures(2, tiers=())", "floors and rates rising"),
        ("Futures(2, tiers=((5, 0.1),))", "from a floor of 0 on"),
        ("Futures(2, tiers=((0, 0.1), (10, 0.05)))", "floors and rates rising"),
        ("Futures(2, tiers=7)", "floors and rates rising"),
        ("Futures(2, tiers=((0, 0.1, 3),))", "floors and rates rising"),
        ("Futures(2, bonds={'A.X': (1, 2)})", "the initial one not smaller"),
        ("Futures(2, bonds=7)", "bonds"),
        ("PortfolioFactor(0.2, initial=0.1)", "0.2 or more"),
        ("RegT(liquidation_bps=-1)", "0 to 10,000 basis points"),
        ("RegT(initial='half')", "above 0"),
        ("RegT(short_minimum=-1)", "short_minimum"),
    ],
)
def test_a_mode_that_cannot_be_says_what_was_expected(text: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        margin_of(text)


def test_leverage_and_a_mode_are_not_said_together() -> None:
    with pytest.raises(InputError, match="leverage and margin both say"):
        assumptions_of(Account(leverage=2.0, margin="RegT()"))


def test_leverage_as_a_mode_is_leverage() -> None:
    assert assumptions_of(Account(margin="Leverage(2)")) == assumptions_of(Account(leverage=2.0))


def test_what_is_no_mode_at_all_is_refused() -> None:
    with pytest.raises(InputError, match=r"a mode, as tw.RegT\(\)"):
        assumptions_of(Account(margin=2.0))


def test_a_wish_over_http_says_the_mode_as_text() -> None:
    wish = BacktestWish(strategy="moving_average", symbols=("SPY",), margin="Futures(5, mode='isolated')")
    assert assumptions_of(account_of(wish)).margin == Futures(5, mode="isolated")
