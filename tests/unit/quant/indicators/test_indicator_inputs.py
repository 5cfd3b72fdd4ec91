"""What indicators accept, what they refuse and how they say so, and that small work stays light."""

import math
import subprocess
import sys
from dataclasses import dataclass

import numpy as np
import pandas as pd
import polars as pl
import pytest

from tradewright import indicators as ind
from tradewright.quant.arrays import Array, as_floats, same_shape
from tradewright.quant.indicators import series
from tradewright.quant.indicators.definition import Definition, Memory, Parameter
from tradewright.quant.indicators.kernels import is_ours, kernel
from tradewright.quant.indicators.sma import SMA

CLOSE = [10.0, 11.0, 12.0, 11.5, 11.0, 12.5]
NAN = math.nan


@dataclass
class Holder:
    """Bars as any object that has columns by name."""

    high: list[float]
    low: list[float]
    close: list[float]
    volume: list[float]
    session: list[int]


HOLDER = Holder([11.0, 12.0, 13.0, 12.0], [9.0, 10.0, 11.0, 10.0], [10.0, 11.0, 12.0, 11.0], [1.0, 2.0, 3.0, 4.0],
                [1, 1, 2, 2])  # fmt: skip


def test_lists_numpy_polars_and_pandas_give_the_same_array() -> None:
    expected = ind.sma(np.array(CLOSE), 3)
    for values in (CLOSE, pl.Series(CLOSE), pd.Series(CLOSE), np.array(CLOSE, dtype=np.float32)):
        np.testing.assert_array_equal(ind.sma(values, 3), expected)
    np.testing.assert_array_equal(ind.sma([1, 2, 3], 2), [NAN, 1.5, 2.5])


def test_frames_are_panels() -> None:
    columns = {"A": CLOSE, "B": CLOSE[::-1]}
    for frame in (pl.DataFrame(columns), pd.DataFrame(columns)):
        panel = ind.sma(frame, 2)
        assert panel.shape == (6, 2)
        np.testing.assert_array_equal(panel[:, 1], ind.sma(CLOSE[::-1], 2))


def test_a_missing_value_of_polars_is_a_missing_bar() -> None:
    np.testing.assert_array_equal(ind.sma(pl.Series([1.0, None, 3.0]), 2), [NAN, NAN, 2.0])


@pytest.mark.parametrize("holder", [
    HOLDER,
    vars(HOLDER),
    pl.DataFrame(vars(HOLDER)),
    pd.DataFrame(vars(HOLDER)),
], ids=["object", "dictionary", "polars", "pandas"])  # fmt: skip
def test_bars_can_be_given_as_one_object(holder: object) -> None:
    columns = HOLDER.high, HOLDER.low, HOLDER.close
    np.testing.assert_array_equal(ind.atr(holder, window=2), ind.atr(*columns, window=2))
    np.testing.assert_array_equal(ind.vwap(holder), ind.vwap(*columns, HOLDER.volume, session=np.array(HOLDER.session)))
    assert ind.donchian(holder, window=2).upper[-1] == 13.0


def test_vwap_begins_anew_with_each_session() -> None:
    flat = [10.0, 20.0, 30.0, 40.0]
    by_session = ind.vwap(flat, flat, flat, [1.0, 1.0, 1.0, 3.0], session=[1, 1, 2, 2])
    np.testing.assert_allclose(by_session, [10.0, 15.0, 30.0, 37.5])
    np.testing.assert_allclose(ind.vwap(flat, flat, flat, [1.0, 1.0, 1.0, 3.0]), [10.0, 15.0, 20.0, 30.0])
    streaming = ind.Vwap()
    assert [streaming.update(price, price, price, 1.0) for price in flat] == [10.0, 15.0, 20.0, 25.0]


def test_a_session_serves_every_instrument_of_a_panel() -> None:
    panel = np.array([[10.0, 1.0], [20.0, 3.0], [30.0, 5.0]])
    both = ind.vwap(panel, panel, panel, np.ones((3, 2)), session=[1, 1, 2])
    np.testing.assert_allclose(both, [[10.0, 1.0], [15.0, 2.0], [30.0, 5.0]])


def test_a_session_given_by_name_goes_before_that_of_the_bars() -> None:
    np.testing.assert_array_equal(ind.vwap(HOLDER, session=[1, 1, 1, 1]), ind.vwap(*list(vars(HOLDER).values())[:4]))


def test_session_dates_are_accepted() -> None:
    dates = np.array(["2024-01-02", "2024-01-02", "2024-01-03"], dtype="datetime64[D]")
    flat = [10.0, 20.0, 30.0]
    np.testing.assert_allclose(ind.vwap(flat, flat, flat, [1.0, 1.0, 1.0], session=dates), [10.0, 15.0, 30.0])
    np.testing.assert_allclose(
        ind.vwap(flat, flat, flat, [1.0, 1.0, 1.0], session=pl.Series(dates)), [10.0, 15.0, 30.0]
    )


