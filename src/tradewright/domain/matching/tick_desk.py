"""The desk of a strategy: what it knows of the market and of its own orders, and what it asks of the venue.

Every function is one of the dialect (docs/concepts/compiled.md): `desk.buy(...)` is `buy(desk, ...)` here, interpreted
and compiled. What is known here is as old as answers are on their way.
"""

from tradewright.domain.matching.layout import FOK, GTC, IOC, LIMIT, MARKET
from tradewright.domain.matching.tick_layout import CANCEL, CHANGE, MOST_ORDERS, SUBMIT


def buy(desk, quantity, limit=0.0, instrument=0, force=GTC, post_only=False, reduce_only=False):
    """Ask to buy `quantity` > 0, at the market or at `limit` or better; returns the order's number."""
    return submit(desk, 1, quantity, limit, instrument, force, post_only, reduce_only)


def sell(desk, quantity, limit=0.0, instrument=0, force=GTC, post_only=False, reduce_only=False):
    """Ask to sell `quantity` > 0, at the market or at `limit` or better; returns the order's number."""
    return submit(desk, -1, quantity, limit, instrument, force, post_only, reduce_only)


def submit(desk, side, quantity, limit, instrument, force, post_only, reduce_only):
    """Send an order; it is known as working from now on."""
    clock = desk.clock[0]
    if not (quantity > 0 and quantity < 1e300):
        raise ValueError("an order's quantity must be a finite number above 0")
    if not (limit >= 0 and limit < 1e300):
        raise ValueError("a limit must be a finite price above 0, or 0 for an order at the market")
    if instrument < 0 or instrument >= len(desk.market):
        raise ValueError("an order names an instrument that is not in the run")
    if force != GTC and force != IOC and force != FOK:
        raise ValueError("over ticks an order is good as tw.GTC, tw.IOC or tw.FOK")
    if post_only and (limit == 0 or force != GTC):
        raise ValueError("post_only needs a limit, and an order that may wait (tw.GTC)")
    if clock.working >= MOST_ORDERS:
        raise ValueError("more than 1,024 orders work at once: cancel those that are not wanted")
    order = clock.next_order
    clock.next_order = order + 1
    wish = sent(desk, SUBMIT, order)
    wish.instrument = instrument
    wish.side = side
    wish.kind = LIMIT if limit > 0 else MARKET
    wish.force = force
    wish.is_post_only = 1 if post_only else 0
    wish.reduces = 1 if reduce_only else 0
    wish.quantity = quantity
    wish.limit = limit
    known = desk.known[clock.working]
    known.order = order
    known.instrument = instrument
    known.side = side
    known.remaining = quantity
    known.limit = limit
    clock.working = clock.working + 1
    return order


def sent(desk, action, order):
    """A request on its way; it does not overtake the one before it."""
    clock = desk.clock[0]
    if clock.sent - clock.arrived >= MOST_ORDERS:
        raise ValueError("more than 1,024 requests are on their way to the venue at once")
    wish = desk.wishes[clock.sent % MOST_ORDERS]
    clock.last_arrival = max(clock.last_arrival, clock.now + clock.order_latency + 1)
    wish.due = clock.last_arrival
    wish.action = action
    wish.order = order
    clock.sent = clock.sent + 1
    clock.due = min(clock.due, wish.due)
    return wish


def cancel(desk, order):
    """Ask to cancel an order; 1 when it works as far as is known, else nothing is sent and it is 0."""
    if place_of_order(desk, order) < 0:
        return 0
    sent(desk, CANCEL, order)
    return 1


def replace(desk, order, quantity=0.0, limit=0.0):
    """Ask for another quantity or limit of a working order; 0 leaves either. 1 when it works as far as is known."""
    place = place_of_order(desk, order)
    if place < 0:
        return 0
    if not (quantity >= 0 and quantity < 1e300 and limit >= 0 and limit < 1e300):
        raise ValueError("a changed order's quantity and limit must be finite, above 0, or 0 to leave them")
    wish = sent(desk, CHANGE, order)
    wish.quantity = quantity
    wish.limit = limit
    if limit > 0:
        desk.known[place].limit = limit
    if quantity > 0:
        desk.known[place].remaining = quantity
    return 1


def place_of_order(desk, order):
    """Where an own order is among those known to work; -1 when it is not."""
    for k in range(desk.clock[0].working):
        if desk.known[k].order == order:
            return k
    return -1


def forget(desk, order):
    """An own order is known to have ended."""
    clock = desk.clock[0]
    place = place_of_order(desk, order)
    if place < 0:
        return
    clock.working = clock.working - 1
    for k in range(place, clock.working):
        desk.known[k].order = desk.known[k + 1].order
        desk.known[k].instrument = desk.known[k + 1].instrument
        desk.known[k].side = desk.known[k + 1].side
        desk.known[k].remaining = desk.known[k + 1].remaining
        desk.known[k].limit = desk.known[k + 1].limit


def remaining(desk, order):
    """What is left of an own order as far as is known; 0 when it does not work."""
    place = place_of_order(desk, order)
    return desk.known[place].remaining if place >= 0 else desk.clock[0].zero


def is_working(desk, order):
    """True while an own order works as far as is known (it may be on its way)."""
    return place_of_order(desk, order) >= 0


def orders(desk):
    """How many own orders work as far as is known."""
    return desk.clock[0].working


def position(desk, instrument=0):
    """Signed quantity held as far as is known."""
    return desk.market[instrument].held


def cash(desk):
    """Cash as far as is known."""
    return desk.clock[0].cash


def equity(desk):
    """Cash and positions as far as they are known, at the marks of now."""
    total = desk.clock[0].cash
    for i in range(len(desk.market)):
        market = desk.market[i]
        if market.held != 0:
            total = total + market.held * market.mark * market.multiplier
    return total


def now(desk):
    """The moment, nanoseconds UTC."""
    return desk.clock[0].now


def bid(desk, instrument=0):
    """The best bid; 0 where none is known."""
    return desk.market[instrument].bid


def ask(desk, instrument=0):
    """The best ask; 0 where none is known."""
    return desk.market[instrument].ask


def bid_quantity(desk, instrument=0):
    """The quantity bid at the best bid; NaN where the venue does not tell it."""
    return desk.market[instrument].bid_quantity


def ask_quantity(desk, instrument=0):
    """The quantity asked at the best ask; NaN where the venue does not tell it."""
    return desk.market[instrument].ask_quantity


def last(desk, instrument=0):
    """The price of the last trade; 0 before the first."""
    return desk.market[instrument].last


def mark(desk, instrument=0):
    """The middle of bid and ask where both are known, else the last trade; 0 before there is one."""
    return desk.market[instrument].mark
