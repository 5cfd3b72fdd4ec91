"""Interest of margin loans against freqtrade's expected values for Binance and Kraken."""

import json
from typing import Any

import pytest
from tests.shared_data import FOLDER, shared

from tradewright.domain.arithmetic.margin import loan_interest

pytestmark = pytest.mark.oracle

HOURS = {"ten_mins": 1 / 6, "five_hours": 5.0, "twentyfive_hours": 25.0}
CHARGED = {"binance": (24.0, 1.0, 0), "kraken": (1.0, 4.0, 1)}
"""What the told rate is divided by, hours of a period, periods charged at the opening."""


def oracle() -> Any:
    """The cases; none where the shared folder is absent."""
    if not FOLDER.exists():
        return {"borrowed": 0.0, "cases": [{"cases": []}]}
    return json.loads(shared("oracles/margin_funding_freqtrade/margin_interest.json").read_text())


@pytest.mark.parametrize(
    "case", oracle()["cases"][0]["cases"], ids=lambda case: f"{case[0]} {case[2]['expr']} {case[1]}"
)
def test_interest_of_a_margin_loan(case: list[Any]) -> None:
    venue, rate, hours, expected = case
    divided, period_hours, at_once = CHARGED[venue]
    paid = loan_interest(oracle()["borrowed"], rate / divided, HOURS[hours["expr"]], period_hours, at_once)
    assert paid == pytest.approx(expected, abs=1e-9)
