"""Fees that depend on more than the fill: on liquidity, on what was traded in the month, on the order's other parts.

Which fill makes liquidity and what a month is, with the reasons, is in docs/concepts/costs.md.
"""

from tradewright.domain.arithmetic.costs import PER_NOTIONAL, PER_QUANTITY, fee_of
from tradewright.domain.arithmetic.dates import month_of
from tradewright.domain.matching.layout import LIMIT

MADE = 1
TOOK = 2


def is_taker(order):
    """True for a fill that takes liquidity: of all but a limit order that has waited in the book."""
    return order.kind != LIMIT or order.rested == 0


def choose(venue, row, order, takes_liquidity):
    """Find the rates that charge a fill of this order now; what the account affords is found with their sums."""
    ledger = venue.book.ledger[0]
    month = month_of(venue.session[row])
    if month != ledger.month:
        ledger.month = month
        ledger.month_notional = ledger.zero
        ledger.month_quantity = ledger.zero
    ledger.part_quantity = order.done
    ledger.part_notional = order.paid
    rate, share = ledger.zero, ledger.zero
    for n in range(len(venue.fees)):
        if venue.fees[n].kind == PER_NOTIONAL:
            rate = rate + venue.fees[n].rate
        elif venue.fees[n].kind == PER_QUANTITY:
            share = share + venue.fees[n].rate
    for n in range(len(venue.charges)):
        one = venue.charges[n]
        traded = ledger.month_quantity if one.measure == 1 else ledger.month_notional
        one.applies = 1
        if (one.side == MADE and takes_liquidity) or (one.side == TOOK and not takes_liquidity):
            one.applies = 0
        elif traded < one.above or (one.below > 0 and traded >= one.below):
            one.applies = 0
        elif one.rate > 0 and one.kind == PER_NOTIONAL:
            rate = rate + one.rate
        elif one.rate > 0 and one.kind == PER_QUANTITY:
            share = share + one.rate
    ledger.fee_rate = rate
    ledger.fee_share = share


def charged(venue, quantity, notional):
    """What the chosen rates charge; a row of the order charges what the order owes now more than before this fill."""
    ledger = venue.book.ledger[0]
    total = ledger.zero
    for n in range(len(venue.charges)):
        one = venue.charges[n]
        if one.applies == 0:
            continue
        if one.per_order == 1 and ledger.part_quantity > 0:
            before = fee_of(one, ledger.part_quantity, ledger.part_notional)
            after = fee_of(one, ledger.part_quantity + quantity, ledger.part_notional + notional)
            if after > before:
                total = total + (after - before)
        else:
            total = total + fee_of(one, quantity, notional)
    return total


def remember(ledger, order, quantity, notional, rate):
    """Count a fill for the month, in the account's money, and for its order, in the instrument's."""
    ledger.month_notional = ledger.month_notional + notional * rate
    ledger.month_quantity = ledger.month_quantity + quantity
    order.done = order.done + quantity
    order.paid = order.paid + notional
