"""How much, by every method, computed by hand; the least wins and is named."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewright.domain.errors import InputError
from tradewright.domain.identifiers import InstrumentId
from tradewright.domain.instruments.instrument import AssetClass, Instrument
from tradewright.trading.sizing.kelly import kelly_of_odds, kelly_of_returns
from tradewright.trading.sizing.methods import (
    AtrRisk,
    FixedPart,
    FixedQuantity,
    KellyOdds,
    KellyReturns,
    LiquidationSafe,
    RiskPart,
    SizingMethod,
    VarBudget,
    VolatilityTarget,
)
from tradewright.trading.sizing.situation import Situation
from tradewright.trading.sizing.size import sized

D = Decimal


def situation(**changes: Any) -> Situation:
    """100,000 of equity, a share at 50 with a stop at 48; steps of the instrument can be given too."""
    steps = {name: changes.pop(name) for name in ("lot", "multiplier", "smallest_quantity", "smallest_notional")
             if name in changes}  # fmt: skip
    parts: dict[str, Any] = {
        "instrument": Instrument(InstrumentId("AAPL.XNAS"), "USD", AssetClass.EQUITY, **steps),
        "equity": D(100_000),
        "entry": D(50),
        "protective_stop": D(48),
        "atr": D("1.25"),
        "volatility_annual": D("0.40"),
        "value_at_risk": D("0.04"),
        "maintenance_margin": D("0.05"),
    }
    return Situation(**{**parts, **changes})


BY_HAND: list[tuple[SizingMethod, str, str]] = [
    (FixedQuantity(D(70)), "70", "as it is"),
    (FixedPart(D("0.05")), "100", "5,000 at 50"),
    (RiskPart(D("0.01")), "500", "1,000 over 2 to the stop"),
    (AtrRisk(D("0.01")), "400", "1,000 over 2 x 1.25"),
    (AtrRisk(D("0.01"), D(4)), "200", "1,000 over 4 x 1.25"),
    (VolatilityTarget(D("0.10")), "500", "0.10 / 0.40 of 100,000 at 50"),
    (KellyOdds(D("0.6"), D(1), part=D(1)), "10000", "20% of 100,000 over 2 to the stop"),
    (KellyOdds(D("0.6"), D(1)), "5000", "half of it"),
    (KellyOdds(D("0.4"), D(1)), "0", "the odds are against"),
    (KellyReturns(D("0.11"), D("0.2"), D("0.06"), part=D(1)), "2500", "0.05 / 0.04 = 1.25 of equity at 50"),
    (KellyReturns(D("0.11"), D("0.2"), D("0.06")), "1250", "half of it"),
    (KellyReturns(D("0.02"), D("0.2"), D("0.06")), "0", "below the risk-free rate"),
    (VarBudget(D("0.01")), "500", "1,000 over 4% of 50"),
    (LiquidationSafe(D("2.5")), "12903.22580645161290322580645", "1 / (0.05 x 1.1 + 0.1) of equity at 50"),
]


@pytest.mark.parametrize(("method", "expected", "how"), BY_HAND, ids=str)
def test_a_method_gives_what_the_hand_gives(method: SizingMethod, expected: str, how: str) -> None:
    assert abs(method.quantity(situation()) - D(expected)) < D("1e-20"), how


@pytest.mark.parametrize(("method", "expected", "how"), BY_HAND, ids=str)
def test_a_method_counts_multiplier_and_currency(method: SizingMethod, expected: str, how: str) -> None:
    foreign = situation(multiplier=D(4), rate=D("0.5"))
    divided = D(1) if isinstance(method, FixedQuantity) else D(2)
    assert abs(method.quantity(foreign) - D(expected) / divided) < D("1e-20"), how


def test_the_distance_of_an_atr_stop_is_told() -> None:
    assert AtrRisk(D("0.01"), D(2)).distance(situation()) == D("2.50")


def test_the_least_method_wins_and_is_named() -> None:
    answer = sized(situation(), [RiskPart(D("0.01")), FixedPart(D("0.05")), VolatilityTarget(D("0.10"))])
    assert (answer.quantity, answer.bound) == (D(100), "fixed_part")
    assert [(one.name, one.quantity) for one in answer.constraints] == [
        ("risk_part", D(500)), ("fixed_part", D(100)), ("volatility_target", D(500)),
    ]  # fmt: skip
    assert answer.reason == "FixedPart(part=Decimal('0.05')) gives 100.000000"


def test_a_leveraged_position_survives_the_cushion_to_the_last_cent() -> None:
    place = situation(entry=D(100), protective_stop=D(110), maintenance_margin=D("0.10"))
    quantity = LiquidationSafe(D(2)).quantity(place)
    moved = place.entry * D("1.2")
    equity = place.equity - quantity * (moved - place.entry)
    assert abs(equity / (quantity * moved) - D("0.10")) < D("1e-20")


@pytest.mark.parametrize(
    ("method", "name"),
    [
        (RiskPart(D("0.01")), "protective_stop"), (AtrRisk(D("0.01")), "atr"), (VarBudget(D("0.01")), "value_at_risk"),
        (VolatilityTarget(D("0.1")), "volatility_annual"), (KellyOdds(D("0.6"), D(1)), "protective_stop"),
        (LiquidationSafe(), "maintenance_margin"), (LiquidationSafe(), "protective_stop"),
    ],
)  # fmt: skip
def test_a_method_says_what_it_cannot_do_without(method: SizingMethod, name: str) -> None:
    with pytest.raises(InputError, match=f"{method.name} cannot size AAPL.XNAS: expected its {name}"):
        method.quantity(situation(**{name: None}))


@pytest.mark.parametrize("wrong", [D(0), D(-1), D("NaN"), D("Infinity"), 0.05, None], ids=repr)
@pytest.mark.parametrize(
    "make",
    [FixedQuantity, FixedPart, RiskPart, AtrRisk, VolatilityTarget, VarBudget, LiquidationSafe,
     lambda part: KellyOdds(D("0.6"), D(1), part=part), lambda part: KellyReturns(D("0.1"), D("0.2"), part=part)],
)  # fmt: skip
def test_a_method_without_a_sound_number_cannot_be_made(make: Any, wrong: object) -> None:
    with pytest.raises(InputError):
        make(wrong)


@pytest.mark.parametrize("name", ["equity", "entry", "rate", "atr", "protective_stop", "value_at_risk"])
@pytest.mark.parametrize("wrong", [D(0), D("NaN"), 1.5], ids=repr)
def test_a_situation_without_sound_numbers_cannot_be_sized(name: str, wrong: object) -> None:
    with pytest.raises(InputError, match=name):
        situation(**{name: wrong})


def test_more_than_full_kelly_and_a_cushion_below_one_are_refused() -> None:
    with pytest.raises(InputError, match="at most 1"):
        KellyOdds(D("0.6"), D(1), part=D("1.01"))
    with pytest.raises(InputError, match="cushion"):
        LiquidationSafe(D("0.9"))
    with pytest.raises(InputError, match="protects from nothing"):
        RiskPart(D("0.01")).quantity(situation(protective_stop=D(50)))
    with pytest.raises(InputError, match="at least one sizing method"):
        sized(situation(), [])


@pytest.mark.parametrize(("win_rate", "payoff"), [("1.1", "1"), ("-0.1", "1"), ("0.5", "0"), ("NaN", "1")])
def test_odds_that_are_none_are_refused(win_rate: str, payoff: str) -> None:
    with pytest.raises(InputError, match="odds"):
        kelly_of_odds(D(win_rate), D(payoff))
    with pytest.raises(InputError, match="returns"):
        kelly_of_returns(D("0.1"), D(0))


@pytest.mark.parametrize("steps", [{"smallest_quantity": D(101)}, {"smallest_notional": D("5000.01")}])
def test_less_than_the_venue_trades_is_nothing(steps: dict[str, Decimal]) -> None:
    answer = sized(situation(**steps), [FixedPart(D("0.05"))])
    assert (answer.quantity, answer.bound) == (D(0), "smallest_order")


amounts = st.decimals("0.01", "100000", places=2)


@settings(max_examples=80, deadline=None)
@given(amounts, st.sampled_from([D("0.001"), D("0.1"), D(1), D(25)]), st.decimals("0.0001", "3", places=4))
def test_rounding_never_raises_a_size(entry: Decimal, lot: Decimal, part: Decimal) -> None:
    place = situation(entry=entry, lot=lot)
    answer = sized(place, [FixedPart(part)])
    (exact,) = answer.constraints
    assert 0 <= exact.quantity - answer.quantity < lot
    assert answer.quantity % lot == 0


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from([method for method, _, _ in BY_HAND]), min_size=1, max_size=5), st.sampled_from(BY_HAND)
)
def test_one_more_method_never_makes_a_size_larger(
    methods: list[SizingMethod], more: tuple[SizingMethod, str, str]
) -> None:
    assert sized(situation(), [*methods, more[0]]).quantity <= sized(situation(), methods).quantity
