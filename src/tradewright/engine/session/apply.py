"""apply(state, fact): the only place where a session's books change. Synchronous, deterministic, without effects.

This file decides what the facts of session, strategy and oversight do; those of orders and of the account are
`bookings.py`. A replay runs nothing else.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from tradewright.engine.runtime.journal.record import SessionOpened
from tradewright.engine.session import facts
from tradewright.engine.session.bookings import BOOKINGS
from tradewright.engine.session.state import DeferredTarget, OpenAlert, Reply, SessionState, Shut

_EQUITIES_KEPT = 600
_REPLIES_KEPT = 10_000
_DAYS_KEPT = 64
_DAY_NS = 86_400_000_000_000


def apply(state: SessionState, fact: object) -> None:
    """Book one fact; TypeError for what is none."""
    booked = _BOOKED.get(type(fact))
    if booked is None:
        raise TypeError(f"{type(fact).__name__} is no fact of a session")
    time_ns = getattr(fact, "time_ns", 0)
    state.now_ns = max(state.now_ns, time_ns)
    booked(state, fact)


def _opened(state: SessionState, fact: SessionOpened) -> None:
    state.epoch = fact.epoch


def _started(state: SessionState, fact: facts.SessionStarted) -> None:
    state.started = fact
    state.cash = dict(fact.opening_cash)
    state.limits_version = fact.limits_version
    state.day_began_ns = fact.time_ns
    state.peak_equity = state.day_equity = state.cash.get(state.currency)


def _known(state: SessionState, fact: facts.StrategyKnown) -> None:
    state.live_days, state.live_orders = fact.days, fact.orders


def _stopped(state: SessionState, fact: facts.SessionStopped) -> None:
    state.is_over, state.end = True, f"{fact.who}: {fact.reason}"


def _proposed(state: SessionState, fact: facts.StrategyProposed) -> None:
    state.answered = max(state.answered, fact.slice)
    for recorded in fact.wishes:
        target = recorded.target
        if target is not None and target.weight == target.weight:
            state.wanted[target.instrument] = target.weight


def _dropped(state: SessionState, fact: facts.ProposalDropped) -> None:
    state.answered = max(state.answered, fact.slice)


def _deferred(state: SessionState, fact: facts.TargetDeferred) -> None:
    state.deferred[fact.instrument] = DeferredTarget(fact.weight, fact.stop_loss, fact.take_profit, fact.slice)


def _settled(state: SessionState, fact: facts.TargetSettled) -> None:
    state.deferred.pop(fact.instrument, None)


def _forgotten(state: SessionState, fact: facts.TargetForgotten) -> None:
    state.wanted.pop(fact.instrument, None)


def _exit_timed(state: SessionState, fact: facts.ExitTimed) -> None:
    if fact.at_ns:
        state.exits[fact.instrument] = fact.at_ns
    else:
        state.exits.pop(fact.instrument, None)


def _slice_closed(state: SessionState, fact: facts.SliceClosed) -> None:
    state.slice, state.slice_session = fact.slice, fact.session
    state.telling, state.untold = state.untold, []
    state.ending, state.unended = state.unended, []
    for name, mark in fact.marks.items():
        state.marks[name], state.marked_ns[name] = mark, fact.time_ns
    state.marks.update(fact.carried)
    equity = state.equity()
    if equity is not None:
        state.peak_equity = equity if state.peak_equity is None else max(state.peak_equity, equity)
        state.equities.append((fact.time_ns, equity))
        del state.equities[:-_EQUITIES_KEPT]


def _day_began(state: SessionState, fact: facts.DayBegan) -> None:
    state.day_before_equity = state.day_equity
    state.live_days += state.is_live and 0 < state.day < fact.session  # the day before is over
    state.day, state.day_began_ns, state.day_equity = fact.session, fact.time_ns, fact.equity
    state.day_starts.append(fact.time_ns)
    del state.day_starts[:-_DAYS_KEPT]
    state.day_gains = {name: gain for name in state.positions if (gain := state.gain(name)) is not None}
    since = fact.time_ns - _DAY_NS
    state.sent = [one for one in state.sent if one.time_ns >= since]
    state.messages = [one for one in state.messages if one >= since]
    state.fill_times = [one for one in state.fill_times if one >= since]


def _life_changed(state: SessionState, fact: facts.StrategyLifeChanged) -> None:
    state.life, state.life_reason = fact.life, fact.reason


def _shut(state: SessionState, fact: facts.TradingStateChanged) -> None:
    state.shut[fact.scope] = Shut(fact.state, fact.who, fact.reason, fact.time_ns)
    if fact.state == 0:
        del state.shut[fact.scope]


def _limits(state: SessionState, fact: facts.LimitsAdopted) -> None:
    state.limits_version, state.limits = fact.version, fact.policy


def _reconciled(state: SessionState, fact: facts.Reconciled) -> None:
    state.reconciled_ns = fact.time_ns


def _frozen(state: SessionState, fact: facts.InstrumentFrozen) -> None:
    state.frozen[fact.instrument] = fact.reason


def _thawed(state: SessionState, fact: facts.InstrumentThawed) -> None:
    state.frozen.pop(fact.instrument, None)


def _alert(state: SessionState, fact: facts.AlertRaised) -> None:
    state.alerts[f"{fact.code} {fact.subject}"] = OpenAlert(fact.code, fact.subject, fact.story, fact.time_ns)


def _seen(state: SessionState, fact: facts.AlertSeen) -> None:
    state.alerts.pop(f"{fact.code} {fact.subject}", None)


def _replied(state: SessionState, fact: facts.CommandAnswered) -> None:
    state.replies[f"{fact.who} {fact.key}"] = Reply(fact.command, fact.is_done, fact.story, fact.client_order_ids)
    while len(state.replies) > _REPLIES_KEPT:
        del state.replies[next(iter(state.replies))]


def _noted(state: SessionState, fact: facts.IncidentRaised | facts.OrderConfirmed) -> None:
    """It changes no book; it is kept for whoever reads the journal."""
    del state, fact


_BOOKED: Mapping[type, Callable[..., None]] = MappingProxyType(
    {
        **BOOKINGS,
        SessionOpened: _opened,
        facts.SessionStarted: _started,
        facts.SessionStopped: _stopped,
        facts.StrategyKnown: _known,
        facts.StrategyProposed: _proposed,
        facts.ProposalDropped: _dropped,
        facts.TargetDeferred: _deferred,
        facts.TargetSettled: _settled,
        facts.TargetForgotten: _forgotten,
        facts.ExitTimed: _exit_timed,
        facts.SliceClosed: _slice_closed,
        facts.DayBegan: _day_began,
        facts.StrategyLifeChanged: _life_changed,
        facts.TradingStateChanged: _shut,
        facts.LimitsAdopted: _limits,
        facts.Reconciled: _reconciled,
        facts.InstrumentFrozen: _frozen,
        facts.InstrumentThawed: _thawed,
        facts.AlertRaised: _alert,
        facts.AlertSeen: _seen,
        facts.CommandAnswered: _replied,
        facts.IncidentRaised: _noted,
        facts.OrderConfirmed: _noted,
    }
)
