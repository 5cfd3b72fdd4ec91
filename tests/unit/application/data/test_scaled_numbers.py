"""Prices that a file holds as whole multiples come out as the prices that were meant."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from tradewright.application.data.importing_numbers import divided


@given(st.lists(st.none() | st.integers(1, 10**9), min_size=1, max_size=20), st.sampled_from([100, 10_000, 1_000_000]))
def test_a_scaled_number_is_the_nearest_float_and_a_missing_one_stays_missing(
    counts: list[int | None], scale: int
) -> None:
    table = pl.DataFrame({"price": pl.Series(counts, dtype=pl.Int64)})
    found = table.select(divided(pl.col("price"), scale).alias("price"))["price"].to_list()
    assert found == [None if count is None else count / scale for count in counts]
