"""The table of controls: what the gate asks, from limits to controls; their order is only that of the answer."""

from tradewright.trading.risk.controls.concentration import (
    AssetClassConcentration,
    CorrelatedExposure,
    SectorConcentration,
    SymbolConcentration,
)
from tradewright.trading.risk.controls.control import Control
from tradewright.trading.risk.controls.losses import DailyLoss, DrawdownStop, PortfolioRisk
from tradewright.trading.risk.controls.market import FreshBook, FreshMark, MarketHours
from tradewright.trading.risk.controls.money import BuyingPower
from tradewright.trading.risk.controls.orders import OnGrid, OrderDayPart, OrderNotional, OrderQuantity
from tradewright.trading.risk.controls.permissions import AllowList, ShortPermission, StateOfTrading, TrueReduceOnly
from tradewright.trading.risk.controls.positions import GrossExposure, Leverage, NetExposure, PositionSize
from tradewright.trading.risk.controls.prices import FatFinger, PriceCollar
from tradewright.trading.risk.controls.rates import Duplicate, OrdersPerSecond, SameId, TradesPerDay
from tradewright.trading.risk.limits import Limits


def controls_of(limits: Limits) -> tuple[Control, ...]:
    """Every control with its scalar from the limits."""
    return (
        StateOfTrading(),
        AllowList(limits.instruments),
        SameId(),
        Duplicate(limits.duplicate_window_ms),
        OrdersPerSecond(limits.orders_per_second, limits.reducing_per_second),
        TradesPerDay(limits.trades_per_day),
        MarketHours(),
        FreshMark(limits.mark_age_ms),
        FreshBook(limits.book_age_ms),
        OnGrid(),
        PriceCollar(limits.collar_shares, limits.collar_crypto, limits.collar_others),
        FatFinger(limits.fat_finger),
        OrderQuantity(limits.order_quantity),
        OrderDayPart(limits.order_day_part),
        OrderNotional(limits.order_notional),
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
