"""What a position ties up: initial margin to open it, maintenance margin to keep it, and the price at which it is lost.

Prices are money per unit of quantity (price x multiplier), rates are fractions of the notional. The maintenance of
futures is the highest of several straight lines, rate x notional - deduction, as in an exchange's brackets: because the
rates rise with the notional, the line of the bracket in which a notional lies is the highest one there.
"""

from tradewright.domain.arithmetic.rounding import steps_up


def stock_margin(price, side, long_rate, short_rate, short_minimum):
    """Maintenance margin of one share, long (side 1) or short (side -1).

    FINRA Rule 4210(c): long 25 % of the market value; short 30 % of it and at least 5 a share, or, for a share below 5,
    all of it and at least 2.50 a share. `short_minimum` is the 5, in money of the account; 0: no least amount.
    """
    if side > 0:
        return long_rate * price
    need = short_rate * price
    if short_minimum > 0:
        need = max(need, min(price, short_minimum), short_minimum / 2)
    return need


def bracket_margin(tiers, first, last, notional):
    """Maintenance margin of a futures notional: the highest line of the tiers from `first` up to `last`."""
    need = notional - notional
    for k in range(first, last):
        tier = tiers[k]
        need = max(need, tier.rate * notional - tier.deduction)
    return need


def carried(unit_margin, spent, equity, held, burden, fixed):
    """The largest position whose margin fits: the p that solves p x unit_margin + spent = equity after fees.

    `spent` is the margin of all else, `held` the quantity already held in the direction of the order (negative: held
    the other way, closed first), fees are `burden` x (p - held) + `fixed`.
    """
    return (equity - fixed - spent + burden * held) / (unit_margin + burden)


def called_at(quantity, beside, rate, unit, deduction):
    """The price at which equity meets maintenance; 0 where a falling price never brings it there.

    `beside` is all equity but quantity x price, less the maintenance of all else. Maintenance of this position is
    rate x |quantity| x price + unit x |quantity| - deduction, so that p solves
    beside + quantity x p = that. For an isolated position `beside` is its margin minus its signed cost basis, for a
    cross account cash plus all other positions minus their maintenance: Binance, "How to Calculate Liquidation Price
    of USD-M Futures Contracts", with all terms of the other side 0.
    """
    size = abs(quantity)
    price = (unit * size - deduction - beside) / (quantity - rate * size)
    return max(price, price - price)


def lost_at(tiers, first, last, quantity, beside, unit):
    """The first price on the way down (a long position) or up (a short one) at which any line of maintenance is met.

    Without tiers maintenance is `unit` of money per unit of quantity.
    """
    nothing = beside - beside
    found = called_at(quantity, beside, nothing, unit, nothing)
    for k in range(first, last):
        price = called_at(quantity, beside, tiers[k].rate, nothing, tiers[k].deduction)
        found = max(found, price) if quantity > 0 else min(found, price)
    return found


def bankrupt_at(quantity, basis, margin):
    """The price at which an isolated position has lost its whole margin; `basis` is signed like the quantity."""
    price = (basis - margin) / quantity
    return max(price, price - price)


def loan_interest(borrowed, rate, hours, period_hours, at_once):
    """Interest of a margin loan that is charged by started periods: `rate` a period, and `at_once` periods when opened.

    Binance takes a 24th of the daily rate for each started hour and nothing at once; Kraken its rate once at the
    opening and for each started four hours.
    """
    return borrowed * rate * (steps_up(hours, period_hours) + at_once)
