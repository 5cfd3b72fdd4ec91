"""Bars, strategies as bytes, and a place behind walls for work on them."""

from functools import cache
from pathlib import Path
from typing import cast

import numpy as np

from tradewright.adapters.system.clock import SystemClock
from tradewright.application.backtests.finished import FinishedBacktest
from tradewright.application.backtests.handlers import Engine
from tradewright.application.backtests.messages import Account, LoadedBars, Market, RunBacktest
from tradewright.application.confined.backtesting import Behind, Uploaded, run_confined_backtest
from tradewright.bootstrap.app import App
from tradewright.bootstrap.confining import confinement
from tradewright.bootstrap.engines import backtesting, engine_version
from tradewright.domain.market.actions import ActionKind, CorporateAction
from tradewright.domain.timeframe import DAILY
from tradewright.ports.code import Source
from tradewright.ports.confinement import ConfinedLimits, Confinement
from tradewright.trading.bars import Bars

HEAD = "import numpy as np\nimport tradewright as tw\n\n\nclass Idea(tw.Strategy):\n"


def source(body: str, *, name: str = "idea.py") -> Source:
    """A strategy whose class holds this, indented by four; its first line is the sixth of the file."""
    lines = "".join(f"    {line}\n" if line else "\n" for line in body.strip("\n").splitlines())
    return Source((HEAD + lines).encode(), name)


def on_bar(*lines: str) -> Source:
    """A strategy of events that does this at each bar; the first line is the seventh of the file."""
    return source("def on_bar(self, context, bar):\n" + "\n".join(f"    {line}" for line in lines))


CROSSING = source(
    """
fast: int = tw.parameter(5, low=2, high=50, description="bars of the fast average")

def warm_up_bars(self):
    return self.fast

def generate_signals(self, bars):
    kernel = np.ones(self.fast) / self.fast
    rows = len(bars)
    flat = bars.close.reshape(rows, -1)
    mean = np.stack([np.convolve(flat[:, i], kernel)[:rows] for i in range(flat.shape[1])], axis=1)
    mean[: self.fast - 1] = np.nan
    return np.where(flat > mean, 1.0, 0.0).reshape(bars.close.shape)
"""
)


@cache
def bars(rows: int = 300) -> Bars:
    """Two instruments, one of them with a split and a dividend."""
    chance = np.random.default_rng(3)
    closes = 100 * np.exp(np.cumsum(chance.normal(0, 0.01, (rows, 2)), axis=0))
    session = np.arange(15_000, 15_000 + rows, dtype=np.int32)
    return Bars(
        instruments=("AAA.XNYS", "BBB.XNYS"),
        timeframe=DAILY,
        time=(session.astype(np.int64) * 86_400 + 75_600) * 1_000_000_000,
        session=session,
        opens=closes * 1.001,
        highs=closes * 1.02,
        lows=closes * 0.98,
        closes=closes,
        volumes=np.full((rows, 2), 1e6),
        actions=(
            CorporateAction(15_100, "AAA.XNYS", ActionKind.SPLIT, 2.0),
            CorporateAction(15_120, "BBB.XNYS", ActionKind.DIVIDEND, 0.5),
        ),
    )


def never(_market: Market) -> LoadedBars:
    """The bars are at hand."""
    raise AssertionError("nobody asks for other bars")


def backtest(
    strategy: Source,
    *,
    behind: Confinement | None = None,
    limits: ConfinedLimits | None = None,
    command: RunBacktest | None = None,
) -> FinishedBacktest:
    """A confined backtest of `Idea` on the two instruments."""
    return run_confined_backtest(
        command or RunBacktest(strategy="", bars=bars(), account=Account(costs="PerShare(0.005, minimum=1)")),
        Uploaded(source=strategy, class_name="Idea"),
        behind=Behind(confinement=behind or confinement(), limits=limits or ConfinedLimits()),
        clock=SystemClock(),
        engine=cast("Engine", backtesting()),
        bars_of=never,
        engine_version=engine_version,
    )


def unconfined(strategy: Source, folder: Path, command: RunBacktest) -> FinishedBacktest:
    """The ordinary backtest of the same class, from a file."""
    path = folder / strategy.file_name
    path.write_bytes(strategy.content)
    given = RunBacktest(
        strategy=f"{path}:Idea",
        parameters=command.parameters,
        bars=command.bars,
        account=command.account,
        engine=command.engine,
        limits=command.limits,
    )
    return App(folder, environment={}).ask(given, answer=FinishedBacktest)
