"""A risk request is an order on its way to the gate: the wish, its name, when it executes, what will protect it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from tradewright.domain.identifiers import ClientOrderId
from tradewright.domain.orders.request import OrderRequest
from tradewright.domain.quick import quick


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class RiskRequest:
    """What the gate is asked to approve."""

    client_order_id: ClientOrderId
    order: OrderRequest
    executes_ns: int | None
    """The first moment at which it can execute, nanoseconds UTC: a daily strategy decides after the close and trades
    at the next open. None: not known."""
    protective_stop: Decimal | None = None
    """Where the position that it opens will be closed at a loss."""
    group: str = ""
    """Orders of one group cancel each other: at most one of them fills (the stop and the target of a bracket)."""
    parent: str = ""
    """The id of the order that this one is a part of."""
    is_change: bool = False
    """Other terms for an order that works under this id."""
    confirmed: Mapping[str, str] = field(default_factory=dict)
    """What a named person typed of soft controls that had refused this very order: the number that each had found, by
    the control's name."""
    attempt: int = 1
    """Which send it is; above 1 only after the absence of the earlier one was proven."""

    @property
    def prices(self) -> tuple[Decimal, ...]:
        """The order's own prices, none for a market order."""
        limit, stop = self.order.limit_price, self.order.stop_price
        if limit is None:
            return () if stop is None else (stop,)
        return (limit,) if stop is None else (limit, stop)
