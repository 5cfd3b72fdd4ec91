"""The way of a price within a bar, as an assumption: three legs between open, high, low and close.

Along a leg orders are reached in the order of their prices; what a fill gives birth to lives from that price on. The
default assumes no way but the worse (`step.py`). Reasons and a worked table are in docs/concepts/fills.md.
"""

from tradewright.domain.matching.fills import execute
from tradewright.domain.matching.layout import AT_OPEN, LIMIT, STOP, STOP_LIMIT, TOUCHED, TOUCHED_LIMIT, TRAILING
from tradewright.domain.matching.terms import follow, holds_back, is_reached

# the worse is assumed; the high or the low comes first; the extreme that is nearer to the open does
WORST, HIGH_FIRST, LOW_FIRST, NEAREST = 0, 1, 2, 3


def walk_bar(venue, row, charge):
    """All three legs, each through the instruments in their order."""
    for leg in range(3):
        for i in range(venue.width):
            bar = row * venue.width + i
            open_ = venue.open[bar]
            if open_ != open_:
                continue
            first, second = venue.low[bar], venue.high[bar]
            if is_high_first(venue.book.ledger[0].path, open_, first, second):
                first, second = second, first
            if leg == 0:
                walk_leg(venue, row, i, open_, first, charge)
            elif leg == 1:
                walk_leg(venue, row, i, first, second, charge)
            else:
                walk_leg(venue, row, i, second, venue.close[bar], charge)


def is_high_first(path, open_, low, high):
    """True when the first leg leads up; of two extremes as near as one another the low comes first."""
    return path == HIGH_FIRST or (path == NEAREST and high - open_ < open_ - low)


def walk_leg(venue, row, i, start, end, charge):
    """From `start` to `end`: one order after the other, the nearest first, until the leg reaches no more."""
    price = start
    k = nearest(venue, row, i, price, end)
    while k >= 0:
        price = reached_at(venue.book.orders[k], price, end)
        fire(venue, row, k, price, charge)
        k = nearest(venue, row, i, price, end)
    for n in range(venue.book.ledger[0].live):
        order = venue.book.orders[n]
        if order.instrument == i and order.kind == TRAILING and order.side != 0 and not holds_back(order, row):
            follow(order, end)


def nearest(venue, row, i, price, end):
    """The order that the way from `price` to `end` reaches first, -1 for none; a stop before a limit at one price."""
    found, way = -1, price - price
    is_stop = 0
    for k in range(venue.book.ledger[0].live):
        order = venue.book.orders[k]
        if order.instrument != i or order.side * order.side != 1 or order.kind < LIMIT or order.force >= AT_OPEN:
            continue
        if holds_back(order, row) or not is_on_leg(order, price, end):
            continue
        distance = abs(reached_at(order, price, end) - price)
        stops = 1 if order.kind >= STOP and order.kind < TOUCHED else 0
        if found < 0 or distance < way or (distance == way and stops > is_stop):
            found, way, is_stop = k, distance, stops
    return found


def is_on_leg(order, price, end):
    """True where the order is at its price already, or the way to `end` leads there."""
    if order.kind >= STOP and order.kind < TOUCHED:
        return is_reached(order, price) or is_reached(order, end)
    level = order.limit if order.kind == LIMIT else order.trigger
    return order.side * (price - level) <= 0 or order.side * (end - level) <= 0


def reached_at(order, price, end):
    """Where on the way from `price` to `end` the order is reached: at its price, or where the way begins beyond it."""
    level = order.limit if order.kind == LIMIT else order.trigger
    if order.kind >= STOP and order.kind < TOUCHED:
        if is_reached(order, price):
            return price
    elif order.side * (price - level) <= 0:
        return price
    return max(min(level, max(price, end)), min(price, end))


def fire(venue, row, k, price, charge):
    """The order is at its price: it fills, or becomes the limit order it leads to; else it waits for later."""
    order = venue.book.orders[k]
    if (order.kind == STOP_LIMIT or order.kind == TOUCHED_LIMIT) and order.side * (price - order.limit) > 0:
        order.kind = LIMIT
        order.rested = 1
        return
    execute(venue, row, k, price, 0 if order.kind == LIMIT else 1, charge)
    if order.side != 0 and order.traded <= row:
        order.wakes = row + 1
