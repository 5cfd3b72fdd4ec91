"""Law: after any history of tellings, the Delta store and the plain one in memory answer the same as of any moment."""

from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from tests.contracts.memory_store import MemoryStore
from tests.contracts.store_rows import close_of, frame

from tradewright.adapters.stores.delta import DeltaStore
from tradewright.domain.errors import DataError
from tradewright.ports.stores import MarketStore, Selection, Table, Written

DAYS = ("2019-12-30", "2019-12-31", "2020-01-02")
TELLINGS = st.builds(
    lambda name, day, known, close: {"instrument": name, "time": close_of(day), "known_at": known, "close": close},
    st.sampled_from(["A.XNAS", "B.XNAS"]),
    st.sampled_from(DAYS),
    st.integers(1, 6),
    st.sampled_from([1.0, 2.0]),
)
APPENDS = st.lists(st.lists(TELLINGS, min_size=1, max_size=6), min_size=1, max_size=5)


def told(store: MarketStore, rows: pl.DataFrame) -> Written | None:
    try:
        return store.append(Table.BARS, rows)
    except DataError:
        return None


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(history=APPENDS, compacted=st.booleans())
def test_any_history_reads_the_same_as_the_plain_store(history: list[list[dict[str, object]]], compacted: bool) -> None:
    with TemporaryDirectory() as folder:
        delta, plain = DeltaStore(Path(folder)), MemoryStore()
        for tellings in history:
            rows = frame(Table.BARS, tellings)
            written, expected = told(delta, rows), told(plain, rows)
            assert (written is None) == (expected is None)
            if written is not None and expected is not None:
                assert written.added + written.corrected == expected.added + expected.corrected
                assert written.unchanged == expected.unchanged
        if compacted:
            delta.compact()
        for as_of in (None, 0, 1, 3, 5):
            selection = Selection(Table.BARS, as_of=as_of)
            assert_frame_equal(delta.read(selection), plain.read(selection))
        assert_frame_equal(delta.coverage(), plain.coverage())
