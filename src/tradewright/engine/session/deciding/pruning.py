"""Pruning at a trading day's start: orders that ended long ago leave the books, once these are equal to the venue's.

This file decides when. Where enough of them have gathered, the venue is looked at once more, and they leave with the
comparison that finds no difference: then no execution of theirs is missing.
"""

from tradewright.engine.session import facts
from tradewright.engine.session.deciding.desk import Desk, Outcomes
from tradewright.engine.session.pruning import prunable


def is_due(desk: Desk) -> bool:
    """A trading day has begun: whether orders are to leave the books at the next comparison."""
    state, rules = desk.state, desk.rules
    starts = state.day_starts
    if len(starts) <= rules.keeps_days or len(state.orders) - len(state.open) <= rules.keeps_orders:
        return False
    before_ns = starts[-1 - rules.keeps_days]
    if before_ns <= state.gone.until_ns or len(prunable(state, before_ns)) <= rules.keeps_orders:
        return False
    desk.memory.prunes_before_ns = before_ns
    return True


def agreed(desk: Desk) -> Outcomes:
    """The books were found equal: what is to leave leaves."""
    memory = desk.memory
    before_ns, memory.prunes_before_ns = memory.prunes_before_ns, 0
    if not before_ns:
        return
    if memory.risen:  # an order that has ended works at the venue: nobody knows which
        memory.prunes_before_ns = before_ns
        return
    yield facts.Pruned(desk.now_ns, before_ns)
    memory.links.clear()
    memory.linked, memory.newest_ns = 0, (0, 0)
