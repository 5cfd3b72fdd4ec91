"""The options of `backtest run`, in the groups in which a person thinks of them: market, account, conventions."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tradewright.application.backtests.messages import Account, Carrying, Conventions, Market
from tradewright.domain.errors import InputError
from tradewright.interfaces.cli.options import Json, split

if TYPE_CHECKING:
    from tradewright.settings.tree import Backtest, Statistics

_MARKET, _ACCOUNT, _STATISTICS = "Market", "Account and costs", "Statistics"


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketOptions:
    """Which bars."""

    symbol: Annotated[
        list[str] | None,
        typer.Option("--symbol", "--symbols", "-s", help="One or more, also A,B,C.", rich_help_panel=_MARKET),
    ] = None
    start: Annotated[
        str | None, typer.Option(help="First session: 2001, 2001-01 or 2001-01-31.", rich_help_panel=_MARKET)
    ] = None
    end: Annotated[str | None, typer.Option(help="Last session, included.", rich_help_panel=_MARKET)] = None
    timeframe: Annotated[
        str | None, typer.Option(help="Length of a bar: 1m, 1h, 1d (the default).", rich_help_panel=_MARKET)
    ] = None
    prices: Annotated[
        str | None,
        typer.Option(help="raw (splits and dividends on their dates) or adjusted.", rich_help_panel=_MARKET),
    ] = None
    as_of: Annotated[str | None, typer.Option(help="Only what was known by then.", rich_help_panel=_MARKET)] = None
    file: Annotated[
        Path | None, typer.Option(help="Bars straight from a file, without importing it.", rich_help_panel=_MARKET)
    ] = None
    actions: Annotated[
        Path | None, typer.Option(help="File of splits and dividends for --file.", rich_help_panel=_MARKET)
    ] = None
    timezone: Annotated[
        str | None, typer.Option(help="Of stamps in --file that name none.", rich_help_panel=_MARKET)
    ] = None
    benchmark: Annotated[
        str | None, typer.Option(help="Symbol to compare with: bought and held.", rich_help_panel=_MARKET)
    ] = None

    def market(self, prices: str) -> Market:
        """The message's part; prices of a file are raw unless it is said here."""
        return Market(
            symbols=split(self.symbol),
            timeframe=self.timeframe,
            start=self.start,
            end=self.end,
            prices=prices if self.file is None else self.prices or "raw",
            as_of=self.as_of,
            file=str(self.file) if self.file else None,
            actions=str(self.actions) if self.actions else None,
            timezone=self.timezone,
            benchmark=self.benchmark,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOptions:
    """The money and what trading costs."""

    cash: Annotated[float | None, typer.Option(help="Money at the start.", rich_help_panel=_ACCOUNT)] = None
    commission_bps: Annotated[
        float | None, typer.Option(help="Of the notional of each fill, 10 = 0.1 %.", rich_help_panel=_ACCOUNT)
    ] = None
    commission_per_share: Annotated[float | None, typer.Option(help="Money a share.", rich_help_panel=_ACCOUNT)] = None
    commission_minimum: Annotated[
        float | None, typer.Option(help="At least so much a fill.", rich_help_panel=_ACCOUNT)
    ] = None
    slippage_bps: Annotated[float | None, typer.Option(help="Worse than the price.", rich_help_panel=_ACCOUNT)] = None
    spread_bps: Annotated[
        float | None, typer.Option(help="Between bid and ask; a fill pays half.", rich_help_panel=_ACCOUNT)
    ] = None
    costs: Annotated[
        str | None,
        typer.Option(help="Any costs: PerShare(0.005, minimum=1) + Spread(bps=2)", rich_help_panel=_ACCOUNT),
    ] = None
    fill: Annotated[str | None, typer.Option(help="next-open or signal-close.", rich_help_panel=_ACCOUNT)] = None
    size_at: Annotated[
        str, typer.Option(help="Size orders at the decision or at the fill.", rich_help_panel=_ACCOUNT)
    ] = "decision"
    lot: Annotated[float | None, typer.Option(help="Smallest step; 0 for any fraction.", rich_help_panel=_ACCOUNT)] = (
        None
    )
    leverage: Annotated[float, typer.Option(help="Gross exposure over equity.", rich_help_panel=_ACCOUNT)] = 1.0
    margin: Annotated[
        str | None,
        typer.Option(
            help="In place of leverage: CashAccount(), RegT(), Futures(10, mode='isolated')", rich_help_panel=_ACCOUNT
        ),
    ] = None
    rebalance_band: Annotated[
        float, typer.Option(help="Drift from a target weight that makes an order.", rich_help_panel=_ACCOUNT)
    ] = 0.0
    currency: Annotated[
        str | None,
        typer.Option(help="The account's, as EUR; prices in others are converted.", rich_help_panel=_ACCOUNT),
    ] = None
    interest: Annotated[float, typer.Option(help="A year's rate on cash, 0.02 = 2 %.", rich_help_panel=_ACCOUNT)] = 0.0
    loan: Annotated[float, typer.Option(help="A year's rate on borrowed cash.", rich_help_panel=_ACCOUNT)] = 0.0
    borrow: Annotated[float, typer.Option(help="A year's rate on shorts.", rich_help_panel=_ACCOUNT)] = 0.0
    funding: Annotated[
        bool, typer.Option("--funding", help="Exchange funding of perpetuals, as stored.", rich_help_panel=_ACCOUNT)
    ] = False
    sizing: Annotated[
        str | None,
        typer.Option(
            help="Rules of size in place of equal slots, the least holds: AtrRisk(0.01) + FixedPart(0.2)",
            rich_help_panel=_ACCOUNT,
        ),
    ] = None
    limits: Annotated[
        str | None,
        typer.Option(
            help="Pass every order through the risk gate: default, or a TOML file of limits.", rich_help_panel=_ACCOUNT
        ),
    ] = None
    path: Annotated[
        str,
        typer.Option(
            help="The way within a bar: worst, open-high-low-close, open-low-high-close, nearest.",
            rich_help_panel=_ACCOUNT,
        ),
    ] = "worst"
    numbers: Annotated[str, typer.Option(help="float, or exact decimals.", rich_help_panel=_ACCOUNT)] = "float"

    def account(self, chosen: "Backtest") -> Account:
        """The message's part; `chosen` are the settings with these options in them."""
        return Account(
            cash=chosen.cash,
            costs=self._costs() or self._usual_costs(chosen),
            fill=chosen.fill,
            size_at=self.size_at,
            lot=chosen.lot,
            leverage=self.leverage,
            margin=self.margin,
            rebalance_band=self.rebalance_band,
            sizing=self.sizing,
            numbers=self.numbers,
            carry=Carrying(
                currency=self.currency.upper() if self.currency else None,
                interest=self.interest,
                loan=self.loan,
                borrow=self.borrow,
                funding=self.funding,
            ),
            path=self.path,
        )

    @staticmethod
    def _usual_costs(chosen: "Backtest") -> str | None:
        """The costs of the settings, which hold when no option names any."""
        parts = [f"Commission(bps={chosen.commission_bps!r})"] if chosen.commission_bps else []
        parts += [f"Slippage(bps={chosen.slippage_bps!r})"] if chosen.slippage_bps else []
        return " + ".join(parts) or None

    def _costs(self) -> str | None:
        least = "" if self.commission_minimum is None else f", minimum={self.commission_minimum!r}"
        parts = [self.costs] if self.costs else []
        if self.commission_bps is not None:
            parts.append(f"Commission(bps={self.commission_bps!r}{least if self.commission_per_share is None else ''})")
        if self.commission_per_share is not None:
            parts.append(f"PerShare({self.commission_per_share!r}{least})")
        if least and self.commission_bps is None and self.commission_per_share is None:
            raise InputError(
                "--commission-minimum says nothing alone", remedy="add --commission-per-share or --commission-bps"
            )
        if self.slippage_bps is not None:
            parts.append(f"Slippage(bps={self.slippage_bps!r})")
        if self.spread_bps is not None:
            parts.append(f"Spread(bps={self.spread_bps!r})")
        return " + ".join(parts) or None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatisticsOptions:
    """How the statistics are counted."""

    risk_free: Annotated[float | None, typer.Option(help="Annual rate, 0.02 = 2 %.", rich_help_panel=_STATISTICS)] = (
        None
    )
    periods_per_year: Annotated[
        float | None, typer.Option(help="Sessions a year; 252, or 365 with weekends.", rich_help_panel=_STATISTICS)
    ] = None
    ddof: Annotated[
        int | None, typer.Option(help="1 (the default) divides by n - 1, 0 by n.", rich_help_panel=_STATISTICS)
    ] = None

    def conventions(self, chosen: "Statistics") -> Conventions:
        """The message's part; `chosen` are the settings with these options in them."""
        return Conventions(
            risk_free=chosen.risk_free,
            periods_per_year=chosen.periods_per_year,
            ddof=chosen.ddof,
            resample="daily" if chosen.daily else "none",
        )


def flags(
    market: MarketOptions, account: AccountOptions, *, statistics: StatisticsOptions, engine: str | None
) -> dict[str, object]:
    """Options that are settings too, by the setting's name; None where not given."""
    return {
        "backtest.cash": account.cash,
        "backtest.fill": account.fill,
        "backtest.lot": account.lot,
        "backtest.engine": engine,
        "backtest.prices": market.prices,
        "statistics.risk_free": statistics.risk_free,
        "statistics.periods_per_year": statistics.periods_per_year,
        "statistics.ddof": statistics.ddof,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetOptions:
    """Where the result goes."""

    report: Annotated[
        Path | None, typer.Option(help="Where the tear sheet goes (.html, .png, .json); else into reports/.")
    ] = None
    no_report: Annotated[bool, typer.Option("--no-report", help="Write no tear sheet.")] = False
    json: Json = False
