"""The core of a session: an input goes in, facts and effects come out; nothing in it waits, asks a clock or does I/O.

This file decides who answers which input. Every fact is applied before the decision goes on, so a second order sees the
first one's reservation; effects are for the shell, which carries them out once the facts before them are durable.
"""

from dataclasses import replace
from itertools import chain

from tradewright.engine.session import facts
from tradewright.engine.session.apply import apply
from tradewright.engine.session.deciding import (
    commanding,
    damage,
    doubting,
    executions,
    hosting,
    market,
    proposing,
    reconciling,
    reports,
    supervising,
)
from tradewright.engine.session.deciding.desk import Desk, Markets, Outcomes
from tradewright.engine.session.effects import (
    Acknowledge,
    Alert,
    Answer,
    CloseHost,
    EndSession,
    SetTimer,
    Show,
    Tell,
)
from tradewright.engine.session.experience import NO_EXPERIENCE, Experience
from tradewright.engine.session.facts import SessionStarted
from tradewright.engine.session.inputs import (
    Command,
    HandedOver,
    Input,
    KillFound,
    Moment,
    NotHandedOver,
    Noticed,
    Opened,
    TimerRang,
)
from tradewright.engine.session.memory import Memory
from tradewright.engine.session.rules import SessionRules
from tradewright.engine.session.state import SessionState
from tradewright.ports import broker, feed, hosts
from tradewright.trading.risk.book import Book
from tradewright.trading.risk.policy import LimitsPolicy
from tradewright.trading.risk.policy_history import policy_line

_DAY_NS = 86_400_000_000_000
EFFECTS = (Acknowledge, Alert, Answer, CloseHost, EndSession, SetTimer, Show, Tell)


