"""The book of working orders: accept, end, move protection. Every order leaves it by a fill or by a named ending."""

from tradewright.domain.arithmetic.rounding import left_of
from tradewright.domain.matching.layout import (
    CANCELED,
    EARLIER,
    GTC,
    LIMIT,
    NOTHING_TO_CLOSE,
    PARENT_ENDED,
    STOP,
    STOP_LOSS,
    SUPERSEDED,
    TAKE_PROFIT,
    TARGET,
)


def accept(
    book,
    row,
    instrument,
    side,
    kind,
    role,
    until,
    born,
    quantity,
    limit,
    trigger,
    weight,
    loss,
    gain,
    shrinks,
    by_weight,
):
    """Put an order at the end of the book; returns its identity."""
    ledger = book.ledger[0]
    order = book.orders[ledger.live]
    identity = ledger.next_order
    order.identity = identity
    order.instrument = instrument
    order.side = side
    order.kind = kind
    order.role = role
    order.placed = row
    order.until = until
    order.born = born
    order.shrinks = shrinks
    order.by_weight = by_weight
    order.quantity = quantity
    order.limit = limit
    order.trigger = trigger
    order.weight = weight
    order.loss = loss
    order.gain = gain
    order.rested = 0
    if ledger.has_terms == 1:
        without_terms(order, ledger.zero)
    if until > 0:
        ledger.has_expiry = 1
    if by_weight == 1:
        ledger.has_weights = 1
    ledger.live = ledger.live + 1
    ledger.next_order = identity + 1
    return identity


def without_terms(order, zero):
    """Clear what an earlier order has left in this place of the book."""
    order.force = GTC
    order.expires = 0
    order.group = 0
    order.reduces = 0
    order.traded = 0
    order.passive = 0
    order.parent = 0
    order.wakes = 0
    order.asleep = zero
    order.trail = zero
    order.trail_share = zero
    order.done = zero
    order.paid = zero


def end(book, row, k, reason, needed, available):
    """Order number `k` of the book ends without a fill; it stays in its place, dead, until `tidy`."""
    ledger = book.ledger[0]
    order = book.orders[k]
    ending = book.endings[ledger.ended]
    ending.row = row
    ending.order = order.identity
    ending.instrument = order.instrument
    ending.reason = reason
    ending.needed = needed
    ending.available = available
    ending.remaining = order.quantity
    ledger.ended = ledger.ended + 1
    order.side = 0


def move(source, target):
    """Copy an order from one place of the book to another."""
    target.identity = source.identity
    target.instrument = source.instrument
    target.side = source.side
    target.kind = source.kind
    target.role = source.role
    target.placed = source.placed
    target.until = source.until
    target.born = source.born
    target.shrinks = source.shrinks
    target.by_weight = source.by_weight
    target.quantity = source.quantity
    target.limit = source.limit
    target.trigger = source.trigger
    target.weight = source.weight
    target.loss = source.loss
    target.gain = source.gain
    target.rested = source.rested


def move_terms(source, target):
    """Copy what only orders with terms have."""
    target.force = source.force
    target.expires = source.expires
    target.group = source.group
    target.reduces = source.reduces
    target.traded = source.traded
    target.passive = source.passive
    target.parent = source.parent
    target.wakes = source.wakes
    target.asleep = source.asleep
    target.trail = source.trail
    target.trail_share = source.trail_share
    target.done = source.done
    target.paid = source.paid


def tidy(book):
    """Drop the dead, keep the order of the living; protection attached within the row becomes ordinary."""
    ledger, orders = book.ledger[0], book.orders
    kept = 0
    for k in range(ledger.live):
        order = orders[k]
        if order.side == 0:
            continue
        order.born = EARLIER
        if kept != k:
            move(order, orders[kept])
            if ledger.has_terms == 1:
                move_terms(order, orders[kept])
        kept = kept + 1
    ledger.live = kept


