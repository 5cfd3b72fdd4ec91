"""An order may sleep until another fills: its parent's fill wakes it, in part by a part.

When a child is awake, and what it does in the bar that woke it, with the reasons, is in docs/concepts/fills.md.
"""

from tradewright.domain.arithmetic.rounding import left_of, whole_lots
from tradewright.domain.matching.book import end
from tradewright.domain.matching.carry import close_before
from tradewright.domain.matching.layout import BY_STOP, LIMIT, MARKET, STOP, TOUCHED, TRAILING, WOULD_TAKE
from tradewright.domain.matching.terms import follow, is_asleep


def wake(venue, row, k, quantity, rest, reference):
    """A fill of `quantity` of order `k`, at `reference`, wakes as large a part of what sleeps of its children."""
    ledger, parent = venue.book.ledger[0], venue.book.orders[k]
    for n in range(ledger.live):
        order = venue.book.orders[n]
        if order.parent != parent.identity or order.side == 0 or order.asleep == 0:
            continue
        slept = is_asleep(order)
        lot = venue.book.positions[order.instrument].lot
        woken = order.asleep
        if rest > 0:
            woken = whole_lots(order.asleep * (quantity / (quantity + rest)), lot)
        order.asleep = left_of(order.asleep, woken, lot)
        if slept and woken > 0:
            begin(venue, row, n, parent, reference)


def begin(venue, row, n, parent, reference):
    """The child works: in what is left of this bar where that can be told, else from the next row on."""
    order = venue.book.orders[n]
    order.placed = row
    if order.kind == TRAILING:
        order.trigger = venue.book.ledger[0].zero
        follow(
            order,
            reference if order.instrument == parent.instrument else close_before(venue, row + 1, order.instrument),
        )
    if order.kind == MARKET or order.instrument != parent.instrument or venue.book.ledger[0].is_late == 1:
        order.wakes = row + 1
        return
    order.born = parent.born
    side = order.side
    if order.kind == LIMIT and side * (order.limit - reference) >= 0:
        if order.passive == 1:
            end(venue.book, row, n, WOULD_TAKE, venue.book.ledger[0].zero, venue.book.ledger[0].zero)
        order.limit = reference
        if order.born != 0:
            order.born = BY_STOP
    elif order.kind >= TOUCHED and side * (order.trigger - reference) > 0:
        order.trigger = reference
    elif order.kind >= STOP and order.kind < TRAILING and side * (reference - order.trigger) > 0:
        order.trigger = reference
