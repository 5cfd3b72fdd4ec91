"""THE step over one moment: corporate actions, orders at the open, orders within the bar, orders at the close, ruin.

The rules of fills, with their reasons, are in docs/concepts/fills.md. In short: what the open already reaches fills at
the open; within the bar stops come before limits, because the path is unknown and the worse is assumed; sells come
before buys.
"""

from tradewright.domain.arithmetic.accounting import split
from tradewright.domain.arithmetic.rounding import whole_lots
from tradewright.domain.matching.book import accept, end, end_orphans, end_role, protect, tidy
from tradewright.domain.matching.calls import call, watches
from tradewright.domain.matching.carry import (
    book_local,
    bury,
    carry,
    delist,
    end_gone,
    rate_before,
    split_local,
    take_rates,
)
from tradewright.domain.matching.fills import book_fill, execute, revalue, write_fill
from tradewright.domain.matching.layout import (
    AT_OPEN,
    BY_LIMIT,
    BY_STOP,
    CROSS,
    DELISTED,
    DELISTING,
    DIVIDEND,
    EARLIER,
    FINAL,
    IOC,
    LIMIT,
    LIQUIDATION,
    MARKET,
    ON_TARGET,
    RUINED,
    SPLIT,
    STOP,
    STOP_LIMIT,
    STOP_LOSS,
    TAKE_PROFIT,
    TOO_SMALL,
    TOUCHED,
    TOUCHED_LIMIT,
    UNFILLED,
    WOULD_TAKE,
)
from tradewright.domain.matching.path import walk_bar
from tradewright.domain.matching.plan import delta_to
from tradewright.domain.matching.range import at_end, within
from tradewright.domain.matching.terms import (
    after_open,
    end_reducing,
    expire,
    holds_back,
    is_for_open,
    is_reached,
)


def is_due(venue, row):
    """True when the step has something to do in this row."""
    ledger = venue.book.ledger[0]
    if ledger.margin >= CROSS and watches(venue):
        return True
    return ledger.live > 0 or (ledger.next_action < len(venue.actions) and venue.actions[ledger.next_action].row <= row)


def step(venue, row, charge):
    """From the moment before the open to the moment before the close."""
    ledger = venue.book.ledger[0]
    if ledger.next_action < len(venue.actions):
        act(venue, row, 0)
    if ledger.live == 0 and ledger.margin < CROSS:
        return
    if ledger.has_gone == 1:
        end_gone(venue, row)
    ledger.is_late = 0
    if ledger.has_expiry == 1:
        expire(venue, row)
    revalue(venue, row, 0)
    if ledger.margin >= CROSS:
        call(venue, row, 0, charge)
    if ledger.at_close == 0 and ledger.has_weights == 1:
        size(venue, row, 0)
    if ledger.live > 1 or venue.book.orders[0].side == -1:
        at_open(venue, row, -1, charge)
    if ledger.live > 1 or venue.book.orders[0].side == 1:
        at_open(venue, row, 1, charge)
    if ledger.has_passes == 1:
        after_open(venue, row)
    if ledger.has_children == 1:
        end_orphans(venue.book, row)
    tidy(venue.book)
    if ledger.next_action < len(venue.actions):
        act(venue, row, 1)
    if ledger.live == 0 and ledger.margin < CROSS:
        return
    filled, ended = ledger.filled, ledger.filled + ledger.ended
    if ledger.margin >= CROSS:
        call(venue, row, 1, charge)
    if ledger.path == 0:
        within(venue, row, STOP, EARLIER, EARLIER, charge)
        within(venue, row, LIMIT, EARLIER, EARLIER, charge)
    else:
        walk_bar(venue, row, charge)
    if ledger.path == 0 and (ledger.filled > filled or ledger.has_passes == 1):
        within(venue, row, STOP, BY_STOP, BY_LIMIT, charge)
        within(venue, row, LIMIT, BY_STOP, BY_LIMIT, charge)
    if ledger.margin >= CROSS:
        call(venue, row, 2, charge)
    if ledger.has_passes == 1:
        at_end(venue, row, charge)
    elif ledger.filled + ledger.ended > ended:
        tidy(venue.book)


