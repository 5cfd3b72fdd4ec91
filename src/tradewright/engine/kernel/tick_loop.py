"""The loop over ticks: event by event, with orders that arrive and answers that come back between them.

Compiled by `kernel.tick_run`, interpreted as plain Python; a strategy's handlers are handed in as functions of one
signature, so that the loop is compiled once for all strategies. Measured: a call of a compiled handler takes 10 ns.
"""

from tradewright.domain.arithmetic.costs import charge
from tradewright.domain.matching.layout import FINAL, LIQUIDATION
from tradewright.domain.matching.tick_book import is_crossed, show
from tradewright.domain.matching.tick_desk import forget, place_of_order
from tradewright.domain.matching.tick_layout import CROSSED, FILLED, GOES_ON, LEVEL, MOST_ORDERS, NEEDS_ROOM, TRADE
from tradewright.domain.matching.ticks import equity_at_marks, leave, meet, receive, schedule, tell
from tradewright.engine.kernel.loop import note


def walk_ticks(floor, feed, on_tick, on_fill, reals, wholes, samples, closes_out, last):
    """The feed from the event of the clock up to event `last`; returns why it stopped, the clock has the event reached.

    With the last event of all, what is under way is finished.
    """
    clock, ledger, desk = floor.desk.clock[0], floor.venue.book.ledger[0], floor.desk
    has_sides, has_asks, has_levels = len(feed.side) > 0, len(feed.ask) > 0, len(feed.level) > 0
    has_latencies = len(feed.order_latency) > 0 or len(feed.answer_latency) > 0
    count = len(feed.time)
    event = clock.event
    while event < last:
        moment = feed.time[event]
        clock.event = event
        if clock.due <= moment and meanwhile(floor, on_fill, reals, wholes, samples, moment) == 0:
            return NEEDS_ROOM
        clock.now = moment
        clock.kind = feed.kind[event]
        clock.instrument = feed.instrument[event]
        clock.price = feed.price[event]
        clock.quantity = feed.quantity[event]
        if has_sides:
            clock.side = feed.side[event]
        if has_asks:
            clock.ask = feed.ask[event]
            clock.ask_quantity = feed.ask_quantity[event]
        if has_levels:
            clock.level = feed.level[event]
        if has_latencies:
            set_latencies(clock, feed, event)
        if ledger.live > 0 and is_reached(clock, desk.market[clock.instrument]):
            if not has_room(floor, 4 * ledger.live):
                return NEEDS_ROOM
            show(desk, floor.levels)
            meet(floor, charge)
            if clock.fills_told + clock.endings_told != ledger.filled + ledger.ended:
                tell(floor)
                schedule(floor)
                hear(floor, on_fill, reals, wholes, moment)
                clock.now = moment
        else:
            show(desk, floor.levels)
        if clock.watches == 1 and equity_at_marks(floor) <= 0:
            leave(floor, LIQUIDATION, charge)
            schedule(floor)
        is_heard = True
        if has_levels and clock.kind >= LEVEL:
            is_heard = ends_moment(feed, event)
            if is_heard and is_crossed(desk.market[clock.instrument]):
                return CROSSED
        if is_heard:
            on_tick(
                reals,
                wholes,
                desk,
                clock.kind,
                moment,
                clock.instrument,
                clock.price,
                clock.quantity,
                clock.side,
                clock.ask,
                clock.ask_quantity,
            )
        event = event + 1
    clock.event = last
    if last < count:
        return GOES_ON
    return finish(floor, on_fill, reals, wholes, samples, closes_out)


def is_reached(clock, market):
    """True when the event of now can meet an own order."""
    return clock.kind != TRADE or clock.price <= market.buy_reach or clock.price >= market.sell_reach


def set_latencies(clock, feed, event):
    """How long orders and answers take from this event on."""
    if len(feed.order_latency) > 0:
        clock.order_latency = feed.order_latency[event]
    if len(feed.answer_latency) > 0:
        clock.answer_latency = feed.answer_latency[event]


