"""One order becomes one fill: what the account affords, at which price, at what cost, and what follows from it."""

from tradewright.domain.arithmetic.accounting import apply_fill
from tradewright.domain.arithmetic.costs import affordable, slipped
from tradewright.domain.arithmetic.rounding import left_of, whole_lots
from tradewright.domain.matching.book import attach, end, end_role, forgo, works
from tradewright.domain.matching.carry import book_local, limit_short, take_rates
from tradewright.domain.matching.charges import charged, choose, is_taker, remember
from tradewright.domain.matching.children import wake
from tradewright.domain.matching.impact import moved, within_limit
from tradewright.domain.matching.layout import (
    CASH,
    FOK,
    ISOLATED,
    LIMIT,
    LIQUIDATION,
    MARKET,
    NO_FUNDS,
    NO_MARGIN,
    NO_SHORT,
    NOTHING_TO_CLOSE,
    STOP_LIMIT,
    STOP_LOSS,
    TAKE_PROFIT,
    TARGET,
    TOO_SMALL,
    TOUCHED_LIMIT,
    UNFILLED,
)
from tradewright.domain.matching.margin import carries, initial_at_hand, initial_needed, set_aside
from tradewright.domain.matching.terms import capacity, end_reducing, take_off_group


def revalue(venue, row, at_close):
    """Value all positions at the row's open (or close); an instrument without a bar keeps the mark before."""
    ledger = venue.book.ledger[0]
    value = ledger.zero
    gross = ledger.zero
    first = row * venue.width
    if ledger.has_rates == 1:
        take_rates(venue, row if at_close == 1 else row - 1)
    for i in range(venue.width):
        position = venue.book.positions[i]
        price = venue.close[first + i] if at_close == 1 else venue.open[first + i]
        if price != price:
            price = venue.mark[first + i]
        elif ledger.has_rates == 1:
            price = price * position.rate
        position.price = price
        if position.quantity != 0:
            worth = position.quantity * price * position.multiplier
            value = value + worth
            gross = gross + abs(worth)
    ledger.value = value
    ledger.gross = gross


def book_fill(ledger, position, quantity, unit_price, fee):
    """Book a signed fill on cash and position; `unit_price` is money per unit of quantity (price x multiplier)."""
    held, basis, realized = apply_fill(position.quantity, position.basis, quantity, unit_price, ledger.unit)
    if position.quantity * held < 0 or (held == 0 and position.quantity != 0):
        ledger.closed = ledger.closed + 1
    position.quantity = held
    position.basis = basis
    position.realized = position.realized + realized
    ledger.cash = ledger.cash - quantity * unit_price - fee
    ledger.fees = ledger.fees + fee


def allowance(venue, instrument, side, quantity, unit_price, unit_excess, charge):
    """How much of `quantity` the account affords in that direction; gross exposure stays within leverage x equity.

    Where the account has a margin mode of another kind, that decides (`margin.carries`).

    What only closes is always afforded. Fees with a minimum are met by taking the fee of the first answer as fixed:
    costs never rise as quantity falls.
    """
    ledger, position = venue.book.ledger[0], venue.book.positions[instrument]
    if ledger.margin > CASH or (ledger.margin == CASH and side < 0):
        return carries(venue, instrument, side, quantity, unit_price, unit_excess, charge)
    zero = ledger.zero
    worth = position.quantity * position.price * position.multiplier
    equity = ledger.cash + ledger.value - worth + position.quantity * unit_price
    if ledger.due > 0:
        equity = equity - ledger.due  # what is not paid yet buys nothing
    others = ledger.gross - abs(worth)
    along = position.quantity * side
    closing = -along if along < 0 else zero
    share = ledger.fee_share * position.rate + unit_excess
    most = affordable(unit_price, equity, others, along, ledger.leverage, ledger.fee_rate, share, zero) - along
    candidate = min(quantity, max(most, closing))
    if candidate <= closing:
        return candidate
    local = unit_price / position.rate
    fee = charge(venue.fees, candidate, candidate * local) * position.rate
    if ledger.has_charges == 1:
        fee = fee + charged(venue, candidate, candidate * local) * position.rate
    if fee > (ledger.fee_rate * unit_price + ledger.fee_share * position.rate) * candidate:
        most = affordable(unit_price, equity, others, along, ledger.leverage, zero, unit_excess, fee) - along
        candidate = min(candidate, max(most, closing))
    return candidate


