"""Skender's expected results on 502 daily bars of SPY, to 1e-6, with the standard parameters of its documentation.

Not compared, because we do not offer them: alma, atr-stop, barpart (a price, not an indicator), bop, dpo and
stdev-channels (both look ahead), dynamic, fcb, heikinashi, htl, prs, rolling-pivots, smi, vol-stop.
"""

import csv
import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from tests.shared_data import shared

from tradewright import indicators as ind
from tradewright.quant.arrays import Array

pytestmark = pytest.mark.oracle

Bars = dict[str, Array]
FOLDER = "oracles/indicators_skender"


@dataclass(frozen=True, slots=True)
class Case:
    """One file of results: its fields and ours for them."""

    file: str
    option: str
    lines: Callable[[Bars], dict[str, Array]]


def hlc(bars: Bars) -> tuple[Array, Array, Array]:
    return bars["high"], bars["low"], bars["close"]


def hlcv(bars: Bars) -> tuple[Array, Array, Array, Array]:
    return (*hlc(bars), bars["volume"])


def cv(bars: Bars) -> tuple[Array, Array]:
    return bars["close"], bars["volume"]


def before(line: Array, rows: int = 1) -> Array:
    """The line as it was `rows` bars before."""
    return np.concatenate([np.full(rows, np.nan), line[:-rows]])


def named(lines: tuple[Array, ...], *names: str) -> dict[str, Array]:
    return {name: line for name, line in zip(names, lines, strict=False) if name}


def aroon_lines(bars: Bars) -> dict[str, Array]:
    lines = ind.aroon(bars["high"], bars["low"], ties="oldest")
    return named(lines, "aroonUp", "aroonDown", "oscillator")


def donchian_lines(bars: Bars) -> dict[str, Array]:
    upper, middle, lower = map(before, ind.donchian(bars["high"], bars["low"], window=20))
    return {"upperBand": upper, "centerline": middle, "lowerBand": lower, "width": (upper - lower) / middle}


def deviation_lines(bars: Bars) -> dict[str, Array]:
    bands = ind.bollinger(bars["close"], 14, deviations=1.0)
    deviation = ind.standard_deviation(bars["close"], 14)
    return {"mean": bands.middle, "stdDev": deviation, "zScore": (bars["close"] - bands.middle) / deviation}


def alligator_lines(bars: Bars) -> dict[str, Array]:
    middle = (bars["high"] + bars["low"]) / 2
    return {name: before(ind.rma(middle, window), shift)
            for name, window, shift in (("jaw", 13, 8), ("teeth", 8, 5), ("lips", 5, 3))}  # fmt: skip


def starc_lines(bars: Bars) -> dict[str, Array]:
    middle, reach = ind.sma(bars["close"], 5), 2 * ind.atr(*hlc(bars), window=10)
    return {"centerline": middle, "upperBand": middle + reach, "lowerBand": middle - reach}


def envelope_lines(bars: Bars) -> dict[str, Array]:
    middle = ind.sma(bars["close"], 20)
    return {"centerline": middle, "upperEnvelope": middle * 1.025, "lowerEnvelope": middle * 0.975}


def stochastic_lines(bars: Bars) -> dict[str, Array]:
    slow, signal = ind.stochastic(*hlc(bars))
    return {"oscillator": slow, "signal": signal, "percentJ": 3 * slow - 2 * signal}


def pivot_lines(bars: Bars) -> dict[str, Array]:
    lines = ind.pivots(*hlc(bars), session=bars["month"])
    return named(lines, "pp", "r1", "r2", "r3", "", "s1", "s2", "s3")


def roc_band_lines(bars: Bars) -> dict[str, Array]:
    change = ind.roc(bars["close"], 20)
    return {"roc": change, "rocEma": ind.ema(change, 5)}


def awesome_lines(bars: Bars) -> dict[str, Array]:
    line = ind.awesome_oscillator(bars["high"], bars["low"])
    return {"oscillator": line, "normalized": 100 * line / ((bars["high"] + bars["low"]) / 2)}


CASES = [
    Case("adl", "", lambda b: {"adl": ind.accumulation(*hlcv(b))}),
    Case("alligator", "rma, shifted", alligator_lines),
    Case("aroon", "ties=oldest", aroon_lines),
    Case("awesome", "", awesome_lines),
    Case("cci", "", lambda b: {"cci": ind.cci(*hlc(b))}),
    Case("chaikin-osc", "seed=sma", lambda b: {"oscillator": ind.chaikin_oscillator(*hlcv(b), seed="sma")}),
    Case("chexit", "", lambda b: {"chandelierExit": ind.chandelier(*hlc(b)).long}),
    Case("cmo", "", lambda b: {"cmo": ind.cmo(b["close"])}),
    Case("donchian", "the bar before", donchian_lines),
    Case("ema", "", lambda b: {"ema": ind.ema(b["close"])}),
    Case("epma", "", lambda b: {"epma": ind.linear_regression(b["close"], 10).line}),
    Case("force", "window=2", lambda b: {"forceIndex": ind.force_index(*cv(b), window=2)}),
    Case("ma-env", "sma", envelope_lines),
    Case("obv", "start=zero", lambda b: {"obv": ind.obv(*cv(b), start="zero")}),
    Case("pivot-points", "sessions are months", pivot_lines),
    Case("pvo", "ppo of volume", lambda b: named(ind.ppo(b["volume"]), "pvo", "signal", "histogram")),
    Case("roc-wb", "roc, ema", roc_band_lines),
    Case("roc", "window=14", lambda b: {"roc": ind.roc(b["close"], 14), "momentum": ind.momentum(b["close"], 14)}),
    Case("sma-analysis", "", lambda b: {"sma": ind.sma(b["close"])}),
    Case("sma", "", lambda b: {"sma": ind.sma(b["close"])}),
    Case("smma", "window=20", lambda b: {"smma": ind.rma(b["close"], 20)}),
    Case("starc", "sma, atr", starc_lines),
    Case("stdev", "window=14", deviation_lines),
    Case("stoch", "", stochastic_lines),
    Case("tema", "seed=joint", lambda b: {"tema": ind.tema(b["close"], 20, seed="joint")}),
    Case("tr", "", lambda b: {"tr": ind.true_range(*hlc(b))}),
    Case("tsi", "", lambda b: named(ind.tsi(b["close"]), "tsi", "signal")),
    Case("vwma", "window=14", lambda b: {"vwma": ind.vwma(*cv(b), window=14)}),
    Case("wma", "window=14", lambda b: {"wma": ind.wma(b["close"], 14)}),
]


@pytest.fixture(scope="module")
def bars() -> Bars:
    with gzip.open(shared(f"{FOLDER}/quotes_default.csv.gz"), "rt") as file:
        rows = list(csv.DictReader(file))
    columns = {
        name: np.array([float(row[name]) for row in rows]) for name in ("open", "high", "low", "close", "volume")
    }
    return columns | {"month": np.array([float(row["date"][:7].replace("-", "")) for row in rows])}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.file} {case.option}".strip())
def test_lines_equal_the_expected_results(case: Case, bars: Bars) -> None:
    with gzip.open(shared(f"{FOLDER}/results/{case.file}.standard.json.gz"), "rt") as file:
        expected = json.load(file)
    for field, mine in case.lines(bars).items():
        theirs = np.array([np.nan if row[field] is None else float(row[field]) for row in expected])
        assert np.count_nonzero(~np.isnan(theirs)) > 400
        np.testing.assert_allclose(mine, theirs, rtol=1e-6, atol=1e-6, err_msg=field)
