"""The loop of the kernel: row by row, the step when something is due, the plan, the marks. Compiled by `kernel.run`.

Tried and measured on a million one-minute bars with 22,404 fills: one array a field took 2.3 s, records 0.25 s, records
without reference counts 0.04 s, and striding over quiet rows with the way of a plain order inlined 0.005 s. A quiet row
takes 2 to 4 ns.
"""

from tradewright.domain.arithmetic.costs import charge
from tradewright.domain.matching.amend import amend
from tradewright.domain.matching.book import accept, cancel, protect, supersede
from tradewright.domain.matching.calls import call_at_close, watches
from tradewright.domain.matching.layout import ACCOUNT, CANCEL, FINAL, MARKET, OPEN_SIDE, PROTECT, REPLACE, TARGET
from tradewright.domain.matching.plan import delta_to, has_drifted, is_instruction
from tradewright.domain.matching.step import close, equity_of, is_due, is_fragile, liquidate, ruin, step
from tradewright.domain.matching.terms import place

BLOCK = 16
"""Rows that are looked at together when equity is followed, by their lowest and highest mark: equity is monotone in the
mark, also after rounding, and a new peak within a block is rare."""


def walk(venue, program, first, last, closes_out, equity, changes, pulse):
    """Rows `first` to `last` - 1; returns the row reached: less than `last` when the records are full and must grow.

    With an `equity` of length 0 nothing is kept of each bar: equity is followed by `pulse`, and no changes are written.
    """
    ledger, positions, width = venue.book.ledger[0], venue.book.positions, venue.width
    orders_room = len(venue.book.orders) - 4 * width - 16
    fills_room = len(venue.fills) - 4 * width - 16
    endings_room = len(venue.book.endings) - 8 * width - 32
    final_row = len(venue.session) - 1
    has_weights = len(program.weight) > 0 or len(program.codes) > 0
    always = has_weights and (len(program.loss) > 0 or len(program.gain) > 0 or program.band > 0)
    row = first
    while row < last:
        live = ledger.live
        if 5 * live > orders_room or ledger.filled + 4 * live > fills_room or ledger.ended + 8 * live > endings_room:
            return row
        before = ledger.filled + ledger.next_action
        if live > 0 or is_due(venue, row):
            step(venue, row, charge)
        if ledger.is_ruined == 0:
            if ledger.next_request < len(program.requests):
                play(venue, program, row)
            if has_weights:
                plan(venue, program, row)
        if ledger.at_close == 1 and ledger.live > 0:
            close(venue, row, charge)
        if ledger.margin == ACCOUNT:
            call_at_close(venue, row, charge)
        if is_fragile(venue):
            ruin(venue, row, charge)
        if closes_out == 1 and row == final_row:
            liquidate(venue, row, FINAL, charge)
        if len(equity) == 0:
            follow_row(pulse, row, equity_of(venue, row))
        else:
            equity[row] = equity_of(venue, row)
        if len(equity) > 0 and ledger.filled + ledger.next_action != before:
            note(ledger, positions, width, row, changes)
        row = row + 1
        if ledger.margin >= ACCOUNT and watches(venue):
            continue
        if row < last and ledger.live == 0 and not (always and ledger.is_ruined == 0):
            quiet = quiet_until(venue, program, row, last if closes_out == 0 else min(last, final_row))
            row = follow_rows(venue, row, quiet, pulse) if len(equity) == 0 else mark_rows(venue, row, quiet, equity)
    return last


def follow_row(pulse, row, value):
    """Take one row's equity into the track, and keep it where its row is one to keep."""
    track = pulse.track[0]
    track.last = value
    follow_value(track, value)
    if track.kept < len(pulse.rows) and pulse.rows[track.kept] == row:
        pulse.samples[track.kept] = value
        track.kept = track.kept + 1


def follow_value(track, value):
    """Peak, trough and depth after one more value of equity."""
    if value > track.peak:
        if track.trough < track.peak:
            track.depth = min(track.depth, track.trough / track.peak - 1)
        track.peak = value
        track.trough = value
    elif value < track.trough:
        track.trough = value