def test_pivots_of_daily_bars_and_of_weeks() -> None:
    high, low, close = [12.0, 13.0, 14.0], [9.0, 10.0, 11.0], [10.5, 12.0, 13.0]
    daily = ind.pivots(high, low, close)
    np.testing.assert_allclose(daily.pivot, [NAN, 10.5, 35 / 3])
    weekly = ind.pivots(high, low, close, session=[1, 1, 2])
    assert weekly.pivot[2] == pytest.approx((13 + 9 + 12) / 3)
    camarilla = ind.pivots(high, low, close, kind="camarilla")
    assert camarilla.r4[1] == pytest.approx(10.5 + 1.1 * 3 / 2)
    assert camarilla.s4[1] == pytest.approx(10.5 - 1.1 * 3 / 2)
    fibonacci = ind.pivots(high, low, close, kind="fibonacci")
    assert fibonacci.r2[1] == pytest.approx(10.5 + 0.618 * 3)
    woodie = ind.pivots(high, low, close, kind="woodie")
    assert woodie.pivot[1] == pytest.approx((12 + 9 + 2 * 10.5) / 4)


def test_streaming_pivots_without_sessions_take_each_bar_as_one() -> None:
    pivots = ind.Pivots(kind="camarilla")
    ready = [pivots.is_ready]
    for bar in ((12.0, 9.0, 10.5), (13.0, 10.0, 12.0)):
        pivots.update(*bar)
        ready.append(pivots.is_ready)
    assert ready == [False, False, True]
    assert pivots.r4.value == pytest.approx(10.5 + 1.1 * 3 / 2)
    assert math.isnan(pivots.r4.previous)
    assert "value" not in repr(pivots)
    assert "previous=nan" in repr(pivots.r4)


@pytest.mark.parametrize("source, expected", [
    ("close", 4.0), ("open", 1.0), ("high", 6.0), ("low", 2.0), ("volume", 9.0), ("median", 4.0), ("typical", 4.0),
])  # fmt: skip
def test_a_value_fed_indicator_takes_its_source_from_the_bar(source: str, expected: float) -> None:
    average = ind.Sma(1, source=source)
    assert average.update_bar(1.0, 6.0, 2.0, 4.0, 9.0) == expected
    assert average.fresh().source == source


def test_value_and_previous_are_the_last_two_rows() -> None:
    channel = ind.Donchian(2)
    for high, low in ((10.0, 8.0), (12.0, 9.0), (11.0, 7.0)):
        channel.update(high, low)
    assert (channel.upper.value, channel.upper.previous) == (12.0, 12.0)
    assert (channel.lower.value, channel.lower.previous) == (7.0, 8.0)
    average = ind.Sma(2)
    ready = []
    for price in (1.0, 3.0, 5.0):
        average.update(price)
        ready.append(average.is_ready)
    assert (average.value, average.previous) == (4.0, 2.0)
    assert ready == [False, True, True]
    assert math.isnan(average.update(NAN))
    assert average.value == 4.0


def test_repr_is_the_expression_that_makes_it() -> None:
    assert repr(ind.Sma(5)) == "Sma(window=5)"
    assert repr(ind.Macd(5, 10, source="high")) == "Macd(fast=5, slow=10, signal=9, seed='sma', source='high')"


def test_averages_of_a_flat_price_tie_exactly() -> None:
    prices = np.full(100, 100.1)
    assert (ind.sma(prices, 7)[6:] == 100.1).all()
    assert (ind.wma(prices, 7)[6:] == 100.1).all()
    bands = ind.bollinger(prices, 13)
    assert (bands.upper[12:] == 100.1).all()
    assert (ind.standard_deviation(prices, 13)[12:] == 0.0).all()


def test_a_huge_price_is_forgotten_once_it_left_the_window() -> None:
    prices = np.concatenate([[1e17], np.linspace(1.0, 2.0, 50)])
    calm = ind.sma(np.linspace(1.0, 2.0, 50), 5)
    np.testing.assert_allclose(ind.sma(prices, 5)[6:], calm[5:], rtol=1e-14)
    np.testing.assert_allclose(
        ind.standard_deviation(prices, 5)[6:], ind.standard_deviation(np.linspace(1.0, 2.0, 50), 5)[5:], rtol=1e-12
    )


