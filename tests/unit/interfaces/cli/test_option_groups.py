from dataclasses import dataclass
from typing import Annotated

import pytest
import typer
from typer.testing import CliRunner

from tradewright.application.backtests.costs import costs_of
from tradewright.domain.costs import Commission, PerShare, Slippage, Spread
from tradewright.domain.errors import InputError
from tradewright.interfaces.cli.backtest import parameters
from tradewright.interfaces.cli.backtest_options import AccountOptions, MarketOptions, StatisticsOptions, flags
from tradewright.interfaces.cli.data_options import FormOptions, ImportOptions
from tradewright.interfaces.cli.options import example, flat, split
from tradewright.settings import Settings
from tradewright.settings.tree import Backtest, Statistics


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    width: Annotated[int, typer.Option(help="How wide.")]
    height: Annotated[int, typer.Option(help="How high.")] = 2


def test_a_group_of_options_becomes_one_value() -> None:
    app = typer.Typer()
    seen: list[object] = []

    @app.command()
    @flat
    def draw(name: str, size: Size, loud: bool = False) -> None:
        """Draw."""
        seen.extend([name, size, loud])

    result = CliRunner().invoke(app, ["box", "--width", "3", "--loud"])
    assert result.exit_code == 0, result.output
    assert seen == ["box", Size(width=3, height=2), True]


def test_values_are_split_at_commas_and_kept_once() -> None:
    assert split(["AAPL, MSFT", "AAPL", ""]) == ("AAPL", "MSFT")
    assert split(None) == ()


def test_examples_are_safe_from_markup() -> None:
    assert "\\[x]" in example("tradewright [x]")


def test_parameters_are_read_by_name() -> None:
    assert parameters(["fast=20", " slow = 5 "]) == {"fast": "20", "slow": "5"}
    assert parameters(None) == {}


@pytest.mark.parametrize("given", [["fast"], ["=3"], ["fast=1", "fast=2"]])
def test_a_parameter_that_cannot_be_read_is_refused(given: list[str]) -> None:
    with pytest.raises(InputError, match="--param"):
        parameters(given)


def test_cost_options_add_up() -> None:
    options = AccountOptions(commission_bps=10, slippage_bps=2, spread_bps=4, costs="PerOrder(1)")
    made = costs_of(options.account(Backtest()).costs)
    assert repr(made) == "PerOrder(1) + Commission(bps=10) + Slippage(bps=2) + Spread(bps=4)"


def test_a_minimum_belongs_to_the_commission_that_is_named() -> None:
    by_share = AccountOptions(commission_per_share=0.005, commission_minimum=1).account(Backtest())
    assert costs_of(by_share.costs) == PerShare(0.005, minimum=1)
    by_notional = AccountOptions(commission_bps=10, commission_minimum=1).account(Backtest())
    assert costs_of(by_notional.costs) == Commission(10, minimum=1)
    with pytest.raises(InputError, match="says nothing alone"):
        AccountOptions(commission_minimum=1).account(Backtest())


def test_the_costs_of_the_settings_hold_until_an_option_names_any() -> None:
    settings = Backtest(commission_bps=5, slippage_bps=1)
    usual = AccountOptions().account(settings)
    assert costs_of(usual.costs) == Commission(5) + Slippage(1)
    named = AccountOptions(spread_bps=2).account(settings)
    assert costs_of(named.costs) == Spread(2)
    assert AccountOptions().account(Backtest()).costs is None


def test_options_that_are_settings_go_by_the_names_of_the_settings() -> None:
    given = flags(
        MarketOptions(prices="adjusted"), AccountOptions(cash=5), statistics=StatisticsOptions(ddof=0), engine="kernel"
    )
    known = {f"backtest.{name}" for name in Backtest.__struct_fields__}
    known |= {f"statistics.{name}" for name in Statistics.__struct_fields__}
    assert set(given) <= known
    assert given["backtest.cash"] == 5
    assert given["backtest.fill"] is None


def test_conventions_come_from_the_settings() -> None:
    conventions = StatisticsOptions().conventions(Settings().statistics)
    assert (conventions.ddof, conventions.resample, conventions.periods_per_year) == (1, "daily", None)


def test_a_file_has_raw_prices_whatever_the_settings_say() -> None:
    from_file = MarketOptions(file="prices.csv", symbol=["SPY"])  # type: ignore[arg-type]
    assert from_file.market("adjusted").prices == "raw"
    assert MarketOptions(symbol=["SPY"]).market("adjusted").prices == "adjusted"


def test_columns_of_an_import_are_named_or_counted() -> None:
    assert FormOptions(column=["close=Last", "time=1", "volume="]).mapping() == {
        "close": "Last",
        "time": 1,
        "volume": None,
    }
    with pytest.raises(InputError, match="role=column"):
        FormOptions(column=["close"]).mapping()


def test_an_unknown_table_or_stamp_names_the_known_ones(tmp_path: object) -> None:
    with pytest.raises(InputError, match="bars or trades"):
        ImportOptions(table="candles").message(str(tmp_path), FormOptions())  # type: ignore[arg-type]
    with pytest.raises(InputError, match="open or close"):
        ImportOptions().message(str(tmp_path), FormOptions(stamps="middle"))  # type: ignore[arg-type]
