"""The records and columns on which the step works, written down once.

Prices are flat columns, row x width + instrument; a price of 0 means "none", a bar that did not happen is NaN (it
differs from itself). Everything else is a row of records: plain objects when interpreted, numpy records when compiled
(`RECORDS` gives the fields of both). Numbers are all floats or all Decimals. One record array instead of one array a
field, because a compiled call copies seven words for each array it is given.
"""

from typing import Any, NamedTuple

Column = Any

# order kinds; from STOP on a trigger wakes the order
MARKET, LIMIT, STOP, STOP_LIMIT, TRAILING = 0, 1, 2, 3, 4
# ... and from TOUCHED on it is touched from its better side, as a limit is
TOUCHED, TOUCHED_LIMIT = 5, 6
# times in force: how long an order works; from AT_OPEN on in auctions only
GTC, DAY, GTD, IOC, FOK, AT_OPEN, AT_CLOSE = 0, 1, 2, 3, 4, 5, 6
# roles: why an order exists; also the reason of its fill
PLAIN, TARGET, STOP_LOSS, TAKE_PROFIT, LIQUIDATION, FINAL = 0, 1, 2, 3, 4, 5
# how a protective order came to be inside this very bar: before it or at its open, by a stop, by a limit
EARLIER, BY_STOP, BY_LIMIT = 0, 1, 2
# endings of an order without a (further) fill
NO_FUNDS, EXPIRED, CANCELED, SUPERSEDED, NOTHING_TO_CLOSE, TOO_SMALL, RUINED, ON_TARGET = 1, 2, 3, 4, 5, 6, 7, 8
UNFILLED, GROUP_FILLED = 9, 10
LIQUIDATED, NO_MARGIN, NO_SHORT, NOT_BORROWED, GONE, WOULD_TAKE = 11, 12, 13, 14, 15, 16
PARENT_ENDED = 17
# margin modes: gross exposure over equity; a cash account; rates of each position's value, looked at at closes; futures
# that share the account's equity, and futures with a margin each, both looked at within the bar
LEVERAGE, CASH, ACCOUNT, CROSS, ISOLATED = 0, 1, 2, 3, 4
# the fill that closes the position of a delisted instrument
DELISTED = 6
# groups from here on are those of brackets: what one of them fills leaves the other the rest, also when it is done
BRACKETS = 4503599627370496
# actions: corporate ones, and what an account earns and pays without an order (`carry.py`)
SPLIT, DIVIDEND = 0, 1
EARNED, PAYMENT, FUNDING, INTEREST, BORROW, DELISTING = 2, 3, 4, 5, 6, 7
# actions of a request
SUBMIT, CANCEL, PROTECT, REPLACE = 0, 1, 2, 3
# the side of an order whose quantity, and so its side, follows from a weight at the fill
OPEN_SIDE = 2


class Book(NamedTuple):
    """The account and its orders: what most of the step's functions are given."""

    ledger: Column
    """One record."""
    positions: Column
    orders: Column
    endings: Column


class Venue(NamedTuple):
    """Everything the step reads and writes."""

    width: int
    """How many instruments."""
    open: Column
    high: Column
    low: Column
    close: Column
    mark: Column
    """The last close known, split-aware; 0 before the first bar."""
    session: Column
    """Session date of each row."""
    time: Column
    """Close of each row, nanoseconds UTC; looked at for orders that work until a moment."""
    last: Column
    """1 for the last row of its session, 0 for others; of length 0 where the sessions of the rows tell."""
    volume: Column
    """Looked at where orders take no more than a share of it."""
    actions: Column
    fees: Column
    tiers: Column
    """Lines of maintenance margin, those of one instrument together."""
    charges: Column
    """Fees that depend on more than the fill; looked at where there are any."""
    impacts: Column
    """How the quantity moves the price; looked at where there is any."""
    fills: Column
    book: Book
    rate: Column
    """Money of the account for one of the instrument's, known by the close of each row, rows x width; of length 0 where
    there is one currency. `mark` is in the account's money then."""


