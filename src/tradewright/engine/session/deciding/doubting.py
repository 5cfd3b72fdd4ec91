"""Doubt is an order of which nobody can tell whether the venue has it, or whether it heard our cancel.

This file decides the way out: ask, and ask again; only when the venue has not known the order several times, after it
could no longer have arrived, and our books are otherwise equal to the venue's, does it count as absent. A timer alone
never ends an order.
"""

from tradewright.domain.orders.life import OrderLife
from tradewright.domain.orders.pending import PendingKind
from tradewright.engine.session import facts
from tradewright.engine.session.deciding.desk import Desk, Outcomes
from tradewright.engine.session.deciding.linking import leg_failed
from tradewright.engine.session.deciding.ordering import resend
from tradewright.engine.session.deciding.reports import reported, unwanted
from tradewright.engine.session.effects import SetTimer, Severity, Tell
from tradewright.engine.session.facts import Role
from tradewright.engine.session.memory import Watch
from tradewright.engine.session.tracked import TrackedOrder
from tradewright.ports.broker import AskOrder, CancelOrder, OrderAnswer, OrderReport, ReportedLife

_LONGEST = 10


def rang(desk: Desk, name: str) -> Outcomes:
    """The patience for an answer about an order has run out: ask, and look again later."""
    tracked = desk.state.orders.get(name)
    if tracked is None or not (tracked.is_in_doubt or tracked.order.pending is not None):
        desk.memory.watches.pop(name, None)
        return
    watch = desk.memory.watches.setdefault(name, Watch(desk.mono_ns))
    if desk.memory.is_connected:
        watch.queries += 1
        yield Tell(AskOrder(desk.memory.question(), tracked.id))
        yield from _again(desk, tracked)
    if not watch.has_alarmed and desk.mono_ns - watch.since_ns >= desk.rules.alarm_after_ns:
        watch.has_alarmed = True
        what = "an order" if tracked.is_in_doubt else "a request for an order"
        story = f"{what} ({name}) has had no answer for {(desk.mono_ns - watch.since_ns) // 10**9} s"
        yield from desk.alert(Severity.CRITICAL, "IN_DOUBT", subject=tracked.instrument, story=story)
    yield SetTimer(f"answer {name}", _pause(desk, tracked, watch))


def _pause(desk: Desk, tracked: TrackedOrder, watch: Watch) -> int:
    """Longer and longer; but an order is asked for as soon as it can no longer arrive, and then often, until absence is
    proven: as long as it is in doubt it binds money and stands before what is to follow."""
    every = desk.rules.query_every_ns
    pause = every * min(1 << min(watch.queries, 4), _LONGEST)
    settles_in = watch.since_ns + desk.traits.settles_within_ns - desk.mono_ns
    if tracked.order.life is not OrderLife.UNKNOWN or len(watch.absences) >= desk.rules.absences:
        return pause
    return min(pause, settles_in) if settles_in > 0 else every


def answered(desk: Desk, given: OrderAnswer) -> Outcomes:
    """What the venue says of one order: there it is, or "not known", which alone proves nothing."""
    tracked = desk.state.orders.get(given.client_order_id)
    if tracked is None:
        return
    asked_ns = desk.memory.asked_ns(given.number)
    if given.report is not None:
        yield from reported(desk, given.report)
    if asked_ns is None:
        return
    tracked = desk.state.orders[tracked.id]
    if given.report is not None:
        yield from _unchanged(desk, tracked, given.report, asked_ns=asked_ns)
    elif tracked.order.life is OrderLife.UNKNOWN:
        yield from _absent(desk, tracked, asked_ns)
    elif tracked.order.life.is_at_venue:
        yield from _gone(desk, tracked, asked_ns)


def recheck(desk: Desk) -> Outcomes:
    """After a restart or a reconnect: everything without an answer is asked for."""
    for tracked in list(desk.state.working()):
        if tracked.is_in_doubt or tracked.order.pending is not None:
            desk.memory.watches.setdefault(tracked.id, Watch(desk.mono_ns))
            yield from rang(desk, tracked.id)


def _absent(desk: Desk, tracked: TrackedOrder, asked_ns: int) -> Outcomes:
    """One more "not known"; enough of them, asked for late and apart enough, with equal books, are a proof."""
    watch = desk.memory.watches.setdefault(tracked.id, Watch(desk.mono_ns))
    if asked_ns < watch.since_ns + desk.traits.settles_within_ns:
        return
    watch.absences.append(asked_ns)
    is_enough = _is_enough(desk, watch.absences)
    if not is_enough or not desk.memory.is_green or tracked.instrument in desk.state.frozen:
        return
    evidence = f"{len(watch.absences)} times not known to the venue, after it could no longer arrive; books agree"
    yield from _proven(desk, tracked, evidence)


