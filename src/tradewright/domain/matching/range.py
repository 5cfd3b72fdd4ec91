"""What a bar's range reaches when no way within it is assumed, and the end of the bar: trailing stops and the auction.

Of what is born within the bar, only what surely came later is reached (`born` in `layout.py`).
"""

from tradewright.domain.matching.book import end, end_orphans, tidy
from tradewright.domain.matching.fills import execute, revalue
from tradewright.domain.matching.layout import (
    AT_CLOSE,
    AT_OPEN,
    BY_LIMIT,
    BY_STOP,
    EARLIER,
    LIMIT,
    MARKET,
    STOP,
    STOP_LIMIT,
    TOUCHED,
    TOUCHED_LIMIT,
    TRAILING,
    UNFILLED,
)
from tradewright.domain.matching.terms import (
    ends_session,
    follow,
    holds_back,
    is_reached,
)


def within(venue, row, kind, lowest, highest, charge):
    """Stops or limits that the bar's range touches, after the open, among orders `born` from `lowest` to `highest`.

    A limit born in this bar needs the close beyond it (a take-profit by a limit entry, a limit by a stop short of it):
    what the bar reached may have come before.
    """
    for k in range(venue.book.ledger[0].live):
        order = venue.book.orders[k]
        side = order.side
        if side == 0 or order.born < lowest or order.born > highest or order.force >= AT_OPEN:
            continue
        if kind == LIMIT:
            if order.kind != LIMIT and order.kind < TOUCHED:
                continue
        elif order.kind < STOP or order.kind >= TOUCHED:
            continue
        if venue.book.ledger[0].has_terms == 1 and holds_back(order, row):
            continue
        bar = row * venue.width + order.instrument
        if venue.open[bar] != venue.open[bar]:
            continue
        if kind == STOP:
            if not is_reached(order, venue.high[bar] if side > 0 else venue.low[bar]):
                continue
            price = order.trigger
            if order.kind == STOP_LIMIT and side * (price - order.limit) > 0:
                order.kind = LIMIT
                order.rested = 1
                order.born = BY_LIMIT
                continue
            if order.kind == TRAILING:
                price = max(min(price, venue.high[bar]), venue.low[bar])
            born, slips = BY_STOP, 1
        else:
            reached = venue.low[bar] if side > 0 else venue.high[bar]
            if order.born == BY_LIMIT:
                reached = venue.close[bar]
            born, slips = BY_LIMIT, 0
            if order.kind >= TOUCHED:
                if side * (reached - order.trigger) > 0:
                    continue
                slips = wake_touched(order)
            price = order.limit if order.kind == LIMIT else order.trigger
            if side * (reached - price) > 0:
                continue
            if venue.book.ledger[0].has_impact == 1:  # one that its own impact kept from the open may be beyond the bar
                price = max(min(price, venue.high[bar]), venue.low[bar])
        if order.born == EARLIER:
            order.born = born
        execute(venue, row, k, price, slips, charge)


def wake_touched(order):
    """An order that is touched goes to market (1: it slips), or rests where its limit is better than that price."""
    if order.kind == TOUCHED_LIMIT and order.side * (order.trigger - order.limit) > 0:
        order.kind = LIMIT
        order.rested = 1
        return 0
    return 1


def at_end(venue, row, charge):
    """The end of the bar: what late fills gave birth to, trailing stops that the close has come back through, auction.

    A trailing stop follows the bar's best price now; where the close is beyond it then, it goes off at the close.
    """
    ledger = venue.book.ledger[0]
    if ledger.path == 0:
        within(venue, row, STOP, BY_STOP, BY_LIMIT, charge)
        within(venue, row, LIMIT, BY_STOP, BY_LIMIT, charge)
    revalue(venue, row, 1)
    ledger.is_late = 1
    is_last = ends_session(venue, row)
    for turn in range(2):
        side = 2 * turn - 1
        for k in range(ledger.live):
            order = venue.book.orders[k]
            bar = row * venue.width + order.instrument
            price = venue.close[bar]
            if order.side != side or price != price or holds_back(order, row):
                continue
            is_auction = order.force == AT_CLOSE and is_last
            if order.kind == TRAILING and ledger.path == 0:
                follow(order, venue.low[bar] if side > 0 else venue.high[bar])
            if order.kind == TRAILING and is_reached(order, price):
                execute(venue, row, k, price, 1, charge)
            elif is_auction and (order.kind == MARKET or side * (price - order.limit) <= 0):
                execute(venue, row, k, price, 1 if order.kind == MARKET else 0, charge)
            if is_auction and order.side != 0:
                end(venue.book, row, k, UNFILLED, ledger.zero, ledger.zero)
    if ledger.has_children == 1:
        end_orphans(venue.book, row)
    tidy(venue.book)
