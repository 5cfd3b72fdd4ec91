"""The terms of an order beyond its price: how long it works, what it follows, what it may take, whom it stands for.

Which rule belongs to which term, with its reason, is in docs/concepts/fills.md.
"""

from tradewright.domain.arithmetic.rounding import left_of, whole_lots
from tradewright.domain.matching.book import accept, end, end_orphans, is_live, supersede, tidy
from tradewright.domain.matching.carry import close_before
from tradewright.domain.matching.layout import (
    AT_CLOSE,
    AT_OPEN,
    BRACKETS,
    DAY,
    EXPIRED,
    GROUP_FILLED,
    GTC,
    GTD,
    IOC,
    MARKET,
    NOTHING_TO_CLOSE,
    STOP_LIMIT,
    TARGET,
    TRAILING,
    UNFILLED,
    WOULD_TAKE,
)


def place(venue, row, asked):
    """Take a request into the book after the close of `row`; returns its identity, 0 for one without a side.

    A target takes the place of the instrument's targets that still wait.
    """
    if asked.role == TARGET:
        supersede(venue.book, row, asked.instrument)
    if asked.side == 0:
        return 0
    identity = accept(
        venue.book,
        row,
        asked.instrument,
        asked.side,
        asked.kind,
        asked.role,
        asked.until,
        0,
        asked.quantity,
        asked.limit,
        asked.trigger,
        asked.weight,
        asked.loss,
        asked.gain,
        asked.shrinks,
        asked.by_weight,
    )
    if (
        asked.kind >= STOP_LIMIT
        or asked.force != GTC
        or asked.group != 0
        or asked.reduces != 0
        or asked.passive != 0
        or asked.parent != 0
    ):
        add_terms(venue, row, asked)
    return identity


def add_terms(venue, row, asked):
    """The terms of the order accepted last; the ledger remembers which passes are needed from now on."""
    ledger = venue.book.ledger[0]
    order = venue.book.orders[ledger.live - 1]
    ledger.has_terms = 1
    order.force = asked.force
    order.expires = asked.expires
    order.group = asked.group
    order.reduces = asked.reduces
    order.passive = asked.passive
    order.parent = asked.parent
    order.trail = asked.trail
    order.trail_share = asked.trail_share
    if asked.reduces == 1:
        ledger.has_reducing = 1
    if asked.force >= IOC or asked.kind >= STOP_LIMIT:
        ledger.has_passes = 1
    if asked.force == DAY or asked.force == GTD:
        ledger.has_expiry = 1
    if asked.parent != 0:
        ledger.has_children = 1
        ledger.has_passes = 1
        order.asleep = order.quantity
        if not is_live(venue.book, asked.parent):
            end_orphans(venue.book, row)
            tidy(venue.book)
    elif asked.passive == 1 and row >= 0 and crosses(order, close_before(venue, row + 1, asked.instrument)):
        end(venue.book, row, ledger.live - 1, WOULD_TAKE, ledger.zero, ledger.zero)
        tidy(venue.book)
    elif asked.kind == TRAILING and asked.trigger == 0 and row >= 0:
        follow(order, close_before(venue, row + 1, asked.instrument))


def crosses(order, price):
    """True where the limit is at the price or beyond it, so that it would take; a price of 0 is none."""
    return price > 0 and order.side * (order.limit - price) >= 0


def follow(order, price):
    """The trigger of a trailing stop follows a better price; it never moves away. A price of 0 is none."""
    if price <= 0:
        return
    stop = price + order.side * (order.trail + price * order.trail_share)
    if stop > 0 and (order.trigger == 0 or order.side * (order.trigger - stop) > 0):
        order.trigger = stop


def is_reached(order, price):
    """True when the price is at the order's trigger or beyond.

    A trigger that was computed counts as touched within a billionth: floats miss a price of the grid by less.
    """
    if order.kind == TRAILING:
        return order.trigger > 0 and order.side * (price - order.trigger) * 1000000000 >= -order.trigger
    return order.side * (price - order.trigger) >= 0


