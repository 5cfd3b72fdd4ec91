"""The table of controls: what the gate asks, from limits to controls; their order is only that of the answer."""

from functools import lru_cache
from typing import Final

from tradewright.trading.risk.controls.concentration import (
    AssetClassConcentration,
    CorrelatedExposure,
    SectorConcentration,
    SymbolConcentration,
)
from tradewright.trading.risk.controls.control import Control
from tradewright.trading.risk.controls.losses import DailyLoss, DrawdownStop, PortfolioRisk
from tradewright.trading.risk.controls.market import FreshBook, FreshMark, MarketHours, NearClose, Spread
from tradewright.trading.risk.controls.money import BuyingPower
from tradewright.trading.risk.controls.orders import (
    BasketNotional,
    OnGrid,
    OrderDayPart,
    OrderNotional,
    OrderQuantity,
    SmallestOrder,
)
from tradewright.trading.risk.controls.permissions import AllowList, ShortPermission, StateOfTrading, TrueReduceOnly
from tradewright.trading.risk.controls.positions import GrossExposure, Leverage, NetExposure, PositionSize
from tradewright.trading.risk.controls.prices import FatFinger, OwnTravel, PriceCollar
from tradewright.trading.risk.controls.rates import (
    MessagesPerFill,
    MessagesPerSecond,
    OrdersPerMinute,
    OrdersPerSecond,
    TradesPerDay,
)
from tradewright.trading.risk.controls.repeats import Duplicate, SameId
from tradewright.trading.risk.controls.working import (
    OneAtATime,
    SelfTrade,
    UnknownNotional,
    UnknownOrders,
    WithinParent,
    WorkingOrders,
    WorkingPerSide,
)
from tradewright.trading.risk.limits import Limits

SOFT: Final = frozenset({"duplicate", "price_collar", "spread"})
"""Controls that suspect a slip and bound no loss: what they refuse a named person may confirm, for one order, by typing
the number that they found. All others are hard: nobody overrides them while trading."""


@lru_cache(maxsize=64)
def controls_of(limits: Limits) -> tuple[Control, ...]:
    """Every control with its scalar from the limits."""
    return (
        StateOfTrading(),
        AllowList(limits.instruments),
        SameId(),
        Duplicate(limits.duplicate_window_ms),
        OrdersPerSecond(limits.orders_per_second, limits.reducing_per_second),
        OrdersPerMinute(limits.orders_per_minute),
        TradesPerDay(limits.trades_per_day),
        MessagesPerSecond(limits.messages_per_second, limits.message_reserve),
        MessagesPerFill(limits.messages_per_fill, limits.messages_judged_from),
        WorkingPerSide(limits.working_per_side),
        WorkingOrders(limits.working_orders),
        UnknownOrders(limits.unknown_orders),
        UnknownNotional(limits.unknown_notional),
        SelfTrade(limits.collar_shares, limits.collar_crypto, limits.collar_others),
        OneAtATime(limits.ramp_orders),
        WithinParent(),
        MarketHours(),
        NearClose(limits.near_close_ms),
        FreshMark(limits.mark_age_ms),
        FreshBook(limits.book_age_ms),
        OnGrid(),
        SmallestOrder(),
        PriceCollar(limits.collar_shares, limits.collar_crypto, limits.collar_others),
        FatFinger(limits.fat_finger),
        OwnTravel(limits.own_travel, limits.own_travel_window_ms),
        Spread(limits.spread),
        OrderQuantity(limits.order_quantity),
        OrderDayPart(limits.order_day_part),
        OrderNotional(limits.order_notional),
        BasketNotional(limits.basket_notional, limits.basket_window_ms),
        TrueReduceOnly(),
        ShortPermission(limits.allows_short),
        PositionSize(limits.position),
        GrossExposure(limits.gross_exposure),
        NetExposure(limits.net_exposure),
        Leverage(limits.leverage),
        SymbolConcentration(limits.symbol_concentration),
        SectorConcentration(limits.sector_concentration),
        AssetClassConcentration(limits.asset_class_concentration),
        CorrelatedExposure(limits.correlated_exposure, limits.correlated_above),
        PortfolioRisk(limits.portfolio_risk),
        BuyingPower(limits.buying_power_buffer),
        DrawdownStop(limits.drawdown.stop),
        DailyLoss(limits.daily_loss),
    )
