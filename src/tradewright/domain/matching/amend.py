"""A working order is replaced: other terms under the same identity, and a place in the book as an exchange gives it.

An order keeps its place when only its quantity falls; with other prices, or more of it, it stands behind the others and
has not waited in the book.
"""

from tradewright.domain.matching.book import move, move_terms, tidy
from tradewright.domain.matching.carry import close_before
from tradewright.domain.matching.layout import TRAILING
from tradewright.domain.matching.terms import follow


def amend(venue, row, identity, asked):
    """Give the order what `asked` names, where 0 leaves it as it is; 1 when it works, 0 when it had ended before."""
    ledger, orders = venue.book.ledger[0], venue.book.orders
    for k in range(ledger.live):
        order = orders[k]
        if order.identity != identity or order.side == 0:
            continue
        if asked.loss > 0:
            order.loss = asked.loss
        if asked.gain > 0:
            order.gain = asked.gain
        moved = change_quantity(order, asked.quantity) + change_prices(order, asked)
        if moved == 0:
            return 1
        order.rested = 0
        if order.kind == TRAILING and order.trigger == 0 and order.asleep == 0 and row >= 0:
            follow(order, close_before(venue, row + 1, order.instrument))
        move(order, orders[ledger.live])
        if ledger.has_terms == 1:
            move_terms(order, orders[ledger.live])
        order.side = 0
        ledger.live = ledger.live + 1
        tidy(venue.book)
        return 1
    return 0


def change_quantity(order, quantity):
    """Another quantity; 1 when it is more than before. What slept in full sleeps in full."""
    if quantity <= 0 or quantity == order.quantity:
        return 0
    grows = 1 if quantity > order.quantity else 0
    if order.asleep == order.quantity:
        order.asleep = quantity
    order.asleep = min(order.asleep, quantity)
    order.quantity = quantity
    return grows


def change_prices(order, asked):
    """Other prices; 1 when one differs. The stop of a trailing stop begins anew where its distance differs."""
    moved = 0
    if asked.limit > 0 and asked.limit != order.limit:
        order.limit = asked.limit
        moved = 1
    if order.kind == TRAILING:
        if asked.trail > 0 or asked.trail_share > 0:
            order.trail = asked.trail
            order.trail_share = asked.trail_share
            order.trigger = order.trigger - order.trigger
            moved = 1
    elif asked.trigger > 0 and asked.trigger != order.trigger:
        order.trigger = asked.trigger
        moved = 1
    return moved
