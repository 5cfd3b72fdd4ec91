"""The engines of a backtest and of a sweep, over the simulated broker; and the version of what makes their numbers."""

import hashlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from tradewright.lazy import load

ENGINE_ROOMS: Final = ("quant", "domain", "trading", "engine", "simulation")
"""Rooms whose code can change a number of a run."""


def engine_version() -> str:
    """The version of the package and a hash of all code that can change a number of a run."""
    digest = hashlib.blake2b(digest_size=5)
    package = Path(__file__).resolve().parent.parent
    for room in ENGINE_ROOMS:
        for path in sorted((package / room).rglob("*.py")):
            digest.update(path.relative_to(package).as_posix().encode())
            digest.update(path.read_bytes())
    version: str = load("tradewright").__version__  # the root package is the notebook's door, which stands above
    return f"{version}+{digest.hexdigest()}"


def backtesting() -> Callable[..., object]:
    """What runs a backtest."""
    broker = load("tradewright.simulation.broker").SimulatedBroker
    return partial(load("tradewright.engine.backtest").run_backtest, broker_factory=broker)


def sweeping() -> Callable[..., object]:
    """What runs a sweep."""
    broker = load("tradewright.simulation.broker").SimulatedBroker
    return partial(load("tradewright.research.sweep").sweep, broker_factory=broker)


def honesty() -> Callable[..., object]:
    """What checks a strategy for look-ahead."""
    return partial(load("tradewright.research.lookahead.check").check, engine=backtesting())


def comparing() -> Callable[..., object]:
    """What lays a trading session beside its backtest."""
    broker = load("tradewright.simulation.broker").SimulatedBroker
    return partial(load("tradewright.research.parity").compare, broker_factory=broker)
