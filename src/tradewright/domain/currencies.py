"""The currency of an instrument is the money its price counts: that of its venue, or the second half of a pair.

Decides how the second half of a pair's symbol is found: `EURUSD`, `BTC-USD`, `XRP_USDT_PERP`, `ETHBTC`.
"""

import re

from tradewright.domain.calendars import VENUES, venue_of

USUAL = "USD"
"""Of a pair that names no currency we know."""
QUOTED = frozenset(
    {
        *("AUD", "BRL", "CAD", "CHF", "CNH", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "INR", "JPY", "KRW"),
        *("MXN", "NOK", "NZD", "PLN", "RUB", "SEK", "SGD", "THB", "TRY", "TWD", "USD", "ZAR"),
        *("BNB", "BTC", "BUSD", "DAI", "ETH", "FDUSD", "SOL", "USDC", "USDT"),
    }
)
"""Currencies and coins that others are priced in."""
_LONGEST = max(map(len, QUOTED))


def currency_of(instrument: str) -> str:
    """The currency that the prices of an instrument id are in; USD where nothing tells it.

    >>> [currency_of(name) for name in ("AAPL.XNAS", "BHP.XASX", "USDJPY.FX", "BTCUSDT.BINANCE", "BTC-USD.COINBASE")]
    ['USD', 'AUD', 'JPY', 'USDT', 'USD']
    """
    hours = VENUES.get(venue_of(instrument))
    if hours is None or hours.currency:
        return USUAL if hours is None else hours.currency
    symbol = instrument.rpartition(".")[0].upper()
    named = [part for part in re.split(r"[-_.=^]", symbol) if part in QUOTED]
    if len(named) > 1 or (named and not symbol.startswith(named[0])):
        return named[-1] if len(named) < 3 else named[1]  # BTC_USDT_USDT: the third is what a contract settles in
    first = re.split(r"[-_.=^]", symbol)[0]
    endings = (first[-length:] for length in range(min(_LONGEST, len(first) - 1), 2, -1))
    return next((ending for ending in endings if ending in QUOTED), USUAL)