def cancel(book, row, identity):
    """Cancel a working order by its identity; 1 when it was there, 0 when it had ended before."""
    ledger = book.ledger[0]
    for k in range(ledger.live):
        if book.orders[k].identity == identity and book.orders[k].side != 0:
            end(book, row, k, CANCELED, ledger.zero, ledger.zero)
            if ledger.has_children == 1:
                end_orphans(book, row)
            tidy(book)
            return 1
    return 0


def end_orphans(book, row):
    """What still slept of orders whose parent has ended without filling them ends; what is awake of them works on."""
    ledger = book.ledger[0]
    found = 1
    while found == 1:
        found = 0
        for k in range(ledger.live):
            order = book.orders[k]
            if order.side == 0 or order.parent == 0 or order.asleep == 0 or is_live(book, order.parent):
                continue
            if order.asleep < order.quantity:
                order.quantity = left_of(order.quantity, order.asleep, book.positions[order.instrument].lot)
                order.asleep = ledger.zero
            else:
                end(book, row, k, PARENT_ENDED, ledger.zero, ledger.zero)
                found = 1


def is_live(book, identity):
    """True while the order of that identity works."""
    for k in range(book.ledger[0].live):
        if book.orders[k].identity == identity and book.orders[k].side != 0:
            return True
    return False


def supersede(book, row, instrument):
    """A new target replaces the target orders of the instrument that still wait."""
    if end_role(book, row, instrument, TARGET) > 0:
        tidy(book)


def end_role(book, row, instrument, role):
    """End the instrument's orders of that role; returns how many."""
    ledger = book.ledger[0]
    ended = 0
    for k in range(ledger.live):
        order = book.orders[k]
        if order.instrument == instrument and order.role == role and order.side != 0:
            end(book, row, k, SUPERSEDED, ledger.zero, ledger.zero)
            ended = ended + 1
    return ended


def works(book, instrument, role):
    """True while an order of that role works for the instrument."""
    for k in range(book.ledger[0].live):
        order = book.orders[k]
        if order.instrument == instrument and order.role == role and order.side != 0:
            return True
    return False


def forgo(book, row, instrument, side, quantity):
    """Protection closed `quantity` of a position: a waiting target order that was to close it has less left to do."""
    ledger = book.ledger[0]
    for k in range(ledger.live):
        order = book.orders[k]
        if order.instrument != instrument or order.role != TARGET or order.side != side or order.by_weight == 1:
            continue
        left = left_of(order.quantity, quantity, book.positions[instrument].lot)
        if left > 0:
            order.quantity = left
        else:
            end(book, row, k, NOTHING_TO_CLOSE, ledger.zero, ledger.zero)


def attach(book, row, instrument, born, loss, gain):
    """Protect the position of an instrument: new stop-loss and take-profit orders in place of the old ones."""
    zero = book.ledger[0].zero
    held = book.positions[instrument].quantity
    if held == 0:
        return
    side = 1 if held < 0 else -1
    if loss > 0:
        end_role(book, row, instrument, STOP_LOSS)
        accept(book, row, instrument, side, STOP, STOP_LOSS, 0, born, zero, zero, loss, zero, zero, zero, 1, 0)
    if gain > 0:
        end_role(book, row, instrument, TAKE_PROFIT)
        accept(book, row, instrument, side, LIMIT, TAKE_PROFIT, 0, born, zero, gain, zero, zero, zero, zero, 1, 0)
        book.orders[book.ledger[0].live - 1].rested = 1


def protect(book, row, instrument, loss, gain):
    """Move or add protection: on working protective orders and waiting entries, else on the bare position.

    A price of 0 leaves that side as it is.
    """
    ledger = book.ledger[0]
    lost = loss
    gained = gain
    for k in range(ledger.live):
        order = book.orders[k]
        if order.instrument != instrument or order.side == 0:
            continue
        if order.role == STOP_LOSS and loss > 0:
            order.trigger = loss
            lost = ledger.zero
        elif order.role == TAKE_PROFIT and gain > 0:
            order.limit = gain
            gained = ledger.zero
        elif order.role == TARGET:
            if loss > 0:
                order.loss = loss
            if gain > 0:
                order.gain = gain
    attach(book, row, instrument, EARLIER, lost, gained)
