"""THE step over ticks: one event is shown, own orders meet it, and what follows is on its way here.

docs/concepts/ticks.md states the rules with their reasons. In short: a trade at an order's price first serves those who
stood before it; a trade through its price fills it; what somebody offers at its price or better fills it as far as
that is; between events, orders arrive and answers come back in order of time.
"""

from tradewright.domain.matching.book import accept, end
from tradewright.domain.matching.fills import settle
from tradewright.domain.matching.layout import EARLIER, FOK, LIQUIDATION, MARKET, RUINED, UNFILLED
from tradewright.domain.matching.step import is_fragile
from tradewright.domain.matching.tick_book import is_same, show_level
from tradewright.domain.matching.tick_layout import (
    ENDED,
    FILLED,
    LEVEL,
    MOST_ORDERS,
    NEVER,
    QUOTE,
    TRADE,
)
from tradewright.domain.matching.tick_orders import arrive, is_beyond, revalue_marks, tidy_queue, trade_part


def meet(floor, charge):
    """Own orders meet the event of now, which is shown already."""
    ledger, kind = floor.venue.book.ledger[0], floor.desk.clock[0].kind
    before = ledger.filled + ledger.ended
    if kind == TRADE:
        meet_trade(floor, charge)
    elif kind == QUOTE:
        meet_quote(floor, charge)
    elif kind == LEVEL:
        meet_level(floor, charge)
    if ledger.filled + ledger.ended != before:
        tidy_queue(floor)


def meet_trade(floor, charge):
    """Working orders meet a public print; what one of ours has taken of it, the next one cannot take again."""
    book, clock = floor.venue.book, floor.desk.clock[0]
    instrument, price, quantity, aggressor = clock.instrument, clock.price, clock.quantity, clock.side
    market = floor.desk.market[instrument]
    is_blind = market.has_book == 0 and market.has_quotes == 0
    taken = clock.zero
    for k in range(book.ledger[0].live):
        order = book.orders[k]
        if order.side == 0 or order.instrument != instrument:
            continue
        if order.kind == MARKET:
            if is_blind:
                meet_blindly(floor, k, price, quantity, charge)
        elif is_same(price, order.limit):
            if aggressor != order.side:
                taken = taken + serve(floor, k, quantity, taken, charge)
        elif order.side * (price - order.limit) < 0:
            trade_part(floor, k, order.quantity, order.limit, clock.zero, order.limit, charge)
        if is_blind and floor.queue[k].is_fresh == 1 and order.side != 0:
            end(book, clock.row, k, UNFILLED, clock.zero, clock.zero)


def meet_blindly(floor, k, price, quantity, charge):
    """A market order where only trades are known: it fills at the first one after its arrival, with slippage."""
    book, clock = floor.venue.book, floor.desk.clock[0]
    ledger, order = book.ledger[0], book.orders[k]
    amount = order.quantity
    if ledger.participation > 0:
        amount = min(amount, quantity * ledger.participation)
    if order.force == FOK and amount < order.quantity:
        return
    slipped = price + order.side * price * ledger.slip
    trade_part(floor, k, amount, slipped, clock.zero, price, charge)


def serve(floor, k, quantity, taken, charge):
    """A print of `quantity` at the price of order `k`: those before it first, then own orders before it, then it."""
    book, place = floor.venue.book, floor.queue[k]
    order = book.orders[k]
    if place.ahead < 0:
        return floor.desk.clock[0].zero
    place.traded = place.traded + quantity
    reach = quantity - place.ahead - taken
    place.ahead = max(place.ahead - quantity, floor.desk.clock[0].zero)
    if reach <= 0 or (order.force == FOK and reach < order.quantity):
        return floor.desk.clock[0].zero
    return trade_part(floor, k, min(order.quantity, reach), order.limit, reach - reach, order.limit, charge)


def shorten(floor, k, shown):
    """The venue shows `shown` at the price of order `k`: no more than that is before it."""
    place, clock = floor.queue[k], floor.desk.clock[0]
    if shown != shown:
        return
    if place.ahead < 0:
        place.ahead = shown
    else:
        canceled = place.shown - shown - place.traded
        if canceled > 0:
            place.ahead = max(place.ahead - canceled * clock.cancels_ahead, clock.zero)
        place.ahead = min(place.ahead, shown)
    place.shown = shown
    place.traded = clock.zero


def meet_quote(floor, charge):
    """Working orders meet new best prices: what is offered at their price or better, and what is shown before them."""
    book, instrument, zero = floor.venue.book, floor.desk.clock[0].instrument, floor.desk.clock[0].zero
    market = floor.desk.market[instrument]
    if market.has_book == 1:
        return
    for k in range(book.ledger[0].live):
        order = book.orders[k]
        if order.side == 0 or order.instrument != instrument:
            continue
        side = order.side
        price = market.ask if side > 0 else market.bid
        shown = market.ask_quantity if side > 0 else market.bid_quantity
        if price > 0 and not is_beyond(order, side, price):
            at = price if order.kind == MARKET else order.limit
            amount = order.quantity if shown != shown else min(order.quantity, shown)
            traded = trade_part(floor, k, amount, at, price - price, at, charge)
            if side > 0:
                market.ask_quantity = shown - traded
            else:
                market.bid_quantity = shown - traded
        if order.side == 0 or order.kind == MARKET:
            continue
        best = market.bid if side > 0 else market.ask
        if is_same(best, order.limit):
            shorten(floor, k, market.bid_quantity if side > 0 else market.ask_quantity)
        elif side * (order.limit - best) > 0:
            shorten(floor, k, zero)


