"""One order becomes one fill: what the account affords, at which price, at what cost, and what follows from it."""

from tradewright.domain.arithmetic.accounting import apply_fill
from tradewright.domain.arithmetic.costs import affordable, slipped
from tradewright.domain.arithmetic.rounding import whole_lots
from tradewright.domain.matching.book import attach, end, end_role, forgo
from tradewright.domain.matching.layout import NO_FUNDS, NOTHING_TO_CLOSE, STOP_LOSS, TAKE_PROFIT, TARGET, TOO_SMALL


def revalue(venue, row, at_close):
    """Value all positions at the row's open (or close); an instrument without a bar keeps the mark before."""
    ledger = venue.book.ledger[0]
    value = ledger.zero
    gross = ledger.zero
    first = row * venue.width
    for i in range(venue.width):
        position = venue.book.positions[i]
        price = venue.close[first + i] if at_close == 1 else venue.open[first + i]
        if price != price:
            price = venue.mark[first + i]
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

    What only closes is always afforded. Fees with a minimum are met by taking the fee of the first answer as fixed:
    costs never rise as quantity falls.
    """
    ledger, position = venue.book.ledger[0], venue.book.positions[instrument]
    zero = ledger.zero
    worth = position.quantity * position.price * position.multiplier
    equity = ledger.cash + ledger.value - worth + position.quantity * unit_price
    others = ledger.gross - abs(worth)
    along = position.quantity * side
    closing = -along if along < 0 else zero
    share = ledger.fee_share + unit_excess
    most = affordable(unit_price, equity, others, along, ledger.leverage, ledger.fee_rate, share, zero) - along
    candidate = min(quantity, max(most, closing))
    if candidate <= closing:
        return candidate
    fee = charge(venue.fees, candidate, candidate * unit_price)
    if fee > (ledger.fee_rate * unit_price + ledger.fee_share) * candidate:
        most = affordable(unit_price, equity, others, along, ledger.leverage, zero, unit_excess, fee) - along
        candidate = min(candidate, max(most, closing))
    return candidate


def execute(venue, row, k, reference, slips, charge):
    """Fill order `k` at `reference` (with slippage where `slips` is 1), or end it with the reason why not."""
    ledger, order = venue.book.ledger[0], venue.book.orders[k]
    position = venue.book.positions[order.instrument]
    side = order.side
    held = position.quantity
    quantity = order.quantity
    price, excess = reference, ledger.zero
    if slips == 1 and ledger.slip > 0:
        bar = row * venue.width + order.instrument
        price, excess = slipped(reference, side, ledger.slip, venue.low[bar], venue.high[bar])
    if order.role == STOP_LOSS or order.role == TAKE_PROFIT:
        if held * side >= 0:
            end(venue.book, row, k, NOTHING_TO_CLOSE, ledger.zero, ledger.zero)
            return
        quantity = abs(held)
    if held * side < 0 and abs(quantity - abs(held)) * 1000000000 <= abs(held):
        quantity = abs(held)  # what closes all but a rest of floating-point dust closes all
    asked = quantity
    if held * side >= 0 or quantity > abs(held):
        multiplier = position.multiplier
        most = allowance(venue, order.instrument, side, quantity, price * multiplier, excess * multiplier, charge)
        if quantity > most + most / 1000000000:
            cut = whole_lots(most, position.lot)
            if order.shrinks == 0:
                end(venue.book, row, k, NO_FUNDS, quantity, most)
                return
            if cut == 0:
                end(venue.book, row, k, TOO_SMALL, quantity, most)
                return
            quantity = cut
    settle(venue, row, k, side * quantity, asked, price, excess, reference, charge)


def settle(venue, row, k, signed, asked, price, excess, reference, charge):
    """Book the fill of order `k`, write it down, then see to protection."""
    ledger, order = venue.book.ledger[0], venue.book.orders[k]
    position = venue.book.positions[order.instrument]
    multiplier = position.multiplier
    quantity = abs(signed)
    held = position.quantity
    fee = charge(venue.fees, quantity, quantity * price * multiplier) + excess * quantity * multiplier
    slippage = (signed * (price - reference) + excess * quantity) * multiplier
    book_fill(ledger, position, signed, price * multiplier, fee)
    after = position.quantity
    mark = position.price * multiplier
    ledger.slippage = ledger.slippage + slippage
    ledger.value = ledger.value + (after - held) * mark
    ledger.gross = ledger.gross + (abs(after) - abs(held)) * mark
    fill = venue.fills[ledger.filled]
    fill.row = row
    fill.order = order.identity
    fill.instrument = order.instrument
    fill.role = order.role
    fill.quantity = signed
    fill.price = price
    fill.fee = fee
    fill.slippage = slippage
    fill.asked = asked
    ledger.filled = ledger.filled + 1
    order.side = 0
    if after == 0 or after * held < 0:
        end_role(venue.book, row, order.instrument, STOP_LOSS)
        end_role(venue.book, row, order.instrument, TAKE_PROFIT)
        if order.role == STOP_LOSS or order.role == TAKE_PROFIT:
            forgo(venue.book, row, order.instrument, 1 if signed > 0 else -1, quantity)
    loss, gain = order.loss, order.gain
    if (loss > 0 or gain > 0) and (after * signed > 0 or (after != 0 and order.role == TARGET)):
        side = 1 if after > 0 else -1
        if loss > 0 and side * (loss - reference) > 0:
            loss = reference  # already beyond its price: it goes off where the position began
        if gain > 0 and side * (gain - reference) < 0:
            gain = reference
        attach(venue.book, row, order.instrument, order.born, loss, gain)
