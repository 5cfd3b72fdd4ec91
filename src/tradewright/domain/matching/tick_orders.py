"""Own orders at the venue: they arrive, take what is shown, stand in the queue, are changed and canceled.

This file decides what an order takes on its arrival and which place in the queue it has; docs/concepts/ticks.md says
why. What is booked, and what the account affords, is decided where it is for bars (`fills.py`).
"""

from tradewright.domain.arithmetic.rounding import left_of, whole_lots
from tradewright.domain.matching.book import accept, end, move, move_terms
from tradewright.domain.matching.fills import allowance, settle
from tradewright.domain.matching.layout import (
    CANCELED,
    EARLIER,
    FOK,
    GTC,
    IOC,
    LIMIT,
    MARKET,
    NO_FUNDS,
    NOTHING_TO_CLOSE,
    PLAIN,
    TOO_SMALL,
    UNFILLED,
    WOULD_TAKE,
)
from tradewright.domain.matching.tick_book import find_ask, find_bid, shown_at
from tradewright.domain.matching.tick_layout import CHANGE, SUBMIT

FAR = 1e300
"""Beyond any price."""


def revalue_marks(floor):
    """Value all positions at the marks of this moment."""
    ledger = floor.venue.book.ledger[0]
    value = ledger.zero
    gross = ledger.zero
    for i in range(floor.venue.width):
        position = floor.venue.book.positions[i]
        price = floor.desk.market[i].mark
        position.price = price
        if position.quantity != 0:
            worth = position.quantity * price * position.multiplier
            value = value + worth
            gross = gross + abs(worth)
    ledger.value = value
    ledger.gross = gross


def trade_part(floor, k, amount, price, excess, reference, charge):
    """Order `k` trades `amount` at `price`, or ends because the account does not carry it; returns what traded."""
    venue, clock = floor.venue, floor.desk.clock[0]
    ledger, order = venue.book.ledger[0], venue.book.orders[k]
    position = venue.book.positions[order.instrument]
    side, held, row = order.side, position.quantity, clock.row
    quantity = amount
    if quantity < order.quantity:
        quantity = whole_lots(quantity, position.lot)
    if order.reduces == 1:
        if held * side >= 0:
            end(venue.book, row, k, NOTHING_TO_CLOSE, ledger.zero, ledger.zero)
            return ledger.zero
        quantity = min(quantity, abs(held))
    if quantity <= 0:
        return ledger.zero
    rest = left_of(order.quantity, quantity, position.lot)
    if held * side < 0 and abs(quantity - abs(held)) * 1000000000 <= abs(held):
        quantity = abs(held)  # what closes all but a rest of floating-point dust closes all
    if held * side >= 0 or quantity > abs(held):
        revalue_marks(floor)
        multiplier = position.multiplier
        most = allowance(venue, order.instrument, side, quantity, price * multiplier, excess * multiplier, charge)
        if quantity > most + most / 1000000000:
            end(venue.book, row, k, NO_FUNDS, quantity, most)
            return ledger.zero
    settle(venue, row, k, side * quantity, quantity, rest, price, excess, reference, charge)
    return quantity


def take(floor, k, charge):
    """Order `k` takes what is shown on the other side, best prices first, no farther than its limit."""
    order = floor.venue.book.orders[k]
    market = floor.desk.market[order.instrument]
    side = order.side
    if market.has_book == 0:
        price = market.ask if side > 0 else market.bid
        if market.has_quotes == 0 or price <= 0 or is_beyond(order, side, price):
            return
        shown = market.ask_quantity if side > 0 else market.bid_quantity
        amount = order.quantity if shown != shown else min(order.quantity, shown)
        taken = trade_part(floor, k, amount, price, price - price, price, charge)
        if side > 0:
            market.ask_quantity = shown - taken
        else:
            market.bid_quantity = shown - taken
        return
    place = market.best_ask if side > 0 else market.best_bid
    last = market.worst_ask if side > 0 else market.worst_bid
    while place >= 0 and side * (last - place) >= 0 and order.side != 0:
        level = floor.levels[place]
        price = level.price
        if is_beyond(order, side, price):
            break
        shown = level.ask if side > 0 else level.bid
        if shown > 0:
            amount = min(order.quantity, shown)
            taken = trade_part(floor, k, amount, price, price - price, price, charge)
            if taken == 0:
                break
            if side > 0:
                level.ask = shown - taken
            else:
                level.bid = shown - taken
        place = place + side
    if side > 0:
        find_ask(floor.levels, market)
    else:
        find_bid(floor.levels, market)


def is_beyond(order, side, price):
    """True when a price is worse than the order's limit allows."""
    return order.kind == LIMIT and side * (price - order.limit) > 0


def would_take(floor, order):
    """True when a limit order meets something shown on the other side."""
    market = floor.desk.market[order.instrument]
    price = market.ask if order.side > 0 else market.bid
    return price > 0 and order.side * (price - order.limit) <= 0


def offered(floor, order):
    """The quantity that an order could take at once, up to its own."""
    market = floor.desk.market[order.instrument]
    side = order.side
    if market.has_book == 0:
        price = market.ask if side > 0 else market.bid
        if price <= 0 or is_beyond(order, side, price):
            return order.quantity - order.quantity
        shown = market.ask_quantity if side > 0 else market.bid_quantity
        return order.quantity if shown != shown else min(order.quantity, shown)
    place = market.best_ask if side > 0 else market.best_bid
    last = market.worst_ask if side > 0 else market.worst_bid
    total = order.quantity - order.quantity
    while place >= 0 and side * (last - place) >= 0 and total < order.quantity:
        if is_beyond(order, side, floor.levels[place].price):
            break
        total = total + (floor.levels[place].ask if side > 0 else floor.levels[place].bid)
        place = place + side
    return min(total, order.quantity)


