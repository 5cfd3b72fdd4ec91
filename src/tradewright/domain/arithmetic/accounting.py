"""A position is a signed quantity and what it cost; this file books a fill, a split and a dividend on it.

Cost basis is money and signed like the quantity (a short has a negative basis), so that
realized + (quantity x mark - basis) = cash flow + quantity x mark holds exactly whatever is removed (ADR 1).
"""


def apply_fill(quantity, basis, fill_quantity, price, unit):
    """Book a fill: (quantity, basis, realized). `fill_quantity` is signed; `price` is money per unit of quantity.

    The basis that leaves with a reduction is rounded to `unit` (0: not rounded); what was rounded stays in the basis.
    """
    if quantity * fill_quantity >= 0:
        return quantity + fill_quantity, basis + fill_quantity * price, price - price
    closing = fill_quantity
    removed = basis
    if abs(fill_quantity) < abs(quantity):
        removed = basis * -fill_quantity / quantity
        if unit > 0:
            removed = round(removed / unit) * unit
    else:
        closing = -quantity
    opening = fill_quantity - closing
    return quantity + fill_quantity, basis - removed + opening * price, -closing * price - removed


def split(quantity, basis, ratio, lot, price, unit):
    """A split of `ratio` new shares for one: (quantity, basis, realized, cash); a rest of a lot is paid out at `price`.

    `price` is money per new share; with `lot` 0 shares are divisible and nothing is paid.
    """
    after = quantity * ratio
    if lot == 0:
        return after, basis, price - price, price - price
    count = abs(after) / lot
    steps = round(count)
    if abs(count - steps) * 1000000000 > steps + 1:
        steps = count // 1
    whole = steps * lot
    if after < 0:
        whole = -whole
    rest = after - whole
    if rest == 0:
        return whole, basis, price - price, price - price
    booked = apply_fill(after, basis, -rest, price, unit)
    return whole, booked[1], booked[2], rest * price