def execute(venue, row, k, reference, slips, charge):
    """Fill order `k` at `reference` (with slippage where `slips` is 1), or end it with the reason why not.

    An order waits, awake, where the bar has no volume left to share.
    """
    ledger, order = venue.book.ledger[0], venue.book.orders[k]
    position = venue.book.positions[order.instrument]
    side = order.side
    held = position.quantity
    price, excess = reference, ledger.zero
    if slips == 1 and ledger.slip > 0:
        bar = row * venue.width + order.instrument
        price, excess = slipped(reference, side, ledger.slip, venue.low[bar], venue.high[bar])
        if order.kind == STOP_LIMIT or order.kind == TOUCHED_LIMIT:
            price, excess = within_limit(price, excess, side, order.limit)
    whole = order.quantity
    if order.role == STOP_LOSS or order.role == TAKE_PROFIT:
        if held * side >= 0:
            end(venue.book, row, k, NOTHING_TO_CLOSE, ledger.zero, ledger.zero)
            return
        whole = abs(held)
    quantity = whole
    rest = ledger.zero
    moves, kind = 0, order.kind
    if ledger.has_terms == 1:
        takes_liquidity = is_taker(order)
        quantity = takes(venue, row, k, whole)
        if quantity == 0:
            return
        rest = left_of(whole, quantity, position.lot)
        if ledger.has_charges == 1:
            choose(venue, row, order, takes_liquidity)
        if ledger.has_impact == 1 and takes_liquidity:
            moves = 1
            price, excess = moved(venue, row, order, kind, reference, slips, quantity)
            if kind == LIMIT and side * (price - order.limit) + excess > 0:
                order.rested = 1  # it would pay more than its limit: it waits in the book instead
                return
    if held * side < 0 and abs(quantity - abs(held)) * 1000000000 <= abs(held):
        quantity = abs(held)  # what closes all but a rest of floating-point dust closes all
    asked = quantity
    if held * side >= 0 or quantity > abs(held):
        if ledger.has_borrow == 1:
            quantity = limit_short(venue, row, k, quantity)
            if quantity == 0:
                return
        unit = position.unit
        most = allowance(venue, order.instrument, side, quantity, price * unit, excess * unit, charge)
        if quantity > most + most / 1000000000:
            cut = whole_lots(most, position.lot)
            if order.shrinks == 0 or order.force == FOK or (cut == 0 and ledger.margin == CASH and side < 0):
                refuse(venue, row, k, quantity, most, price * unit)
                return
            if cut == 0:
                end(venue.book, row, k, TOO_SMALL, quantity, most)
                return
            quantity = cut
            if moves == 1:
                price, excess = moved(venue, row, order, kind, reference, slips, quantity)
    settle(venue, row, k, side * quantity, asked, rest, price, excess, reference, charge)
    if ledger.has_children == 1:
        wake(venue, row, k, quantity, rest, reference)


def refuse(venue, row, k, quantity, most, unit_price):
    """End order `k`, which does not fit: with what it asked for and what there is, in money where margin is asked."""
    ledger, order = venue.book.ledger[0], venue.book.orders[k]
    if ledger.margin == CASH and order.side < 0:
        end(venue.book, row, k, NO_SHORT, quantity, most)
    elif ledger.margin > CASH:
        needed = initial_needed(venue, order.instrument, order.side, quantity, unit_price)
        end(venue.book, row, k, NO_MARGIN, needed, initial_at_hand(venue, order.instrument, order.side, unit_price))
    else:
        end(venue.book, row, k, NO_FUNDS, quantity, most)


def takes(venue, row, k, whole):
    """How much of `whole` the terms of order `k` let fill in this bar; 0 when nothing does, and the order may be ended.

    A stop that has gone off stays awake: what is left of it is a market order (or the limit order it led to).
    """
    ledger, order = venue.book.ledger[0], venue.book.orders[k]
    position = venue.book.positions[order.instrument]
    quantity = whole
    if order.reduces == 1:
        if position.quantity * order.side >= 0:
            end(venue.book, row, k, NOTHING_TO_CLOSE, ledger.zero, ledger.zero)
            return ledger.zero
        quantity = min(quantity, abs(position.quantity))
    if order.asleep > 0:
        quantity = min(quantity, left_of(order.quantity, order.asleep, position.lot))
    if ledger.participation > 0 and order.role < LIQUIDATION:
        if order.kind == STOP_LIMIT or order.kind == TOUCHED_LIMIT:
            order.kind = LIMIT
        elif order.kind > LIMIT:
            order.kind = MARKET
        quantity = min(quantity, capacity(venue, row * venue.width + order.instrument, position.lot))
    if order.force == FOK and left_of(whole, quantity, position.lot) > 0:
        end(venue.book, row, k, UNFILLED, whole, quantity)
        return ledger.zero
    return quantity


