"""Routes of orders, positions and fills, over every session that runs or ended today."""

from typing import Final

from tradewright.application.trading.across_messages import (
    AllFills,
    AllOrders,
    AllPositions,
    AmendOrder,
    CancelAll,
    CancelOrder,
    CloseHeld,
    FillView,
    OneOrder,
    OneTrace,
    PlaceOrder,
    SessionOrder,
    SessionPosition,
)
from tradewright.application.trading.views import Done, OrderTraceView
from tradewright.interfaces.api.asks import Ask, Example
from tradewright.interfaces.api.routers.kinds import (
    CURSOR,
    LIFE,
    MAYBE_SYMBOL,
    ORDER,
    ORDER_OR_NONE,
    ORDER_TERMS,
    SYMBOL,
    WHERE,
)
from tradewright.ports.paging import Page

GROUP: Final = "trader"
_ID: Final = {"id": "order"}
_ORDER: Final = {"order": ORDER, **WHERE}

ASKS: Final = (
    Ask(
        method="POST", path="/orders", message=PlaceOrder, answer=Done, group=GROUP, status=201, needs_key=True,
        is_urgent=True, rate="orders", summary="Send an order", kinds=ORDER_TERMS, also=("/orders",),
        example=Example(
            body={
                "symbol": "AAPL.XNAS", "side": "BUY", "quantity": "10", "time_in_force": "day", "account": "paper",
                "reason": "by hand",
            }
        ),
    ),
    Ask(
        method="GET", path="/orders", message=AllOrders, answer=Page[SessionOrder], group=GROUP,
        summary="List orders, newest first", is_urgent=True, also=("/orders",),
        kinds={"life": LIFE, "symbol": MAYBE_SYMBOL, "cursor": CURSOR, **WHERE},
        example=Example(query={"is_open": "true", "limit": "50"}),
    ),
    Ask(
        method="POST", path="/orders/cancel-all", message=CancelAll, answer=tuple[Done, ...], group=GROUP,
        is_urgent=True, summary="Cancel every order", kinds=WHERE, example=Example(body={"keeps_protection": True}),
    ),
    Ask(
        method="GET", path="/orders/{id}", names=_ID, message=OneOrder, answer=SessionOrder, group=GROUP,
        is_urgent=True, summary="Show an order", kinds=_ORDER, example=Example(path={"id": "tw00-example"}),
    ),
    Ask(
        method="PATCH", path="/orders/{id}", names=_ID, message=AmendOrder, answer=Done, group=GROUP, is_urgent=True,
        rate="orders", summary="Give an order other terms", kinds=_ORDER,
        example=Example(path={"id": "tw00-example"}, body={"quantity": "5"}),
    ),
    Ask(
        method="DELETE", path="/orders/{id}", names=_ID, message=CancelOrder, answer=Done, group=GROUP, is_urgent=True,
        summary="Cancel an order", kinds=_ORDER, example=Example(path={"id": "tw00-example"}),
    ),
    Ask(
        method="GET", path="/orders/{id}/trace", names=_ID, message=OneTrace, answer=OrderTraceView, group=GROUP,
        summary="Show the story of an order, from signal to fill", kinds=_ORDER,
        example=Example(path={"id": "tw00-example"}),
    ),
    Ask(
        method="GET", path="/positions", message=AllPositions, answer=tuple[SessionPosition, ...], group=GROUP,
        is_urgent=True, summary="Show what is held", also=("/positions",), kinds=WHERE,
        hidden=frozenset({"symbol"}), example=Example(query={"with_flat": "true"}),
    ),
    Ask(
        method="GET", path="/positions/{symbol}", message=AllPositions, answer=tuple[SessionPosition, ...],
        group=GROUP, is_urgent=True, summary="Show what is held of an instrument", kinds={"symbol": SYMBOL, **WHERE},
        example=Example(path={"symbol": "AAPL.XNAS"}, query={"with_flat": "true"}),
    ),
    Ask(
        method="POST", path="/positions/{symbol}/close", message=CloseHeld, answer=Done, group=GROUP, status=201,
        is_urgent=True, rate="orders", summary="Close what is held of an instrument", kinds={"symbol": SYMBOL, **WHERE},
        example=Example(path={"symbol": "AAPL.XNAS"}, body={"account": "paper"}),
    ),
    Ask(
        method="GET", path="/trades", message=AllFills, answer=Page[FillView], group=GROUP,
        summary="List fills of our orders, newest first",
        kinds={"symbol": MAYBE_SYMBOL, "order": ORDER_OR_NONE, "cursor": CURSOR, **WHERE},
        example=Example(query={"limit": "50"}),
    ),
)  # fmt: skip
