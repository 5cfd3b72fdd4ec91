from dataclasses import replace

import pytest

from tradewright.application.backtests.identity import DIGITS, RunInputs, run_id

INPUTS = RunInputs("code", {"fast": 20, "slow": 50}, ("digest",), {"cash": 100_000.0, "fill": "next-open"}, "0.1.0+abc")


def test_equal_inputs_give_the_same_id_whatever_the_order_of_the_parameters() -> None:
    turned = replace(INPUTS, parameters={"slow": 50, "fast": 20})
    assert run_id(INPUTS) == run_id(turned)
    assert len(run_id(INPUTS)) == DIGITS


@pytest.mark.parametrize(
    "changed",
    [
        replace(INPUTS, code="other"),
        replace(INPUTS, parameters={"fast": 21, "slow": 50}),
        replace(INPUTS, data=("digest", "benchmark")),
        replace(INPUTS, assumptions={"cash": 100_001.0, "fill": "next-open"}),
        replace(INPUTS, engine_version="0.1.1"),
    ],
)
def test_each_of_the_five_inputs_changes_the_id(changed: RunInputs) -> None:
    assert run_id(changed) != run_id(INPUTS)
