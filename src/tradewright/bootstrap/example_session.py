"""The example of a trading session: five quarters of three real stocks, traded on paper by a built-in strategy.

    python -m tradewright.bootstrap.example_session [TARGET]        # writes the very bytes that are shipped

This file decides what is played. It is the fixed case of `trade parity example`, of the demo, and of the tests that
every later version has to pass: its journal is replayed, its slices are traded anew.
"""

import asyncio
import sys
import tempfile
from collections.abc import Mapping
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Final

from tradewright.adapters.code.python_file import PythonFiles
from tradewright.adapters.disk.packed import PackedDisk, pack
from tradewright.adapters.files.shipped_data import ShippedFiles
from tradewright.application.backtests.costs import costs_of
from tradewright.application.backtests.messages import Market
from tradewright.application.data.demo import ImportDemo
from tradewright.application.strategies.finding import make_strategy
from tradewright.bootstrap.app import open_app
from tradewright.bootstrap.playing import Play, places_in
from tradewright.bootstrap.playing import play as played
from tradewright.domain.calendars import session_open_ns, venue_of
from tradewright.engine.session.books import Places
from tradewright.engine.session.facts import InstrumentTerms, SessionStarted
from tradewright.engine.session.rules import SECOND_NS
from tradewright.ports.disk import Disk
from tradewright.ports.hosts import StrategyTerms
from tradewright.trading.bars import Bars
from tradewright.trading.risk.limits import shipped_limits
from tradewright.trading.risk.policy import LimitsPolicy

NAME: Final = "session_example.zip"
SYMBOLS: Final = ("AAPL", "IBM", "MSFT")
FIRST, LAST = "2004-07-01", "2005-06-30"
"""AAPL splits in it, IBM and MSFT pay dividends."""
STRATEGY: Final = "trend_following"
PARAMETERS: Final[Mapping[str, int | float | str | bool]] = {"fast": 10, "slow": 40}
COSTS: Final = "Commission(bps=5) + Spread(bps=4)"
CASH: Final = Decimal(100_000)
_A_DAY_NS: Final = 86_400 * SECOND_NS


def example_disk() -> Disk:
    """The example that is shipped: its journal and its recording."""
    return PackedDisk(Path(str(files("tradewright.adapters.files") / "shipped" / NAME)))


def example_bars() -> Bars:
    """The slices that are played, from the data that is shipped."""
    with tempfile.TemporaryDirectory() as folder:
        app = open_app(Path(folder))
        app.ask(ImportDemo(), answer=object)
        return app.bars_of(Market(symbols=SYMBOLS, start=FIRST, end=LAST)).bars


def example_start(bars: Bars) -> SessionStarted:
    """The terms of the session."""
    strategy = StrategyTerms(
        strategy=STRATEGY,
        parameters=PARAMETERS,
        instruments=bars.instruments,
        multipliers={},
        lots=dict.fromkeys(bars.instruments, 1.0),
        interval=str(bars.timeframe),
    )
    instruments = (
        InstrumentTerms(
            instrument=name,
            currency=bars.currency,
            multiplier=Decimal(1),
            lot=Decimal(1),
            tick=Decimal(0),
            asset_class="equity",
        )
        for name in bars.instruments
    )
    first = int(bars.session[0])
    return SessionStarted(
        time_ns=session_open_ns(first, venue_of(bars.instruments[0])),
        session="example",
        mode="paper",
        account="example",
        broker="paper",
        strategy=strategy,
        strategy_name=STRATEGY,
        instruments=tuple(instruments),
        feed={"kind": "replay", "first": FIRST, "last": LAST, "speed": "max", "interval": str(bars.timeframe)},
        opening_cash={bars.currency: CASH},
        limits_version=1,
        engine_version="example",
        costs=COSTS,
    )


async def play(bars: Bars, places: Places) -> str:
    """Trade the example into these places; how it ended."""
    wanted = Play(
        bars=bars,
        start=example_start(bars),
        policy=LimitsPolicy(everywhere=shipped_limits(frozenset(bars.instruments))),
        cash=CASH,
        costs=costs_of(COSTS),
        strategy=lambda: make_strategy(STRATEGY, PARAMETERS, code=PythonFiles())[0],
    )
    return (await played(wanted, places)).reason


def make(target: Path) -> None:
    """Play the example and write it down."""
    bars = example_bars()
    with tempfile.TemporaryDirectory() as folder:
        places = places_in(Path(folder))
        asyncio.run(play(bars, places))
        content = {name: places.journal.read(name) for name in places.journal.list() if name != "lock"}
        content["recording"] = places.session.read("recording")
    pack(content, target)


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(ShippedFiles().demo_bars()).with_name(NAME))