def settle(venue, row, k, signed, asked, rest, price, excess, reference, charge):
    """Book the fill of order `k`, write it down, then see to what is left, to its group and to protection."""
    ledger, order = venue.book.ledger[0], venue.book.orders[k]
    position = venue.book.positions[order.instrument]
    multiplier, unit = position.multiplier, position.unit
    quantity = abs(signed)
    held = position.quantity
    side = order.side
    fee = charge(venue.fees, quantity, quantity * price * multiplier) * position.rate + excess * quantity * unit
    if ledger.has_charges == 1:
        fee = fee + charged(venue, quantity, quantity * price * multiplier) * position.rate
        remember(ledger, order, quantity, quantity * price * multiplier, position.rate)
    slippage = (signed * (price - reference) + excess * quantity) * unit
    if order.role == LIQUIDATION:
        fee = fee + ledger.liquidation * (quantity * price * unit)
    if ledger.has_rates == 1:
        book_local(position, signed, price * multiplier, position.rate, ledger.zero)
    book_fill(ledger, position, signed, price * unit, fee)
    if ledger.margin == ISOLATED:
        set_aside(venue, order.instrument, held, signed, price * unit)
    after = position.quantity
    mark = position.price * multiplier
    ledger.slippage = ledger.slippage + slippage
    ledger.value = ledger.value + (after - held) * mark
    ledger.gross = ledger.gross + (abs(after) - abs(held)) * mark
    write_fill(venue, row, order.identity, order.instrument, order.role, signed, price, fee, slippage, asked, rest)
    venue.fills[ledger.filled - 1].made = 0 if is_taker(order) else 1
    order.side = 0
    goes_on = 0
    if ledger.has_terms == 1:
        goes_on = carry_on(venue, row, k, side, quantity, rest)
    if after == 0 or after * held < 0:
        end_role(venue.book, row, order.instrument, STOP_LOSS)
        end_role(venue.book, row, order.instrument, TAKE_PROFIT)
        if ledger.has_reducing == 1:
            end_reducing(venue.book, row, order.instrument, held)
    if order.role >= STOP_LOSS and order.role <= LIQUIDATION:
        forgo(venue.book, row, order.instrument, side, quantity)
    if (order.loss > 0 or order.gain > 0) and (after * signed > 0 or (after != 0 and order.role == TARGET)):
        guard(venue, row, k, reference, goes_on)


def write_fill(venue, row, identity, instrument, role, signed, price, fee, slippage, asked, rest):
    """Write down a fill that is booked."""
    ledger = venue.book.ledger[0]
    fill = venue.fills[ledger.filled]
    fill.row = row
    fill.order = identity
    fill.instrument = instrument
    fill.role = role
    fill.quantity = signed
    fill.price = price
    fill.fee = fee
    fill.slippage = slippage
    fill.asked = asked
    fill.remaining = rest
    fill.rate = venue.book.positions[instrument].rate
    ledger.filled = ledger.filled + 1


def carry_on(venue, row, k, side, quantity, rest):
    """What is left of order `k` works on, what filled is taken off its group; 1 when it had filled in part before."""
    order = venue.book.orders[k]
    went_on = 1 if order.traded > 0 else 0
    if rest > 0:
        order.side = side
        order.traded = row + 1
        if order.kind == LIMIT:
            order.rested = 1
        if order.role != STOP_LOSS and order.role != TAKE_PROFIT:
            order.quantity = rest
    if order.group != 0:
        take_off_group(venue, row, k, quantity, rest)
    return went_on


def guard(venue, row, k, reference, goes_on):
    """Protect what order `k` has filled; protection of its first part covers the later ones, and may have been moved.

    A price that is passed already goes off where the position began.
    """
    order = venue.book.orders[k]
    i = order.instrument
    side = 1 if venue.book.positions[i].quantity > 0 else -1
    loss, gain = order.loss, order.gain
    if goes_on == 1:
        if works(venue.book, i, STOP_LOSS):
            loss = venue.book.ledger[0].zero
        if works(venue.book, i, TAKE_PROFIT):
            gain = venue.book.ledger[0].zero
    if loss > 0 and side * (loss - reference) > 0:
        loss = reference
    if gain > 0 and side * (gain - reference) < 0:
        gain = reference
    attach(venue.book, row, i, order.born, loss, gain)
