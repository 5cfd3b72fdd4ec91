"""The settings as one frozen tree: a section a noun, a field a value with its type, its range and its default.

The documentation of a field is the `description` beside it; `doctor` and the docs show it.
"""

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from tradewright.settings.secrets import Secret

Fraction = Annotated[Decimal, Meta(extra={"gt": Decimal(0), "le": Decimal(1)})]
"""Exact, as it is written: 0.1 is a tenth."""
Count = Annotated[int, Meta(ge=1)]
Port = Annotated[int, Meta(ge=1, le=65535)]
ClockTime = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", examples=["09:30"])]
Bps = Annotated[float, Meta(ge=0, le=10_000)]
FillRule = Literal["next-open", "signal-close"]
EngineChoice = Literal["auto", "runtime", "kernel"]
Prices = Literal["raw", "adjusted"]


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A group of settings."""


class Data(Section, frozen=True, kw_only=True):
    """Where market data comes from and how long it is kept."""

    default_venue: Annotated[str, Meta(description="venue of a bare symbol in new data")] = "XNYS"
    keep_versions_hours: Annotated[int, Meta(ge=1, description="how long old versions of the store can be read")] = 168
    cache_seconds: Annotated[int, Meta(ge=0, description="how long a cached answer may be used")] = 3600


class Backtest(Section, frozen=True, kw_only=True):
    """What a backtest assumes where nothing else is said."""

    cash: Annotated[float, Meta(gt=0, description="starting cash, in the instruments' currency")] = 100_000.0
    commission_bps: Annotated[Bps, Meta(description="commission per traded notional")] = 0.0
    slippage_bps: Annotated[Bps, Meta(description="how much worse than the bar's price a fill is")] = 0.0
    fill: Annotated[FillRule, Meta(description="when a decision is executed")] = "next-open"
    lot: Annotated[float, Meta(ge=0, description="smallest step of a quantity; 0 is divisible")] = 1.0
    engine: Annotated[EngineChoice, Meta(description="interpreted or compiled; results are the same")] = "auto"
    prices: Annotated[Prices, Meta(description="prices as traded, or adjusted for splits and dividends")] = "raw"


class Statistics(Section, frozen=True, kw_only=True):
    """Conventions of the statistics."""

    periods_per_year: Annotated[
        Annotated[float, Meta(gt=0)] | None,
        Meta(description="scales returns to a year; empty: 252, or 365 where every day is a session"),
    ] = None
    risk_free: Annotated[float, Meta(gt=-1, lt=1, description="annual risk-free rate, a fraction")] = 0.0
    ddof: Annotated[Literal[0, 1], Meta(description="1: sample deviation, 0: population deviation")] = 1
    daily: Annotated[bool, Meta(description="resample intraday equity to sessions before taking returns")] = True


class Log(Section, frozen=True, kw_only=True):
    """What is logged and how it looks."""

    level: Annotated[Literal["debug", "info", "warning", "error"], Meta(description="least that is logged")] = "info"
    format: Annotated[Literal["text", "json"], Meta(description="for people or for machines")] = "text"
    file_mb: Annotated[int, Meta(ge=1, le=1024, description="size at which a file of the log turns over")] = 10
    total_mb: Annotated[int, Meta(ge=10, description="all files of a mode's log together; the oldest go")] = 250


class Workers(Section, frozen=True, kw_only=True):
    """How much of the machine is used."""

    max: Annotated[int, Meta(ge=0, description="processes at most; 0: one a core")] = 0


class Database(Section, frozen=True, kw_only=True):
    """Where the platform's state is kept."""

    url: Annotated[str, Meta(description="PostgreSQL for server mode; empty: SQLite in the state folder")] = ""
    path: Annotated[str, Meta(description="the SQLite file, when not in the state folder")] = ""


class Redis(Section, frozen=True, kw_only=True):
    """The bus and cache between services."""

    url: Annotated[str, Meta(description="empty: everything stays in the process")] = ""


class Api(Section, frozen=True, kw_only=True):
    """Where the web interface listens."""

    host: Annotated[str, Meta(description="address to listen on")] = "127.0.0.1"
    port: Annotated[Port, Meta(description="port of the all-in-one process, or of the gateway")] = 8000
    hosts: Annotated[
        tuple[str, ...], Meta(description="names it is reached by beside localhost, without the port")
    ] = ()
    tls_certificate: Annotated[str, Meta(description="file of the certificate; empty: no TLS of our own")] = ""
    tls_key: Annotated[str, Meta(description="file of the certificate's private key")] = ""
    behind_proxy: Annotated[bool, Meta(description="a proxy in front ends TLS: other addresses may listen")] = False
    cors_origins: Annotated[tuple[str, ...], Meta(description="sites whose pages may call; none by default")] = ()
    requests_per_key: Annotated[int, Meta(ge=1, description="requests of one key in a minute")] = 1_200
    requests_per_address: Annotated[int, Meta(ge=1, description="requests from one address in a minute")] = 2_400
    orders_per_key: Annotated[int, Meta(ge=1, description="orders that one key may send in a minute")] = 300
    metrics_token: Annotated[Secret, Meta(description="place of a token that opens /metrics alone")] = Secret()


