"""The self-test names every gate that lets poison through, whatever the limits are."""

from dataclasses import fields, replace
from typing import Any

import pytest
from tests.unit.trading.risk import risk_desk as desk
from tests.unit.trading.risk.risk_desk import APPLE, D

from tradewright.trading.risk.controls.control import Control
from tradewright.trading.risk.controls.table import controls_of
from tradewright.trading.risk.gate import Approved, Refused, check
from tradewright.trading.risk.limits import BOUNDS, Limits, read_limits, shipped_limits
from tradewright.trading.risk.self_test import Failure, poisons, self_test
from tradewright.trading.risk.verdict import Verdict

SHIPPED = shipped_limits(frozenset({APPLE}))


def at_ends(*, is_loosest: bool) -> Limits:
    values: dict[str, Any] = {field.name: getattr(SHIPPED, field.name) for field in fields(Limits)}
    for name, bound in BOUNDS.items():
        value = bound.most if bound.tightens_upwards is not is_loosest else bound.least
        values[name] = int(value) if bound.is_whole else value
    if not is_loosest:  # where nothing at all passes, there is no sound order
        for name in (
            "order_quantity",
            "order_notional",
            "orders_per_second",
            "reducing_per_second",
            "messages_per_second",
        ):
            values[name] = getattr(SHIPPED, name)
        values["near_close_ms"] = 1000
    values["allows_short"] = is_loosest
    return read_limits(values)


@pytest.mark.parametrize("limits", [SHIPPED, at_ends(is_loosest=True), at_ends(is_loosest=False)],
                         ids=["shipped", "loosest", "tightest"])  # fmt: skip
def test_the_gate_refuses_every_poison(limits: Limits) -> None:
    assert [str(one) for one in self_test(limits)] == []


def test_there_is_a_poison_for_every_control() -> None:
    found = poisons(SHIPPED)
    assert len(found) >= 40 and len({one.name for one in found}) == len(found)
    assert {one.control for one in found} == {one.name for one in controls_of(SHIPPED)}


@pytest.mark.parametrize("asleep", controls_of(SHIPPED), ids=lambda one: one.name)
def test_a_control_that_is_asleep_is_noticed(asleep: Control) -> None:
    def gate(*args: Any, **terms: Any) -> Approved | Refused:
        answer = check(*args, **terms)
        findings = tuple(
            one._replace(verdict=Verdict.PASSED) if one.control == asleep.name else one for one in answer.findings
        )
        if any(one.is_refused for one in findings):
            return Refused(findings)
        return answer if isinstance(answer, Approved) else Refused(findings)

    assert asleep.name in {one.expected for one in self_test(SHIPPED, gate=gate)}


def test_a_gate_that_refuses_everything_is_no_gate() -> None:
    def gate(*args: Any, **terms: Any) -> Approved | Refused:
        return Refused(check(*args, **{**terms, "limits": desk.limits(order_quantity=D("0.5"))}).findings)

    assert Failure("the sound order", "approval", ("instruments", "order_quantity")) in self_test(SHIPPED, gate=gate)


def test_a_failure_says_what_was_expected() -> None:
    assert str(Failure("too much money", "order_notional", ())) == (
        "too much money: expected order_notional, found approval"
    )
    assert replace(SHIPPED, version=2).version == 2
