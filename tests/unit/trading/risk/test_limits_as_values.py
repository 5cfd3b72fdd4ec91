"""Limits are present, finite and under their ceilings, or they are no limits; every problem is told at once."""

from dataclasses import fields
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.trading.risk import risk_desk as desk
from tests.unit.trading.risk.risk_desk import APPLE, OTHER, D

from tradewright.domain.errors import InputError
from tradewright.trading.risk.drawdown import DrawdownLevel, DrawdownLevels
from tradewright.trading.risk.limits import BOUNDS, Limits, problems_of, read_limits, shipped_limits, tightest

SHIPPED = shipped_limits(frozenset({APPLE}))
VALUES: dict[str, Any] = {field.name: getattr(SHIPPED, field.name) for field in fields(Limits)}


def test_the_shipped_limits_are_those_of_the_product() -> None:
    assert (SHIPPED.position, SHIPPED.portfolio_risk, SHIPPED.drawdown.stop) == (D("0.05"), D("0.02"), D("0.15"))
    assert (SHIPPED.leverage, SHIPPED.allows_short, SHIPPED.daily_loss) == (D(1), False, D("0.02"))


def test_every_number_among_the_limits_has_a_bound() -> None:
    others = {"version", "allows_short", "instruments", "drawdown"}
    assert {field.name for field in fields(Limits)} == set(BOUNDS) | others


@pytest.mark.parametrize("name", [field.name for field in fields(Limits)])
def test_a_missing_limit_is_not_unlimited(name: str) -> None:
    rest = {key: value for key, value in VALUES.items() if key != name}
    assert problems_of(rest) == (f"{name}: missing, and a limit that is missing is not unlimited",)


@pytest.mark.parametrize("wrong", [None, D("NaN"), D("Infinity"), 0.05, "0.05", True, D(-1)], ids=repr)
@pytest.mark.parametrize("name", sorted(BOUNDS))
def test_a_limit_that_is_no_number_in_range_is_refused(name: str, wrong: object) -> None:
    (problem,) = problems_of({**VALUES, name: wrong})
    assert problem.startswith(f"{name}: expected ") and repr(wrong) in problem


@pytest.mark.parametrize("name", sorted(BOUNDS))
def test_a_limit_reaches_its_ceiling_and_not_beyond(name: str) -> None:
    bound = BOUNDS[name]
    step = Decimal(1) if bound.is_whole else Decimal("0.0000000001")
    at, over = (int(one) if bound.is_whole else one for one in (bound.most, bound.most + step))
    assert problems_of({**VALUES, name: at}) == ()
    assert problems_of({**VALUES, name: over})[0].startswith(f"{name}: expected ")


def test_every_problem_is_told_at_once() -> None:
    broken = {**VALUES, "position": D(11), "leverage": None, "surprise": 1, "version": 0, "instruments": frozenset()}
    del broken["daily_loss"]
    with pytest.raises(InputError) as caught:
        read_limits({**broken, "allows_short": "yes", "drawdown": None})
    told = str(caught.value)
    for name in (
        "position",
        "leverage",
        "surprise",
        "version",
        "instruments",
        "daily_loss",
        "allows_short",
        "drawdown",
    ):
        assert f"{name}: " in told


def test_the_way_out_has_a_fifth_of_the_budget_at_least() -> None:
    assert problems_of({**VALUES, "orders_per_second": 10, "reducing_per_second": 2}) == ()
    (problem,) = problems_of({**VALUES, "orders_per_second": 11, "reducing_per_second": 2})
    assert problem.startswith("reducing_per_second: expected at least a fifth")


def test_limits_cannot_be_made_around_the_check() -> None:
    with pytest.raises(InputError, match=r"position: expected a number from 0\.0001 to 10"):
        Limits(**{**VALUES, "position": D(99)})


def test_of_several_levels_the_tightest_counts() -> None:
    one = desk.limits(position=D("0.05"), duplicate_window_ms=500, orders_per_second=3, allows_short=True)
    other = desk.limits(
        position=D("0.10"), duplicate_window_ms=900, orders_per_second=2, allows_short=False,
        instruments=frozenset({OTHER}),
        drawdown=DrawdownLevels(mild=DrawdownLevel("mild", D("0.02"), D("0.90"))),
    )  # fmt: skip
    both = tightest(one, other, version=12)
    assert (both.version, both.position, both.duplicate_window_ms) == (12, D("0.05"), 900)
    assert (both.orders_per_second, both.allows_short, both.instruments) == (2, False, frozenset({OTHER}))
    assert both.drawdown.mild == DrawdownLevel("mild", D("0.02"), D("0.75"))
    with pytest.raises(InputError, match="instruments"):
        tightest(desk.limits(instruments=frozenset({APPLE})), other, version=13)


@pytest.mark.parametrize(
    ("depth", "name"),
    [
        ("0", "none"), ("0.0499", "none"), ("0.05", "mild"), ("0.08", "moderate"), ("0.1199", "moderate"),
        ("0.12", "severe"), ("0.1499", "severe"), ("0.15", "stop"), ("0.9", "stop"),
    ],
)  # fmt: skip
def test_a_level_holds_from_its_depth_on(depth: str, name: str) -> None:
    assert DrawdownLevels().at(D(depth)).name == name


@pytest.mark.parametrize(
    ("levels", "problem"),
    [
        (DrawdownLevels(stop=D("0.10")), "deeper than the one before"),
        (DrawdownLevels(stop=D("0.51")), "at most 0.50"),
        (DrawdownLevels(stop=D("NaN")), "finite"),
        (DrawdownLevels(severe=DrawdownLevel("severe", D("0.12"), D("0.6"))), "scales"),
        (DrawdownLevels(severe=DrawdownLevel("severe", D("0.12"), D(0))), "above 0"),
    ],
)
def test_levels_of_drawdown_are_in_order(levels: DrawdownLevels, problem: str) -> None:
    (told,) = problems_of({**VALUES, "drawdown": levels})
    assert problem in told
