"""The margin call: what is taken from an account that no longer has the margin its positions need.

An account of stocks is looked at at each close and sold down until it has enough; futures are looked at within the bar,
at its worst price, and closed where their margin is used up. See docs/concepts/accounts.md.
"""

from tradewright.domain.arithmetic.rounding import steps_up
from tradewright.domain.matching.book import accept, end, tidy, works
from tradewright.domain.matching.fills import execute, revalue
from tradewright.domain.matching.layout import (
    ACCOUNT,
    AT_OPEN,
    CROSS,
    EARLIER,
    ISOLATED,
    LIQUIDATED,
    LIQUIDATION,
    MARKET,
    STOP,
    TRAILING,
)
from tradewright.domain.matching.margin import bankruptcy_price, loss_price, maintenance


def watches(venue):
    """True while a position is held whose margin has to be looked at in every row."""
    if venue.book.ledger[0].margin < ACCOUNT:
        return False
    for i in range(venue.width):
        if venue.book.positions[i].quantity != 0:
            return True
    return False


def is_short_of(equity, needed):
    """True when equity is below the margin needed by more than floats lose."""
    return (needed - equity) * 1000000000 > needed


def take(venue, row, i, quantity, price, slips, charge):
    """Liquidate `quantity` of a position at `price`; without a bar (NaN) the order waits for the next one."""
    ledger = venue.book.ledger[0]
    zero = ledger.zero
    side = -1 if venue.book.positions[i].quantity > 0 else 1
    accept(venue.book, row, i, side, MARKET, LIQUIDATION, 0, EARLIER, quantity, zero, zero, zero, zero, zero, 1, 0)
    if price == price:
        execute(venue, row, ledger.live - 1, price, slips, charge)


def call_at_open(venue, row, charge):
    """Futures that the open has carried to their loss are closed at the open, before any order is."""
    if venue.book.ledger[0].margin == ISOLATED:
        for i in range(venue.width):
            isolated_call(venue, row, i, venue.open[row * venue.width + i], 1, charge)
    else:
        cross_call(venue, row, 1, 0, charge)
    tidy(venue.book)


def call_within(venue, row, is_first, charge):
    """Futures that the bar's worst price carries to their loss are closed where they are lost.

    Looked at before the stops and limits of the bar (`is_first`), when a stop on the way there is reached before, and
    after them, for what is held then.
    """
    if venue.book.ledger[0].margin == ISOLATED:
        for i in range(venue.width):
            isolated_call(venue, row, i, worst_price(venue, row, i, is_first), 0, charge)
    else:
        cross_call(venue, row, 0, is_first, charge)


def worst_price(venue, row, i, is_first):
    """The bar's low for what is held long, its high for what is held short; or a stop on the way there."""
    bar = row * venue.width + i
    held = venue.book.positions[i].quantity
    worst = venue.low[bar] if held > 0 else venue.high[bar]
    if is_first == 0 or held == 0:
        return worst
    side = 1 if held > 0 else -1
    for k in range(venue.book.ledger[0].live):
        order = venue.book.orders[k]
        if order.instrument != i or order.side != -side or order.force >= AT_OPEN:
            continue
        if (order.kind == STOP or order.kind == TRAILING) and order.trigger > 0 and side * (order.trigger - worst) > 0:
            worst = order.trigger
    return worst


def isolated_call(venue, row, i, reached, is_open, charge):
    """Close an isolated position when `reached` is at its liquidation price or beyond; its orders end.

    At the open it is closed there, but never beyond the price at which its margin is gone: the exchange takes it over.
    """
    position = venue.book.positions[i]
    held = position.quantity
    if held == 0 or reached != reached:
        return
    side = 1 if held > 0 else -1
    lost = loss_price(venue, i, position.margin - position.basis)
    if side * (reached - lost) > 0:
        return
    price = inside(venue, row, i, lost)
    if is_open == 1:
        gone = bankruptcy_price(venue, i)
        price = gone if side * (reached - gone) < 0 else reached
    venue.book.ledger[0].calls = venue.book.ledger[0].calls + 1
    end_orders(venue, row, i)
    take(venue, row, i, abs(held), price, 0, charge)


def inside(venue, row, i, price):
    """The price, kept inside the bar: what was bought after the stops may be lost at once."""
    bar = row * venue.width + i
    return max(min(price, venue.high[bar]), venue.low[bar])


