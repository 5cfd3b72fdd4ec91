"""Kelly's fraction against published numbers: bets with known odds, and Thorp's worked example of stocks."""

import json
from decimal import Decimal
from typing import Any

import pytest
from tests.shared_data import FOLDER, shared

from tradewright.trading.sizing.kelly import growth_deviation, growth_of_returns, kelly_of_odds, kelly_of_returns

pytestmark = pytest.mark.oracle


def oracle() -> Any:
    """The published numbers as exact decimals; nothing where the shared folder is absent."""
    if not FOLDER.exists():
        return {"binary": [], "continuous_thorp": None}
    return json.loads(shared("oracles/sizing_kelly.json").read_text(), parse_float=Decimal, parse_int=Decimal)


@pytest.mark.parametrize("case", oracle()["binary"], ids=lambda case: f"p {case['p']} pays {case['odds_b']}")
def test_the_fraction_of_a_bet_is_exact(case: dict[str, Decimal]) -> None:
    assert kelly_of_odds(case["p"], case["odds_b"]) == case["f"]


def test_thorps_example_agrees_to_every_published_digit() -> None:
    told = json.loads(shared("oracles/sizing_kelly.json").read_text(), parse_float=Decimal)["continuous_thorp"]
    numbers = {
        "f": kelly_of_returns(told["m"], told["s"], risk_free=told["r"]),
        "growth_rate": growth_of_returns(told["m"], told["s"], risk_free=told["r"]),
        "std_of_growth": growth_deviation(told["m"], told["s"], risk_free=told["r"]),
    }
    assert {name: round(value, 10) for name, value in numbers.items()} == {name: told[name] for name in numbers}
