"""StockCharts' published spreadsheets: the columns they print, with the option that begins as they do.

What does not compare, and why: `cs-dc2` and `cs-easeofmovement` (forms we do not offer). The true ranges of the Keltner
sheet begin with the first bar (`first="range"`), its averages with the first value (`seed="first"`). The TSI sheet
rounds its weights 2/26 and 2/14 to 0.07692 and 0.1428 (with these it is met to 5e-11), which moves it by up to 0.011.
"""

import csv
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from tests.shared_data import shared

from tradewright import indicators as ind
from tradewright.quant.arrays import Array

pytestmark = pytest.mark.oracle

Sheet = dict[str, Array]


@dataclass(frozen=True, slots=True)
class Case:
    """One sheet: its printed columns and ours for them."""

    sheet: str
    option: str
    lines: Callable[[Sheet], dict[str, Array]]
    after: int = 0
    """First row compared: earlier ones use half-filled windows that we leave empty."""
    slack: float = 0.0
    """Allowed beyond 1e-4 of the printed number and its last digit."""


def hlc(sheet: Sheet) -> tuple[Array, Array, Array]:
    """High, low, close; where only the close is missing it does not matter, so the high stands in."""
    return sheet["High"], sheet["Low"], np.where(np.isnan(sheet["Close"]), sheet["High"], sheet["Close"])


def hlcv(sheet: Sheet) -> tuple[Array, Array, Array, Array]:
    return (*hlc(sheet), sheet["Volume"])


def cv(sheet: Sheet) -> tuple[Array, Array]:
    return sheet["Close"], np.nan_to_num(sheet["Volume"])


def close(sheet: Sheet) -> Array:
    return sheet["Close"]


def named(lines: tuple[Array, ...], *names: str) -> dict[str, Array]:
    return {name: line for name, line in zip(names, lines, strict=False) if name}


def keltner_lines(sheet: Sheet) -> dict[str, Array]:
    lines = ind.keltner(*hlc(sheet), price="close", seed="first", first="range")
    return named(lines, "upper_band", "middle_band", "lower_band")


def psar_lines(sheet: Sheet) -> dict[str, Array]:
    stop = ind.psar(sheet["High"], sheet["Low"])
    return {"psar_up": np.where(stop < close(sheet), stop, np.nan),
            "psar_down": np.where(stop > close(sheet), stop, np.nan)}  # fmt: skip


def macd_signal_lines(sheet: Sheet) -> dict[str, Array]:
    return named(ind.macd(close(sheet), seed="first")[1:], "MACD_signal", "MACD_diff")


def ppo_columns(name: str) -> tuple[str, str, str]:
    return name, f"{name}_Signal_Line", f"{name}_Histogram"


CASES = [
    Case("accum", "", lambda s: {"ADLine": ind.accumulation(*hlcv(s))}),
    Case("adx", "start=wilder", lambda s: named(ind.adx(*hlc(s), start="wilder"), "ADX", "+DI14", "-DI14")),
    Case("atr", "first=range", lambda s: {"ATR": ind.atr(*hlc(s), first="range")}, after=13),
    Case("atr2", "window=10, first=range", lambda s: {"ATR": ind.atr(*hlc(s), window=10, first="range")}, after=9),
    Case("bbands", "", lambda s: named(ind.bollinger(close(s)), "HighBand", "MiddleBand", "LowBand")),
    Case("cci", "", lambda s: {"CCI": ind.cci(*hlc(s))}),
    Case("dc", "", lambda s: named(ind.donchian(s["high"], s["low"]), "upper_band", "middle_band", "lower_band")),
    Case("fi", "seed=first", lambda s: {"FI": ind.force_index(*cv(s), seed="first")}),
    Case("kama", "", lambda s: {"KAMA": ind.kama(close(s))}, after=10),
    Case("kc", "price=close, seed=first, first=range", keltner_lines),
    Case("macd", "seed=first", lambda s: {"MACD_line": ind.macd(close(s), seed="first").macd}),
    Case("macd", "seed=first, its signal begins elsewhere", macd_signal_lines, after=70),
    Case("mfi", "", lambda s: {"MFI": ind.mfi(*hlcv(s))}),
    Case("obv", "start=zero", lambda s: {"OBV": ind.obv(*cv(s), start="zero")}),
    Case("percentr", "", lambda s: {"Williams_%R": ind.williams_r(*hlc(s))}),
    Case("ppo", "seed=first", lambda s: named(ind.ppo(close(s), seed="first"), *ppo_columns("PPO"))),
    Case("psar", "the first turn on, before it one step of speed apart", psar_lines, after=8),
    Case("pvo", "seed=first", lambda s: named(ind.ppo(s["Volume"], seed="first"), *ppo_columns("PVO"))),
    Case("roc", "window=12", lambda s: {"ROC": ind.roc(close(s), 12)}),
    Case("rsi", "seed=zero", lambda s: {"RSI": ind.rsi(close(s), seed="zero")}),
    Case("soo", "smooth=1", lambda s: named(ind.stochastic(*hlc(s), smooth=1), "SO", "SO_SIG")),
    Case("stc", "seed=first", lambda s: {"stc": ind.stc(close(s), seed="first")}, after=60),
    Case("stochrsi", "seed=zero", lambda s: {"StochRSI(14)": ind.stoch_rsi(close(s), seed="zero").k / 100}),
    Case("tsi", "", lambda s: {"TSI": ind.tsi(close(s)).tsi}, slack=0.011),
    Case("ui", "", lambda s: {"ulcer_index": ind.ulcer_index(close(s))}),
    Case("ultosc", "", lambda s: {"Ult_Osc": ind.ultimate_oscillator(*hlc(s))}),
    Case("vortex", "", lambda s: named(ind.vortex(*hlc(s)), "+VI14", "-VI14")),
    Case("vpt", "", lambda s: {"unsmoothed vpt": ind.volume_price_trend(*cv(s))}),
    Case("vwap", "window=14", lambda s: {"vwap": ind.rolling_vwap(*hlcv(s), window=14)}, after=13),
    Case("wma", "window=9", lambda s: {"WMA": ind.wma(close(s), 9)}, after=9),
]


def read(name: str) -> tuple[Sheet, dict[str, list[str]]]:
    """A sheet as numbers (NaN where a cell is empty or no number) and as printed."""
    with shared(f"oracles/indicators_stockcharts_ta/cs-{name}.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    printed = {heading: [row[place] if place < len(row) else "" for row in rows[1:]]
               for place, heading in enumerate(rows[0]) if heading}  # fmt: skip
    return {heading: np.array([number(cell) for cell in cells]) for heading, cells in printed.items()}, printed


def number(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return float("nan")


def unit(cell: str) -> float:
    """One unit in the last printed digit."""
    return 10.0 ** -len(cell.partition(".")[2])


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.sheet} {case.option}".strip())
def test_lines_equal_the_printed_columns(case: Case) -> None:
    sheet, printed = read(case.sheet)
    for heading, mine in case.lines(sheet).items():
        theirs = sheet[heading]
        rows = [row for row in np.flatnonzero(~np.isnan(theirs)) if row >= case.after]
        assert len(rows) >= 1
        for row in rows:
            tolerance = max(1e-4 * abs(theirs[row]), unit(printed[heading][row]), case.slack)
            assert mine[row] == pytest.approx(theirs[row], abs=tolerance), f"{heading} in row {row}"