def follow_rows(venue, row, last, pulse):
    """Follow quiet rows; stops at a row in which a fragile account is ruined. Returns the row reached."""
    ledger, positions = venue.book.ledger[0], venue.book.positions
    mark, cash = venue.mark, ledger.cash
    watches = is_fragile(venue) and ledger.is_ruined == 0
    if venue.width > 1:
        for at in range(row, last):
            value = equity_of(venue, at)
            if watches and value <= 0:
                return at
            follow_row(pulse, at, value)
        return last
    quantity, multiplier = positions[0].quantity, positions[0].multiplier
    if quantity == 0:
        if row < last:
            follow_row(pulse, row, cash)
        while pulse.track[0].kept < len(pulse.rows) and pulse.rows[pulse.track[0].kept] < last:
            follow_row(pulse, pulse.rows[pulse.track[0].kept], cash)
        return last
    track = pulse.track[0]
    at = row
    while at < last:
        kept = track.kept
        stop = min(last, pulse.rows[kept]) if kept < len(pulse.rows) else last
        while at < stop:
            if at % BLOCK == 0 and at + BLOCK <= stop:
                one = cash + quantity * pulse.low[at // BLOCK] * multiplier
                other = cash + quantity * pulse.high[at // BLOCK] * multiplier
                if one <= track.peak and other <= track.peak and not (watches and (one <= 0 or other <= 0)):
                    follow_value(track, one)
                    follow_value(track, other)
                    at = at + BLOCK
                    continue
            value = cash + quantity * mark[at] * multiplier
            if watches and value <= 0:
                return at
            follow_value(track, value)
            at = at + 1
        if stop < last:
            value = cash + quantity * mark[stop] * multiplier
            if watches and value <= 0:
                return stop
            follow_row(pulse, stop, value)
        else:
            track.last = cash + quantity * mark[last - 1] * multiplier
        at = stop + 1
    return last


def note(ledger, positions, width, row, changes):
    """Write down cash and positions after a row in which they changed."""
    at = ledger.changed
    changes.row[at] = row
    changes.cash[at] = ledger.cash
    for i in range(width):
        changes.quantity[at * width + i] = positions[i].quantity
    ledger.changed = at + 1


def quiet_until(venue, program, row, last):
    """The first row from `row` on in which anything can happen, given that no order works; at most `last`."""
    ledger, width = venue.book.ledger[0], venue.width
    if ledger.next_action < len(venue.actions):
        last = min(last, venue.actions[ledger.next_action].row)
    if ledger.is_ruined == 1:
        return last
    if ledger.next_request < len(program.requests):
        last = min(last, program.requests[ledger.next_request].row)
    if len(program.weight) == 0 and len(program.codes) == 0:
        return last
    while row < last:
        if width == 1 and row > 0 and len(program.codes) > 0 and not asks_at(venue, program, row - 1):
            row = same_code_until(program, row, last)
            if row >= last:
                return last
        if asks_at(venue, program, row):
            return row
        row = row + 1
    return row


def asks_at(venue, program, row):
    """True when any weight of the row asks for an order, given what was wanted before."""
    for i in range(venue.width):
        wanted = wanted_at(program, row * venue.width + i)
        if is_instruction(wanted, venue.book.positions[i].wanted, program.is_restated):
            return True
    return False


def wanted_at(program, at):
    """The weight wanted at a place of the columns."""
    if len(program.codes) > 0:
        return program.table[program.codes[at]]
    return program.weight[at]


def same_code_until(program, row, last):
    """The first row from `row` on whose code differs from the row before it, looked at eight rows at a time."""
    codes, words = program.codes, program.words
    code = codes[row - 1]
    while row < last and row % 8 != 0:
        if codes[row] != code:
            return row
        row = row + 1
    pattern = program.patterns[code]
    while row + 8 <= last and words[row // 8] == pattern:
        row = row + 8
    while row < last and codes[row] == code:
        row = row + 1
    return row


def mark_rows(venue, row, last, equity):
    """Equity of quiet rows; stops at a row in which a fragile account is ruined. Returns the row reached."""
    positions, mark, width = venue.book.positions, venue.mark, venue.width
    cash = venue.book.ledger[0].cash
    if width == 1:
        quantity, multiplier = positions[0].quantity, positions[0].multiplier
        if quantity == 0:
            for at in range(row, last):
                equity[at] = cash
        else:
            for at in range(row, last):
                equity[at] = cash + quantity * mark[at] * multiplier
    else:
        for at in range(row, last):
            value = cash
            for i in range(width):
                if positions[i].quantity != 0:
                    value = value + positions[i].quantity * mark[at * width + i] * positions[i].multiplier
            equity[at] = value
    if is_fragile(venue) and venue.book.ledger[0].is_ruined == 0:
        for at in range(row, last):
            if equity[at] <= 0:
                return at
    return last


def plan(venue, program, row):
    """Protection and targets of this row by instrument; mirrors `engine/runtime/decide.py` order by order."""
    zero = venue.book.ledger[0].zero
    start = row * venue.width
    equity = zero
    is_known = False
    has_loss, has_gain = len(program.loss) > 0, len(program.gain) > 0
    for i in range(venue.width):
        position = venue.book.positions[i]
        wanted = wanted_at(program, start + i)
        asks = is_instruction(wanted, position.wanted, program.is_restated)
        if asks and venue.mark[start + i] <= 0:
            continue  # no bar yet, so no price: it is asked again
        if wanted == wanted:
            position.wanted = wanted
        if not (asks or has_loss or has_gain or program.band > 0):
            continue
        if not is_known and (asks or program.band > 0):
            equity = equity_of(venue, row)
            is_known = True
        if not asks and program.band > 0:
            price = venue.mark[start + i]
            asks = has_drifted(position.wanted, position.quantity, price, position.multiplier, equity, program.band)
        loss, gain = zero, zero
        if has_loss and program.loss[start + i] > 0:
            loss = program.loss[start + i]
        if has_gain and program.gain[start + i] > 0:
            gain = program.gain[start + i]
        if asks:
            target(venue, program, row, i, equity, loss, gain)
        elif loss > 0 or gain > 0:
            protect(venue.book, row, i, loss, gain)


def target(venue, program, row, i, equity, loss, gain):
    """A new target order for instrument `i`, or moved protection where nothing has to be traded."""
    zero = venue.book.ledger[0].zero
    position = venue.book.positions[i]
    wanted = position.wanted
    supersede(venue.book, row, i)
    if wanted == 0 and position.quantity == 0:
        return
    if program.sizes_at_fill == 1:
        accept(venue.book, row, i, OPEN_SIDE, MARKET, TARGET, 0, 0, zero, zero, zero, wanted, loss, gain, 1, 1)
        return
    price = venue.mark[row * venue.width + i]
    delta = delta_to(wanted, equity, price, position.multiplier, position.lot, position.quantity)
    if delta == 0:
        if loss > 0 or gain > 0:
            protect(venue.book, row, i, loss, gain)
        return
    side = 1 if delta > 0 else -1
    accept(venue.book, row, i, side, MARKET, TARGET, 0, 0, abs(delta), zero, zero, wanted, loss, gain, 1, 0)


def play(venue, program, row):
    """The requests of this row."""
    ledger = venue.book.ledger[0]
    while ledger.next_request < len(program.requests) and program.requests[ledger.next_request].row <= row:
        asked = program.requests[ledger.next_request]
        ledger.next_request = ledger.next_request + 1
        if asked.action == CANCEL:
            cancel(venue.book, row, asked.subject)
        elif asked.action == REPLACE:
            amend(venue, row, asked.subject, asked)
        elif asked.action == PROTECT:
            protect(venue.book, row, asked.instrument, asked.loss, asked.gain)
        else:
            place(venue, row, asked)
