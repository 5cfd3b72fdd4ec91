"""What somebody says of an account's carrying becomes what the engine takes: tables, pairs of the store, renames."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import polars as pl
import pytest
from tests.unit.engine.engine_samples import DAY_NS, FIRST_SESSION, NAMES, bars_of, flat_rows

from tradewright.application.backtests.carrying import carry_of, pair_of, renamed
from tradewright.application.backtests.messages import Carrying, LoadedBars, Market
from tradewright.domain.errors import DataError, InputError, UnknownInstrument
from tradewright.domain.market.actions import ActionKind, CorporateAction
from tradewright.engine.carry import NO_CARRY, Carry, PairSeries
from tradewright.ports.stores import NS, Selection, Table
from tradewright.trading.bars import Bars

A, B = NAMES[:2]
BARS = bars_of(flat_rows(4))


def rates(value: float) -> Bars:
    return bars_of(flat_rows(4, value))


def stored(**pairs: float) -> Callable[[Market], LoadedBars]:
    def bars_of_market(market: Market) -> LoadedBars:
        if market.symbols[0] not in pairs:
            raise UnknownInstrument(market.symbols[0], near=[])
        return LoadedBars(rates(pairs[market.symbols[0]]), ())

    return bars_of_market


def nothing_kept(wanted: Selection) -> pl.DataFrame:
    return pl.DataFrame(schema={"instrument": pl.String, "time": NS, "rate": pl.Float64, "mark_price": pl.Float64})


def carried(bars: Bars = BARS, kept: Any = nothing_kept, pairs: Any = None, **said: Any) -> Carry:
    found = stored(**(pairs or {}))
    return carry_of(Carrying(**said), bars, bars_of=found, kept_funding=kept, market=Market(symbols=(A,)))


def table(*rows: tuple[str, int, float, float | None]) -> pl.DataFrame:
    names, days, of_rate, marks = zip(*rows, strict=True)
    time = [datetime.fromtimestamp((FIRST_SESSION + day) * 86_400, UTC) for day in days]
    return pl.DataFrame({"instrument": names, "time": time, "rate": of_rate, "mark_price": marks}).with_columns(
        pl.col("time").cast(NS)
    )


def test_no_word_carries_nothing() -> None:
    assert carried() is NO_CARRY


def test_plain_words_come_through() -> None:
    found = carried(interest=0.02, borrows={A: 0.1}, delistings={A: ("2011-03-01", 2.0)}, day_count=365)
    assert (found.interest, found.borrows, found.day_count) == (0.02, {A: 0.1}, 365)
    assert found.delistings == {A: ("2011-03-01", 2.0)}


def test_funding_is_asked_of_the_store_for_the_time_of_the_bars() -> None:
    asked: list[Selection] = []

    def kept(wanted: Selection) -> pl.DataFrame:
        asked.append(wanted)
        return table((A, 1, 0.001, 50.0), (A, 2, 0.002, 51.0))

    found = carried(kept=kept, funding=True)
    assert asked[0].table is Table.FUNDING and asked[0].instruments == (A,)
    assert asked[0].start is not None and asked[0].start < BARS.time[0] and asked[0].end == BARS.time[-1]
    assert [one.instrument for one in found.funding] == [A]
    assert found.funding[0].rate.tolist() == [0.001, 0.002]
    assert found.funding[0].time[0] == (FIRST_SESSION + 1) * DAY_NS


def test_funding_without_a_mark_price_takes_the_last_close() -> None:
    bars = bars_of([*flat_rows(2, 100.0), *flat_rows(2, 120.0)])
    found = carried(bars, funding=table((A, 2, 0.001, None), (A, 3, 0.001, 7.0)))
    assert found.funding[0].mark_price.tolist() == [100.0, 7.0]


def test_funding_that_is_not_there_is_an_error_with_its_remedy() -> None:
    with pytest.raises(DataError, match=r"no funding of AAA\.XNYS is known.*--table funding"):
        carried(funding=True)
    with pytest.raises(InputError, match="lacks columns"):
        carried(funding=pl.DataFrame({"instrument": [A], "rate": [0.1]}))
    with pytest.raises(InputError, match="True for that of the store, or a table"):
        carried(funding="yes")


@pytest.mark.parametrize(
    "pairs,used",
    [
        ({"USDEUR": 0.8}, [("USD", "EUR")]),
        ({"EURUSD": 1.25}, [("EUR", "USD")]),
        ({"USDUSDT": 1.0, "EURUSDT": 1.25}, [("USD", "USDT"), ("EUR", "USDT")]),
    ],
    ids=["direct", "turned round", "through a third"],
)
def test_rates_are_looked_for_in_the_store(pairs: dict[str, float], used: list[tuple[str, str]]) -> None:
    found = carried(pairs=pairs, currency="EUR")
    assert [(one.base, one.quote) for one in found.pairs] == used


def test_rates_that_are_handed_in_are_not_looked_for() -> None:
    found = carried(currency="EUR", rates={"EUR/USD": rates(1.25)})
    assert isinstance(found.pairs[0], PairSeries) and found.pairs[0].rate.tolist() == [1.25] * 4


@pytest.mark.parametrize("name", ["EURO", "EUR", "EURXXX", ""])
def test_what_names_no_pair_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="names no pair"):
        pair_of(name, rates(1.0))


def test_a_renamed_instrument_is_one_column_under_its_new_id() -> None:
    dividend = CorporateAction(FIRST_SESSION + 1, A, ActionKind.DIVIDEND, 1.0)
    bars = bars_of([*flat_rows(2), None, None], [None, None, *flat_rows(2, 110.0)], flat_rows(4), actions=[dividend])
    day = str(np.datetime64(FIRST_SESSION + 2, "D"))
    joined = renamed(bars, {A: (day, B)})
    assert joined.instruments == (B, NAMES[2])
    assert joined.closes[:, 0].tolist() == [100.0, 100.0, 110.0, 110.0]
    assert [one.instrument for one in joined.actions] == [B]


def test_a_rename_of_bars_that_overlap_or_are_missing_is_refused() -> None:
    day = str(np.datetime64(FIRST_SESSION + 2, "D"))
    with pytest.raises(DataError, match=rf"BBB\.XNYS has a bar on {np.datetime64(FIRST_SESSION, 'D')}"):
        renamed(bars_of([*flat_rows(2), None, None], flat_rows(4)), {A: (day, B)})
    with pytest.raises(InputError, match=r"no bars of BBB\.XNYS"):
        renamed(BARS, {A: (day, B)})
    with pytest.raises(InputError, match="has no date"):
        renamed(bars_of(flat_rows(4), flat_rows(4)), {A: ("soon", B)})