@pytest.mark.parametrize("window, message", [
    (0, "sma: window: expected a number from 1 to 1e.06 .lookback in bars.; found 0"),
    (-3, "found -3"),
    (20.0, "expected a whole number .*found 20.0 of type float; write 20"),
    (2_000_000, "expected a number from 1"),
    (True, "expected a whole number"),
    ("20", "expected a whole number .*found '20' of type str"),
    (None, "expected a whole number"),
])  # fmt: skip
def test_a_wrong_window_is_refused(window: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ind.sma(CLOSE, window)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=message):
        ind.Sma(window)  # type: ignore[arg-type]


def test_numpy_integers_are_whole_numbers() -> None:
    np.testing.assert_array_equal(ind.sma(CLOSE, np.int64(3)), ind.sma(CLOSE, 3))  # type: ignore[arg-type]


def test_other_wrong_parameters_are_refused() -> None:
    with pytest.raises(ValueError, match="macd: expected fast below slow; found fast=26, slow=12; swap them"):
        ind.macd(CLOSE, fast=26, slow=12)
    with pytest.raises(ValueError, match="seed: expected one of sma, first, zero; found 'last'"):
        ind.ema(CLOSE, 3, seed="last")
    with pytest.raises(ValueError, match=r"deviations: expected a number from 0 to 100 .*found -1"):
        ind.bollinger(CLOSE, 3, deviations=-1)
    with pytest.raises(ValueError, match=r"deviations: expected a number .*found 'two'"):
        ind.bollinger(CLOSE, 3, deviations="two")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"deviations: expected a number .*found nan"):
        ind.bollinger(CLOSE, 3, deviations=NAN)
    with pytest.raises(ValueError, match="expected a window of at least 2 with ddof=1; found 1"):
        ind.standard_deviation(CLOSE, 1, ddof=1)
    with pytest.raises(ValueError, match="source: expected one of close, open"):
        ind.Sma(3, source="last")
    with pytest.raises(ValueError, match="sma: expected parameters window; found 'length'"):
        series.outputs_of(SMA, (CLOSE,), length=3)


def test_wrong_columns_are_refused() -> None:
    with pytest.raises(ValueError, match=r"expected columns of one length; found high .4,., low .4,., close .6,."):
        ind.atr(HOLDER.high, HOLDER.low, CLOSE)
    with pytest.raises(ValueError, match=r"atr: expected high, low, close .or one object.*found 4 columns"):
        ind.atr(HOLDER.high, HOLDER.low, HOLDER.close, 14)
    with pytest.raises(ValueError, match="found list without high; pass the columns one by one"):
        ind.atr(HOLDER.high)
    with pytest.raises(ValueError, match="found dict without low"):
        ind.atr({"high": CLOSE})
    with pytest.raises(ValueError, match="found DataFrame without high"):
        ind.atr(pl.DataFrame({"close": CLOSE}))
    with pytest.raises(ValueError, match=r"vwap: expected high, low, close, volume .*give the session by name"):
        ind.vwap(CLOSE, CLOSE)
    with pytest.raises(ValueError, match=r"values: expected a column \(1-D\) or a panel"):
        as_floats(np.zeros((2, 2, 2)))
    with pytest.raises(ValueError, match=r"value: expected a column \(1-D\).*found 0-D"):
        ind.sma(5.0, 2)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"value: expected a column of numbers .*convert it to floats"):
        ind.sma(["a", "b"], 2)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="value: expected a column of numbers"):
        ind.sma(np.array([object()]), 2)
    with pytest.raises(ValueError, match="expected finite numbers or NaN; found an infinite one in row 1"):
        ind.sma([1.0, math.inf], 2)
    with pytest.raises(ValueError, match="restore it into an indicator with the same parameters"):
        ind.Sma(3).restore(ind.Sma(4).snapshot())


def test_objects_that_are_numbers_are_accepted() -> None:
    np.testing.assert_array_equal(as_floats(np.array([1, 2.5, None], dtype=object)), [1.0, 2.5, NAN])


def test_columns_beside_panels_are_spread_only_when_they_fit() -> None:
    panel, column = np.zeros((3, 2)), np.arange(3.0)
    spread = same_shape({"a": panel, "b": column})
    assert spread[1].shape == (3, 2)
    with pytest.raises(ValueError, match="expected columns of one length"):
        same_shape({"a": panel, "b": np.arange(4.0)})


def test_the_kernel_fills_columns_that_are_handed_in() -> None:
    values = np.arange(10.0)
    out = np.empty(10)
    state, memory = SMA.start(4)
    kernel(SMA)(state, np.array(memory), (4,), (out,), values)
    np.testing.assert_array_equal(out, ind.sma(values, 4))