class Program(NamedTuple):
    """What a strategy wants, row by row. Empty columns have length 0."""

    weight: Column
    """Target weight of equity, rows x width; NaN: no opinion."""
    codes: Column
    """In place of weights: one code a row and instrument ..."""
    words: Column
    """... the same codes, eight to a word ..."""
    patterns: Column
    """... each code in all eight bytes of a word ..."""
    table: Column
    """... and the weight of each code."""
    loss: Column
    """Stop-loss prices, rows x width; NaN: no change."""
    gain: Column
    """Take-profit prices."""
    requests: Column
    band: Column
    """Drift from the target weight that makes an order; 0: off."""
    is_restated: int
    """1: every weight given is an instruction; 0: only one that differs from the one before."""
    sizes_at_fill: int


class Changes(NamedTuple):
    """Cash and positions after each row in which they changed."""

    row: Column
    cash: Column
    quantity: Column
    """Changes x width, flat."""


class Pulse(NamedTuple):
    """What a sweep keeps of equity in place of every bar: some rows, and the deepest drawdown."""

    rows: Column
    """Rows to keep, rising."""
    samples: Column
    """Equity at these rows."""
    low: Column
    """Lowest mark of each whole block of rows, where there is one instrument ..."""
    high: Column
    """... and the highest."""
    track: Column
    """One record."""


WHOLE, NUMBER = "whole", "number"

LEDGER = {
    "cash": NUMBER,
    "fees": NUMBER,
    "slippage": NUMBER,
    "dividends": NUMBER,
    "value": NUMBER,  # signed worth of the positions at the prices of the step
    "gross": NUMBER,  # absolute worth
    "leverage": NUMBER,
    "slip": NUMBER,  # slippage and half the spread, a fraction of the price
    "fee_rate": NUMBER,  # sum of the fee rows per notional, for affordability
    "fee_share": NUMBER,  # sum of the fee rows per quantity
    "unit": NUMBER,  # booking unit of money; 0: not rounded
    "zero": NUMBER,
    "participation": NUMBER,  # the part of a bar's volume that one order may take; 0: any
    "at_close": WHOLE,  # 1: market orders fill at the close of the row they are made in
    "live": WHOLE,  # working orders
    "filled": WHOLE,
    "ended": WHOLE,
    "next_order": WHOLE,
    "next_action": WHOLE,
    "next_request": WHOLE,
    "is_ruined": WHOLE,
    "closed": WHOLE,  # round trips that ended
    "has_expiry": WHOLE,  # 1 once an order with a last session was accepted
    "has_weights": WHOLE,  # 1 once an order sized at its fill was accepted
    "has_terms": WHOLE,  # 1 once an order was accepted that says more than kind, prices and last session
    "has_passes": WHOLE,  # 1 once one was accepted whose kind or time in force needs a pass of its own
    "has_reducing": WHOLE,  # 1 once an order that only reduces was accepted
    "has_children": WHOLE,  # 1 once an order was accepted that sleeps until another fills
    "path": WHOLE,  # the way within a bar that is assumed, see `path.py`; 0: the worse
    "is_late": WHOLE,  # 1: the bar is over but for its close
    "changed": WHOLE,  # rows in which cash or positions changed
    "margin": WHOLE,  # the margin mode
    "calls": WHOLE,  # margin calls
    "initial": NUMBER,  # initial margin, a fraction of the notional; of the modes from ACCOUNT on
    "long": NUMBER,  # ACCOUNT: maintenance margin of long positions ...
    "short": NUMBER,  # ... of short ones ...
    "short_minimum": NUMBER,  # ... and the money a unit that those need at least
    "liquidation": NUMBER,  # fee of a liquidation, a fraction of the notional
    "due": NUMBER,  # the part of cash that is earned and not paid yet; negative: owed
    "funding": NUMBER,  # what was received (negative: paid) of each kind
    "interest": NUMBER,
    "borrow": NUMBER,
    "has_rates": WHOLE,  # 1: instruments in other currencies than the account
    "has_borrow": WHOLE,  # 1: what can be sold short is limited
    "has_gone": WHOLE,  # 1 once an instrument was delisted
    "has_charges": WHOLE,  # 1: fees depend on liquidity, on the month or on an order's other parts
    "has_impact": WHOLE,  # 1: the quantity moves the price
    "month": WHOLE,  # the calendar month of the last fill; what was traded in it:
    "month_notional": NUMBER,
    "month_quantity": NUMBER,
    "part_quantity": NUMBER,  # scratch: what filled before of the order that is filled now ...
    "part_notional": NUMBER,  # ... and its notional
}
"""The account's money, what the venue charges and allows, and how far the columns are filled."""

