"""Laws that every registered indicator keeps: the suites walk the registry by themselves."""

import inspect
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tradewright import indicators as face
from tradewright.quant.arrays import Array
from tradewright.quant.indicators import series
from tradewright.quant.indicators.definition import Definition
from tradewright.quant.indicators.registry import INDICATORS
from tradewright.quant.indicators.streaming import Indicator

every_indicator = pytest.mark.parametrize("definition", INDICATORS.values(), ids=lambda each: each.name)


def market(seed: int, rows: int) -> dict[str, Array]:
    """A random walk of bars on a grid of cents, with gaps, flat stretches, still volumes and sessions of five bars."""
    random = np.random.default_rng(seed)
    change = np.where(random.random(rows) < 0.2, 0.0, random.normal(0, 0.8, rows))
    close = np.round(50 + np.cumsum(change), 2).clip(1.0)
    open_ = np.round(close + random.normal(0, 0.3, rows) * (random.random(rows) < 0.8), 2).clip(1.0)
    reach = np.where(random.random(rows) < 0.2, 0.0, random.random(rows))
    return {
        "value": close,
        "open": open_,
        "high": np.round(np.maximum(open_, close) + reach, 2),
        "low": np.round((np.minimum(open_, close) - reach).clip(0.5), 2),
        "close": close,
        "volume": np.where(random.random(rows) < 0.1, 0.0, np.round(random.random(rows) * 1e5)),
        "session": np.arange(rows) // 5 + 20_000.0,
    }


def inputs(definition: Definition, bars: dict[str, Array]) -> tuple[Array, ...]:
    return tuple(bars[name] for name in definition.inputs)


def same(mine: Array, theirs: Array) -> bool:
    """Equal bit for bit; any NaN equals any NaN."""
    known = ~np.isnan(mine)
    return bool(
        np.array_equal(known, ~np.isnan(theirs))
        and np.array_equal(mine[known].view(np.int64), theirs[known].view(np.int64))
    )


def streaming_class(definition: Definition) -> type[Indicator[Any]]:
    for name in dir(face):
        found = getattr(face, name)
        if (
            isinstance(found, type)
            and issubclass(found, Indicator)
            and getattr(found, "definition", None) is definition
        ):
            return found
    raise AssertionError(f"{definition.name} has no streaming class in tradewright.indicators")


@st.composite
def some_settings(draw: st.DrawFn, definition: Definition) -> dict[str, Any]:
    """Random parameters that go together, windows up to 12 bars."""
    chosen: dict[str, Any] = {}
    for each in definition.parameters:
        if each.choices:
            chosen[each.name] = draw(st.sampled_from(each.choices))
        elif isinstance(each.default, int):
            chosen[each.name] = draw(st.integers(int(each.low), int(min(each.high, 12))))
        else:
            chosen[each.name] = draw(st.floats(max(each.low, 0.01), min(each.high, 4.0)))
    assume(definition.refusal(*(each.encoded(chosen[each.name]) for each in definition.parameters)) is None)
    return chosen


def rows_of(answers: Iterator[Any], definition: Definition) -> tuple[Array, ...]:
    table = np.array([[answer] if definition.is_single else list(answer) for answer in answers], dtype=np.float64)
    return tuple(table[:, place] for place in range(len(definition.outputs)))


@every_indicator
@settings(max_examples=8, deadline=None)
@given(data=st.data(), seed=st.integers(0, 2**32 - 1), rows=st.integers(1, 90))
def test_streaming_gives_the_floats_of_the_series(
    definition: Definition, data: st.DataObject, seed: int, rows: int
) -> None:
    chosen = data.draw(some_settings(definition))
    bars = market(seed, rows)
    columns = inputs(definition, bars)
    expected = series.outputs_of(definition, columns, **chosen)
    one = streaming_class(definition)(**chosen)
    fed = rows_of((one.update(*row) for row in zip(*columns, strict=True)), definition)  # type: ignore[attr-defined]
    by_bar = streaming_class(definition)(**chosen)
    names = ("open", "high", "low", "close", "volume", "session")
    bar_rows = zip(*(bars[name] for name in names), strict=True)
    fed_bars = rows_of((by_bar.update_bar(*row) for row in bar_rows), definition)  # type: ignore[attr-defined]
    for mine, theirs, bar in zip(expected, fed, fed_bars, strict=True):
        assert same(mine, theirs)
        assert same(mine, bar)