def stand(floor, k):
    """Order `k` takes its place at the end of the queue at its price."""
    order, place = floor.venue.book.orders[k], floor.queue[k]
    shown = shown_at(floor, floor.desk.market[order.instrument], order.side, order.limit)
    place.ahead = shown
    place.shown = shown
    place.traded = floor.desk.clock[0].zero
    order.rested = 1  # what fills of it now makes liquidity


def arrive(floor, wish, charge):
    """A request has come to the venue."""
    book, clock = floor.venue.book, floor.desk.clock[0]
    ledger = book.ledger[0]
    if ledger.is_ruined == 1:
        return
    if wish.action == SUBMIT:
        enter(floor, wish, charge)
    else:
        for k in range(ledger.live):
            order = book.orders[k]
            if order.identity != wish.order or order.side == 0:
                continue
            if wish.action == CHANGE:
                change(floor, k, wish, charge)
            else:
                end(book, clock.row, k, CANCELED, ledger.zero, ledger.zero)
    tidy_queue(floor)


def enter(floor, wish, charge):
    """A new order: it takes what it may, then it ends or stands in the queue, as its terms say."""
    book, clock = floor.venue.book, floor.desk.clock[0]
    ledger = book.ledger[0]
    zero, k = ledger.zero, ledger.live
    ledger.next_order = wish.order
    quantity = whole_lots(wish.quantity, book.positions[wish.instrument].lot)
    side, kind, limit = wish.side, wish.kind, wish.limit
    accept(
        book, clock.row, wish.instrument, side, kind, PLAIN, 0, EARLIER, quantity, limit, zero, zero, zero, zero, 0, 0
    )
    order = book.orders[k]
    if quantity == 0:
        end(book, clock.row, k, TOO_SMALL, wish.quantity, zero)
        return
    order.force = wish.force
    order.reduces = wish.reduces
    if wish.reduces == 1:
        ledger.has_reducing = 1
    floor.queue[k].is_fresh = 1 if wish.force >= IOC else 0
    if wish.is_post_only == 1 and would_take(floor, order):
        end(book, clock.row, k, WOULD_TAKE, zero, zero)
        return
    meet_market(floor, k, charge)


def meet_market(floor, k, charge):
    """What order `k` takes at once; what is left of it stands in the queue, or ends."""
    book, clock = floor.venue.book, floor.desk.clock[0]
    order, zero = book.orders[k], clock.zero
    market = floor.desk.market[order.instrument]
    if market.has_book == 1 or market.has_quotes == 1:
        if order.force == FOK:
            found = offered(floor, order)
            if left_of(order.quantity, found, book.positions[order.instrument].lot) > 0:
                end(book, clock.row, k, UNFILLED, order.quantity, found)
                return
        take(floor, k, charge)
        if order.side != 0 and order.force >= IOC:
            end(book, clock.row, k, UNFILLED, zero, zero)
    if order.side != 0 and order.kind == LIMIT:
        stand(floor, k)


def change(floor, k, wish, charge):
    """Another quantity or limit; less quantity at the same price keeps the place in the queue."""
    order = floor.venue.book.orders[k]
    moves = wish.limit > 0 and wish.limit != order.limit and order.kind != MARKET
    if moves:
        order.limit = wish.limit
    grows = wish.quantity > order.quantity
    if wish.quantity > 0:
        order.quantity = whole_lots(wish.quantity, floor.venue.book.positions[order.instrument].lot)
        if order.quantity == 0:
            end(floor.venue.book, floor.desk.clock[0].row, k, TOO_SMALL, wish.quantity, order.quantity)
            return
    if moves or (grows and order.force == GTC and order.kind != MARKET):
        meet_market(floor, k, charge)


def tidy_queue(floor):
    """Drop the dead, keep the order of the living and their places in the queue."""
    book, queue = floor.venue.book, floor.queue
    ledger = book.ledger[0]
    kept = 0
    for k in range(ledger.live):
        if book.orders[k].side == 0:
            continue
        if kept != k:
            move(book.orders[k], book.orders[kept])
            move_terms(book.orders[k], book.orders[kept])
            queue[kept].ahead = queue[k].ahead
            queue[kept].shown = queue[k].shown
            queue[kept].traded = queue[k].traded
            queue[kept].is_fresh = queue[k].is_fresh
        kept = kept + 1
    ledger.live = kept
    aim(floor)


def aim(floor):
    """Which trades can meet an own order: most events meet none, and cost no look at the orders."""
    book, market = floor.venue.book, floor.desk.market
    for i in range(floor.venue.width):
        market[i].buy_reach = floor.desk.clock[0].zero
        market[i].sell_reach = FAR
    for k in range(book.ledger[0].live):
        order = book.orders[k]
        reached = market[order.instrument]
        if order.kind == MARKET or floor.queue[k].is_fresh == 1:
            reached.buy_reach = FAR
        elif order.side > 0:
            reached.buy_reach = max(reached.buy_reach, order.limit + order.limit / 100000000)
        else:
            reached.sell_reach = min(reached.sell_reach, order.limit - order.limit / 100000000)
