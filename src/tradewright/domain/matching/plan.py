"""From what a strategy wants to what is asked of the venue: when a target is an order, and how large.

Decided after the close of a row, from what is known then. The kernel asks here directly, the runtime through `decide`.
"""

from tradewright.domain.arithmetic.rounding import near_lots, whole_lots


def is_instruction(wanted, before, is_restated):
    """True when a target weight asks for an order: it is given, and it differs from the one before (or is restated)."""
    if wanted != wanted:
        return False
    return is_restated == 1 or wanted != before


def has_drifted(wanted, quantity, price, multiplier, equity, band):
    """True when the position's weight is further than `band` (> 0) from the weight wanted.

    Only what is held can drift: a position that its stop has ended stays ended until the target changes.
    """
    if band <= 0 or quantity == 0 or wanted != wanted or equity <= 0 or price <= 0:
        return False
    return abs(quantity * price * multiplier / equity - wanted) > band


def delta_to(weight, equity, price, multiplier, lot, quantity):
    """Signed quantity that leads from `quantity` to `weight` of equity at `price`, whole lots, rounded towards flat.

    A rest below a billionth is what floats lose in adding up fills: it asks for nothing.
    """
    wanted = weight * equity / (price * multiplier)
    lots = whole_lots(abs(wanted), lot)
    delta = (lots if wanted >= 0 else -lots) - quantity
    if abs(delta) * 1000000000 <= lots:
        return delta - delta
    if lot > 0 and lots > 0:
        return near_lots(delta, lot)
    return delta
