"""Pipelines and trades for tests."""

import math

from tradewright.adapters.buses.local import LocalBus
from tradewright.domain.calendars import SECOND
from tradewright.domain.market.trade import Trade
from tradewright.domain.timeframe import Timeframe
from tradewright.engine.pipeline.bar_stage import Market
from tradewright.engine.pipeline.observation import Observation
from tradewright.engine.pipeline.pipeline import Pipeline, Plan
from tradewright.engine.pipeline.slices import BarSlice
from tradewright.quant.indicators.sma import Sma
from tradewright.trading.aggregation.rules import TimeBars
from tradewright.trading.aggregation.sessions import RegularSessions

A, B, C = NAMES = ("A.BINANCE", "B.BINANCE", "C.BINANCE")
MINUTE = 60 * SECOND
MINUTES = TimeBars(Timeframe(MINUTE), RegularSessions("BINANCE"))
CROSSING = {"fast": lambda: Sma(2), "slow": lambda: Sma(3)}


def cross(seen: Observation) -> list[float]:
    """Long while the fast average is above the slow one; no opinion before there are two."""
    pairs = zip(seen.values["fast"], seen.values["slow"], strict=True)
    return [math.nan if fast != fast or slow != slow else float(fast > slow) for fast, slow in pairs]  # type: ignore[operator]


def market(*names: str, timeout_ns: int = 2 * SECOND) -> Market:
    return Market(rules=dict.fromkeys(names or NAMES, MINUTES), slice_timeout_ns=timeout_ns)


def trade(name: str, second: float, price: float = 100.0, quantity: float = 1.0) -> Trade:
    return Trade(name, int(second * SECOND), "", price, quantity)


def slices_of(trades: list[Trade], *, given: Market | None = None, until_s: float = 0) -> list[BarSlice]:
    """The slices that leave a pipeline which is run after each trade."""
    bus = LocalBus()
    pipeline = Pipeline(bus, given or market(), Plan())
    reader = bus.subscribe(pipeline.topics.slices, "test")
    for one in trades:
        assert pipeline.take(one)
        pipeline.run()
    assert pipeline.advance(int(until_s * SECOND))
    assert not bus.dead_letters()
    return list(reader.take())


def shown(row: BarSlice) -> tuple[float, tuple[float | None, ...]]:
    """Close in seconds, and the closes with None for NaN."""
    return row.time_ns / SECOND, tuple(None if math.isnan(close) else close for close in row.closes)