class Services(Section, frozen=True, kw_only=True):
    """Where the gateway finds the services; several addresses are several instances."""

    data: Annotated[tuple[str, ...], Meta(description="market data, symbols, watchlists")] = ("http://127.0.0.1:8001",)
    strategy: Annotated[tuple[str, ...], Meta(description="strategies, backtests")] = ("http://127.0.0.1:8002",)
    risk: Annotated[tuple[str, ...], Meta(description="limits, kill switch, assessments")] = ("http://127.0.0.1:8003",)
    trader: Annotated[tuple[str, ...], Meta(description="orders, positions, sessions")] = ("http://127.0.0.1:8004",)
    scheduler: Annotated[tuple[str, ...], Meta(description="jobs and their times")] = ("http://127.0.0.1:8005",)
    timeout_s: Annotated[float, Meta(gt=0, description="silence after which a service is given up, in seconds")] = 60.0


class Health(Section, frozen=True, kw_only=True):
    """What counts as well."""

    data_hours: Annotated[float, Meta(ge=0, description="age in hours at which data counts as old; 0: any age")] = 0.0
    free_disk_mb: Annotated[int, Meta(ge=0, description="less free space than that is too little")] = 500
    free_memory_mb: Annotated[int, Meta(ge=0, description="less memory than that is too little")] = 200
    load: Annotated[float, Meta(gt=0, description="processes by core that wait for one at which it is too busy")] = 20.0


class Risk(Section, frozen=True, kw_only=True):
    """Limits of the gate, as fractions of equity."""

    max_position: Annotated[Fraction, Meta(description="largest position")] = Decimal("0.05")
    max_portfolio_risk: Annotated[Fraction, Meta(description="largest loss to the protective stops")] = Decimal("0.02")
    drawdown_stop: Annotated[Fraction, Meta(description="drawdown from the peak that stops trading")] = Decimal("0.15")


class Window(Section, frozen=True, kw_only=True):
    """The part of a day in which we trade."""

    start: Annotated[ClockTime, Meta(description="no order before")] = "09:30"
    end: Annotated[ClockTime, Meta(description="no order after")] = "16:00"
    timezone: Annotated[str, Meta(description="whose clock that is")] = "America/New_York"


class Trading(Section, frozen=True, kw_only=True):
    """What trading is done with."""

    mode: Annotated[Literal["paper", "live"], Meta(description="with play money or with real money")] = "paper"
    broker: Annotated[
        Literal["paper", "ibkr", "alpaca", "binance"], Meta(description="who takes the orders; paper: our own venue")
    ] = "paper"
    keep_orders: Annotated[
        int, Meta(ge=0, description="orders that ended long ago and stay in memory; where there are more, all leave it")
    ] = 2000
    keep_days: Annotated[
        int, Meta(ge=1, le=60, description="trading days after which an order that has ended did so long ago")
    ] = 5
    hours: Window = Window()


class Ibkr(Section, frozen=True, kw_only=True):
    """Interactive Brokers' gateway."""

    host: Annotated[str, Meta(description="where the gateway runs")] = "127.0.0.1"
    port: Annotated[Port, Meta(description="7497 or 4002 is paper, 7496 or 4001 is live")] = 7497
    client_id: Annotated[int, Meta(ge=0, description="number of our connection")] = 1


class Alpaca(Section, frozen=True, kw_only=True):
    """Alpaca's interface."""

    key: Annotated[Secret, Meta(description="place of the key's id")] = Secret()
    secret: Annotated[Secret, Meta(description="place of the secret key")] = Secret()
    base_url: Annotated[str, Meta(description="empty: by `paper`")] = ""
    paper: Annotated[bool, Meta(description="the paper environment or the live one")] = True


class Brokers(Section, frozen=True, kw_only=True):
    """Who orders go through."""

    ibkr: Ibkr = Ibkr()
    alpaca: Alpaca = Alpaca()


class TwelveData(Section, frozen=True, kw_only=True):
    """The TwelveData source."""

    key: Annotated[Secret, Meta(description="place of the key")] = Secret()


class Sources(Section, frozen=True, kw_only=True):
    """Who market data comes from."""

    twelve_data: TwelveData = TwelveData()


class Gotify(Section, frozen=True, kw_only=True):
    """A Gotify server."""

    url: Annotated[str, Meta(description="address of the server; empty: nobody is told")] = ""
    token: Annotated[Secret, Meta(description="place of the application's token")] = Secret()


class Notify(Section, frozen=True, kw_only=True):
    """Who is told."""

    gotify: Gotify = Gotify()


class Settings(Section, frozen=True, kw_only=True):
    """All settings."""

    home: Annotated[str, Meta(description="the state folder; empty: .tradewright in the project folder")] = ""
    data: Data = Data()
    backtest: Backtest = Backtest()
    statistics: Statistics = Statistics()
    log: Log = Log()
    workers: Workers = Workers()
    database: Database = Database()
    redis: Redis = Redis()
    api: Api = Api()
    services: Services = Services()
    health: Health = Health()
    risk: Risk = Risk()
    trading: Trading = Trading()
    brokers: Brokers = Brokers()
    sources: Sources = Sources()
    notify: Notify = Notify()

    def state_folder(self, project: Path) -> Path:
        """Where state lives: `home`, relative to the project folder, or `.tradewright` in it."""
        return project.absolute() / Path(self.home or ".tradewright").expanduser()
