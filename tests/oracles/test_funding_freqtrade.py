"""Funding fees that freqtrade computes from the hourly mark prices and rates of a Binance perpetual, met exactly.

Its cases give the moments of entry and exit; ours become orders that fill at the first open from then on. Where it
counts a funding moment within fifteen seconds of the entry, as Binance may, the position is opened a minute earlier.
"""

import json
from datetime import UTC, datetime
from typing import Any

import numpy as np
import polars as pl
import pytest
from tests.shared_data import shared
from tests.unit.engine.engine_samples import Script, backtest

from tradewright.domain.matching.carry import funding
from tradewright.domain.timeframe import Timeframe
from tradewright.engine.carry import Carry, FundingSeries
from tradewright.trading.bars import Bars

pytestmark = pytest.mark.oracle

NAME = "ADAUSDT.BINANCE"
MINUTE = 60_000_000_000
FIRST = int(datetime(2021, 8, 31, 23, 0, tzinfo=UTC).timestamp()) * 1_000_000_000
LATE = 15
"""Seconds after a funding moment within which freqtrade still counts it on Binance."""


def published() -> dict[str, Any]:
    told: dict[str, Any] = json.loads(shared("oracles/margin_funding_freqtrade/funding_fees.json").read_text())
    return told


def minutes(count: int) -> Bars:
    price = np.full((count, 1), 2.75)
    time = FIRST + (1 + np.arange(count)) * MINUTE
    day = ((time - 1) // (1440 * MINUTE)).astype(np.int32)
    return Bars((NAME,), Timeframe.parse("1m"), time, day, price, price, price, price, np.ones_like(price))


def test_the_fee_of_one_moment_is_size_times_mark_times_rate() -> None:
    cases = published()["cases"][0]["cases"]
    for size, rate, mark, _, fee, _ in cases[:3]:
        assert funding(-size, 1, mark, rate) == pytest.approx(fee, abs=1e-9)


def test_fees_over_a_holding_time_are_those_of_freqtrade() -> None:
    told = published()
    first = FIRST + 60 * MINUTE  # the hour of the first mark
    marks = told["mark_hourly"]
    bars = minutes(13 * 60 + 2)
    judged = 0
    for exchange, start, end, since, until, amount, expected in told["cases"][1]["cases"]:
        opened, closed = (_ns(text) for text in (since, until))
        known = range(start, end)
        if exchange == "binance" and 0 < (opened - first) // 1_000_000_000 < LATE:
            opened = first
        eighths = [(first + 480 * n * MINUTE, (-0.000008, -0.000003)[n], marks[8 * n]) for n in known]
        times, of_rate, of_mark = (np.array(column) for column in zip(*_padded(eighths, bars), strict=True))
        series = FundingSeries(NAME, times.astype(np.int64), of_rate.astype(float), of_mark.astype(float))
        entered = -(-(opened - FIRST) // MINUTE) - (1 if (opened - first) % (480 * MINUTE) == 0 else 0)
        left = -(-(closed - FIRST) // MINUTE)
        deeds = {
            entered - 1: lambda context, bar, amount=amount: context.sell(amount),
            left - 1: lambda context, bar, amount=amount: context.buy(amount),
        }
        run = backtest(_Rows(deeds), bars, carry=Carry(funding=(series,)), lot=0.0)
        assert [int(row) for row in run.fills.row] == [entered, left]
        assert run.funding == pytest.approx(expected, abs=1e-9), (since, until)
        judged += 1
    assert judged == 15


def _padded(known: list[tuple[int, float, float]], bars: Bars) -> list[tuple[int, float, float]]:
    """Every eighth hour has a moment; those that the case does not know are without a rate."""
    told = {at: (at, rate, mark) for at, rate, mark in known}
    first = FIRST + 60 * MINUTE
    moments = [first + 480 * n * MINUTE for n in range(-1, 4)]
    return [told.get(at, (at, 0.0, 1.0)) for at in moments if at <= int(bars.time[-1]) + 480 * MINUTE]


def _ns(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000_000_000


class _Rows(Script):
    """Acts by the number of the bar."""

    def on_bar(self, context: Any, bar: Any) -> None:
        deed = self.deeds.pop((bar.time - FIRST) // MINUTE - 1, None)
        if deed is not None:
            deed(context, bar)


def test_real_funding_of_a_month_is_what_the_rates_and_marks_give() -> None:
    """A short of 1,000 XRP through a month of real rates and mark prices of Binance, beside a plain sum over them.

    Its stamps are some milliseconds late: the exchange at a bar's close is still before the next open.
    """
    folder = "data/crypto/freqtrade/XRP_USDT_USDT-"
    rates, marks = (pl.read_ipc(shared(f"{folder}8h-{name}.feather").read_bytes()) for name in ("funding_rate", "mark"))
    told = rates["date"].dt.epoch("ns").to_numpy()
    at = marks["date"].dt.epoch("ns").to_numpy()
    assert ((told - at) % (480 * MINUTE) > 0).sum() > 50 and len(told) == len(at) == 91
    rate, mark = rates["open"].to_numpy(), marks["open"].to_numpy()
    series = FundingSeries(NAME, told, rate, mark)
    closes = at + 480 * MINUTE
    open_, high, low, close, volume = (
        np.ascontiguousarray(marks[name].to_numpy())[:, None] for name in ("open", "high", "low", "close", "volume")
    )
    day = ((closes - 1) // (1440 * MINUTE)).astype(np.int32)
    bars = Bars((NAME,), Timeframe.parse("8h"), closes, day, open_, high, low, close, volume)

    class Once(Script):
        def on_bar(self, context: Any, bar: Any) -> None:
            if context.position.quantity == 0 and not context.has_order:
                context.sell(1000)

    run = backtest(Once({}), bars, carry=Carry(funding=(series,)), lot=0.0)
    assert int(run.fills.row[0]) == 1  # open from the second moment on, right after its exchange
    assert run.funding == pytest.approx(float((1000 * mark * rate)[2:].sum()), abs=1e-9)