POSITION = {
    "quantity": NUMBER,
    "basis": NUMBER,
    "realized": NUMBER,
    "price": NUMBER,  # scratch: what a unit is worth within the row
    "wanted": NUMBER,  # the target weight wanted before; NaN at the start
    "lot": NUMBER,
    "multiplier": NUMBER,
    "margin": NUMBER,  # ISOLATED: the money set aside for it
    "bond": NUMBER,  # initial margin in money a unit, in place of the rate; 0: none
    "bond_kept": NUMBER,  # maintenance margin in money a unit
    "first_tier": WHOLE,  # its lines of maintenance, from this one ...
    "last_tier": WHOLE,  # ... to the one before this
    "rate": NUMBER,  # scratch: the account's money for one of the instrument's; 1 where they are the same
    "unit": NUMBER,  # scratch: multiplier x rate
    "local": NUMBER,  # cost basis in the instrument's money; kept with several currencies
    "by_price": NUMBER,  # the part of `realized` that came from the price, each at the rate of its fill
    "borrowable": NUMBER,  # how much can be borrowed to be short
    "is_gone": WHOLE,  # 1 once it was delisted
}
"""One instrument's position and what is fixed about the instrument."""

ORDER = {
    "identity": WHOLE,
    "instrument": WHOLE,
    "side": WHOLE,  # 1 buys, -1 sells, OPEN_SIDE, 0: dead
    "kind": WHOLE,
    "role": WHOLE,
    "placed": WHOLE,  # row of acceptance
    "until": WHOLE,  # last session in which it works; 0: until canceled
    "born": WHOLE,  # EARLIER, BY_STOP or BY_LIMIT; EARLIER again after the row
    "shrinks": WHOLE,  # 1: cut to what the account affords; 0: ended when it does not fit
    "by_weight": WHOLE,  # 1: the quantity follows from `weight` at the moment of the fill
    "force": WHOLE,  # time in force
    "expires": WHOLE,  # GTD: nanoseconds UTC of the last moment in which it works
    "group": WHOLE,  # orders of one group (not 0) stand for one another: what fills of one is taken off the others
    "reduces": WHOLE,  # 1: it closes, and never opens or turns a position
    "traded": WHOLE,  # the row after that of its last fill in part; 0: none
    "passive": WHOLE,  # 1: it makes liquidity or ends
    "parent": WHOLE,  # the order that wakes it by filling; 0: it is awake
    "wakes": WHOLE,  # the first row in which it works
    "quantity": NUMBER,  # what is left of it
    "limit": NUMBER,
    "trigger": NUMBER,  # TRAILING: 0 until there is a price to follow
    "weight": NUMBER,
    "loss": NUMBER,  # stop-loss price to attach when it fills
    "gain": NUMBER,  # take-profit price to attach when it fills
    "trail": NUMBER,  # how far the trigger follows behind the best price, in money a unit ...
    "trail_share": NUMBER,  # ... or as a fraction of it
    "rested": WHOLE,  # 1: a limit that has waited in the book: it makes liquidity
    "done": NUMBER,  # what has filled of it ...
    "paid": NUMBER,  # ... and the notional of that
    "asleep": NUMBER,  # the part of its quantity that waits for its parent's fills
}
"""A working order; orders stand in the order of acceptance."""

FILL = {
    "row": WHOLE,
    "order": WHOLE,
    "instrument": WHOLE,
    "role": WHOLE,
    "quantity": NUMBER,  # signed
    "price": NUMBER,
    "fee": NUMBER,
    "slippage": NUMBER,  # money, positive when worse
    "asked": NUMBER,  # what was to fill here, before it was cut to what the account affords; positive
    "remaining": NUMBER,  # what is left of the order and works on (or ends at once, as its ending says)
    "rate": NUMBER,  # the account's money for one of the instrument's at the fill
    "made": WHOLE,  # 1: it made liquidity: a limit order that had waited in the book
}
"""A fill, in order of time."""

