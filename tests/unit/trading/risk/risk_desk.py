"""A desk for the tests of the gate: an account of 100,000 with wide limits, one share, one order."""

from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

from tradewright.domain.calendars import SECOND
from tradewright.domain.identifiers import AccountId, ClientOrderId, InstrumentId
from tradewright.domain.instruments.instrument import AssetClass, Instrument
from tradewright.domain.orders.request import OrderRequest
from tradewright.domain.orders.side import Side
from tradewright.trading.risk.book import Book, MarketView, OpenPosition, Reservation
from tradewright.trading.risk.hours import OpenHours
from tradewright.trading.risk.limits import Limits, read_limits, shipped_limits
from tradewright.trading.risk.request import RiskRequest
from tradewright.trading.risk.sent import SentOrder, SentOrders
from tradewright.trading.risk.states import TradingState
from tradewright.trading.risk.verdict import Missing

NOW = 1_000_000 * SECOND
OPENS, CLOSES = NOW - 3600 * SECOND, NOW + 3600 * SECOND
APPLE, OTHER, COIN = "AAPL.XNAS", "MSFT.XNAS", "BTCUSDT.BINANCE"
D = Decimal


def hours() -> OpenHours:
    """Yesterday's session, today's around NOW; known for a day either way."""
    day = 86_400 * SECOND
    return OpenHours(((OPENS - day, CLOSES - day), (OPENS, CLOSES)), (NOW - 2 * day, NOW + day))


def instrument(name: str = APPLE, **changes: Any) -> Instrument:
    return Instrument(InstrumentId(name), "USD", AssetClass.EQUITY, **{"sector": "technology", **changes})


def market(name: str = APPLE, **changes: Any) -> MarketView:
    kind = AssetClass.CRYPTO if name == COIN else AssetClass.EQUITY
    parts: dict[str, Any] = {
        "instrument": Instrument(InstrumentId(name), "USD", kind, sector="technology"),
        "mark": D(100),
        "marked_ns": NOW,
        "value_at_risk": D("0.02"),
        "day_quantity": D(1_000_000),
        "can_short": True,
        "hours": hours(),
    }
    return MarketView(**{**parts, **changes})


def book(**changes: Any) -> Book:
    parts: dict[str, Any] = {
        "account": AccountId("paper"),
        "epoch": 1,
        "state": TradingState.ACTIVE,
        "halts": {},
        "equity": D(100_000),
        "valued_ns": NOW,
        "peak_equity": D(100_000),
        "day_equity": D(100_000),
        "day_began_ns": OPENS,
        "buying_power": D(1_000_000),
        "positions": (),
        "reservations": (),
        "markets": {name: market(name) for name in (APPLE, OTHER, COIN)},
        "correlations": {(APPLE, OTHER): D(0), (APPLE, COIN): D(0), (COIN, OTHER): D(0)},
    }
    changes["sent"] = SentOrders(changes.get("sent", ()))
    return Book(**{**parts, **changes})


def order(**changes: Any) -> OrderRequest:
    parts: dict[str, Any] = {"instrument": APPLE, "side": Side.BUY, "quantity": D(10)}
    return OrderRequest(**{**parts, **changes})


def request(name: str = "new", **changes: Any) -> RiskRequest:
    """A request; what is no field of its own goes to the order."""
    own = {field.name for field in fields(RiskRequest)}
    outer: dict[str, Any] = {"executes_ns": NOW, "protective_stop": D(98)}
    outer.update({key: value for key, value in changes.items() if key in own})
    inner = {key: value for key, value in changes.items() if key not in own}
    return RiskRequest(client_order_id=ClientOrderId(name), order=order(**inner), **outer)


def held(quantity: int | str, instrument: str = APPLE, **changes: Any) -> OpenPosition:
    return OpenPosition(instrument=instrument, quantity=D(quantity), **changes)


def reserved(
    name: str, quantity: int, *, side: Side = Side.BUY, instrument: str = APPLE, **changes: Any
) -> Reservation:
    return Reservation(
        client_order_id=ClientOrderId(name), instrument=instrument, side=side, quantity=D(quantity), **changes
    )


def sent(name: str, time_ns: int = NOW, *, is_reducing: bool = False, **changes: Any) -> SentOrder:
    notional, price = changes.pop("notional", D(0)), changes.pop("price", None)
    return SentOrder(ClientOrderId(name), order(**changes), time_ns, is_reducing, notional, price)


def limits(**changes: Any) -> Limits:
    """Limits so wide that only what a test sets can refuse."""
    wide = {
        "order_quantity": D(1_000_000),
        "order_day_part": D("0.25"),
        "order_notional": D(10_000_000),
        "position": D(10),
        "portfolio_risk": D("0.25"),
        "gross_exposure": D(20),
        "net_exposure": D(20),
        "leverage": D(20),
        "symbol_concentration": D(10),
        "sector_concentration": D(20),
        "asset_class_concentration": D(20),
        "correlated_exposure": D(20),
        "buying_power_buffer": D(0),
        "daily_loss": D("0.20"),
        "basket_notional": D(20),
        "unknown_notional": D(10),
        "near_close_ms": 0,
        "own_travel": D("0.20"),
        "allows_short": True,
    }
    shipped = shipped_limits(frozenset({APPLE, OTHER, COIN}))
    values = {field.name: getattr(shipped, field.name) for field in fields(Limits)}
    return read_limits({**values, **wide, **changes})


def without_market(name: str, **changes: Any) -> Book:
    """A book in which parts of a market are not known."""
    plain = book()
    return replace(plain, markets={**plain.markets, name: market(name, **changes)})


MissingType = Missing


def renamed(wish: RiskRequest, name: str) -> RiskRequest:
    return replace(wish, client_order_id=ClientOrderId(name))