def ends_moment(feed, event):
    """True for the last event of a moment of one instrument: before it a book may be crossed, after it not."""
    after = event + 1
    if after == len(feed.time):
        return True
    return feed.time[after] != feed.time[event] or feed.instrument[after] != feed.instrument[event]


def finish(floor, on_fill, reals, wholes, samples, closes_out):
    """What is under way up to the end of the last interval, and the account's last value."""
    clock = floor.desk.clock[0]
    rows = len(floor.closes)
    if clock.row == rows:
        return GOES_ON
    if meanwhile(floor, on_fill, reals, wholes, samples, floor.closes[rows - 1] - 1) == 0:
        return NEEDS_ROOM
    if not has_room(floor, 4 * floor.venue.book.ledger[0].live + 4 * floor.venue.width):
        return NEEDS_ROOM
    if closes_out == 1:
        clock.now = floor.closes[rows - 1] - 1
        leave(floor, FINAL, charge)
    sample(floor, samples)
    return GOES_ON


def has_room(floor, more):
    """True when so many more fills and endings can be written down."""
    ledger = floor.venue.book.ledger[0]
    return (
        ledger.filled + more < len(floor.venue.fills)
        and ledger.ended + more < len(floor.venue.book.endings)
        and floor.desk.clock[0].answered + 2 * more < len(floor.answers)
    )


def meanwhile(floor, on_fill, reals, wholes, samples, moment):
    """What happens up to `moment` beside the feed, in order of time; 0 when the records are full and must grow.

    At one moment orders arrive first, then the interval ends, then answers are heard.
    """
    clock, ledger = floor.desk.clock[0], floor.venue.book.ledger[0]
    rows = len(floor.closes)
    schedule(floor)
    while clock.due <= moment:
        due = clock.due
        if clock.arrived < clock.sent and floor.desk.wishes[clock.arrived % MOST_ORDERS].due == due:
            if not has_room(floor, 4 * ledger.live + len(floor.levels) + 8):
                return 0
            receive(floor, charge)
        elif clock.row < rows and floor.closes[clock.row] == due:
            sample(floor, samples)
        else:
            hear(floor, on_fill, reals, wholes, due)
        schedule(floor)
    return 1


def hear(floor, on_fill, reals, wholes, moment):
    """Answers that have come back by `moment`: what is known here changes, and the strategy is told of fills."""
    clock, desk = floor.desk.clock[0], floor.desk
    while clock.heard < clock.answered and floor.answers[clock.heard].due <= moment:
        answer = floor.answers[clock.heard]
        clock.heard = clock.heard + 1
        clock.now = answer.due
        clock.cash = answer.cash
        if answer.what == FILLED:
            market = desk.market[answer.instrument]
            market.held = market.held + answer.quantity
            if answer.remaining > 0:
                place = place_of_order(desk, answer.order)
                if place >= 0:
                    desk.known[place].remaining = answer.remaining
            else:
                forget(desk, answer.order)
            on_fill(
                reals,
                wholes,
                desk,
                answer.order,
                answer.due,
                answer.instrument,
                answer.price,
                answer.quantity,
                answer.remaining,
            )
        else:
            forget(desk, answer.order)


def sample(floor, samples):
    """The interval ends: equity and marks are written down, and cash and positions where they have changed."""
    clock, venue = floor.desk.clock[0], floor.venue
    ledger, row, width = venue.book.ledger[0], clock.row, venue.width
    samples.equity[row] = equity_at_marks(floor)
    for i in range(width):
        samples.mark[row * width + i] = floor.desk.market[i].mark
    if ledger.filled != clock.fills_noted:
        note(ledger, venue.book.positions, width, row, samples.changes)
        clock.fills_noted = ledger.filled
    clock.row = row + 1


def idle_of_six(_reals, _wholes, _desk, _a, _b, _c, _d, _e, _f):
    """No fill is heard of."""
    return 0


def idle_of_eight(_reals, _wholes, _desk, _a, _b, _c, _d, _e, _f, _g, _h):
    """No event is looked at."""
    return 0
