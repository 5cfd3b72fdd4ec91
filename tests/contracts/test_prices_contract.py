"""What every table of daily prices promises, on both databases; and that bars of the store come into it once."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.contracts.store_rows import DAY, KNOWN, bars
from tests.contracts.test_symbols_contract import named

from tradewright.adapters.database.engine import Database
from tradewright.adapters.database.migrations.versions.v0002_daily_prices import has_hypertables
from tradewright.adapters.database.prices import DatabasePrices
from tradewright.adapters.database.symbols import DatabaseSymbols
from tradewright.adapters.stores.delta import DeltaStore
from tradewright.application.data.prices import ProjectPrices, project_prices
from tradewright.domain.errors import InputError, UnknownInstrument
from tradewright.ports.prices import DailyPrice, DailyPrices, PricesPut
from tradewright.ports.stores import Table

ONE = DailyPrice(
    instrument="AAPL.XNAS",
    time_ns=1_000,
    session=date(2020, 1, 2),
    open=Decimal("10.10"),
    high=Decimal("12"),
    low=Decimal("9.999999999999999"),
    close=Decimal("11"),
    volume=Decimal(100),
    source="csv",
    known_ns=5,
)


@pytest.fixture
def prices(database: Database) -> DailyPrices:
    DatabaseSymbols(database).add([named("AAPL.XNAS"), named("MSFT.XNAS")])
    return DatabasePrices(database)


def test_prices_come_back_to_the_last_digit(prices: DailyPrices) -> None:
    later = replace(ONE, time_ns=2_000, session=date(2020, 1, 3), volume=None)
    assert prices.put([later, ONE, replace(ONE, instrument="MSFT.XNAS")]) == PricesPut(3, 0)
    assert list(prices.read("AAPL.XNAS")) == [ONE, later]
    assert str(prices.read("AAPL.XNAS")[0].open) == "10.10"
    assert list(prices.read("AAPL.XNAS", first=date(2020, 1, 3))) == [later]
    assert list(prices.read("AAPL.XNAS", last=date(2020, 1, 2))) == [ONE]


def test_a_row_that_is_put_twice_is_there_once(prices: DailyPrices) -> None:
    assert prices.put([ONE, ONE]) == PricesPut(1, 0)
    assert prices.put([ONE]) == PricesPut(0, 1)
    corrected = replace(ONE, close=Decimal("11.5"), known_ns=9)
    assert prices.put([corrected]) == PricesPut(1, 0)
    assert list(prices.read("AAPL.XNAS")) == [corrected]
    assert (prices.forget("AAPL.XNAS"), prices.forget("AAPL.XNAS")) == (1, 0)


WRONG = ({"high": Decimal("10.5")}, {"low": Decimal("10.5")}, {"low": Decimal(-1)}, {"volume": Decimal(-1)})


@pytest.mark.parametrize("wrong", WRONG)
def test_a_price_that_breaks_a_rule_is_refused_with_all_that_came_with_it(
    prices: DailyPrices, wrong: dict[str, Decimal]
) -> None:
    with pytest.raises(InputError, match=r"price of AAPL.XNAS on 2020-01-02 breaks a rule"):
        prices.put([replace(ONE, time_ns=1), replace(ONE, **wrong)])  # type: ignore[arg-type]
    assert prices.read("AAPL.XNAS") == []


@pytest.mark.parametrize("wrong", WRONG)
def test_the_database_checks_the_rules_too(prices: DailyPrices, database: Database, wrong: dict[str, Decimal]) -> None:
    prices.put([ONE])
    ((name, value),) = wrong.items()
    with pytest.raises(InputError, match="does not go with what is kept"), database.writing() as connection:
        connection.execute(text(f"UPDATE daily_prices SET {name} = {value}"))
    assert list(prices.read("AAPL.XNAS")) == [ONE]


def test_prices_are_of_tracked_symbols_and_go_with_them(prices: DailyPrices, database: Database) -> None:
    with pytest.raises(UnknownInstrument, match="symbols add"):
        prices.put([ONE, replace(ONE, instrument="NONE.XNAS")])
    prices.put([ONE])
    DatabaseSymbols(database).remove("AAPL.XNAS")
    assert prices.read("AAPL.XNAS") == []


def test_many_rows_are_put_in_pieces(prices: DailyPrices) -> None:
    many = [replace(ONE, time_ns=number) for number in range(4_100)]
    assert prices.put(iter(many)) == PricesPut(4_100, 0)
    assert prices.put(iter(many)) == PricesPut(0, 4_100)


def test_bars_of_the_store_are_copied_once_and_corrections_follow(
    prices: DailyPrices, database: Database, tmp_path: Path
) -> None:
    store, registry = DeltaStore(tmp_path / "store"), DatabaseSymbols(database)
    store.append(Table.BARS, bars("AAPL.XNAS", [10, 11, 12]))
    store.append(Table.BARS, bars("OTHER.XNAS", [10]))

    def copied(*symbols: str) -> tuple[int, int, int, int]:
        done = project_prices(
            ProjectPrices(symbols), store=store, symbols=registry, prices=prices, progress=lambda done, total: None
        )
        return done.instruments, done.changed, done.same, done.broken

    assert copied() == (1, 3, 0, 0)
    assert copied() == (1, 0, 3, 0)
    store.append(Table.BARS, bars("AAPL.XNAS", [10, 11.5, 12], known_at=KNOWN + DAY))
    assert copied("aapl") == (1, 1, 2, 0)
    assert [one.close for one in prices.read("AAPL.XNAS")] == [Decimal("10.0"), Decimal("11.5"), Decimal("12.0")]
    with pytest.raises(UnknownInstrument):
        copied("OTHER")


@pytest.mark.parametrize(
    ("version", "does"),
    [(None, False), ("2.12.1", False), ("2.13.0", True), ("2.19.3", True), ("3.0", True), ("x", False)],
)
def test_hypertables_are_made_by_extensions_that_can(version: str | None, does: bool) -> None:
    assert has_hypertables(version) == does