def _is_enough(desk: Desk, seen: list[int]) -> bool:
    """Answers of the same kind, often and apart enough by when they were asked for: several asked for at once are one
    look at the venue."""
    return len(seen) >= desk.rules.absences and max(seen) - min(seen) >= desk.rules.absence_spread_ns


def _unchanged(desk: Desk, tracked: TrackedOrder, report: OrderReport, *, asked_ns: int) -> Outcomes:
    """The venue shows the terms of before, although a replacement could no longer arrive: enough of that settles it."""
    pending, watch = tracked.order.pending, desk.memory.watches.get(tracked.id)
    if pending is None or pending.kind is not PendingKind.REPLACE or report.life is not ReportedLife.WORKING:
        return
    if watch is None or asked_ns < watch.since_ns + desk.traits.settles_within_ns:
        return
    watch.unchanged.append(asked_ns)
    if _is_enough(desk, watch.unchanged):
        reason = f"the venue shows the old terms, {len(watch.unchanged)} times"
        yield facts.ReplaceRefusedByVenue(desk.now_ns, tracked.id, reason)
        yield from unwanted(desk, tracked)


def _proven(desk: Desk, tracked: TrackedOrder, evidence: str) -> Outcomes:
    """Absent: sent again while its decision still stands, else lost."""
    stands = tracked.slice == desk.state.slice and tracked.slice > 0 and tracked.id not in desk.state.unwanted
    may_resend = stands and tracked.order.attempt < desk.rules.attempts and desk.state.life.trades
    if may_resend and (yield from resend(desk, tracked)):
        return
    yield facts.OrderLost(desk.now_ns, tracked.id, evidence)
    yield from leg_failed(desk, tracked.order.request, name=tracked.id, reason="it is lost")
    desk.memory.watches.pop(tracked.id, None)
    if tracked.role is Role.TARGET and tracked.instrument in desk.state.wanted:
        yield facts.TargetForgotten(desk.now_ns, tracked.instrument)
    yield from desk.alert(Severity.WARNING, "LOST", subject=tracked.instrument, story=f"order {tracked.id}: {evidence}")


def _gone(desk: Desk, tracked: TrackedOrder, asked_ns: int) -> Outcomes:
    """An order that worked is not known any more: the venue wiped it, or its answers are from before it came. Where
    they may lag, they count only once they are seen for so long that the last one cannot."""
    seen = desk.memory.missing.setdefault(tracked.id, [])
    seen.append(asked_ns)
    if not _is_enough(desk, seen) or max(seen) - min(seen) < desk.lag_ns or not desk.memory.is_connected:
        yield SetTimer(f"missing {tracked.id}", desk.rules.query_every_ns)
        return
    del desk.memory.missing[tracked.id]
    reason = f"the venue has not known it for {len(seen)} questions"
    yield facts.OrderCanceled(desk.now_ns, tracked.id, reason)
    desk.memory.watches.pop(tracked.id, None)
    if tracked.order.filled == 0:
        yield from leg_failed(desk, tracked.order.request, name=tracked.id, reason="the venue wiped it")
    yield from desk.alert(Severity.WARNING, "WIPED", subject=tracked.instrument, story=f"order {tracked.id}: {reason}")


def missing(desk: Desk, name: str) -> Outcomes:
    """Ask once more for an order that the venue did not know."""
    tracked = desk.state.orders.get(name)
    if tracked is None or not tracked.is_open or name not in desk.memory.missing:
        desk.memory.missing.pop(name, None)
    elif desk.memory.is_connected:
        yield Tell(AskOrder(desk.memory.question(), tracked.id))


def _again(desk: Desk, tracked: TrackedOrder) -> Outcomes:
    """An unanswered cancel is asked for again; an unanswered replacement is settled by what the venue shows, and until
    then the larger of both terms counts."""
    pending = tracked.order.pending
    if pending is None or not tracked.order.life.is_at_venue:
        return
    if pending.kind is PendingKind.CANCEL:
        yield facts.CancelRequested(desk.now_ns, tracked.id, "session", "no answer yet", attempt=pending.attempt + 1)
        yield Tell(CancelOrder(tracked.id, tracked.instrument, tracked.order.venue_order_id))
    else:
        wanted = tracked.wanted_terms or tracked.order.request
        yield facts.ReplaceRequested(
            time_ns=desk.now_ns, client_order_id=tracked.id, request=wanted, who="session",
            limits_version=desk.state.limits_version, epoch=desk.state.epoch, attempt=pending.attempt + 1,
        )  # fmt: skip