def close(venue, row, charge):
    """Market orders at the close of the row they were made in (the signal-close rule)."""
    revalue(venue, row, 1)
    venue.book.ledger[0].is_late = 1
    if venue.book.ledger[0].has_weights == 1:
        size(venue, row, 1)
    for turn in range(2):
        side = 2 * turn - 1
        for k in range(venue.book.ledger[0].live):
            order = venue.book.orders[k]
            if (
                order.side == side
                and order.kind == MARKET
                and order.force < AT_OPEN
                and not held_back(venue, order, row)
            ):
                price = venue.close[row * venue.width + order.instrument]
                if price == price:
                    execute(venue, row, k, price, 1, charge)
                    if order.side != 0 and order.force >= IOC:
                        end(venue.book, row, k, UNFILLED, venue.book.ledger[0].zero, venue.book.ledger[0].zero)
    if venue.book.ledger[0].has_children == 1:
        end_orphans(venue.book, row)
    tidy(venue.book)


def act(venue, row, is_open):
    """What happens to the account without an order before the row's open; once `is_open`, the rest of the row's.

    Where no order works nothing can come between, and all of it happens at once.
    """
    ledger = venue.book.ledger[0]
    while ledger.next_action < len(venue.actions) and venue.actions[ledger.next_action].row <= row:
        n = ledger.next_action
        action = venue.actions[n]
        if action.is_after == 1 and is_open == 0 and ledger.live > 0:
            return
        action.filled = ledger.filled
        position = venue.book.positions[action.instrument]
        if action.kind == SPLIT:
            act_split(venue, row, action.instrument, action.value)
        elif action.kind == DIVIDEND:
            if position.quantity != 0:
                unit = action.value * (position.multiplier * rate_before(venue, row, action.instrument))
                paid = position.quantity * unit
                ledger.cash = ledger.cash + paid
                ledger.dividends = ledger.dividends + paid
        elif action.kind == DELISTING:
            act_delisting(venue, row, n)
        elif ledger.is_ruined == 0:
            carry(venue, row, n)
        ledger.next_action = n + 1


def act_delisting(venue, row, n):
    """A delisted instrument's position is closed without a fee, and its orders end."""
    ledger = venue.book.ledger[0]
    i = venue.actions[n].instrument
    position = venue.book.positions[i]
    if position.quantity != 0:
        quantity, price = delist(venue, row, n)
        if len(venue.rate) > 0:
            take_rates(venue, row - 1)
            book_local(position, quantity, price * position.multiplier, position.rate, ledger.zero)
        book_fill(ledger, position, quantity, price * position.unit, ledger.zero)
        write_fill(venue, row, 0, i, DELISTED, quantity, price, ledger.zero, ledger.zero, abs(quantity), ledger.zero)
    bury(venue, row, i)


def act_split(venue, row, i, ratio):
    """A split multiplies shares and divides the prices of working orders; a rest of a lot is paid at the last close."""
    ledger, position = venue.book.ledger[0], venue.book.positions[i]
    position.borrowable = position.borrowable * ratio
    if position.quantity != 0 and row > 0:
        unit_price = venue.mark[(row - 1) * venue.width + i] / ratio * position.multiplier
        held, basis, realized, cash = split(
            position.quantity, position.basis, ratio, position.lot, unit_price, ledger.unit
        )
        if ledger.has_rates == 1:
            split_local(position, ratio, unit_price, rate_before(venue, row, i), ledger.zero)
        before = position.quantity
        position.quantity = held
        position.basis = basis
        position.realized = position.realized + realized
        ledger.cash = ledger.cash + cash
        if held == 0:
            end_role(venue.book, row, i, STOP_LOSS)
            end_role(venue.book, row, i, TAKE_PROFIT)
            end_reducing(venue.book, row, i, before)
    for k in range(ledger.live):
        order = venue.book.orders[k]
        if order.instrument != i or order.side == 0:
            continue
        asked = order.quantity * ratio
        order.quantity = whole_lots(asked, position.lot)
        order.limit = order.limit / ratio
        order.trigger = order.trigger / ratio
        order.loss = order.loss / ratio
        order.gain = order.gain / ratio
        order.trail = order.trail / ratio
        if ledger.has_terms == 1:
            order.done = order.done * ratio
            order.asleep = min(whole_lots(order.asleep * ratio, position.lot), order.quantity)
        if asked > 0 and order.quantity == 0:
            end(venue.book, row, k, TOO_SMALL, asked, ledger.zero)


