"""The gate's self-test: orders that no desk should ever send, put to the gate and never to a venue.

This file decides the poison. A sound order on a made-up book must pass; each poison changes one thing of it that must
be refused by the control named beside it. A gate that lets one of them through, or refuses the sound one, must not
open: whoever starts asks `self_test`, at the start and every hour.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Final

from tradewright.domain.calendars import SECOND
from tradewright.domain.identifiers import AccountId, ClientOrderId, InstrumentId, StrategyId
from tradewright.domain.instruments.instrument import AssetClass, Instrument, InstrumentStatus
from tradewright.domain.orders.request import OrderKind, OrderRequest
from tradewright.domain.orders.side import Side
from tradewright.trading.risk.book import Begun, Book, MarketView, OpenPosition, ParentOrder, Reservation
from tradewright.trading.risk.gate import Approved, Refused, check
from tradewright.trading.risk.hours import OpenHours
from tradewright.trading.risk.limits import Limits
from tradewright.trading.risk.request import RiskRequest
from tradewright.trading.risk.sent import Moments, SentOrder, SentOrders
from tradewright.trading.risk.states import TradingState

_D = Decimal
_NOW: Final = 10**9 * SECOND
_DAY: Final = 86_400 * SECOND
_OWN, _OTHER = "POISON.TEST", "TWIN.TEST"
_STRATEGY: Final = StrategyId("self-test")
_OF_EQUITY: Final = (
    "position",
    "gross_exposure",
    "net_exposure",
    "leverage",
    "symbol_concentration",
    "sector_concentration",
    "asset_class_concentration",
    "correlated_exposure",
    "basket_notional",
)
Gate = Callable[..., Approved | Refused]


@dataclass(frozen=True, slots=True)
class Poison:
    """One order that must be refused: what is changed of the sound one, and by whom it must be refused."""

    name: str
    control: str
    order: dict[str, Any] = field(default_factory=dict)
    request: dict[str, Any] = field(default_factory=dict)
    book: dict[str, Any] = field(default_factory=dict)
    market: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failure:
    """A poison that the gate did not refuse as it must."""

    poison: str
    expected: str
    """The control that must refuse; `approval` of the sound order."""
    found: tuple[str, ...]
    """The controls that refused; empty where none did."""

    def __str__(self) -> str:
        found = ", ".join(self.found) or "approval"
        return f"{self.poison}: expected {self.expected}, found {found}"


_COUNTED: Final = {
    "orders_per_minute": 100, "trades_per_day": 200, "messages_per_fill": 100, "messages_judged_from": 100,
    "working_orders": 200,
}  # fmt: skip
"""Limits that poison reaches by as many made-up orders: at most so many are made, and the limit is tested there."""


def self_test(limits: Limits, *, gate: Gate = check) -> tuple[Failure, ...]:
    """What failed; empty where the gate may open. `limits` are those that are to be traded by."""
    own = replace(
        limits,
        instruments=limits.instruments | {_OWN, _OTHER},
        **{name: min(getattr(limits, name), most) for name, most in _COUNTED.items()},
    )
    failures = list(_sound(own, gate))
    for poison in poisons(own):
        request, book = _request(own, poison), _book(own, poison)
        answer = gate(request, book, limits=own, now_ns=_NOW)
        refused = tuple(one.control for one in answer.findings if one.is_refused)
        if isinstance(answer, Approved) or poison.control not in refused:
            failures.append(Failure(poison.name, poison.control, refused))
    return tuple(failures)


def _sound(limits: Limits, gate: Gate) -> Iterator[Failure]:
    plain = Poison("the sound order", "approval")
    answer = gate(_request(limits, plain), _book(limits, plain), limits=limits, now_ns=_NOW)
    if isinstance(answer, Refused):
        yield Failure(plain.name, plain.control, tuple(one.control for one in answer.reasons))


def poisons(limits: Limits) -> tuple[Poison, ...]:
    """Every poison for these limits."""
    return (*_permissions(limits), *_prices(limits), *_sizes(limits), *_flow(limits), *_times(limits), *_unknowns())


def _permissions(limits: Limits) -> Iterator[Poison]:
    yield Poison("while killed", "trading_state", book={"state": TradingState.KILLED})
    yield Poison("while only cancels pass", "trading_state", book={"state": TradingState.CANCEL_ONLY})
    yield Poison("while only reducing", "trading_state", book={"state": TradingState.REDUCE_ONLY})
    yield Poison("while the strategy is off", "trading_state", book={"halts": {_STRATEGY: TradingState.REDUCE_ONLY}})
    yield Poison("while the instrument is frozen", "trading_state", book={"halts": {_OWN: TradingState.CANCEL_ONLY}})
    yield Poison("an instrument that is not listed", "instruments", order={"instrument": "STRANGE.TEST"})
    yield Poison("an instrument that is halted", "instruments", market={"status": InstrumentStatus.HALTED})
    yield Poison("a short that nobody lends", "short", order={"side": Side.SELL}, market={"can_short": False})
    yield Poison("a reduce-only that opens", "reduces_only", order={"reduces_only": True})
    yield Poison("an id that was used", "order_id", book={"sent": SentOrders([_sent(limits, "poison", _NOW - _DAY)])})
    yield Poison("a second attempt of nothing", "order_id", request={"attempt": 2})


def _prices(limits: Limits) -> Iterator[Poison]:
    beyond = _D(100) * (1 + limits.collar_shares) + _D("0.01")
    yield Poison("a limit price beyond the collar", "price_collar", order=_limit(beyond))
    yield Poison("a price with a digit too many", "fat_finger", order=_limit(_D(1000)))
    yield Poison("a price with a digit too few", "fat_finger", order=_limit(_D(1)))
    yield Poison("a stop with a digit too few", "fat_finger", request={"protective_stop": _D(1)})
    yield Poison("a price between ticks", "grid", order=_limit(_D("99.995")))
    yield Poison("a quantity between lots", "grid", order={"quantity": _D("1.5")})
    yield Poison("less than is traded", "smallest_order", market={"smallest_quantity": _D(10)})
    yield Poison("less money than is traded", "smallest_order", market={"smallest_notional": _D(10_000)})
    wide = _D(100) * (1 + 2 * limits.spread)
    yield Poison("a market order at a wide spread", "spread", market={"bid": _D(100), "ask": wide})
    chased = SentOrders([replace(_sent(limits, "other", _NOW - 1), price=_D(100) / (1 + 2 * limits.own_travel))])
    yield Poison("an order that chases the price", "own_travel", book={"sent": chased})
    offer = _reserved("offer", _D(1), side=Side.SELL, limit_price=_D(100))
    yield Poison("an order that meets an own one", "self_trade", book={"reservations": (offer,)})


def _sizes(limits: Limits) -> Iterator[Poison]:
    rich = _D(10) ** 15
    yield Poison("too many units", "order_quantity", order={"quantity": _up(limits.order_quantity)})
    yield Poison("too much of a day", "order_day_part", market={"day_quantity": _D("0.5") / limits.order_day_part})
    yield Poison("too much money", "order_notional", order={"quantity": _up(limits.order_notional / 100)})
    poor = {"equity": _D(1), "peak_equity": _D(1), "day_equity": _D(1)}
    for name in _OF_EQUITY:
        yield Poison(f"beyond {name}", name, book=poor)
    yield Poison("beyond the risk of all stops", "portfolio_risk", request={"protective_stop": None}, book=poor)
    yield Poison("without buying power", "buying_power", book={"buying_power": _D(99)})
    yield Poison("at the drawdown stop", "drawdown", book={"peak_equity": 3 * rich})
    yield Poison("at the loss of the day", "daily_loss", book={"day_equity": 3 * rich})
    yield Poison("more than the order it is a part of", "parent", request={"parent": "p"},
                 book={"parents": {"p": ParentOrder(_D(100), _D(100))}})  # fmt: skip


def _flow(limits: Limits) -> Iterator[Poison]:
    burst = [_sent(limits, f"b{n}", _NOW) for n in range(limits.orders_per_second)]
    yield Poison("too many in a second", "orders_per_second", book={"sent": SentOrders(burst)})
    minute = [_sent(limits, f"m{n}", _NOW - 2 * SECOND) for n in range(limits.orders_per_minute)]
    yield Poison("too many in a minute", "orders_per_minute", book={"sent": SentOrders(minute)})
    day = [_sent(limits, f"d{n}", _NOW - 7200 * SECOND) for n in range(limits.trades_per_day)]
    yield Poison("too many in a day", "trades_per_day", book={"sent": SentOrders(day)})
    yield Poison("the same order twice", "duplicate", book={"sent": SentOrders([_sent(limits, "twin", _NOW)])})
    messages = Moments([_NOW] * limits.messages_per_second)
    yield Poison("too many messages in a second", "messages_per_second", book={"messages": messages})
    hour = Moments([_NOW - 2 * SECOND] * max(limits.messages_per_fill + 1, limits.messages_judged_from))
    yield Poison("too many messages for a fill", "messages_per_fill", book={"messages": hour})
    if limits.ramp_orders:
        yield Poison("a second order of a strategy that is new", "ramp_orders",
                     book={"begun": {_STRATEGY: Begun(0, (ClientOrderId("first"),))}})  # fmt: skip
    side = tuple(_reserved(f"s{n}", _D(1)) for n in range(limits.working_per_side))
    yield Poison("too many on a side", "working_per_side", book={"reservations": side})
    every = tuple(_reserved(f"w{n}", _D(1), instrument=_OTHER) for n in range(limits.working_orders))
    yield Poison("too many that work", "working_orders", book={"reservations": every})
    unknown = tuple(_reserved(f"u{n}", _D(1), is_unknown=True) for n in range(limits.unknown_orders + 1))
    yield Poison("too many of unknown outcome", "unknown_orders", book={"reservations": unknown})
    large = _reserved("u", _up(_D(10) ** 13 * limits.unknown_notional), is_unknown=True)
    yield Poison("too much of unknown outcome", "unknown_notional", book={"reservations": (large,)})


def _times(limits: Limits) -> Iterator[Poison]:
    closed = OpenHours(((_NOW - _DAY, _NOW - 1),), (_NOW - 9 * _DAY, _NOW + 9 * _DAY))
    yield Poison("while the market is closed", "market_hours", market={"hours": closed})
    yield Poison("into the past", "market_hours", request={"executes_ns": _NOW - 1})
    if limits.near_close_ms:
        yield Poison("right before the close", "near_close", request={"executes_ns": _NOW + _DAY})
    old = {"hours": OpenHours(((_NOW - 8 * _DAY, _NOW + _DAY),), (_NOW - 9 * _DAY, _NOW + 9 * _DAY))}
    stale = _NOW - limits.mark_age_ms * 1_000_000 - 1
    yield Poison("on a stale mark", "mark_age_ms", market={**old, "marked_ns": stale})
    stale = _NOW - limits.book_age_ms * 1_000_000 - 1
    yield Poison("on a stale book", "book_age_ms", market=old, book={"valued_ns": stale})


def _unknowns() -> Iterator[Poison]:
    yield Poison("without a state of trading", "trading_state", book={"state": None})
    yield Poison("without equity", "position", book={"equity": None})
    yield Poison("with equity that is no number", "leverage", book={"equity": _D("NaN")})
    yield Poison("without a peak of equity", "drawdown", book={"peak_equity": None})
    yield Poison("without equity of the morning", "daily_loss", book={"day_equity": None})
    yield Poison("without a mark", "position", market={"mark": None})
    yield Poison("with a mark of nothing", "order_notional", market={"mark": _D(0)})
    yield Poison("without an exchange rate", "gross_exposure", market={"rate": None})
    yield Poison("without a bad day and a stop", "portfolio_risk", request={"protective_stop": None},
                 market={"value_at_risk": None})  # fmt: skip
    yield Poison("without hours", "market_hours", market={"hours": None})
    yield Poison("with a mark from the future", "mark_age_ms", market={"marked_ns": _NOW + 1})
    yield Poison("without the correlation with what is held", "correlated_exposure", book={"correlations": {}})
    yield Poison("without a market", "instruments", book={"markets": {}})
    yield Poison("beside a position that is no number", "gross_exposure",
                 book={"positions": (OpenPosition(instrument=_OTHER, quantity=_D("Infinity")),)})  # fmt: skip


def _request(limits: Limits, poison: Poison) -> RiskRequest:
    terms: dict[str, Any] = {"executes_ns": _NOW, "protective_stop": _D(100) * (1 - limits.fat_finger / 2)}
    return RiskRequest(
        client_order_id=ClientOrderId("poison"), order=_order(**poison.order), **{**terms, **poison.request}
    )


def _order(**changes: Any) -> OrderRequest:
    parts: dict[str, Any] = {"instrument": _OWN, "side": Side.BUY, "quantity": _D(1), "strategy": _STRATEGY}
    return OrderRequest(**{**parts, **changes})


def _limit(price: Decimal) -> dict[str, Any]:
    return {"kind": OrderKind.LIMIT, "limit_price": price}


def _sent(limits: Limits, name: str, time_ns: int) -> SentOrder:
    return SentOrder(ClientOrderId(name), _order(), time_ns, is_reducing=False)


def _reserved(name: str, quantity: Decimal, **changes: Any) -> Reservation:
    parts: dict[str, Any] = {"instrument": _OWN, "side": Side.BUY, **changes}
    return Reservation(client_order_id=ClientOrderId(name), quantity=quantity, **parts)


def _up(value: Decimal) -> Decimal:
    return (value + 1).to_integral_value()


def _market(name: str, changes: dict[str, Any]) -> MarketView:
    own = {
        key: value for key, value in changes.items() if key not in {"status", "smallest_quantity", "smallest_notional"}
    }
    listed = {key: value for key, value in changes.items() if key not in own}
    instrument = Instrument(InstrumentId(name), "USD", AssetClass.EQUITY, **listed)
    parts: dict[str, Any] = {
        "instrument": instrument,
        "mark": _D(100),
        "marked_ns": _NOW,
        "value_at_risk": _D("0.02"),
        "day_quantity": _D(10) ** 12,
        "can_short": True,
        "hours": OpenHours(((_NOW - 3600 * SECOND, _NOW + _DAY),), (_NOW - 9 * _DAY, _NOW + 9 * _DAY)),
    }
    return MarketView(**{**parts, **own})


def _book(limits: Limits, poison: Poison) -> Book:
    rich = _D(10) ** 15
    parts: dict[str, Any] = {
        "account": AccountId("self-test"),
        "epoch": 1,
        "state": TradingState.ACTIVE,
        "halts": {},
        "equity": rich,
        "valued_ns": _NOW,
        "peak_equity": rich,
        "day_equity": rich,
        "day_began_ns": _NOW - _DAY,
        "buying_power": rich,
        "positions": (OpenPosition(instrument=_OTHER, quantity=_D(1), protective_stop=_D(99)),),
        "reservations": (),
        "markets": {_OWN: _market(_OWN, poison.market), _OTHER: _market(_OTHER, {})},
        "correlations": {(_OWN, _OTHER): _D(0)},
    }
    return Book(**{**parts, **poison.book})
