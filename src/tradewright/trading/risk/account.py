"""An account's view is what whoever keeps an account knows of it at one moment: money, positions, orders, markets.

This file decides how the view becomes the gate's book: equity is cash plus everything marked, buying power what equity
times leverage leaves. Where a mark or a rate is not known, equity is not known, and the gate refuses what needs it. A
backtest and a live session fill in the same view, so that both ask the gate the same question.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from tradewright.domain.identifiers import AccountId
from tradewright.domain.quick import quick
from tradewright.trading.risk.book import Begun, Book, MarketView, OpenPosition, ParentOrder, Reservation
from tradewright.trading.risk.sent import Moments, SentOrders
from tradewright.trading.risk.states import TradingState
from tradewright.trading.risk.verdict import Missing, number, positive

NEAR: Final = Decimal("1e-12")
"""What leverage is taken larger by, so that all of it may be asked for: a few of a float's last digits."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class AccountView:
    """One account at one moment; money is in the account's currency, None is "not known"."""

    account: AccountId
    now_ns: int
    """When this was true, nanoseconds UTC."""
    cash: Decimal | None
    peak_equity: Decimal | None
    """The highest equity so far; equity now counts where it is higher."""
    day_equity: Decimal | None
    """Equity at the start of the day."""
    day_began_ns: int
    positions: tuple[OpenPosition, ...]
    reservations: tuple[Reservation, ...]
    """Every order that could still fill."""
    markets: Mapping[str, MarketView]
    """By instrument id: of everything held, working, or about to be asked for."""
    correlations: Mapping[tuple[str, str], Decimal] = field(default_factory=dict)
    """Of returns, by pair of instrument ids in alphabetical order."""
    epoch: int = 1
    state: TradingState | None = TradingState.ACTIVE
    halts: Mapping[str, TradingState] = field(default_factory=dict)
    sent: SentOrders = field(default_factory=SentOrders)
    messages: Moments = field(default_factory=Moments)
    fills: Moments = field(default_factory=Moments)
    parents: Mapping[str, ParentOrder] = field(default_factory=dict)
    live_days: Mapping[str, int] | None = None
    begun: Mapping[str, Begun] | None = None
    leverage: Decimal = Decimal(1)
    """How much may be held for a unit of equity, where the broker does not tell the buying power."""
    buying_power: Decimal | None = None
    """As the broker tells it, before the reservations; None: it follows from equity and leverage."""


def book_of(view: AccountView) -> Book:
    """The gate's book of an account."""
    values = [_value(view, position) for position in view.positions]
    equity = _equity(view, values)
    peak = view.peak_equity
    if isinstance(peak, Decimal) and isinstance(equity, Decimal) and peak.is_finite():
        peak = max(peak, equity)
    return Book(
        account=view.account,
        epoch=view.epoch,
        state=view.state,
        halts=view.halts,
        equity=equity,
        valued_ns=view.now_ns,
        peak_equity=peak,
        day_equity=view.day_equity,
        day_began_ns=view.day_began_ns,
        buying_power=view.buying_power if view.buying_power is not None else _power(view, equity, values=values),
        positions=view.positions,
        reservations=view.reservations,
        markets=view.markets,
        correlations=view.correlations,
        sent=view.sent,
        messages=view.messages,
        fills=view.fills,
        parents=view.parents,
        live_days=view.live_days,
        begun=view.begun,
    )


def equity_of(view: AccountView) -> Decimal | None:
    """Cash plus everything held at its mark; None where anything of it is not known."""
    return _equity(view, [_value(view, position) for position in view.positions])


def _equity(view: AccountView, values: list[Decimal | None]) -> Decimal | None:
    cash = number(view.cash, "the account's cash")
    if isinstance(cash, Missing):
        return None
    known = [value for value in values if value is not None]
    return sum(known, cash) if len(known) == len(values) else None


def _power(view: AccountView, equity: Decimal | None, *, values: list[Decimal | None]) -> Decimal | None:
    """What may still be opened: equity times leverage, less the margin of what is held."""
    if equity is None:
        return None
    taken = Decimal(0)
    for position, value in zip(view.positions, values, strict=True):
        market = view.markets.get(position.instrument)
        if value is None:
            return None
        if value != 0:
            margin = positive(None if market is None else market.margin, "the margin")
            if isinstance(margin, Missing):
                return None
            taken += abs(value) * margin
    return equity * view.leverage - taken


def _value(view: AccountView, position: OpenPosition) -> Decimal | None:
    """A position's worth in the account's currency, signed; None where it cannot be told."""
    quantity = number(position.quantity, "the position")
    if isinstance(quantity, Missing):
        return None
    if quantity == 0:
        return quantity
    market = view.markets.get(position.instrument)
    if market is None:
        return None
    mark, rate = positive(market.mark, "the mark"), positive(market.rate, "the rate")
    if isinstance(mark, Missing) or isinstance(rate, Missing):
        return None
    return quantity * mark * rate * market.instrument.multiplier
