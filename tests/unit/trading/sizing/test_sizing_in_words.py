"""A sizing is read as it is written, and written as it is read."""

from decimal import Decimal

import pytest

from tradewright.domain.errors import InputError
from tradewright.trading.sizing.methods import AtrRisk, FixedPart, FixedQuantity
from tradewright.trading.sizing.sizing import METHODS, Sizing
from tradewright.trading.sizing.sizing_text import sizing_of

TEXTS = (
    "FixedQuantity(100)",
    "FixedNotional(10000)",
    "FixedPart(0.1)",
    "RiskPart(0.01)",
    "AtrRisk(0.01, ranges=3)",
    "VolatilityTarget(0.15)",
    "KellyOdds(0.55, payoff=1.5, part=0.25)",
    "KellyReturns(0.08, deviation=0.2)",
    "VarBudget(0.02)",
)


@pytest.mark.parametrize("text", TEXTS)
def test_every_method_is_written_and_read_back(text: str) -> None:
    made = sizing_of(text)
    assert repr(made) == f"Sizing({text})"
    assert sizing_of(repr(made)) == made


def test_every_method_has_its_text_here() -> None:
    named = {text.split("(")[0] for text in TEXTS} | {"LiquidationSafe"}
    assert named == {kind.__name__ for kind in METHODS}


def test_several_are_added_and_settings_named() -> None:
    made = sizing_of(" AtrRisk(0.01) + FixedPart(0.2) + FixedQuantity(1_000) ")
    assert made.methods == (AtrRisk(Decimal("0.01")), FixedPart(Decimal("0.2")), FixedQuantity(Decimal(1000)))
    text = "Sizing(LiquidationSafe(2), AtrRisk(0.01), atr_window=20, bars_per_year=365.0, maintenance_margin=0.05)"
    assert repr(sizing_of(text)) == text
    assert sizing_of(text).maintenance_margin == Decimal("0.05")
    assert sizing_of(AtrRisk(Decimal("0.01"))) == sizing_of("AtrRisk(0.01)")
    assert sizing_of(made) is made


def test_numbers_are_exactly_those_that_are_written() -> None:
    (method,) = sizing_of("FixedPart(0.1234567890123456789)").methods
    assert method == FixedPart(Decimal("0.1234567890123456789"))


@pytest.mark.parametrize(
    "text",
    [
        "", "AtrRisk", "AtrRisk()", "AtrRisk(-0.01)", "AtrRisk(0)", "AtrRisk(nan)", "AtrRisk('1')", "AtrRisk(True)",
        "Nonsense(1)", "AtrRisk(0.01) * 2", "AtrRisk(0.01) - FixedPart(1)", "__import__('os')", "AtrRisk(1e999999999)",
        "Sizing()", "Sizing(AtrRisk(0.01), atr_window=1)", "Sizing(AtrRisk(0.01), atr_window=2.5)",
        "Sizing(AtrRisk(0.01), bars_per_year=0)", "Sizing(AtrRisk(0.01), nothing=1)", "LiquidationSafe(2)",
        "KellyOdds(1.5, payoff=1)", "(" * 300, "AtrRisk(0.01)" + " + AtrRisk(0.01)" * 100,
    ],
)  # fmt: skip
def test_what_is_no_sizing_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        sizing_of(text)


def test_the_measures_say_how_many_bars_they_need() -> None:
    assert sizing_of("FixedPart(0.1)").warm_up_bars() == 0
    assert sizing_of("AtrRisk(0.01) + VarBudget(0.01)").warm_up_bars() == 251
    assert Sizing((AtrRisk(Decimal("0.01")),)).warm_up_bars() == 15
