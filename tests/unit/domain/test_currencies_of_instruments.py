import pytest

from tradewright.domain.calendars import VENUES
from tradewright.domain.currencies import QUOTED, currency_of


@pytest.mark.parametrize(
    ("instrument", "currency"),
    [
        ("AAPL.XNAS", "USD"),
        ("BRK.B.XNYS", "USD"),
        ("VOD.XLON", "GBP"),
        ("BHP.XASX", "AUD"),
        ("7203.XTKS", "JPY"),
        ("SAP.XETR", "EUR"),
        ("ES.XCME", "USD"),
        ("EURUSD.FX", "USD"),
        ("USDJPY.FX", "JPY"),
        ("XAUUSD.FX", "USD"),
        ("BTCUSDT.BINANCE", "USDT"),
        ("ETHBTC.BINANCE", "BTC"),
        ("ADA_BTC.BINANCE", "BTC"),
        ("BTC-USD.COINBASE", "USD"),
        ("BTC-USD-PERP.DYDX", "USD"),
        ("ETH-USDT-SWAP.OKX", "USDT"),
        ("XRP_USDT_USDT.HUOBI", "USDT"),
        ("XBTUSD.BITMEX", "USD"),
        ("BTC.BINANCE", "USD"),
        ("BTC-PERPETUAL.DERIBIT", "USD"),
        ("X.NOWHERE", "USD"),
    ],
)
def test_the_price_is_in_the_money_of_the_venue_or_of_the_pair(instrument: str, currency: str) -> None:
    assert currency_of(instrument) == currency


def test_every_venue_names_its_money_or_trades_pairs() -> None:
    without = {code for code, hours in VENUES.items() if not hours.currency}
    assert without == {code for code, hours in VENUES.items() if hours.is_continuous or code == "FX"}
    assert {hours.currency for hours in VENUES.values() if hours.currency} <= QUOTED


@pytest.mark.parametrize("venue", ["DYDX", "HUOBI"])
def test_venues_of_coins_never_close(venue: str) -> None:
    assert VENUES[venue].is_continuous
