"""A table in memory is read piece by piece: the same bars as at once, and the same lines of rows that are left out."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

import tradewright as tw
from tradewright.adapters.frames import memory

START = datetime(2024, 1, 2, tzinfo=UTC)


def minutes(count: int) -> pl.DataFrame:
    closes = [100.0 + number for number in range(count)]
    return pl.DataFrame(
        {
            "time": [START + timedelta(minutes=number) for number in range(count)],
            **dict.fromkeys(("open", "high", "low", "close"), closes),
            "volume": [1.0] * count,
        }
    )


def loaded(frame: pl.DataFrame) -> tw.Bars:
    return tw.load_bars(frame, symbol="BTCUSDT.BINANCE")


@pytest.mark.parametrize("order", ["kept", "reversed", "mixed"])
def test_bars_in_pieces_are_those_of_the_whole(order: str, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = minutes(50)
    shown = {"kept": frame, "reversed": frame.reverse(), "mixed": frame.sample(fraction=1, shuffle=True, seed=1)}[order]
    whole = loaded(frame)
    monkeypatch.setattr(memory, "CHUNK_ROWS", 7)
    pieces = loaded(shown)
    assert pieces.digest == whole.digest
    np.testing.assert_array_equal(pieces.time, whole.time)
    np.testing.assert_array_equal(pieces.closes, whole.closes)
    assert all(column.flags.c_contiguous and column.flags.writeable for column in (pieces.time, pieces.closes))


def test_a_moment_that_comes_again_in_a_later_piece_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = minutes(20)
    twice = pl.concat([frame, frame[3:4]])
    monkeypatch.setattr(memory, "CHUNK_ROWS", 7)
    with pytest.warns(UserWarning, match="1 of 21 rows"):
        assert len(loaded(twice)) == 20


def test_a_bad_row_of_a_later_piece_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = minutes(20).with_columns(close=pl.when(pl.int_range(pl.len()) == 16).then(-1.0).otherwise("close"))
    monkeypatch.setattr(memory, "CHUNK_ROWS", 7)
    with pytest.warns(UserWarning, match="1 of 20 rows"):
        assert len(loaded(frame)) == 19
