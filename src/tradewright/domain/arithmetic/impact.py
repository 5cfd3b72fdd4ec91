"""How far a quantity moves the price, as a fraction of it: by the square or by the root of its share of the volume."""

VOLUME_SHARE = 0
SQUARE_ROOT = 1


def square_of_share(coefficient, quantity, volume, limit):
    """coefficient x share x share, with a share of the volume of at most `limit`, which it is without one."""
    share = limit
    if volume > 0 and quantity < limit * volume:
        share = quantity / volume
    return coefficient * (share * share)


def root_of_share(coefficient, volatility, quantity, volume):
    """coefficient x volatility x root(quantity / volume); 0 where the volume is not known."""
    if volume <= 0:
        return volume - volume
    return coefficient * volatility * root(quantity / volume)


def root(value):
    """The square root by Heron's rule, of floats and Decimals alike; 0 for what is not above 0.

    Rounded to within two units in the last place. Bounded: a guess that is too large halves until it is near.
    """
    if value <= 0:
        return value - value
    guess = value if value > 1 else value / value
    for _ in range(1100):
        better = (guess + value / guess) / 2
        if better >= guess:
            return guess
        guess = better
    return guess
