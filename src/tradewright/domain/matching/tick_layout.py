"""The records and columns of a run over ticks, written down once: the feed, the book as shown, and what is on its way.

Money, orders, positions and fills are the records of `layout.py`; a row there is the interval of the equity's samples
in which an event falls. Prices of 0 mean "none"; a quantity that a venue does not tell is NaN: any quantity.
"""

from typing import Any, NamedTuple

from tradewright.domain.matching.layout import NUMBER, RECORDS, WHOLE, Book

Column = Any

# kinds of events
TRADE, QUOTE, LEVEL, CLEAR = 0, 1, 2, 3
# what is asked of the venue
SUBMIT, CANCEL, CHANGE = 0, 1, 2
# what is answered
FILLED, ENDED = 0, 1
# why a walk stopped before the end of the feed
GOES_ON, NEEDS_ROOM, CROSSED = 0, 1, 2
MOST_ORDERS = 1024
"""Orders that work, or are on their way, at once; beyond it the strategy has lost count of them."""
NEVER = 9000000000000000000
"""A moment that does not come, nanoseconds."""
UNSEEN = -1
"""The quantity before an order whose price nobody has shown yet."""


class Feed(NamedTuple):
    """Events in order of time, one a row; the loop alone reads it, and lays the event of now on the clock."""

    time: Column
    """Nanoseconds UTC, as they reach the strategy and happen at the venue."""
    kind: Column
    instrument: Column
    price: Column
    """Of the trade or level; of a quote the bid."""
    quantity: Column
    """Traded, shown at the level (0: nothing any more), or bid."""
    side: Column
    """TRADE: the aggressor's, 0 where not told. LEVEL, CLEAR: 1 bids, -1 asks, 0 both. Length 0: all 0."""
    ask: Column
    """Of quotes; of length 0 without any."""
    ask_quantity: Column
    level: Column
    """LEVEL: its place among the levels; of length 0 without books."""
    order_latency: Column
    """Nanoseconds from here to the venue, one a row; of length 0 where it is constant."""
    answer_latency: Column
    """Nanoseconds from the venue to here."""


class TickVenue(NamedTuple):
    """What booking a fill needs of a venue, under the names of `layout.Venue`: few arrays, for a call copies each."""

    width: int
    fees: Column
    tiers: Column
    charges: Column
    fills: Column
    book: Book


class Desk(NamedTuple):
    """What a strategy looks at and writes on."""

    clock: Column
    """One record."""
    market: Column
    wishes: Column
    """On their way to the venue: a ring of `MOST_ORDERS`."""
    known: Column
    """Own orders that work, as far as is known here."""


class Floor(NamedTuple):
    """Everything the step over ticks reads and writes."""

    venue: TickVenue
    desk: Desk
    levels: Column
    """The prices that books show, rising within each instrument, and what is shown at each now."""
    queue: Column
    """Beside the orders of the book, place by place."""
    answers: Column
    closes: Column
    """When each interval ends, nanoseconds UTC."""


CLOCK = {
    "now": WHOLE,  # nanoseconds UTC
    "event": WHOLE,
    "row": WHOLE,  # the interval
    "due": WHOLE,  # the next moment at which something else than the feed happens
    "sent": WHOLE,  # wishes ever sent
    "arrived": WHOLE,
    "answered": WHOLE,  # answers ever given ...
    "heard": WHOLE,  # ... and heard here
    "fills_told": WHOLE,
    "endings_told": WHOLE,
    "fills_noted": WHOLE,  # fills that the row's note of cash and positions counts
    "last_arrival": WHOLE,
    "last_answer": WHOLE,
    "next_order": WHOLE,
    "working": WHOLE,  # orders in `known`
    "fault": WHOLE,
    "order_latency": WHOLE,
    "answer_latency": WHOLE,
    "watches": WHOLE,  # 1: equity could reach zero, so that every event is looked at
    "cash": NUMBER,  # as far as is known here
    "cancels_ahead": NUMBER,
    "unseen_ahead": NUMBER,
    "zero": NUMBER,
    "kind": WHOLE,  # of the event of now, as in `Feed` ...
    "instrument": WHOLE,
    "side": WHOLE,
    "level": WHOLE,
    "price": NUMBER,
    "quantity": NUMBER,
    "ask": NUMBER,
    "ask_quantity": NUMBER,
}
"""Time, the event of now, what is under way, and the assumptions of the queue."""

MARKET = {
    "bid": NUMBER,
    "ask": NUMBER,
    "bid_quantity": NUMBER,
    "ask_quantity": NUMBER,
    "last": NUMBER,
    "mark": NUMBER,  # the middle of bid and ask where both are known, else the last trade
    "buy_reach": NUMBER,  # trades above it, and below the other, meet no own order
    "sell_reach": NUMBER,
    "held": NUMBER,  # position as far as is known here
    "multiplier": NUMBER,
    "has_quotes": WHOLE,
    "has_book": WHOLE,
    "best_bid": WHOLE,  # places among the levels; -1: none
    "best_ask": WHOLE,
    "worst_bid": WHOLE,  # the farthest place that was used
    "worst_ask": WHOLE,
    "first_level": WHOLE,
    "last_level": WHOLE,
}
"""One instrument as it is shown."""

SHOWN = {
    "price": NUMBER,
    "bid": NUMBER,
    "ask": NUMBER,
}
"""A price of a book, and the quantity shown at it on either side."""

QUEUE = {
    "ahead": NUMBER,  # quantity before the order at its price; UNSEEN until somebody shows that price
    "shown": NUMBER,  # quantity shown there last
    "traded": NUMBER,  # and traded since
    "is_fresh": WHOLE,  # 1: it ends with the first trade after its arrival
}
"""An order's place in the queue."""

WISH = {
    "due": WHOLE,  # it is at the venue before the first event of this moment
    "action": WHOLE,
    "order": WHOLE,
    "instrument": WHOLE,
    "side": WHOLE,
    "kind": WHOLE,
    "force": WHOLE,
    "is_post_only": WHOLE,
    "reduces": WHOLE,
    "quantity": NUMBER,  # CHANGE: 0 leaves it
    "limit": NUMBER,  # CHANGE: 0 leaves it
}
"""A request on its way to the venue."""

KNOWN = {
    "order": WHOLE,
    "instrument": WHOLE,
    "side": WHOLE,
    "remaining": NUMBER,
    "limit": NUMBER,
}
"""An own order as far as is known here."""

ANSWER = {
    "due": WHOLE,
    "moment": WHOLE,  # when it happened at the venue
    "what": WHOLE,
    "order": WHOLE,
    "instrument": WHOLE,
    "reason": WHOLE,
    "quantity": NUMBER,  # signed
    "price": NUMBER,
    "remaining": NUMBER,
    "cash": NUMBER,
}
"""A fill or an ending on its way here."""

TICK_RECORDS = RECORDS | {
    "CLOCK": CLOCK,
    "MARKET": MARKET,
    "SHOWN": SHOWN,
    "QUEUE": QUEUE,
    "WISH": WISH,
    "KNOWN": KNOWN,
    "ANSWER": ANSWER,
}
