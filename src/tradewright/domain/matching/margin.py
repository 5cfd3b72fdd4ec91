"""What the account must have for its positions: to open them, and to keep them. The modes are told in `layout.py`.

The rules, with their reasons, are in docs/concepts/accounts.md. Money of a position is |quantity| x price x multiplier.
"""

from tradewright.domain.arithmetic.margin import bankrupt_at, bracket_margin, carried, lost_at, stock_margin
from tradewright.domain.matching.charges import charged
from tradewright.domain.matching.layout import ACCOUNT, CASH, ISOLATED


def maintenance(venue, i, quantity, unit_price):
    """The margin that keeps `quantity` of instrument `i` at this price."""
    ledger, position = venue.book.ledger[0], venue.book.positions[i]
    size = abs(quantity)
    if ledger.margin == ACCOUNT:
        side = 1 if quantity > 0 else -1
        return size * stock_margin(unit_price, side, ledger.long, ledger.short, ledger.short_minimum)
    if position.bond > 0:
        return size * position.bond_kept
    return bracket_margin(venue.tiers, position.first_tier, position.last_tier, size * unit_price)


def initial_unit(venue, i, side, unit_price):
    """The margin that opening one unit takes, before tiers."""
    ledger, position = venue.book.ledger[0], venue.book.positions[i]
    if position.bond > 0:
        return position.bond
    need = ledger.initial * unit_price
    if ledger.margin == ACCOUNT:
        need = max(need, stock_margin(unit_price, side, ledger.long, ledger.short, ledger.short_minimum))
    return need


def initial(venue, i, quantity, unit_price):
    """The margin that opening `quantity` takes: never less than what keeps it."""
    position = venue.book.positions[i]
    size = abs(quantity)
    side = 1 if quantity > 0 else -1
    need = size * initial_unit(venue, i, side, unit_price)
    return max(need, bracket_margin(venue.tiers, position.first_tier, position.last_tier, size * unit_price))


def at_hand(venue, instrument, unit_price, closes):
    """Money that may become the margin of `instrument`, which trades at this price.

    The whole account: equity less the initial margin of all else. Isolated: what is not set aside and not unrealized;
    where the position is closed first (`closes`), what that sets free is counted.
    """
    ledger = venue.book.ledger[0]
    money = ledger.cash
    if ledger.due > 0:
        money = money - ledger.due  # what is not paid yet carries nothing
    for i in range(venue.width):
        position = venue.book.positions[i]
        if i == instrument:
            if ledger.margin != ISOLATED or closes == 1:
                money = money + position.quantity * unit_price
            elif position.quantity != 0:
                money = money + position.basis - position.margin
        elif position.quantity != 0:
            if ledger.margin == ISOLATED:
                money = money + position.basis - position.margin
            else:
                price = position.price * position.multiplier
                money = money + position.quantity * price - initial(venue, i, position.quantity, price)
    return money


def most_carried(venue, instrument, side, along, unit_price, burden, fixed, money):
    """The largest position in the direction `side` whose initial margin `money` carries after fees."""
    ledger, position = venue.book.ledger[0], venue.book.positions[instrument]
    unit = initial_unit(venue, instrument, side, unit_price)
    spent = money - money
    kept = spent
    if ledger.margin == ISOLATED and along > 0:
        spent = -along * unit
        kept = -position.margin
    most = carried(unit, spent, money, along, burden, fixed)
    for k in range(position.first_tier, position.last_tier):
        tier = venue.tiers[k]
        other = carried(tier.rate * unit_price, kept - tier.deduction, money, along, burden, fixed)
        most = min(most, other)
    return most


def carries(venue, instrument, side, quantity, unit_price, unit_excess, charge):
    """How much of `quantity` the margin carries in that direction; what only closes is always carried.

    A cash account never sells what it does not hold. Fees with a minimum are met as in `fills.allowance`.
    """
    ledger, position = venue.book.ledger[0], venue.book.positions[instrument]
    zero = ledger.zero
    along = position.quantity * side
    closing = -along if along < 0 else zero
    if ledger.margin == CASH:
        return min(quantity, closing)
    money = at_hand(venue, instrument, unit_price, 1 if along < 0 else 0)
    burden = ledger.fee_rate * unit_price + ledger.fee_share * position.rate
    most = most_carried(venue, instrument, side, along, unit_price, burden + unit_excess, zero, money) - along
    candidate = min(quantity, max(most, closing))
    if candidate <= closing:
        return candidate
    local = unit_price / position.rate
    fee = charge(venue.fees, candidate, candidate * local) * position.rate
    if ledger.has_charges == 1:
        fee = fee + charged(venue, candidate, candidate * local) * position.rate
    if fee > burden * candidate:
        most = most_carried(venue, instrument, side, along, unit_price, unit_excess, fee, money) - along
        candidate = min(candidate, max(most, closing))
    return candidate


def initial_needed(venue, instrument, side, quantity, unit_price):
    """The initial margin that an order asks for: of what it opens, beyond what it closes."""
    ledger, position = venue.book.ledger[0], venue.book.positions[instrument]
    held = position.quantity
    after = held + side * quantity
    need = initial(venue, instrument, after, unit_price)
    if held * side > 0:
        if ledger.margin == ISOLATED:
            return max(need, position.margin + quantity * initial_unit(venue, instrument, side, unit_price)) - (
                position.margin
            )
        return need - initial(venue, instrument, held, unit_price)
    return need


def initial_at_hand(venue, instrument, side, unit_price):
    """The money that is free for it."""
    ledger, position = venue.book.ledger[0], venue.book.positions[instrument]
    along = position.quantity * side
    money = at_hand(venue, instrument, unit_price, 1 if along < 0 else 0)
    if ledger.margin != ISOLATED and along > 0:
        money = money - initial(venue, instrument, position.quantity, unit_price)
    return money


def set_aside(venue, instrument, held, signed, unit_price):
    """ISOLATED: the position's own margin after a fill; what closes takes its part of it along."""
    position = venue.book.positions[instrument]
    after = position.quantity
    opened = abs(signed)
    if held * signed < 0:
        if after * held > 0:
            position.margin = position.margin * abs(after) / abs(held)
            return
        position.margin = position.margin - position.margin
        opened = abs(after)
    elif held == 0:
        position.margin = position.margin - position.margin
    if opened == 0:
        return
    side = 1 if signed > 0 else -1
    money = position.margin + opened * initial_unit(venue, instrument, side, unit_price)
    kept = bracket_margin(venue.tiers, position.first_tier, position.last_tier, abs(after) * unit_price)
    position.margin = max(money, kept)


def loss_price(venue, i, beside):
    """The price (not times the multiplier) at which a futures position is lost; 0: at none."""
    position = venue.book.positions[i]
    unit = position.bond_kept
    price = lost_at(venue.tiers, position.first_tier, position.last_tier, position.quantity, beside, unit)
    return price / position.unit


def bankruptcy_price(venue, i):
    """The price (not times the multiplier) at which an isolated position has lost all of its margin."""
    position = venue.book.positions[i]
    return bankrupt_at(position.quantity, position.basis, position.margin) / position.unit
