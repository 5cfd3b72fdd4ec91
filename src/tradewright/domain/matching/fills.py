"""One order becomes one fill: what the account affords, at which price, at what cost, and what follows from it."""

from tradewright.domain.arithmetic.accounting import apply_fill
from tradewright.domain.arithmetic.costs import affordable, slipped
from tradewright.domain.arithmetic.rounding import whole_lots
from tradewright.domain.matching.book import attach, end, end_role
from tradewright.domain.matching.layout import NO_FUNDS, NOTHING_TO_CLOSE, STOP_LOSS, TAKE_PROFIT, TOO_SMALL


def revalue(venue, row, at_close):  # type: ignore[no-untyped-def]
    """Value all positions at the row's open (or close); an instrument without a bar keeps the mark before."""
    ledger = venue.book.ledger[0]
    value = ledger.zero
    gross = ledger.zero
    first = row * venue.width
    for i in range(venue.width):
        holding = venue.book.holdings[i]
        price = venue.close[first + i] if at_close == 1 else venue.open[first + i]
        if price != price:
            price = venue.mark[first + i]
        holding.price = price
        if holding.quantity != 0:
            worth = holding.quantity * price * holding.multiplier
            value = value + worth
            gross = gross + abs(worth)
    ledger.value = value
    ledger.gross = gross


def book_fill(ledger, holding, quantity, unit_price, fee):  # type: ignore[no-untyped-def]
    """Book a signed fill on cash and position; `unit_price` is money per unit of quantity (price x multiplier)."""
    held, basis, realized = apply_fill(holding.quantity, holding.basis, quantity, unit_price, ledger.unit)
    holding.quantity = held
    holding.basis = basis
    holding.realized = holding.realized + realized
    ledger.cash = ledger.cash - quantity * unit_price - fee
    ledger.fees = ledger.fees + fee


def allowance(venue, instrument, side, quantity, unit_price, charge):  # type: ignore[no-untyped-def]
    """How much of `quantity` the account affords in that direction; gross exposure stays within leverage x equity.

    Fees with a minimum are met by taking the fee of the first answer as fixed: costs never rise as quantity falls.
    """
    ledger, holding = venue.book.ledger[0], venue.book.holdings[instrument]
    zero = ledger.zero
    worth = holding.quantity * holding.price * holding.multiplier
    equity = ledger.cash + ledger.value - worth + holding.quantity * unit_price
    others = ledger.gross - abs(worth)
    along = holding.quantity * side
    most = (
        affordable(unit_price, equity, others, along, ledger.leverage, ledger.fee_rate, ledger.fee_share, zero) - along
    )
    candidate = quantity if quantity <= most else most
    if candidate <= 0:
        return zero
    fee = charge(venue.fees, candidate, candidate * unit_price)
    if fee > (ledger.fee_rate * unit_price + ledger.fee_share) * candidate:
        most = affordable(unit_price, equity, others, along, ledger.leverage, zero, zero, fee) - along
        candidate = min(candidate, most)
    return candidate if candidate > 0 else zero


def execute(venue, row, k, reference, slips, charge):  # type: ignore[no-untyped-def]
    """Fill order `k` at `reference` (with slippage where `slips` is 1), or end it with the reason why not."""
    ledger, order = venue.book.ledger[0], venue.book.orders[k]
    holding = venue.book.holdings[order.instrument]
    side = order.side
    held = holding.quantity
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
    if held * side >= 0 or side * (held + side * quantity) > abs(held):
        unit_price = (price + side * excess) * holding.multiplier
        most = allowance(venue, order.instrument, side, quantity, unit_price, charge)
        if quantity > most + most / 1000000000:
            cut = whole_lots(most, holding.lot)
            if order.shrinks == 0:
                end(venue.book, row, k, NO_FUNDS, quantity, most)
                return
            if cut == 0:
                end(venue.book, row, k, TOO_SMALL, quantity, most)
                return
            quantity = cut
    settle(venue, row, k, side * quantity, price, excess, reference, charge)


def settle(venue, row, k, signed, price, excess, reference, charge):  # type: ignore[no-untyped-def]
    """Book the fill of order `k`, write it down, then see to protection."""
    ledger, order = venue.book.ledger[0], venue.book.orders[k]
    holding = venue.book.holdings[order.instrument]
    multiplier = holding.multiplier
    quantity = abs(signed)
    held = holding.quantity
    fee = charge(venue.fees, quantity, quantity * price * multiplier) + excess * quantity * multiplier
    slippage = (signed * (price - reference) + excess * quantity) * multiplier
    book_fill(ledger, holding, signed, price * multiplier, fee)
    after = holding.quantity
    mark = holding.price * multiplier
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
    ledger.filled = ledger.filled + 1
    order.side = 0
    if after == 0 or after * held < 0:
        end_role(venue.book, row, order.instrument, STOP_LOSS)
        end_role(venue.book, row, order.instrument, TAKE_PROFIT)
    loss, gain = order.loss, order.gain
    if after * signed > 0 and (loss > 0 or gain > 0):
        side = 1 if after > 0 else -1
        if loss > 0 and side * (loss - price) > 0:
            loss = price  # already beyond its price: it goes off where the position began
        if gain > 0 and side * (gain - price) < 0:
            gain = price
        attach(venue.book, row, order.instrument, order.born, loss, gain)
