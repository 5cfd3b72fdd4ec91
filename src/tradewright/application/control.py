"""The messages that may travel over the control line to a trader, with the types of their answers; no other may."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from tradewright.application.risk.messages import (
    AdoptLimits,
    CheckOrder,
    ReopenTrading,
    RiskShown,
    ShutTrading,
    SizeQuestion,
)
from tradewright.application.risk.views import OrderCheck, RiskView, SizeView
from tradewright.application.trading.messages import (
    CancelOrders,
    ChangeOrder,
    ClosePosition,
    Orders,
    PauseStrategy,
    Portfolio,
    Positions,
    ResumeStrategy,
    SeeAlert,
    SessionShown,
    StopSession,
    SubmitOrder,
)
from tradewright.application.trading.views import Done, OrderView, PortfolioView, PositionView, SessionView

TABLE: Final[Mapping[type, object]] = MappingProxyType(
    {
        SessionShown: SessionView,
        Orders: tuple[OrderView, ...],
        Positions: tuple[PositionView, ...],
        Portfolio: PortfolioView,
        RiskShown: RiskView,
        SizeQuestion: SizeView,
        CheckOrder: OrderCheck,
        SubmitOrder: Done,
        ChangeOrder: Done,
        CancelOrders: Done,
        ClosePosition: Done,
        PauseStrategy: Done,
        ResumeStrategy: Done,
        StopSession: Done,
        SeeAlert: Done,
        AdoptLimits: Done,
        ShutTrading: Done,
        ReopenTrading: Done,
    }
)
"""Message -> type of its answer."""