def end_orders(venue, row, instrument):
    """The working orders of a liquidated position end (-1: all orders there are)."""
    ledger = venue.book.ledger[0]
    for k in range(ledger.live):
        order = venue.book.orders[k]
        if order.side != 0 and (instrument < 0 or order.instrument == instrument) and order.role != LIQUIDATION:
            end(venue.book, row, k, LIQUIDATED, ledger.zero, ledger.zero)


def cross_call(venue, row, is_open, is_first, charge):
    """Close all futures of a cross account when equity is at their maintenance or below; all orders end.

    All instruments are taken at their worst price at once. With one position in the market the price at which it is
    lost is known, and it is closed there; several are closed at their worst prices.
    """
    ledger = venue.book.ledger[0]
    first = row * venue.width
    equity, needed, beside = ledger.cash, ledger.zero, ledger.cash
    moving, only = 0, 0
    for i in range(venue.width):
        position = venue.book.positions[i]
        if position.quantity == 0:
            continue
        price = venue.open[first + i] if is_open == 1 else worst_price(venue, row, i, is_first)
        has_bar = price == price
        unit_price = price * position.unit if has_bar else position.price * position.multiplier
        worth = position.quantity * unit_price
        need = maintenance(venue, i, position.quantity, unit_price)
        equity = equity + worth
        needed = needed + need
        if has_bar:
            moving = moving + 1
            only = i
        else:
            beside = beside + worth - need
    if moving == 0 or equity - needed > 0:
        return
    lost = loss_price(venue, only, beside) if moving == 1 else ledger.zero
    taken = 0
    for i in range(venue.width):
        held = venue.book.positions[i].quantity
        if held == 0 or works(venue.book, i, LIQUIDATION):
            continue
        price = venue.open[first + i]
        if is_open == 0 and price == price:
            price = inside(venue, row, i, lost) if moving == 1 else worst_price(venue, row, i, is_first)
        end_orders(venue, row, i)
        take(venue, row, i, abs(held), price, 0, charge)
        taken = 1
    end_orders(venue, row, -1)
    ledger.calls = ledger.calls + taken


def call_at_close(venue, row, charge):
    """Sell an account of stocks down until it has its maintenance margin again, the largest requirement first.

    What has no bar in the row can't be sold in it. An account without equity is left to ruin.
    """
    ledger = venue.book.ledger[0]
    if ledger.margin != ACCOUNT or ledger.is_ruined == 1:
        return
    for turn in range(2 * venue.width):
        revalue(venue, row, 1)
        equity = ledger.cash + ledger.value
        needed, largest, most = ledger.zero, ledger.zero, -1
        for i in range(venue.width):
            position = venue.book.positions[i]
            if position.quantity == 0:
                continue
            need = maintenance(venue, i, position.quantity, position.price * position.multiplier)
            needed = needed + need
            price = venue.close[row * venue.width + i]
            if price == price and need > largest:
                largest, most = need, i
        if most < 0 or equity <= 0 or not is_short_of(equity, needed):
            break
        if turn == 0:
            ledger.calls = ledger.calls + 1
        sell_down(venue, row, most, equity, needed, largest, turn, charge)
    tidy(venue.book)


def sell_down(venue, row, i, equity, needed, largest, turn, charge):
    """Close as much of one position as brings equity back to maintenance, in whole lots; all where that is not enough.

    Fees and slippage are what closing all of it would cost a unit: less of it never costs more a unit but for a fee's
    minimum, which the next turn meets.
    """
    ledger, position = venue.book.ledger[0], venue.book.positions[i]
    size = abs(position.quantity)
    price = position.price * position.multiplier
    fee = charge(venue.fees, size, size * price / position.rate) * position.rate / size
    fee = fee + (ledger.slip + ledger.liquidation) * price
    freed = largest / size - fee
    quantity = size
    if freed > 0 and turn < venue.width:
        quantity = (needed - equity) / freed
        if position.lot > 0:
            quantity = steps_up(quantity, position.lot) * position.lot
        quantity = min(quantity, size)
    take(venue, row, i, quantity, venue.close[row * venue.width + i], 1, charge)


def call(venue, row, moment, charge):
    """The margin calls of a row: at its open (0), before (1) and after (2) the orders within the bar."""
    if venue.book.ledger[0].margin < CROSS:
        return
    if moment == 0:
        call_at_open(venue, row, charge)
    else:
        call_within(venue, row, 1 if moment == 1 else 0, charge)