class Core:
    """Decides for one session."""

    def __init__(
        self,
        state: SessionState,
        *,
        start: SessionStarted,
        policy: LimitsPolicy,
        traits: broker.BrokerTraits,
        markets: Markets,
        rules: SessionRules | None = None,
        before: Experience = NO_EXPERIENCE,
    ) -> None:
        """`state` is what replay left, empty for a new session, which begins with `start`, this policy, and what its
        strategy has behind it."""
        self._before = before
        self._start = start if start.limits else replace(start, limits=policy_line(policy))
        self._desk = Desk(state, Memory(), policy, traits, rules or SessionRules(), markets)

    @property
    def state(self) -> SessionState:
        """What is known for good; look, but change nothing."""
        return self._desk.state

    @property
    def memory(self) -> Memory:
        """What is known for now; look, but change nothing."""
        return self._desk.memory

    @property
    def policy(self) -> LimitsPolicy:
        """The limits that hold."""
        return self._desk.policy

    def book(self, *instruments: str) -> Book:
        """The gate's book now, with the markets of these instruments in it: for questions, nothing is reserved."""
        return self._desk.book(*instruments)

    def executes_ns(self) -> int | None:
        """The first moment at which an order sent now can execute; None while no slice has come."""
        return self._desk.executes_ns()

    def remember(self, seen: feed.Slice) -> None:
        """Learn of the markets from a slice that was dealt with before a restart; nothing is decided."""
        self._desk.memory.seen = seen
        self._desk.markets.take(seen)

    def handle(self, moment: Moment, given: Input) -> Outcomes:
        """Decide, and apply: a fact that comes out has been applied already."""
        desk = self._desk
        desk.memory.moment = moment
        for outcome in chain(self._decide(given), self._afterwards()):
            if not isinstance(outcome, EFFECTS):
                apply(desk.state, outcome)
            yield outcome

    def _afterwards(self) -> Outcomes:
        """What waited for something that the input may have brought."""
        yield from proposing.go_on(self._desk)
        if self._desk.memory.leaving:
            yield from commanding.farewell(self._desk)

    def _decide(self, given: Input) -> Outcomes:
        if isinstance(given, Opened):
            return self._opened(given)
        if isinstance(given, Command):
            return commanding.commanded(self._desk, given)
        if isinstance(given, TimerRang):
            return self._rang(given.name)
        if isinstance(given, KillFound):
            return commanding.killed(self._desk, given)
        if isinstance(given, Noticed):
            return self._desk.incident(given.code, given.subject, story=given.story)
        if isinstance(given, HandedOver):
            return reports.handed_over(self._desk, given.client_order_id)
        if isinstance(given, NotHandedOver):
            return reports.not_handed_over(self._desk, given.client_order_id, kind=given.kind, reason=given.reason)
        if isinstance(given, hosts.HostReady | hosts.Proposed | hosts.HostFailed):
            return self._hosted(given)
        if isinstance(given, feed.Slice | feed.FeedGap | feed.FeedLost | feed.FeedEnded):
            return self._fed(given)
        return self._brokered(given)

    def _opened(self, given: Opened) -> Outcomes:
        now = self._desk.now_ns
        if self.state.started is None:
            yield self._start
            if self._before != NO_EXPERIENCE:
                yield facts.StrategyKnown(now, *self._before)
        else:
            yield facts.SessionResumed(now, given.epoch)
            if not commanding.is_adopted(self._desk):
                yield commanding.limits_fact(self._desk, who="found at the restart")
        yield from supervising.test_the_gate(self._desk)
        yield SetTimer(reconciling.TIMER, self._desk.rules.reconcile_every_ns)

    def _rang(self, name: str) -> Outcomes:
        kind, _, subject = name.partition(" ")
        match kind:
            case "answer":
                return doubting.rang(self._desk, subject)
            case "missing":
                return doubting.missing(self._desk, subject)
            case supervising.SWEEP:
                return supervising.sweep(self._desk)
            case supervising.SELF_TEST:
                return supervising.test_the_gate(self._desk)
            case commanding.FAREWELL:
                return commanding.leave(self._desk) if self.memory.leaving else iter(())
            case _:
                return reconciling.rang(self._desk)

    def _hosted(self, given: hosts.HostEvent) -> Outcomes:
        match given:
            case hosts.Proposed():
                told = damage.nonsense(given.wishes)
                if told:
                    return hosting.failed(self._desk, hosts.HostFailed(hosts.HostTrouble.GARBLED, given.slice, told))
                return proposing.proposed(self._desk, given)
            case hosts.HostReady():
                return hosting.ready(self._desk, given)
            case hosts.HostFailed():
                return hosting.failed(self._desk, given)

    def _fed(self, given: feed.FeedEvent) -> Outcomes:
        match given:
            case feed.Slice():
                return self._closed(given)
            case feed.FeedGap():
                return market.gap(self._desk, given)
            case feed.FeedLost():
                return market.lost(self._desk, given)
            case feed.FeedEnded():
                return market.ended(self._desk, given)

    def _closed(self, given: feed.Slice) -> Outcomes:
        if given.time_ns > self._desk.memory.moment.session_ns + _DAY_NS:
            story = f"slice {given.number} closed at {given.time_ns}, more than a day from now: it was left out"
            yield from self._desk.incident_once("BAD_SLICE", "", story=story)
            yield Acknowledge(given.number)
            return
        seen, wrong = damage.believable(given)
        for column in wrong:
            name, bar = self.state.terms.instruments[column].instrument, given.bars[column]
            yield from self._desk.incident_once("BAD_BAR", name, story=f"slice {given.number}: {bar} was left out")
        yield from market.slice_closed(self._desk, seen)

    def _damaged(self, given: broker.BrokerEvent, told: str) -> Outcomes:
        """A report that cannot be true is no information; it is told once."""
        story = f"{type(given).__name__} cannot be believed: {told}"
        yield from self._desk.incident_once("DAMAGED_REPORT", type(given).__name__, story=story)
        number = damage.question_of(given)
        if number is not None:
            yield from reconciling.unanswered(self._desk, broker.NoAnswer(number, story))

    def _brokered(self, given: broker.BrokerEvent) -> Outcomes:
        desk = self._desk
        told = damage.report_damage(given)
        if told:
            return self._damaged(given, told)
        match given:
            case broker.Executed():
                return executions.executed(desk, given.fill)
            case broker.OrderReport():
                return reports.reported(desk, given)
            case broker.OrderAnswer():
                return doubting.answered(desk, given)
            case broker.OpenOrdersAnswer() | broker.FillsAnswer() | broker.AccountAnswer():
                return reconciling.answered(desk, given)
            case broker.NoAnswer():
                return reconciling.unanswered(desk, given)
            case broker.Connected():
                return reconciling.connected(desk)
            case broker.Disconnected():
                return reconciling.disconnected(desk, given.reason)
            case broker.SendUnclear():
                return reports.unclear(desk, given)
            case broker.SubmitRejected():
                return reports.rejected(desk, given)
            case broker.CancelRejected():
                return reports.cancel_rejected(desk, given)
            case broker.ReplaceRejected():
                return reports.replace_rejected(desk, given)
            case broker.Replaced():
                return reports.replaced(desk, given)
            case broker.ExecutionBusted():
                return executions.busted(desk, given)
            case broker.SplitDone():
                return reports.split_done(desk, given)
            case broker.CashMoved():
                return reports.cash_moved(desk, given)
