"""Rounding to the grid of a lot or a tick, counted in whole steps so that floats and decimals agree (ADR 1)."""


def steps_down(value, step):
    """How many whole `step`s fit in `value` >= 0; a value within a billionth of the grid counts as on it.

    Plain floor does not do: floor(0.3 / 0.1) is 2 on floats.
    """
    count = value / step
    nearest = round(count)
    if abs(count - nearest) * 1000000000 <= nearest + 1:
        return nearest
    return int(count // 1)


def steps_up(value, step):
    """How many whole `step`s cover `value` >= 0; a value within a billionth of the grid counts as on it."""
    count = value / step
    nearest = round(count)
    if abs(count - nearest) * 1000000000 <= nearest + 1:
        return nearest
    return int(count // 1) + 1


def whole_lots(quantity, lot):
    """The largest quantity on the lot's grid that is not above `quantity` >= 0; `lot` 0 means divisible.

    Beyond 2^53 lots there is no grid left to round to (a float cannot count them), and the quantity stays as it is.
    """
    if lot == 0 or quantity / lot >= 9007199254740992:
        return quantity
    return steps_down(quantity, lot) * lot


def near_lots(quantity, lot):
    """A signed quantity that is whole lots but for what floats lose in a subtraction becomes that; else as it is."""
    count = abs(quantity) / lot
    if count >= 9007199254740992:
        return quantity
    steps = round(count)
    if abs(count - steps) * 1000000 > 1:
        return quantity
    return steps * lot if quantity >= 0 else -(steps * lot)


def left_of(quantity, taken, lot):
    """What is left of `quantity` after `taken`, on the grid of lots as far as it was; never below 0.

    A rest below a billionth is what floats lose in a subtraction: it is nothing.
    """
    rest = quantity - taken
    if rest * 1000000000 <= quantity:
        return rest - rest
    if lot > 0:
        return near_lots(rest, lot)
    return rest