def expire(venue, row):
    """Orders whose last session or last moment has passed; a DAY order's session is the first one that comes."""
    ledger = venue.book.ledger[0]
    for k in range(ledger.live):
        order = venue.book.orders[k]
        if order.side == 0:
            continue
        if order.until == 0 and order.force == DAY and not is_asleep(order):
            order.until = venue.session[row]
        if order.until > 0 and order.until < venue.session[row]:
            end(venue.book, row, k, EXPIRED, ledger.zero, ledger.zero)
        elif order.expires > 0 and order.expires < venue.time[row]:
            end(venue.book, row, k, EXPIRED, ledger.zero, ledger.zero)


def is_asleep(order):
    """True while nothing of the order has been woken by its parent."""
    return order.asleep > 0 and order.asleep >= order.quantity


def holds_back(order, row):
    """True for an order that does nothing more in this row: it sleeps, is not there yet, or has had its share."""
    return order.traded > row or order.wakes > row or is_asleep(order)


def is_for_open(venue, row, order):
    """True when an order for the auctions takes part in this row's open: it is a new session's."""
    if order.force == AT_CLOSE:
        return False
    return order.placed < 0 or venue.session[row] > venue.session[order.placed]


def ends_session(venue, row):
    """True when the row's close is the close of its session; the last row there is ends one, too."""
    if len(venue.last) > 0:
        return venue.last[row] == 1
    return row + 1 == len(venue.session) or venue.session[row + 1] != venue.session[row]


def after_open(venue, row):
    """What had to fill at the open and did not ends; trailing stops follow the open, which surely came first."""
    ledger = venue.book.ledger[0]
    for k in range(ledger.live):
        order = venue.book.orders[k]
        price = venue.open[row * venue.width + order.instrument]
        if order.side == 0 or price != price or order.wakes > row or is_asleep(order):
            continue
        if order.kind == TRAILING:
            follow(order, price)
        elif order.force == AT_OPEN:
            if is_for_open(venue, row, order):
                end(venue.book, row, k, UNFILLED, ledger.zero, ledger.zero)
        elif order.force >= IOC and order.force < AT_OPEN and not (order.kind == MARKET and ledger.at_close == 1):
            end(venue.book, row, k, UNFILLED, ledger.zero, ledger.zero)


def capacity(venue, bar, lot):
    """What one order may take of a bar: a share of its volume, in whole lots; nothing where that is less than a lot."""
    volume = venue.volume[bar]
    if volume != volume:
        return venue.book.ledger[0].zero
    return whole_lots(volume * venue.book.ledger[0].participation, lot)


def take_off_group(venue, row, own, quantity, rest):
    """A fill of order `own` is taken off the others of its group; when nothing is left of it, the others end.

    The ways out of a bracket may differ in quantity: what one has closed is taken off the other, and no more.
    """
    ledger = venue.book.ledger[0]
    group = venue.book.orders[own].group
    for k in range(ledger.live):
        order = venue.book.orders[k]
        if k == own or order.group != group or order.side == 0:
            continue
        left = ledger.zero
        if rest > 0 or group >= BRACKETS:
            left = left_of(order.quantity, quantity, venue.book.positions[order.instrument].lot)
        if left > 0:
            order.quantity = left
            order.asleep = min(order.asleep, left)
        else:
            end(venue.book, row, k, GROUP_FILLED, ledger.zero, ledger.zero)


def end_reducing(book, row, instrument, held):
    """The position `held` is closed: orders that were only to reduce it have nothing to close any more."""
    ledger = book.ledger[0]
    for k in range(ledger.live):
        order = book.orders[k]
        if order.instrument == instrument and order.reduces == 1 and order.side * held < 0 and not is_asleep(order):
            end(book, row, k, NOTHING_TO_CLOSE, ledger.zero, ledger.zero)
