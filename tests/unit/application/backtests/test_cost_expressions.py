import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewright.application.backtests.costs import costs_of
from tradewright.domain.costs import (
    Commission,
    Cost,
    Costs,
    MakerTaker,
    PerOrder,
    PerShare,
    Slippage,
    Spread,
    SquareRootImpact,
    Tiers,
    VolumeShareSlippage,
)
from tradewright.domain.errors import InputError

AMOUNTS = st.floats(0, 100, allow_nan=False)
FEES = st.one_of(
    st.builds(Commission, AMOUNTS, AMOUNTS), st.builds(PerOrder, AMOUNTS, st.sampled_from(["fill", "order"]))
)
PARTS = st.one_of(
    st.builds(Commission, AMOUNTS, AMOUNTS),
    st.builds(PerShare, AMOUNTS, AMOUNTS),
    st.builds(PerOrder, AMOUNTS),
    st.builds(Spread, AMOUNTS),
    st.builds(Slippage, AMOUNTS),
    st.builds(PerShare, AMOUNTS, AMOUNTS, AMOUNTS, st.sampled_from(["fill", "order"])),
    st.builds(lambda maker, more: MakerTaker(maker - 1, maker + more + 1), AMOUNTS, AMOUNTS),
    st.builds(lambda low, high, bound: Tiers((0, low), (bound + 1, high)), FEES, FEES, AMOUNTS),
    st.builds(VolumeShareSlippage, AMOUNTS, st.floats(0.001, 1)),
    st.builds(SquareRootImpact, AMOUNTS, st.integers(2, 100)),
)


@given(st.lists(PARTS, min_size=1, max_size=4))
@settings(max_examples=50, deadline=None)
def test_the_repr_of_costs_reads_back_as_equal_costs(parts: list[Cost]) -> None:
    whole = parts[0] if len(parts) == 1 else Costs(tuple(parts))
    assert costs_of(repr(whole)) == whole


def test_costs_are_read_with_sums_and_factors() -> None:
    read = costs_of("PerShare(0.005, minimum=1) + 2 * Spread(bps=2)")
    assert read == PerShare(0.005, minimum=1) + Spread(bps=4)
    assert costs_of("Spread(bps=2) * 2") == Spread(bps=4)


def test_none_is_free_and_a_cost_is_taken_as_it_is() -> None:
    assert costs_of(None) == Costs()
    assert costs_of(Spread(bps=2)) == Spread(bps=2)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "3",
        "-3",
        "Percent(1)",
        "Spread(bps=-2)",
        "Spread(bps=2) - Spread(bps=1)",
        "Spread(bps=2) * Spread(bps=2)",
        "Spread(",
        "Spread(**{'bps': 2})",
        "Spread(points=2)",
        "Spread(True)",
        "__import__('os').system('true')",
        "Spread.__class__",
        "-Spread(1)",
    ],
)
def test_what_is_no_cost_is_refused_and_never_run(text: str) -> None:
    with pytest.raises(InputError, match="cannot be used: expected a sum of Commission"):
        costs_of(text)


def test_a_number_in_place_of_costs_is_refused() -> None:
    with pytest.raises(InputError, match="expected a cost"):
        costs_of(0.001)
