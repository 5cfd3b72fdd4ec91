"""The market that every benchmark walks through: synthetic, from a fixed seed, the same for us and for every peer.

Bars are a geometric random walk with a drift that changes its sign about every 240 bars, so that a crossover which pays
0.1 % a fill keeps its money. The open of a bar lies near the close before it, not at it, so that the price an engine
filled at can be told from its final equity. `python -m benchmarks.data` writes the files; full size takes 230 MB.
"""

import argparse
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.sizes import SIZES, Size

Floats = NDArray[np.float64]
SEED = 20_240_501
MINUTE = 60_000_000_000
DAY = 86_400_000_000_000
DAILY_CSV = "daily.csv"
"""The daily bars as a vendor writes them."""
TICKS = "w3_ticks"
"""Trades, with the columns ts, price, size, side."""
FILES = ("w1_bars", "w5_daily", "w4_panel")
"""Names as the peers' scripts look for them, with the columns ts, open, high, low, close, volume."""


def is_there(folder: Path) -> bool:
    """True when every file has been written."""
    return all((folder / f"{name}.npz").is_file() for name in (*FILES, TICKS)) and (folder / DAILY_CSV).is_file()


def load(folder: Path, name: str) -> dict[str, NDArray[np.generic]]:
    """The columns of one file."""
    with np.load(folder / f"{name}.npz") as found:
        return {column: found[column] for column in found.files}


def write(folder: Path, size: Size) -> None:
    """Write all files; the order of the draws is part of what makes them the same everywhere."""
    folder.mkdir(parents=True, exist_ok=True)
    sizes = SIZES[size]
    random = np.random.default_rng(SEED)
    minutes = _epoch("2020-01-01") + np.arange(sizes.minutes) * MINUTE
    _save(folder, "w1_bars", minutes, _walk(random, sizes.minutes, volatility=5e-4, drift=7e-5, gap=1e-4))
    days = _epoch("2010-01-04") + np.arange(sizes.days) * DAY
    daily = _walk(random, sizes.days, volatility=0.01, drift=0.0018, gap=0.002)
    _save(folder, "w5_daily", days, daily)
    _write_csv(folder / DAILY_CSV, days, daily)
    _save_columns(folder, TICKS, _ticks(random, sizes.ticks))
    days = _epoch("2010-01-04") + np.arange(sizes.panel[0]) * DAY
    _save(folder, "w4_panel", days, _panel(random, sizes.panel))


def _epoch(day: str) -> int:
    return int(np.datetime64(day, "ns").astype(np.int64))


def _walk(random: np.random.Generator, rows: int, *, volatility: float, drift: float, gap: float) -> list[Floats]:
    """Open, high, low, close and a volume no order can exhaust."""
    turns = np.cumsum(random.random(rows) < 1.0 / 240)
    direction = np.where(turns % 2 == 0, 1.0, -1.0)
    moves = random.normal(0.0, volatility, rows) + drift * direction
    gaps = random.normal(0.0, gap, rows)
    close = 100.0 * np.exp(np.cumsum(moves + gaps))
    opening = np.concatenate(([100.0], close[:-1] * np.exp(gaps[1:])))
    high = np.maximum(opening, close) * np.exp(np.abs(random.normal(0.0, volatility / 2, rows)))
    low = np.minimum(opening, close) * np.exp(-np.abs(random.normal(0.0, volatility / 2, rows)))
    opening, close = np.round(opening, 4), np.round(close, 4)
    high = np.maximum.reduce([np.round(high, 4), opening, close])
    low = np.minimum.reduce([np.round(low, 4), opening, close])
    volume = np.round(1e9 * np.exp(random.normal(0.0, 0.3, rows)), 0)
    return [opening, high, low, close, volume]


def _ticks(random: np.random.Generator, count: int) -> dict[str, NDArray[np.generic]]:
    """Trades 20 ms apart on average, of a price that walks, with the side of whoever crossed the spread."""
    gaps = random.exponential(20e6, count).astype(np.int64) + 1
    price = np.round(100.0 * np.exp(np.cumsum(random.normal(0.0, 2e-5, count))), 2)
    quantity = random.integers(1, 100, count).astype(np.float64)
    side = (random.integers(0, 2, count) * 2 - 1).astype(np.int8)
    return {"ts": _epoch("2020-01-01") + np.cumsum(gaps), "price": price, "size": quantity, "side": side}


def _panel(random: np.random.Generator, shape: tuple[int, int]) -> list[Floats]:
    """Instruments side by side, each with a drift of its own."""
    rows, width = shape
    drift = random.normal(0.0003, 0.0003, width)
    close = 50.0 * np.exp(np.cumsum(random.normal(0.0, 0.015, shape) + drift, axis=0))
    close = np.round(close, 2).clip(0.5)
    opening = np.empty_like(close)
    opening[0] = 50.0
    opening[1:] = np.round(close[:-1] * np.exp(random.normal(0.0, 0.003, (rows - 1, width))), 2)
    high = np.round(np.maximum(opening, close) * 1.004, 2)
    low = np.round(np.minimum(opening, close) * 0.996, 2)
    return [opening, high, low, close, np.full(shape, 1e8)]


def _save(folder: Path, name: str, stamps: NDArray[np.int64], columns: list[Floats]) -> None:
    """Written beside and renamed, so that a broken-off writing leaves no half of a file."""
    opening, high, low, close, volume = columns
    named = {"ts": stamps, "open": opening, "high": high, "low": low, "close": close, "volume": volume}
    _save_columns(folder, name, named)


def _save_columns(folder: Path, name: str, columns: Mapping[str, NDArray[Any]]) -> None:
    unfinished = folder / f".{name}.{os.getpid()}.npz"
    np.savez(unfinished, **columns)  # type: ignore[arg-type]
    unfinished.replace(folder / f"{name}.npz")


def _write_csv(file: Path, stamps: NDArray[np.int64], columns: list[Floats]) -> None:
    days = stamps.astype("M8[ns]").astype("M8[D]").astype(str).tolist()
    rows = zip(days, *(column.tolist() for column in columns), strict=True)
    lines = ["date,open,high,low,close,volume", *(",".join(map(str, row)) for row in rows)]
    file.write_text("\n".join(lines) + "\n", encoding="ascii")


def main() -> None:
    """Write the files that are not there."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", type=Size, choices=list(Size), default=Size.FULL)
    given = parser.parse_args()
    if not is_there(given.folder):
        write(given.folder, given.size)


if __name__ == "__main__":
    main()
