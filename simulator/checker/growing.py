"""Orders that the venue made larger, at a split or by somebody's hand there: none stands that is over the limit."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from simulator.checker.evidence import Finding
from simulator.checker.fold import Fold
from simulator.checker.journal import Written

_STANDS_NS = 30_000_000_000
"""How long one may stand: a request for it may have had no answer yet."""
_ASIDE = frozenset({"CancelRequested", "CancelWanted", "OrderCanceled", "OrderExpired", "OrderRejected"})
"""What an order that should not stand comes to."""


def outgrown(records: Sequence[Written], fold: Fold, *, limit: Decimal) -> Iterator[Finding]:
    """I12: an order of ours that is larger than one may be, and does more than close what is held, is canceled."""
    since: dict[str, int] = {}
    for record in records:
        now_ns = record.fields.get("time_ns", 0)
        for name in [one for one, began_ns in since.items() if now_ns - began_ns > _STANDS_NS]:
            del since[name]
            yield Finding("I12", f"order {name} was made larger than the limit of {limit}, and stands")
        fold.take([record])
        name = record.fields.get("client_order_id", "")
        if record.kind == "OrderReplaced" and _is_too_large(fold, name, limit):
            since.setdefault(name, now_ns)
        elif record.kind in _ASIDE or record.kind == "OrderReplaced":
            since.pop(name, None)
        elif record.kind == "OrderFilled":
            since.pop(record.fields["fill"]["client_order_id"], None)


def _is_too_large(fold: Fold, name: str, limit: Decimal) -> bool:
    order = fold.orders[name]
    if order.quantity <= limit or order.request["reduces_only"] or order.role == "foreign":
        return False
    sign = 1 if order.side == "BUY" else -1
    same_side = sum(
        one.quantity - one.filled
        for one in fold.orders.values()
        if one.is_open
        and (one.instrument, one.side) == (order.instrument, order.side)
        and not one.request["closes_position"]
    )
    closing = -sign * fold.net().get(order.instrument, Decimal(0))
    return closing < same_side