@every_indicator
@settings(max_examples=6, deadline=None)
@given(data=st.data(), seed=st.integers(0, 2**32 - 1), rows=st.integers(2, 90))
def test_the_future_changes_nothing(definition: Definition, data: st.DataObject, seed: int, rows: int) -> None:
    chosen = data.draw(some_settings(definition))
    columns = inputs(definition, market(seed, rows))
    cut = data.draw(st.integers(1, rows - 1))
    whole = series.outputs_of(definition, columns, **chosen)
    prefix = series.outputs_of(definition, tuple(column[:cut] for column in columns), **chosen)
    for full, part in zip(whole, prefix, strict=True):
        assert same(full[:cut], part)


@every_indicator
@settings(max_examples=6, deadline=None)
@given(data=st.data(), seed=st.integers(0, 2**32 - 1), rows=st.integers(1, 90))
def test_a_missing_bar_leaves_a_hole_and_nothing_else(
    definition: Definition, data: st.DataObject, seed: int, rows: int
) -> None:
    chosen = data.draw(some_settings(definition))
    columns = inputs(definition, market(seed, rows))
    random = np.random.default_rng(seed)
    missing = random.random(rows) < 0.3
    holed = [column.copy() for column in columns]
    for row in np.flatnonzero(missing):
        holed[random.integers(len(holed))][row] = np.nan
    with_holes = series.outputs_of(definition, tuple(holed), **chosen)
    without = series.outputs_of(definition, tuple(column[~missing] for column in columns), **chosen)
    for mine, theirs in zip(with_holes, without, strict=True):
        assert np.isnan(mine[missing]).all()
        assert same(mine[~missing], theirs)


@every_indicator
def test_a_panel_is_its_columns(definition: Definition) -> None:
    markets = [market(seed, 60) for seed in (1, 2, 3)]
    panels = tuple(np.column_stack([bars[name] for bars in markets]) for name in definition.inputs)
    together = series.outputs_of(definition, panels)
    for place, bars in enumerate(markets):
        alone = series.outputs_of(definition, inputs(definition, bars))
        for panel, column in zip(together, alone, strict=True):
            assert panel.shape == (60, 3)
            assert same(np.ascontiguousarray(panel[:, place]), column)


@every_indicator
def test_compiled_gives_the_floats_of_plain_python(definition: Definition, monkeypatch: pytest.MonkeyPatch) -> None:
    bars = market(7, 400)
    columns = inputs(definition, bars)
    columns[0][100:110] = np.nan
    plain = series.outputs_of(definition, columns)
    monkeypatch.setattr(series, "is_enabled", lambda: True)
    monkeypatch.setattr(series, "COMPILE_STEPS", 0)
    monkeypatch.setattr(series, "COMPILE_STEPS_WHEN_LOADED", 0)
    for mine, theirs in zip(plain, series.outputs_of(definition, columns), strict=True):
        assert same(mine, theirs)


@every_indicator
@settings(max_examples=6, deadline=None)
@given(data=st.data())
def test_the_warm_up_is_as_long_as_it_says(definition: Definition, data: st.DataObject) -> None:
    chosen = data.draw(some_settings(definition))
    bars = market(11, 120)
    bars["volume"] = bars["volume"] + 1.0
    bars["session"] = np.arange(120.0)
    outputs = series.outputs_of(definition, inputs(definition, bars), **chosen)
    warm_up = definition.warm_up(*definition.encode(chosen))
    needed = [line for name, line in zip(definition.outputs, outputs, strict=True) if name not in definition.optional]
    known = np.logical_and.reduce([~np.isnan(line) for line in needed])
    assert not known[:warm_up].any()
    assert known[warm_up:].all()
    one = streaming_class(definition)(**chosen)
    assert one.warm_up == warm_up