def size(venue, row, at_close):
    """Turn target weights into quantities, all against the equity at this price; held quantity counts."""
    ledger = venue.book.ledger[0]
    equity = ledger.cash + ledger.value
    for k in range(ledger.live):
        order = venue.book.orders[k]
        if order.side == 0 or order.by_weight == 0:
            continue
        position = venue.book.positions[order.instrument]
        bar = row * venue.width + order.instrument
        price = venue.close[bar] if at_close == 1 else venue.open[bar]
        if price != price:
            continue
        delta = delta_to(order.weight, equity, price, position.unit, position.lot, position.quantity)
        if delta == 0:
            protect(venue.book, row, order.instrument, order.loss, order.gain)
            end(venue.book, row, k, ON_TARGET, ledger.zero, ledger.zero)
            continue
        order.side = 1 if delta > 0 else -1
        order.quantity = abs(delta)
        order.by_weight = 0


def at_open(venue, row, side, charge):
    """Orders that the open reaches fill there: market orders, stops the gap jumped over, limits it betters.

    A stop-limit order that the gap has woken beyond its limit is a limit order from the open on.
    """
    ledger = venue.book.ledger[0]
    for k in range(ledger.live):
        order = venue.book.orders[k]
        if order.side != side:
            continue
        price = venue.open[row * venue.width + order.instrument]
        if price != price:
            continue
        if ledger.has_terms == 1 and (
            (order.force >= AT_OPEN and not is_for_open(venue, row, order)) or holds_back(order, row)
        ):
            continue
        slips = 1
        if order.kind == MARKET:
            if ledger.at_close == 1 and order.force != AT_OPEN:
                continue
        elif order.kind == LIMIT:
            if side * (price - order.limit) > 0:
                order.rested = 1
                continue
            if ledger.has_terms == 1 and order.passive == 1 and order.rested == 0:
                end(venue.book, row, k, WOULD_TAKE, ledger.zero, ledger.zero)
                continue
            slips = 0
        elif order.kind >= TOUCHED:
            if side * (price - order.trigger) > 0:
                continue
            if order.kind == TOUCHED_LIMIT and side * (price - order.limit) > 0:
                order.kind = LIMIT
                order.rested = 1
                continue
        elif not is_reached(order, price):
            continue
        elif order.kind == STOP_LIMIT and side * (price - order.limit) > 0:
            order.kind = LIMIT
            order.rested = 1
            continue
        execute(venue, row, k, price, slips, charge)


def held_back(venue, order, row):
    """`holds_back`, where any order has terms."""
    return venue.book.ledger[0].has_terms == 1 and holds_back(order, row)


def is_fragile(venue):
    """True while equity could reach zero: borrowed cash (beyond a rounding of all-in) or a short position."""
    ledger = venue.book.ledger[0]
    if ledger.cash < 0 and -ledger.cash * 1000000000 > ledger.gross:
        return True
    for i in range(venue.width):
        if venue.book.positions[i].quantity < 0:
            return True
    return False


def equity_of(venue, row):
    """Cash plus marked positions at the row's close, summed in the order of the instruments."""
    equity = venue.book.ledger[0].cash
    first = row * venue.width
    for i in range(venue.width):
        position = venue.book.positions[i]
        if position.quantity != 0:
            equity = equity + position.quantity * venue.mark[first + i] * position.multiplier
    return equity


def ruin(venue, row, charge):
    """When equity at the close is gone, everything is closed there and trading ends; 1 when that happened."""
    ledger = venue.book.ledger[0]
    if ledger.is_ruined == 1 or not is_fragile(venue) or equity_of(venue, row) > 0:
        return 0
    for k in range(ledger.live):
        if venue.book.orders[k].side != 0:
            end(venue.book, row, k, RUINED, ledger.zero, ledger.zero)
    tidy(venue.book)
    liquidate(venue, row, LIQUIDATION, charge)
    ledger.is_ruined = 1
    return 1


def liquidate(venue, row, role, charge):
    """Close every position at the row's close; without a bar the order waits for the next one (FINAL: none comes)."""
    ledger = venue.book.ledger[0]
    zero = ledger.zero
    revalue(venue, row, 1)
    for i in range(venue.width):
        held = venue.book.positions[i].quantity
        price = venue.close[row * venue.width + i]
        if held == 0 or (price != price and role == FINAL):
            continue
        side = -1 if held > 0 else 1
        accept(venue.book, row, i, side, MARKET, role, 0, EARLIER, abs(held), zero, zero, zero, zero, zero, 1, 0)
        if price == price:
            execute(venue, row, ledger.live - 1, price, 1, charge)
    tidy(venue.book)
