"""What happens to an account without an order: dividends that are due, funding, interest, borrow cost, a delisting.

Each is an action of its row. This file decides what it moves; which rows have one is decided before the run. The rules,
with their reasons, are in docs/concepts/accounts.md.
"""

from tradewright.domain.arithmetic.accounting import apply_fill, split
from tradewright.domain.arithmetic.rounding import whole_lots
from tradewright.domain.matching.book import end
from tradewright.domain.matching.layout import (
    BORROW,
    EARNED,
    FOK,
    FUNDING,
    GONE,
    INTEREST,
    NOT_BORROWED,
    PAYMENT,
)


def carry(venue, row, n):
    """Action number `n`, which is neither a split nor cash at once, takes effect; positions are valued as before it."""
    ledger, action = venue.book.ledger[0], venue.actions[n]
    position = venue.book.positions[action.instrument]
    amount, due = ledger.zero, ledger.zero
    if action.kind == EARNED:
        amount = position.quantity * (action.value * (position.multiplier * rate_before(venue, row, action.instrument)))
        due = amount
        ledger.dividends = ledger.dividends + amount
    elif action.kind == PAYMENT:
        due = -venue.actions[action.subject].amount
    elif action.kind == FUNDING:
        amount = funding(position.quantity, position.multiplier, action.price, action.value)
        amount = amount * rate_before(venue, row, action.instrument)
        ledger.funding = ledger.funding + amount
    elif action.kind == INTEREST:
        amount = interest(settled(venue, row), action.value, action.price)
        ledger.interest = ledger.interest + amount
    elif action.kind == BORROW and position.quantity < 0:
        amount = worth_before(venue, row, action.instrument) * action.value
        ledger.borrow = ledger.borrow + amount
    ledger.cash = ledger.cash + amount
    ledger.due = ledger.due + due
    action.amount = amount if action.kind != PAYMENT else due


def funding(quantity, multiplier, price, rate):
    """What a position receives (negative: pays) in one exchange of funding; a positive rate is paid by longs."""
    return -quantity * multiplier * price * rate


def interest(lent, credit, debit):
    """What `lent` money earns, or borrowed money (below 0) costs, at rates for the time that has passed."""
    return lent * credit if lent > 0 else lent * debit


def settled(venue, row):
    """What interest is paid on: cash without what is due, less the worth of shorts, whose proceeds secure the loan."""
    ledger = venue.book.ledger[0]
    lent = ledger.cash - ledger.due
    for i in range(venue.width):
        if venue.book.positions[i].quantity < 0:
            lent = lent + worth_before(venue, row, i)
    return lent


def worth_before(venue, row, i):
    """The worth of a position at the mark of the row before, signed, in the account's money."""
    position = venue.book.positions[i]
    return position.quantity * venue.mark[(row - 1) * venue.width + i] * position.multiplier


def rate_before(venue, row, i):
    """The account's money for one of the instrument's, as it was known before the row's close."""
    position = venue.book.positions[i]
    if len(venue.rate) == 0:
        return position.rate
    return venue.rate[max(row - 1, 0) * venue.width + i]


def take_rates(venue, row):
    """The rates that hold at the close of a row (from -1: none has closed, so the first that is known), by position."""
    first = max(row, 0) * venue.width
    for i in range(venue.width):
        position = venue.book.positions[i]
        position.rate = venue.rate[first + i]
        position.unit = position.multiplier * position.rate


def close_before(venue, row, i):
    """The last close before a row, in the instrument's money."""
    price = venue.mark[(row - 1) * venue.width + i]
    if len(venue.rate) > 0:
        price = price / rate_before(venue, row, i)
    return price


def book_local(position, quantity, local_price, rate, zero):
    """Book a signed fill in the instrument's own money, before it is booked in the account's."""
    _, basis, realized = apply_fill(position.quantity, position.local, quantity, local_price, zero)
    position.local = basis
    position.by_price = position.by_price + realized * rate


def split_local(position, ratio, unit_price, rate, zero):
    """The same split on the cost basis in the instrument's own money; `unit_price` is in the account's."""
    local_price = unit_price / rate
    _, basis, realized, _ = split(position.quantity, position.local, ratio, position.lot, local_price, zero)
    position.local = basis
    position.by_price = position.by_price + realized * rate


def sellable(position):
    """How much may be sold: what is held, and what can be borrowed beyond."""
    return max(position.quantity + position.borrowable, position.quantity - position.quantity)


def limit_short(venue, row, k, quantity):
    """Of `quantity`, what can be sold where that takes borrowing; an order of its own that does not fit ends.

    Gives 0 where the order has ended.
    """
    ledger, order = venue.book.ledger[0], venue.book.orders[k]
    position = venue.book.positions[order.instrument]
    most = sellable(position)
    if order.side > 0 or quantity <= most:
        return quantity
    cut = whole_lots(most, position.lot)
    if order.shrinks == 1 and order.force != FOK and cut > 0:
        return cut
    end(venue.book, row, k, NOT_BORROWED, quantity, most)
    return ledger.zero


def bury(venue, row, i):
    """An instrument was delisted: its orders end, those that come later, too."""
    ledger = venue.book.ledger[0]
    venue.book.positions[i].is_gone = 1
    ledger.has_gone = 1
    end_gone(venue, row)


def end_gone(venue, row):
    """End the orders of instruments that were delisted."""
    ledger = venue.book.ledger[0]
    for k in range(ledger.live):
        order = venue.book.orders[k]
        if order.side != 0 and venue.book.positions[order.instrument].is_gone == 1:
            end(venue.book, row, k, GONE, ledger.zero, ledger.zero)


def delist(venue, row, n):
    """The fill that closes the position of a delisted instrument, (quantity, price): at the cash a share, if there is
    any, else at the last close. Whoever calls books it.
    """
    action = venue.actions[n]
    i = action.instrument
    price = action.value
    if price == 0:
        price = close_before(venue, row, i)
    return -venue.book.positions[i].quantity, price