ENDING = {
    "row": WHOLE,
    "order": WHOLE,
    "instrument": WHOLE,
    "reason": WHOLE,
    "needed": NUMBER,
    "available": NUMBER,
    "remaining": NUMBER,  # what was not filled
}
"""An order that ended before it was filled in full, and why."""

ACTION = {
    "row": WHOLE,
    "instrument": WHOLE,
    "kind": WHOLE,
    "value": NUMBER,  # ratio, cash a share, or a rate, as the kind has it
    "price": NUMBER,  # FUNDING: the mark price; INTEREST: the rate on what is borrowed
    "is_after": WHOLE,  # 1: after the fills of the row's open instead of before it
    "subject": WHOLE,  # PAYMENT: the number of the action that earned it
    "amount": NUMBER,  # written when it took effect: the cash it moved ...
    "filled": WHOLE,  # ... and how many fills there were before it
}
"""What happens to an account without an order, in order of rows and of time; before the open of its row."""

TIER = {"rate": NUMBER, "deduction": NUMBER}
"""A line of maintenance margin: rate x notional - deduction."""

FEE = {"kind": WHOLE, "rate": NUMBER, "minimum": NUMBER, "maximum": NUMBER}
"""A row of the fee schedule, see `domain/arithmetic/costs.py`."""

CHARGE = {
    "kind": WHOLE,
    "rate": NUMBER,
    "minimum": NUMBER,
    "maximum": NUMBER,
    "side": WHOLE,  # 1: fills that made liquidity, 2: fills that took it, 0: both
    "above": NUMBER,  # traded in the month from which on it charges ...
    "below": NUMBER,  # ... and below which; 0: without end
    "measure": WHOLE,  # 0: the month is counted in notional, 1: in quantity
    "per_order": WHOLE,  # 1: it is counted for the order as a whole
    "applies": WHOLE,  # scratch: 1 where it charges the fill of the moment
}
"""A fee that depends on more than the fill, see `domain/matching/charges.py`."""

IMPACT = {"kind": WHOLE, "coefficient": NUMBER, "limit": NUMBER, "window": WHOLE}
"""How the quantity moves the price, see `domain/matching/impact.py`."""

REQUEST = {
    "row": WHOLE,
    "action": WHOLE,  # SUBMIT, CANCEL, PROTECT or REPLACE
    "subject": WHOLE,  # CANCEL, REPLACE: identity of the order
    "instrument": WHOLE,
    "side": WHOLE,
    "kind": WHOLE,
    "role": WHOLE,
    "until": WHOLE,
    "shrinks": WHOLE,
    "by_weight": WHOLE,
    "force": WHOLE,
    "expires": WHOLE,
    "group": WHOLE,
    "reduces": WHOLE,
    "quantity": NUMBER,
    "limit": NUMBER,
    "trigger": NUMBER,
    "weight": NUMBER,
    "loss": NUMBER,
    "gain": NUMBER,
    "trail": NUMBER,
    "trail_share": NUMBER,
    "passive": WHOLE,
    "parent": WHOLE,
}
"""A request of an event strategy, in order of rows."""

TRACK = {
    "peak": NUMBER,  # highest equity so far, the opening cash included
    "trough": NUMBER,  # lowest since that peak
    "depth": NUMBER,  # deepest drawdown of the peaks before: a fraction, at or below zero
    "last": NUMBER,  # equity of the last row
    "kept": WHOLE,  # how many samples were taken
}
"""Equity as it is followed, without being kept."""

RECORDS = {
    "LEDGER": LEDGER,
    "POSITION": POSITION,
    "ORDER": ORDER,
    "FILL": FILL,
    "ENDING": ENDING,
    "ACTION": ACTION,
    "FEE": FEE,
    "TIER": TIER,
    "CHARGE": CHARGE,
    "IMPACT": IMPACT,
    "REQUEST": REQUEST,
    "TRACK": TRACK,
}
