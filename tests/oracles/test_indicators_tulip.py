"""Tulip's table of 15 bars per function, printed with three decimals.

Its outputs are shorter by its own warm-up, so they are laid under the last rows. Where Tulip has rows before ours
begins (it counts the first bar as a move, or prints the seed itself), only the common rows are compared. Not compared:
`adx` (its average begins a row earlier, and 15 rows do not forget that), `dema`, `tema` and `trix` (each average begins
with a single value a window after the one before it) and MACD's signal (begins on another row).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from tests.shared_data import shared

from tradewright import indicators as ind
from tradewright.quant.arrays import Array

pytestmark = pytest.mark.oracle


@dataclass(frozen=True, slots=True)
class Case:
    """One function of the table and our lines for its outputs."""

    function: str
    option: str
    lines: Callable[..., Sequence[Array]]
    inputs: int
    skipped: int = 0
    """Rows of Tulip that lie before our first one."""


CASES = [
    Case("ad", "", lambda *bar: [ind.accumulation(*bar)], 4),
    Case("adosc 2 5", "", lambda *bar: [ind.chaikin_oscillator(*bar, fast=2, slow=5)], 4),
    Case("apo 2 5", "macd seed=first", lambda x: [ind.macd(x, fast=2, slow=5, seed="first").macd], 1),
    Case("aroon 5", "", lambda h, low: ind.aroon(h, low, window=5)[1::-1], 2),
    Case("aroonosc 5", "", lambda h, low: ind.aroon(h, low, window=5)[2:], 2),
    Case("atr 5", "first=range", lambda *bar: [ind.atr(*bar, window=5, first="range")], 3),
    Case("bbands 5 2", "", lambda x: ind.bollinger(x, 5)[::-1], 1),
    Case("cci 5", "", lambda *bar: [ind.cci(*bar, window=5)], 3),
    Case("cmo 5", "", lambda x: [ind.cmo(x, 5)], 1),
    Case("di 5", "", lambda *bar: ind.adx(*bar, window=5)[1:], 3, skipped=1),
    Case("ema 5", "seed=first", lambda x: [ind.ema(x, 5, seed="first")], 1),
    Case("hma 5", "", lambda x: [ind.hma(x, 5)], 1),
    Case("kama 5", "", lambda x: [ind.kama(x, 5)], 1, skipped=1),
    Case("linreg 5", "", lambda x: [ind.linear_regression(x, 5).line], 1),
    Case("linregslope 5", "", lambda x: [ind.linear_regression(x, 5).slope], 1),
    Case("macd 2 5 9", "seed=first, its first line", lambda x: [ind.macd(x, fast=2, slow=5, seed="first").macd], 1),
    Case("max 5", "donchian", lambda x: [ind.donchian(x, x, window=5).upper], 1),
    Case("mfi 5", "", lambda *bar: [ind.mfi(*bar, window=5)], 4),
    Case("min 5", "donchian", lambda x: [ind.donchian(x, x, window=5).lower], 1),
    Case("mom 5", "", lambda x: [ind.momentum(x, 5)], 1),
    Case("natr 5", "first=range", lambda *bar: [ind.natr(*bar, window=5, first="range")], 3),
    Case("obv", "start=zero", lambda *bar: [ind.obv(*bar, start="zero")], 2),
    Case("ppo 2 5", "seed=first", lambda x: [ind.ppo(x, fast=2, slow=5, seed="first").ppo], 1),
    Case("psar .2 2", "", lambda h, low: [ind.psar(h, low, acceleration=0.2, maximum=2.0)], 2),
    Case("roc 5", "as a fraction", lambda x: [ind.roc(x, 5) / 100], 1),
    Case("rsi 5", "", lambda x: [ind.rsi(x, 5)], 1),
    Case("sma 5", "", lambda x: [ind.sma(x, 5)], 1),
    Case("stddev 5", "", lambda x: [ind.standard_deviation(x, 5)], 1),
    Case("stoch 5 3 3", "", lambda *bar: ind.stochastic(*bar, window=5), 3),
    Case("stochrsi 5", "as a fraction", lambda x: [ind.stoch_rsi(x, 5, rsi_window=5).k / 100], 1),
    Case("tr", "first=range", lambda *bar: [ind.true_range(*bar, first="range")], 3),
    Case("tsf 5", "line and slope", lambda x: [np.add(*ind.linear_regression(x, 5))], 1),
    Case("ultosc 2 3 5", "", lambda *bar: [ind.ultimate_oscillator(*bar, short=2, middle=3, long=5)], 3),
    Case("var 5", "squared", lambda x: [np.square(ind.standard_deviation(x, 5))], 1),
    Case("vwma 5", "", lambda *bar: [ind.vwma(*bar, window=5)], 2),
    Case("wilders 5", "", lambda x: [ind.rma(x, 5)], 1),
    Case("willr 5", "", lambda *bar: [ind.williams_r(*bar, window=5)], 3),
    Case("wma 5", "", lambda x: [ind.wma(x, 5)], 1),
]


@cache
def table() -> dict[str, list[Array]]:
    """Function with its options -> its input arrays, then its output arrays."""
    found: dict[str, list[Array]] = {}
    name = ""
    for line in shared("oracles/indicators_tulip/untest.txt").read_text().splitlines():
        text = line.strip()
        if text.startswith("{"):
            found[name].append(np.array([float(cell) for cell in text.strip("{}").split(",") if cell]))
        elif text and not text.startswith("#"):
            name = text
            found[name] = []
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.function} {case.option}".strip())
def test_lines_equal_the_table(case: Case) -> None:
    arrays = table()[case.function]
    outputs = arrays[case.inputs :]
    for mine, theirs in zip(case.lines(*arrays[: case.inputs]), outputs, strict=case.function != "macd 2 5 9"):
        known = theirs[case.skipped :]
        assert len(known) >= 2
        last_rows = mine[-len(known) :]
        tolerance = 1e-3 if case.function != "adosc 2 5" else 1e-2
        np.testing.assert_allclose(last_rows, known, rtol=0, atol=tolerance)
