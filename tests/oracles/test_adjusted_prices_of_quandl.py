"""Adjusted prices that Quandl published beside raw prices, splits and dividends (WIKI), reproduced by us."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from tests.shared_data import shared

from tradewright.adapters.stores.delta import DeltaStore
from tradewright.application.data.messages import LoadBars
from tradewright.application.data.reading import load_bars
from tradewright.domain.calendars import DAY, days_from_date, session_close_ns
from tradewright.ports.stores import NS, TABLES, Table

pytestmark = pytest.mark.oracle

KNOWN_AT = pl.lit(1).cast(pl.Int64).cast(NS)


def published() -> pl.DataFrame:
    path = shared("data/equities_daily/wiki_4stocks_2014_splits_dividends.csv.gz")
    return pl.read_csv(path, try_parse_dates=True).with_columns(instrument=pl.col("ticker") + ".XNYS")


def bars_of(table: pl.DataFrame) -> pl.DataFrame:
    stamps = [session_close_ns(days_from_date(day), "XNYS") for day in table["date"]]
    whole = table.with_columns(
        source=pl.lit("wiki"),
        interval=pl.lit("1d"),
        session=pl.col("date"),
        time=pl.Series(stamps, dtype=pl.Int64).cast(NS),
        known_at=KNOWN_AT,
    )
    return whole.select(pl.col(name).cast(kind) for name, kind in TABLES[Table.BARS].items())


def actions_of(table: pl.DataFrame) -> pl.DataFrame:
    parts = []
    for column, nothing, kind in (("ex-dividend", 0.0, "dividend"), ("split_ratio", 1.0, "split")):
        rows = table.filter(pl.col(column) != nothing)
        stamps = [days_from_date(day) * DAY for day in rows["date"]]
        parts.append(
            rows.select(
                "instrument",
                source=pl.lit("wiki"),
                time=pl.Series(stamps, dtype=pl.Int64).cast(NS),
                session="date",
                kind=pl.lit(kind),
                value=pl.col(column).cast(pl.Float64),
                known_at=KNOWN_AT,
            )
        )
    return pl.concat(parts)


def test_quandls_adjusted_prices_and_volumes_come_out_to_1e_13(tmp_path: Path) -> None:
    table = published()
    store = DeltaStore(tmp_path)
    store.append(Table.BARS, bars_of(table))
    assert store.append(Table.ACTIONS, actions_of(table)).added == 9
    names = ("AAPL", "MSFT", "BRK_A", "ZEN")
    exact = load_bars(LoadBars(names, prices="adjusted", dividends="ex-close"), store=store)
    usual = load_bars(LoadBars(names, prices="adjusted"), store=store)
    for column, name in enumerate(names):
        rows = table.filter(pl.col("ticker") == name).sort("date")
        for ours, theirs in (
            (exact.opens, "adj_open"),
            (exact.highs, "adj_high"),
            (exact.lows, "adj_low"),
            (exact.closes, "adj_close"),
            (exact.volumes, "adj_volume"),
        ):
            found = ours[:, column][~np.isnan(ours[:, column])]
            expected = rows[theirs].to_numpy()
            # theirs are as seen in 2018: the same up to the factor of the later actions
            np.testing.assert_allclose(found / found[-1], expected / expected[-1], rtol=1e-13)
        both = ~np.isnan(exact.closes[:, column])
        difference = np.abs(usual.closes[both, column] / exact.closes[both, column] - 1)
        assert difference.max() < 2e-4, "measuring dividends by the close before differs only that much"
