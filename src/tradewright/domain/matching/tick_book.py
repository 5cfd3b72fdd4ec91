"""The book as the venue shows it: levels, best prices, and what an order finds shown at a price.

This file decides how levels become best prices, and that what we take is gone until the venue shows the level anew.
"""

from tradewright.domain.matching.tick_layout import LEVEL, QUOTE, TRADE


def is_same(one, other):
    """True for prices that differ by no more than what floats lose in a computation."""
    return abs(one - other) * 1000000000 <= abs(other)


def show(desk, levels):
    """Take the event of now into what is shown; own orders are not looked at here."""
    clock = desk.clock[0]
    market = desk.market[clock.instrument]
    if clock.kind == TRADE:
        market.last = clock.price
        if market.has_quotes == 0 and market.has_book == 0:
            market.mark = clock.price
            return
    elif clock.kind == QUOTE:
        if market.has_book == 1:
            return
        market.bid = clock.price
        market.bid_quantity = clock.quantity
        market.ask = clock.ask
        market.ask_quantity = clock.ask_quantity
    elif clock.kind == LEVEL:
        show_level(levels, market, clock.level, clock.side, clock.quantity)
    else:
        clear(levels, market, clock.side, clock.zero)
    set_mark(market)


def set_mark(market):
    """Value at the middle where both sides are shown, else at the last trade; a mark that is known is kept."""
    if market.bid > 0 and market.ask > 0:
        market.mark = (market.bid + market.ask) / 2
    elif market.last > 0:
        market.mark = market.last


def show_level(levels, market, place, side, quantity):
    """A level of the book shows `quantity` now."""
    if side > 0:
        levels[place].bid = quantity
        if quantity > 0 and (market.best_bid < 0 or place > market.best_bid):
            market.best_bid = place
        if quantity > 0 and (market.worst_bid < 0 or place < market.worst_bid):
            market.worst_bid = place
        find_bid(levels, market)
    else:
        levels[place].ask = quantity
        if quantity > 0 and (market.best_ask < 0 or place < market.best_ask):
            market.best_ask = place
        if quantity > 0 and place > market.worst_ask:
            market.worst_ask = place
        find_ask(levels, market)


def find_bid(levels, market):
    """The best bid from the level that was the best: down to the first one that shows something."""
    place = market.best_bid
    while place >= 0 and place >= market.worst_bid and levels[place].bid == 0:
        place = place - 1
    if place < 0 or place < market.worst_bid:
        place = -1
    market.best_bid = place
    market.bid = levels[place].price if place >= 0 else 0.0
    market.bid_quantity = levels[place].bid if place >= 0 else 0.0


def find_ask(levels, market):
    """The best ask from the level that was the best: up to the first one that shows something."""
    place = market.best_ask
    while place >= 0 and place <= market.worst_ask and levels[place].ask == 0:
        place = place + 1
    if place > market.worst_ask:
        place = -1
    market.best_ask = place
    market.ask = levels[place].price if place >= 0 else 0.0
    market.ask_quantity = levels[place].ask if place >= 0 else 0.0


def clear(levels, market, side, zero):
    """Nothing is shown any more on a side (0: on both); a snapshot follows."""
    if side >= 0 and market.best_bid >= 0:
        for place in range(market.worst_bid, market.best_bid + 1):
            levels[place].bid = zero
        market.best_bid = -1
        market.worst_bid = -1
        find_bid(levels, market)
    if side <= 0 and market.best_ask >= 0:
        for place in range(market.best_ask, market.worst_ask + 1):
            levels[place].ask = zero
        market.best_ask = -1
        market.worst_ask = -1
        find_ask(levels, market)


def place_of(levels, market, price):
    """Where the levels have a price; -1 where they do not."""
    low = market.first_level
    high = market.last_level
    while low < high:
        middle = (low + high) // 2
        if levels[middle].price < price and not is_same(levels[middle].price, price):
            low = middle + 1
        else:
            high = middle
    if low <= market.last_level and is_same(levels[low].price, price):
        return low
    return -1


def shown_at(floor, market, side, price):
    """The quantity shown at a price on the side of bids (1) or asks (-1); UNSEEN (-1) where nobody can tell.

    A quote tells of its own price, and that nothing is shown better than it.
    """
    zero = floor.desk.clock[0].zero
    if market.has_book == 1:
        place = place_of(floor.levels, market, price)
        if place < 0:
            return zero
        return floor.levels[place].bid if side > 0 else floor.levels[place].ask
    if market.has_quotes == 0:
        return zero + floor.desk.clock[0].unseen_ahead
    best = market.bid if side > 0 else market.ask
    if best <= 0:
        return zero - 1
    if is_same(price, best):
        quantity = market.bid_quantity if side > 0 else market.ask_quantity
        return quantity if quantity == quantity else zero + floor.desk.clock[0].unseen_ahead
    return zero if side * (price - best) > 0 else zero - 1


def is_crossed(market):
    """True when somebody bids more than another asks."""
    return market.bid > 0 and market.ask > 0 and market.bid > market.ask
