"""Bars from trades against mlfinpy's published expectations and against an exchange's own bars of real trades."""

import csv
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from tests.shared_data import shared

from tradewright.domain.market.trade import Trade
from tradewright.domain.timeframe import Timeframe
from tradewright.trading.aggregation.aggregator import bars_from
from tradewright.trading.aggregation.rules import BarRule, DollarBars, TickBars, TimeBars, VolumeBars
from tradewright.trading.aggregation.sessions import RegularSessions

pytestmark = pytest.mark.oracle

ALWAYS = RegularSessions("BINANCE")
NAME = "ES.BINANCE"
"""Traded around the clock, so that bars are counted from midnight UTC as mlfinpy counts them."""


def nanoseconds(text: str) -> int:
    moment = datetime.fromisoformat(text.replace("/", "-")).replace(tzinfo=UTC)
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 1_000


def mlfinpy_trades(file: str) -> list[Trade]:
    with shared(f"oracles/bars_mlfinpy/{file}").open(encoding="utf-8") as lines:
        return [
            Trade(NAME, nanoseconds(row["Date and Time"]), "", float(row["Price"]), float(row["Volume"]))
            for row in csv.DictReader(lines)
        ]


def mlfinpy_expects(file: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(shared("oracles/bars_mlfinpy/expected.json").read_text(encoding="utf-8"))[file]
    return found


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("dollar_bars(threshold=100000)", DollarBars(Decimal(100_000))),
        ("volume_bars(threshold=30)", VolumeBars(Decimal(30))),
        ("tick_bars(threshold=10)", TickBars(10)),
    ],
)
def test_counted_bars_are_those_of_mlfinpy(name: str, rule: BarRule) -> None:
    expected = mlfinpy_expects("tick_data.csv")[name]["first_bar"]
    first = bars_from(mlfinpy_trades("tick_data.csv"), rule)[0]
    assert {field: getattr(first, field) for field in expected} == expected


@pytest.mark.parametrize(
    ("name", "spelled"), [("1 day", "1d"), ("1 hour", "1h"), ("1 minute", "1m"), ("10 seconds", "10s")]
)
def test_time_bars_are_those_of_mlfinpy(name: str, spelled: str) -> None:
    expected = mlfinpy_expects("tick_data_time_bars.csv")[name]
    bars = bars_from(mlfinpy_trades("tick_data_time_bars.csv"), TimeBars(Timeframe.parse(spelled), ALWAYS))
    assert len(bars) == expected.pop("n_bars")
    for number, values in expected.items():
        bar = bars[int(number.removeprefix("bar"))]
        assert bar.time_ns == nanoseconds(values.pop("end"))
        assert {field: getattr(bar, field) for field in values} == values


@pytest.mark.parametrize("spelled", ["1m", "5m"])
def test_bars_of_real_trades_are_the_exchanges_own(spelled: str) -> None:
    folder = "data/crypto/freqtrade"
    table = pl.read_parquet(shared(f"{folder}/XRP_ETH-trades.parquet"))
    theirs = pl.read_ipc(shared(f"{folder}/XRP_ETH-{spelled}.feather"))
    trades = [
        Trade("XRPETH.BINANCE", stamp * 1_000_000, name, price, amount)
        for stamp, name, price, amount in table.select("timestamp", "id", "price", "amount").iter_rows()
    ]
    timeframe = Timeframe.parse(spelled)
    bars = bars_from(trades, TimeBars(timeframe, ALWAYS), until_ns=trades[-1].time_ns + timeframe.nanoseconds)
    begins = [bar.time_ns - timeframe.nanoseconds for bar in bars]
    assert len(bars) == COUNTS[spelled]
    assert begins == theirs["date"].dt.epoch("ns").to_list()[-len(bars) :]
    fields = ["open", "high", "low", "close", "volume"]
    assert [[getattr(bar, field) for field in fields] for bar in bars] == [
        list(row) for row in theirs.select(fields).rows()[-len(bars) :]
    ]


COUNTS = {"1m": 2469, "5m": 706}
"""Bars that the trades make: all of the exchange's minutes, and its five minutes of the same days."""
