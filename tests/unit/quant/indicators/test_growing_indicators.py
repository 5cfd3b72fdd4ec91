"""An indicator that goes on with growing bars gives what it gives over the whole, bit for bit, whoever asks and how."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewright.quant.arrays import Array
from tradewright.quant.indicators.definition import Definition
from tradewright.quant.indicators.ema import ema
from tradewright.quant.indicators.growing import GrowingMemo, going_on, growing
from tradewright.quant.indicators.registry import INDICATORS
from tradewright.quant.indicators.rsi import rsi
from tradewright.quant.indicators.series import outputs_of
from tradewright.quant.indicators.sma import sma

every_indicator = pytest.mark.parametrize("definition", INDICATORS.values(), ids=lambda each: each.name)
MUCH = 1 << 24


def columns_of(definition: Definition, seed: int, rows: int, width: int, gaps: float) -> tuple[Array, ...]:
    """Random bars with gaps, as panels, or as columns where `width` is 0."""
    chance = np.random.default_rng(seed)
    shape = (rows, width) if width else (rows,)
    close = np.round(50 + np.cumsum(chance.normal(0, 0.8, shape), axis=0), 2).clip(1.0)
    reach = np.round(chance.random(shape), 2)
    days = np.broadcast_to((np.arange(rows) // 5 + 20_000.0)[:, None], shape) if width else np.arange(rows) // 5 + 2e4
    bars: dict[str, Array] = {
        "value": close, "open": close - reach / 2, "high": close + reach, "low": close - reach, "close": close,
        "volume": np.round(chance.random(shape) * 1e5), "session": np.array(days),
    }  # fmt: skip
    gone = chance.random(shape) < gaps
    for name, column in bars.items():
        if name != "session":
            column[gone] = np.nan
    return tuple(bars[name] for name in definition.inputs)


def same(mine: tuple[Array, ...], theirs: tuple[Array, ...]) -> bool:
    """Equal bit for bit, in the same layout."""
    return len(mine) == len(theirs) and all(
        one.shape == other.shape
        and one.strides == other.strides
        and one.flags.writeable == other.flags.writeable
        and np.array_equal(np.ascontiguousarray(one).view(np.int64), np.ascontiguousarray(other).view(np.int64))
        for one, other in zip(mine, theirs, strict=True)
    )


@every_indicator
@settings(max_examples=6, deadline=None)
@given(
    seed=st.integers(0, 1 << 32),
    width=st.integers(0, 2),
    gaps=st.sampled_from([0.0, 0.15]),
    steps=st.lists(st.integers(-3, 40), min_size=2, max_size=6),
)
def test_growing_gives_what_the_whole_gives(
    definition: Definition, seed: int, width: int, gaps: float, steps: list[int]
) -> None:
    columns = columns_of(definition, seed, 240, width, gaps)
    memo, rows = GrowingMemo(MUCH), 5
    for step in steps:
        rows = max(rows + step, 1)
        given_now = tuple(column[:rows].copy() for column in columns)  # at another place each time
        with going_on(memo):
            found = outputs_of(definition, given_now)
            again = outputs_of(definition, given_now)
        assert same(found, outputs_of(definition, given_now))
        assert same(again, found)


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_inputs_that_part_ways_are_kept_apart(data: st.DataObject) -> None:
    """Several instruments, the same beginning, histories that are mended: each its own answer."""
    chance = np.random.default_rng(data.draw(st.integers(0, 1 << 32)))
    history = [np.round(50 + chance.normal(0, 1, 60), 1)] * 3
    memo = GrowingMemo(data.draw(st.sampled_from([0, 3_000, MUCH])))
    for _ in range(data.draw(st.integers(1, 12))):
        which = data.draw(st.integers(0, 2))
        if data.draw(st.booleans()):
            history[which] = np.append(history[which], np.round(50 + chance.normal(), 1))
        else:
            history[which] = history[which].copy()
            history[which][data.draw(st.integers(0, len(history[which]) - 1))] = data.draw(
                st.sampled_from([np.nan, 0.0, -0.0, 51.5])
            )
        window = data.draw(st.sampled_from([3, 5]))
        with going_on(memo):
            found = sma(history[which], window), ema(rsi(history[which], 4), window)
        assert same(found, (sma(history[which], window), ema(rsi(history[which], 4), window)))


def test_what_is_handed_out_is_the_callers_own() -> None:
    close, memo = np.arange(1.0, 50.0), GrowingMemo(MUCH)
    with going_on(memo):
        first = sma(close[:40], 3)
        first[:] = 0.0
        assert same((sma(close, 3),), (outputs_of(INDICATORS["sma"], (close,), window=3)))
        panel = ema(np.column_stack((close, close)), 3)
        panel[:] = 0.0
        assert ema(np.column_stack((close, close)), 3)[-1, 0] > 0
    assert growing() is None


def test_only_the_new_rows_are_computed() -> None:
    asked: list[float] = []
    real = INDICATORS["sma"]

    def counted(state: Any, memory: Any, at: int, x: float, window: int) -> Any:
        asked.append(x)
        return real.step(state, memory, at, x, window)

    fields = {name: getattr(real, name) for name in real.__slots__} | {"name": "counted", "step": counted}
    definition, memo = Definition(**fields), GrowingMemo(MUCH)
    close = np.arange(1.0, 3001.0)
    with going_on(memo):
        for rows in (2000, 2001, 2001, 2002, 1500, 3000):
            outputs_of(definition, (close[:rows],))
    assert asked == close.tolist()


def test_what_never_grows_is_left_alone_after_a_while() -> None:
    chance, memo = np.random.default_rng(1), GrowingMemo(MUCH)
    columns = [chance.random(30) for _ in range(70)]
    answers = [memo.outputs(INDICATORS["sma"], (column,), parameters=(3,)) for column in columns]
    assert [answer is None for answer in answers] == [False] * 64 + [True] * 6
    with going_on(memo):
        assert same((sma(columns[69], 3),), outputs_of(INDICATORS["sma"], (columns[69],), window=3))


def test_nothing_is_computed_of_nothing() -> None:
    with going_on(GrowingMemo(MUCH)):
        assert len(sma(np.empty(0), 3)) == 0