def candle_step(
    state: float,
    memory: Memory,
    at: int,
    open: float,
    high: float,
    low: float,
    close: float,
    volume: float,
    unit: float,
) -> tuple[float, tuple[float, float]]:
    """An indicator of one's own: body and range of the bar, the body in volumes so far."""
    state += volume
    return state, ((close - open) / unit * state, (high - low) / unit)


def test_an_indicator_of_ones_own_is_a_step_and_a_definition(monkeypatch: pytest.MonkeyPatch) -> None:
    definition = Definition(
        name="bodies",
        title="Bodies",
        description="Body and range.",
        source="here",
        inputs=("open", "high", "low", "close", "volume"),
        outputs=("body", "span"),
        parameters=(Parameter("unit", 1.0, "unit of the price", low=0.01, high=100.0),),
        step=candle_step,
        start=lambda unit: (0.0, []),
        warm_up=lambda unit: 0,
    )
    bars = {"open": [1.0, 2.0, 3.0], "high": [3.0, 3.0, 6.0], "low": [1.0, NAN, 2.0], "close": [2.0, 2.5, 5.0],
            "volume": [10.0, 10.0, 20.0]}  # fmt: skip
    plain = series.outputs_of(definition, (bars,), unit=2.0)
    np.testing.assert_array_equal(plain[0], [5.0, NAN, 30.0])
    np.testing.assert_array_equal(plain[1], [1.0, NAN, 2.0])
    monkeypatch.setattr(series, "is_enabled", lambda: True)
    monkeypatch.setattr(series, "COMPILE_STEPS", 0)
    monkeypatch.setattr(series, "COMPILE_STEPS_WHEN_LOADED", 0)
    np.testing.assert_array_equal(series.outputs_of(definition, (bars,), unit=2.0), plain)


def test_only_steps_of_this_package_are_cached_on_disk() -> None:
    assert is_ours(SMA.step)
    assert not is_ours(candle_step)


def test_strided_columns_are_walked_like_others(monkeypatch: pytest.MonkeyPatch) -> None:
    panel = np.arange(40.0).reshape(20, 2)
    expected: Array = ind.sma(panel[:, 1].copy(), 3)
    monkeypatch.setattr(series, "COMPILE_STEPS", 0)
    monkeypatch.setattr(series, "COMPILE_STEPS_WHEN_LOADED", 0)
    np.testing.assert_array_equal(ind.sma(panel[:, 1], 3), expected)


def test_small_work_loads_no_heavy_library() -> None:
    script = """
import sys
from tradewright.indicators import INDICATORS, Atr, Donchian, macd, sma
sma([1.0, 2.0, 3.0], 2), macd([1.0, 2.0]), Donchian(2).update(2.0, 1.0), Atr(2), list(INDICATORS)
heavy = {"numba", "polars", "pandas", "scipy", "talib"} & set(sys.modules)
raise SystemExit(f"loaded {heavy}" if heavy else 0)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_face_names_what_it_has_and_nothing_else() -> None:
    assert {"sma", "Sma", "INDICATORS", "Donchian", "Atr"} <= set(dir(ind))
    assert all(getattr(ind, name) is not None for name in ind.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'smma'"):
        ind.smma  # noqa: B018


def test_ichimoku_is_three_channels_of_which_two_are_drawn_ahead() -> None:
    random = np.random.default_rng(4)
    close = 50 + np.cumsum(random.normal(size=120))
    high, low = close + random.random(120), close - random.random(120)
    cloud = ind.ichimoku(high, low, close)
    fast, slow, wide = (ind.donchian(high, low, window=window).middle for window in (9, 26, 52))
    np.testing.assert_array_equal(cloud.conversion, fast)
    np.testing.assert_array_equal(cloud.base, slow)
    np.testing.assert_array_equal(cloud.leading_a[26:], ((fast + slow) / 2)[:-26])
    np.testing.assert_array_equal(cloud.leading_b[26:], wide[:-26])
    np.testing.assert_array_equal(cloud.lagging, close)


def test_a_macd_of_a_hand_calculation() -> None:
    # fast 2, slow 3, signal 2 of 1, 2, 4, 8: the slow average begins at row 2 as 7/3; the fast one begins there, too,
    # as (2 + 4) / 2 = 3. Row 3: slow 7/3 + (8 - 7/3) / 2 = 31/6, fast 3 + (8 - 3) * 2/3 = 19/3.
    lines = ind.macd([1.0, 2.0, 4.0, 8.0], fast=2, slow=3, signal=2)
    np.testing.assert_allclose(lines.macd, [NAN, NAN, 2 / 3, 7 / 6])
    np.testing.assert_allclose(lines.signal, [NAN, NAN, NAN, 11 / 12])
    np.testing.assert_allclose(lines.histogram, [NAN, NAN, NAN, 1 / 4])
