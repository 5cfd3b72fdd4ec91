import time

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.contracts.store_rows import DAY, KNOWN, bars

from tradewright.application.data.digest import derived_digest, digest_of
from tradewright.domain.market.actions import ActionKind, CorporateAction
from tradewright.ports.stores import NS

ROWS = pl.concat([bars("AAPL.XNAS", [1, 2, 3]), bars("MSFT.XNAS", [4, 5])])


def test_the_identity_is_written_down_once_and_for_all() -> None:
    assert digest_of(ROWS) == "68022e1f07ec9540568d719a90fe904b"


def test_the_order_of_rows_the_source_and_the_moment_of_knowing_do_not_matter() -> None:
    other = ROWS.sample(fraction=1, shuffle=True, seed=3).with_columns(
        source=pl.lit("vendor"), known_at=pl.lit(KNOWN + DAY).cast(NS)
    )
    assert digest_of(other) == digest_of(ROWS)
    assert digest_of(ROWS.rechunk()) == digest_of(pl.concat([ROWS[:2], ROWS[2:]], rechunk=False))


@settings(max_examples=30)
@given(row=st.integers(0, 4), column=st.sampled_from(["open", "high", "low", "close", "volume"]))
def test_the_last_bit_of_any_value_matters(row: int, column: str) -> None:
    values = ROWS[column].to_numpy().copy()
    values[row] = np.nextafter(values[row], np.inf)
    assert digest_of(ROWS.with_columns(pl.Series(column, values))) != digest_of(ROWS)


def test_instrument_interval_time_and_number_of_rows_matter() -> None:
    others = [
        ROWS.with_columns(pl.col("instrument").str.replace("MSFT", "MSFU")),
        ROWS.with_columns(interval=pl.lit("1h")),
        ROWS.with_columns((pl.col("time").to_physical() + 1).cast(NS)),
        ROWS.head(4),
        ROWS.clear(),
    ]
    assert len({digest_of(rows) for rows in [ROWS, *others]}) == 6


def test_a_missing_value_is_the_same_as_null_and_as_nan_and_zero_has_no_sign() -> None:
    null, nan = (ROWS.with_columns(volume=pl.lit(value, dtype=pl.Float64)) for value in (None, float("nan")))
    assert digest_of(null) == digest_of(nan)
    plus, minus = (ROWS.with_columns(volume=pl.lit(value)) for value in (0.0, -0.0))
    assert digest_of(plus) == digest_of(minus)


def test_corporate_actions_are_part_of_what_was_read() -> None:
    split = CorporateAction(18264, "AAPL.XNAS", ActionKind.SPLIT, 2.0)
    dividend = CorporateAction(18263, "AAPL.XNAS", ActionKind.DIVIDEND, 2.0)
    assert digest_of(ROWS, [split]) != digest_of(ROWS)
    assert digest_of(ROWS, [split, dividend]) == digest_of(ROWS, [dividend, split])


def test_what_is_derived_has_an_identity_of_its_own() -> None:
    assert len({"a", derived_digest("a", "adjusted"), derived_digest("a", "b"), derived_digest("b", "adjusted")}) == 4


def test_a_million_rows_are_hashed_fast_enough_to_do_it_on_every_load() -> None:
    count = 1_000_000
    rows = pl.DataFrame(
        {"instrument": ["AAPL.XNAS"] * count, "interval": ["1m"] * count, "time": np.arange(count)}
        | {name: np.arange(count, dtype=float) for name in ("open", "high", "low", "close", "volume")}
    ).with_columns(pl.col("time").cast(NS))
    start = time.perf_counter()
    digest_of(rows)
    assert time.perf_counter() - start < 2.0, "measured 0.06 s on a quiet machine"


def test_one_series_has_the_same_identity_in_one_piece_in_several_and_backwards() -> None:
    one = bars("AAPL.XNAS", [1, 2, 3, 4, 5])
    pieces = pl.concat([one[:2], one[2:]], rechunk=False)
    assert {digest_of(rows) for rows in (one, pieces, one.reverse())} == {"ac34238c071181341deb023f09cda5e6"}
    assert digest_of(one[:0]) == "1100b801f4c3c9fb419918875729a2dc"
