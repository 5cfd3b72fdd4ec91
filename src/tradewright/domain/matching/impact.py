"""The price as an order that takes liquidity moves it: slippage, half the spread, and the impact of its quantity."""

from tradewright.domain.arithmetic.costs import slipped
from tradewright.domain.arithmetic.impact import VOLUME_SHARE, root, root_of_share, square_of_share
from tradewright.domain.matching.layout import SPLIT, STOP_LIMIT, TOUCHED_LIMIT

REACH = 4
"""How many windows are looked back for bars: an instrument may be without one in some rows."""


def moved(venue, row, order, kind, reference, slips, quantity):
    """(price, excess) of a fill of `quantity`; a limit order (`slips` 0) pays impact alone."""
    ledger = venue.book.ledger[0]
    bar = row * venue.width + order.instrument
    slip = ledger.slip if slips == 1 else ledger.zero
    for n in range(len(venue.impacts)):
        one = venue.impacts[n]
        if one.kind == VOLUME_SHARE:
            slip = slip + square_of_share(one.coefficient, quantity, venue.volume[bar], one.limit)
        else:
            volatility, volume = known(venue, row, order.instrument, one.window)
            slip = slip + root_of_share(one.coefficient, volatility, quantity, volume)
    price, excess = slipped(reference, order.side, slip, venue.low[bar], venue.high[bar])
    if kind == STOP_LIMIT or kind == TOUCHED_LIMIT:
        return within_limit(price, excess, order.side, order.limit)
    return price, excess


def within_limit(price, excess, side, limit):
    """Slippage of a stop that leads to a limit order: the limit bounds price and charge together."""
    room = side * (limit - price)
    if room < 0:
        return limit, excess - excess
    return price, min(excess, room)


def known(venue, row, instrument, window):
    """(volatility, mean volume) of the instrument's last `window` bars before `row`; zeros short of two returns.

    The volatility is the sample's deviation of the simple returns between them. A split is no return, and the volume
    before it is counted in the shares of today.
    """
    ledger = venue.book.ledger[0]
    zero = ledger.zero
    bars, returns = 0, 0
    later = zero
    total, volume = zero, zero
    oldest = row
    for back in range(1, min(row, REACH * window) + 1):
        if bars == window:
            break
        at = (row - back) * venue.width + instrument
        close = venue.close[at]
        if close != close:
            continue
        bars = bars + 1
        volume = volume + venue.volume[at] * ratio_between(venue, instrument, row - back, row)
        if later > 0:
            close = close / ratio_between(venue, instrument, row - back, oldest)
            total = total + (later - close) / close
            returns = returns + 1
        later = venue.close[at]
        oldest = row - back
    if returns < 2:
        return zero, zero
    mean = total / returns
    squares = zero
    later = zero
    for at_row in range(oldest, row):
        close = venue.close[at_row * venue.width + instrument]
        if close != close:
            continue
        if later > 0:
            before = later / ratio_between(venue, instrument, oldest, at_row)
            off = (close - before) / before - mean
            squares = squares + off * off
        later = close
        oldest = at_row
    return root(squares / (returns - 1)), volume / bars


def ratio_between(venue, instrument, first, last):
    """The product of the split ratios after row `first` up to the open of row `last`; 1 without a split."""
    ratio = venue.book.ledger[0].zero + 1
    n = venue.book.ledger[0].next_action
    while n > 0 and venue.actions[n - 1].row > first:
        n = n - 1
        action = venue.actions[n]
        if action.kind == SPLIT and action.instrument == instrument and action.row <= last:
            ratio = ratio * action.value
    return ratio
