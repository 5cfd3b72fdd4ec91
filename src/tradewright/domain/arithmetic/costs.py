"""What a fill costs: fee rows and slippage.

A fee row is (kind, rate, minimum, maximum): kind 0 charges rate x notional, 1 rate x quantity, 2 the rate itself.
"""

PER_NOTIONAL = 0
PER_QUANTITY = 1
PER_ORDER = 2


def charge(fees, quantity, notional):
    """The fee in money for a fill of `quantity` > 0 worth `notional` > 0: the sum over the rows."""
    total = notional - notional
    for k in range(len(fees)):
        total = total + fee_of(fees[k], quantity, notional)
    return total


def fee_of(row, quantity, notional):
    """The fee of one row: at least its minimum, and at most `maximum` x notional where a maximum is set (0: none)."""
    fee = row.rate
    if row.kind == PER_NOTIONAL:
        fee = fee * notional
    elif row.kind == PER_QUANTITY:
        fee = fee * quantity
    if row.minimum > 0:
        fee = max(fee, row.minimum)
    if row.maximum > 0 and fee > row.maximum * notional:
        fee = row.maximum * notional
    return fee


def slipped(reference, side, slip, low, high):
    """(price, excess): the price after slippage, kept inside the bar, and what the bar could not show, per unit.

    The excess is charged as a fee, so that a thin bar does not make trading free.
    """
    wanted = reference + side * reference * slip
    price = wanted
    price = min(price, high)
    price = max(price, low)
    return price, side * (wanted - price)


def affordable(price, equity, gross_others, held, leverage, fee_rate, fee_share, fixed):
    """The largest position (in absolute quantity) that equity carries after the fill.

    Carried is what keeps gross exposure <= leverage x equity. `equity` counts this position at `price`; `gross_others`
    is the exposure of all others; `held` is the quantity already held in the direction of the order (negative: held
    the other way, closed first). Fees: `fee_rate` x notional + `fee_share` x quantity + `fixed`. All prices are money
    per unit of quantity. With p the position, b the fees per unit and L the leverage, p solves
    p x price + others = L x (equity - b x (p - held) - fixed).
    """
    burden = leverage * (fee_rate * price + fee_share)
    return (leverage * (equity - fixed) - gross_others + burden * held) / (price + burden)