@every_indicator
def test_a_still_market_has_values_and_no_error(definition: Definition) -> None:
    rows = 150
    bars = dict.fromkeys(("value", "open", "high", "low", "close"), np.full(rows, 100.1))
    bars |= {"volume": np.zeros(rows), "session": np.arange(rows) // 5 + 0.0}
    outputs = series.outputs_of(definition, inputs(definition, bars))
    undefined = {"vwap", "rolling_vwap", "vwma"}
    if definition.name not in undefined:
        for name, line in zip(definition.outputs, outputs, strict=True):
            assert name in definition.optional or not math.isnan(line[-1])
    zeros = tuple(np.zeros(rows) for _ in definition.inputs)
    for line in series.outputs_of(definition, zeros):
        assert line.shape == (rows,)


@every_indicator
def test_too_few_bars_or_none_give_no_value(definition: Definition) -> None:
    bars = market(3, 5)
    windows = {each.name: 100 for each in definition.parameters if each.name in ("window", "slow", "long", "span")}
    for mine in series.outputs_of(definition, inputs(definition, bars), **windows):
        assert mine.shape == (5,)
    nothing = tuple(np.empty(0) for _ in definition.inputs)
    for mine in series.outputs_of(definition, nothing):
        assert mine.shape == (0,)


@every_indicator
def test_a_snapshot_goes_on_where_it_was_taken(definition: Definition) -> None:
    bars = market(5, 120)
    rows = list(zip(*inputs(definition, bars), strict=True))
    original = streaming_class(definition)()
    for row in rows[:70]:
        original.update(*row)  # type: ignore[attr-defined]
    state, memory, lines = original.snapshot()
    restored = original.fresh()
    assert not restored.is_ready
    restored.restore((list(state) if isinstance(state, tuple) else state, list(memory), list(lines)))
    assert restored.snapshot() == original.snapshot() or "nan" in repr(state)
    for row in rows[70:]:
        mine = np.atleast_1d(np.array(original.update(*row)))  # type: ignore[attr-defined]
        theirs = np.atleast_1d(np.array(restored.update(*row)))  # type: ignore[attr-defined]
        assert same(mine, theirs)
    assert repr(restored) == repr(original)


@every_indicator
def test_function_class_and_registry_tell_the_same_parameters(definition: Definition) -> None:
    declared = {each.name: each.default for each in definition.parameters}
    function = getattr(face, definition.name)
    for thing in (function, streaming_class(definition).__init__):
        signature = inspect.signature(thing)
        found = {
            name: parameter.default
            for name, parameter in signature.parameters.items()
            if name in declared or parameter.kind is parameter.POSITIONAL_OR_KEYWORD
        }
        found.pop("self", None)
        found.pop("values", None)
        assert found == declared or (not declared and "settings" in signature.parameters)


@every_indicator
def test_the_function_gives_the_lines_of_the_registry(definition: Definition) -> None:
    bars = market(13, 90)
    columns = inputs(definition, bars)
    function = getattr(face, definition.name)
    with_session = "session" in definition.inputs
    answer = function(*columns[:-1], session=columns[-1]) if with_session else function(*columns)
    expected = series.outputs_of(definition, columns)
    if definition.is_single:
        assert same(answer, expected[0])
    else:
        assert answer._fields == definition.outputs
        assert all(same(mine, theirs) for mine, theirs in zip(answer, expected, strict=True))


@every_indicator
def test_streaming_refuses_an_infinite_price_and_passes_over_a_missing_one(definition: Definition) -> None:
    one = streaming_class(definition)()
    bars = market(2, 100)
    for row in zip(*inputs(definition, bars), strict=True):
        one.update(*row)  # type: ignore[attr-defined]
    before = one.snapshot()
    hole = [math.nan] + [1.0] * (len(definition.inputs) - 1)
    assert np.isnan(np.atleast_1d(np.array(one.update(*hole)))).all()  # type: ignore[attr-defined]
    assert repr(one.snapshot()) == repr(before)
    hole[0] = math.inf
    with pytest.raises(ValueError, match="expected finite"):
        one.update(*hole)  # type: ignore[attr-defined]


def test_every_entry_of_the_registry_is_described() -> None:
    for name, definition in INDICATORS.items():
        assert name == definition.name
        assert definition.title
        assert definition.description.endswith(".")
        assert definition.source
        assert all(each.meaning for each in definition.parameters)
    assert len(INDICATORS) >= 50
