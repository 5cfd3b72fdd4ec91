"""Trades of five markets as a venue's sockets really sent them, through one pipeline in the order of their arrival."""

import gzip
import json
from collections import defaultdict
from typing import NamedTuple

import pytest
from tests.shared_data import shared

from tradewright.adapters.buses.local import LocalBus
from tradewright.domain.calendars import SECOND
from tradewright.domain.timeframe import Timeframe
from tradewright.engine.pipeline.bar_stage import Market
from tradewright.engine.pipeline.pipeline import Pipeline, Plan
from tradewright.engine.pipeline.slices import BarSlice
from tradewright.trading.aggregation.quarantine import Reason
from tradewright.trading.aggregation.rules import TimeBars
from tradewright.trading.aggregation.sessions import RegularSessions

FILES = {
    "BTCUSDT.BINANCE": "spot_btcusdt",
    "ETHUSDT.BINANCE": "spot_ethusdt",
    "BTCUSDT.BINANCEUSDM": "usdm_btcusdt",
    "ETHUSDT.BINANCEUSDM": "usdm_ethusdt",
    "BTCUSDPERP.BINANCE": "cm_btcusd_perp",
}


class Arrival(NamedTuple):
    received_ns: int
    instrument: str
    time_ns: int
    trade_id: str
    price: float
    quantity: float


@pytest.fixture(scope="module")
def arrivals() -> list[Arrival]:
    found = []
    for instrument, name in FILES.items():
        with gzip.open(shared(f"data/microstructure/binance_raw/{name}_20240808.gz"), "rt", encoding="utf-8") as lines:
            for line in lines:
                if '"e":"trade"' not in line:
                    continue
                received, _, message = line.partition(" ")
                told = json.loads(message)
                told = told.get("data", told)
                stamp, number = told["T"] * 1_000_000, str(told["t"])
                found.append(Arrival(int(received), instrument, stamp, number, float(told["p"]), float(told["q"])))
    return sorted(found)


def played(arrivals: list[Arrival]) -> tuple[Pipeline, list[BarSlice]]:
    bus = LocalBus()
    rules = {name: TimeBars(Timeframe.parse("1s"), RegularSessions(name.rpartition(".")[2])) for name in FILES}
    pipeline = Pipeline(bus, Market(rules=rules), Plan())
    reader = bus.subscribe(pipeline.topics.slices, "test")
    for one in arrivals:
        assert pipeline.take_values(
            one.instrument, one.time_ns, price=one.price, quantity=one.quantity, trade_id=one.trade_id
        )
        pipeline.run()
    assert pipeline.advance(arrivals[-1].time_ns + 10 * SECOND)
    assert not bus.dead_letters()
    return pipeline, list(reader.take())


def test_slices_hold_every_real_trade_in_its_second(arrivals: list[Arrival]) -> None:
    pipeline, rows = played(arrivals)
    seconds: dict[tuple[str, int], list[float]] = defaultdict(list)
    nonsense = 0
    for one in arrivals:
        if one.price > 0 and one.quantity > 0:
            seconds[one.instrument, one.time_ns // SECOND + 1].append(one.price)
        else:
            nonsense += 1
    told = {
        (name, row.time_ns // SECOND): (row.opens[place], row.highs[place], row.lows[place], row.closes[place])
        for row in rows
        for place, name in enumerate(row.instruments)
        if name not in row.missing
    }
    assert told == {key: (prices[0], max(prices), min(prices), prices[-1]) for key, prices in seconds.items()}
    counted = pipeline.metrics()
    assert len(arrivals) > 10_000
    assert counted.believed == len(arrivals) - nonsense
    assert counted.quarantined.get(Reason.ZERO, 0) == nonsense == sum(counted.quarantined.values())
    assert counted.late == 0


def test_a_feed_that_repeats_a_minute_after_a_reconnect_changes_nothing(arrivals: list[Arrival]) -> None:
    middle = len(arrivals) // 2
    repeated = [*arrivals[:middle], *arrivals[middle - 500 : middle], *arrivals[middle:]]
    pipeline, rows = played(repeated)
    assert [(row.time_ns, row.volumes) for row in rows if not row.missing] == [
        (row.time_ns, row.volumes) for row in played(arrivals)[1] if not row.missing
    ]
    good = sum(one.price > 0 and one.quantity > 0 for one in arrivals[middle - 500 : middle])
    assert pipeline.metrics().quarantined[Reason.DUPLICATE] == good