def meet_level(floor, charge):
    """Working orders meet a level: one of the other side at their price or better, or their own."""
    book, clock = floor.venue.book, floor.desk.clock[0]
    zero, price, side = clock.zero, clock.price, clock.side
    left = clock.quantity
    for k in range(book.ledger[0].live):
        order = book.orders[k]
        if order.side == 0 or order.instrument != clock.instrument:
            continue
        if order.side == side:
            if order.kind != MARKET and is_same(price, order.limit):
                shorten(floor, k, clock.quantity)
        elif left > 0 and not is_beyond(order, order.side, price):
            at = price if order.kind == MARKET else order.limit
            left = left - trade_part(floor, k, min(order.quantity, left), at, zero, at, charge)
    if left != clock.quantity:
        show_level(floor.levels, floor.desk.market[clock.instrument], clock.level, side, left)


def tell(floor):
    """What the venue did since it was asked last is on its way here, fills before endings; nothing overtakes."""
    ledger, clock = floor.venue.book.ledger[0], floor.desk.clock[0]
    if clock.fills_told < ledger.filled:
        clock.watches = 1 if is_fragile(floor.venue) else 0
    while clock.fills_told < ledger.filled:
        fill = floor.venue.fills[clock.fills_told]
        answer = dispatched(floor, FILLED, fill.order, fill.instrument)
        answer.quantity = fill.quantity
        answer.price = fill.price
        answer.remaining = fill.remaining
        clock.fills_told = clock.fills_told + 1
    while clock.endings_told < ledger.ended:
        ending = floor.venue.book.endings[clock.endings_told]
        answer = dispatched(floor, ENDED, ending.order, ending.instrument)
        answer.reason = ending.reason
        answer.remaining = ending.remaining
        clock.endings_told = clock.endings_told + 1


def dispatched(floor, what, order, instrument):
    """A new answer, on its way."""
    clock = floor.desk.clock[0]
    clock.last_answer = max(clock.last_answer, clock.now + clock.answer_latency)
    answer = floor.answers[clock.answered]
    answer.due = clock.last_answer
    answer.moment = clock.now
    answer.what = what
    answer.order = order
    answer.instrument = instrument
    answer.cash = floor.venue.book.ledger[0].cash
    clock.answered = clock.answered + 1
    return answer


def schedule(floor):
    """The next moment at which something else than the feed happens."""
    clock = floor.desk.clock[0]
    due = floor.closes[clock.row] if clock.row < len(floor.closes) else NEVER
    if clock.arrived < clock.sent:
        due = min(due, floor.desk.wishes[clock.arrived % MOST_ORDERS].due)
    if clock.heard < clock.answered:
        due = min(due, floor.answers[clock.heard].due)
    clock.due = due


def receive(floor, charge):
    """The next request has come to the venue."""
    clock = floor.desk.clock[0]
    wish = floor.desk.wishes[clock.arrived % MOST_ORDERS]
    clock.now = wish.due - 1
    clock.arrived = clock.arrived + 1
    arrive(floor, wish, charge)
    tell(floor)


def equity_at_marks(floor):
    """Cash plus positions at the marks of this moment, summed in the order of the instruments."""
    equity = floor.venue.book.ledger[0].cash
    for i in range(floor.venue.width):
        position = floor.venue.book.positions[i]
        if position.quantity != 0:
            equity = equity + position.quantity * floor.desk.market[i].mark * position.multiplier
    return equity


def leave(floor, role, charge):
    """Everything ends and every position is closed at what is shown (else the last trade), whatever its quantity."""
    venue, clock = floor.venue, floor.desk.clock[0]
    ledger = venue.book.ledger[0]
    zero = ledger.zero
    for k in range(ledger.live):
        if venue.book.orders[k].side != 0 and role == LIQUIDATION:
            end(venue.book, clock.row, k, RUINED, zero, zero)
    tidy_queue(floor)
    for i in range(venue.width):
        held = venue.book.positions[i].quantity
        if held == 0:
            continue
        revalue_marks(floor)
        side = -1 if held > 0 else 1
        k = ledger.live
        accept(venue.book, clock.row, i, side, MARKET, role, 0, EARLIER, abs(held), zero, zero, zero, zero, zero, 1, 0)
        market = floor.desk.market[i]
        shown = market.ask if side > 0 else market.bid
        price = shown if shown > 0 else market.mark + side * market.mark * ledger.slip
        settle(venue, clock.row, k, -held, abs(held), zero, price, zero, shown if shown > 0 else market.mark, charge)
    tidy_queue(floor)
    tell(floor)
    clock.watches = 0
    if role == LIQUIDATION:
        ledger.is_ruined = 1
