"""Evidence is what a journal proves of the ways in which a session was disturbed, each with when and where it counts.

This file decides which facts are evidence of which cause. A *clue* covers a stretch of slices and explains what differs
in it; a *mishap* is something that no backtest has at all, so it is a difference by itself. Both are told by the slice
after which they happened.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from tradewright.engine.session import facts
from tradewright.engine.session.facts import Role, StrategyLife
from tradewright.engine.session.state import SessionState
from tradewright.ports.feed import Slice
from tradewright.research.parity_report import Cause, Matter
from tradewright.research.parity_story import spelled
from tradewright.trading.risk.states import TradingState

EVER: Final = 2**62
_OURS: Final = frozenset({"session", "risk"})
"""Who acts of itself: what it does follows from a state that is told on its own."""
_PAUSES: Final = {
    StrategyLife.PAUSED: Cause.PAUSED,
    StrategyLife.QUARANTINED: Cause.QUARANTINED,
    StrategyLife.STOPPED: Cause.QUARANTINED,
}


@dataclass(slots=True)
class Clue:
    """From one slice to another (inclusive) this explains what differs."""

    cause: Cause
    first: int
    text: str
    instrument: str = ""
    """Empty: all of them."""
    last: int = EVER


@dataclass(frozen=True, slots=True)
class Mishap:
    """Something that only the session has."""

    slice: int
    instrument: str
    matter: Matter
    text: str
    cause: Cause


@dataclass(slots=True)
class Evidence:
    """Everything that the journal proves."""

    clues: list[Clue] = field(default_factory=list)
    mishaps: list[Mishap] = field(default_factory=list)

    def of(self, moment: int, instrument: str) -> Clue | None:
        """What explains a difference after that slice: what concerns the instrument first, then what is shortest."""
        found = [
            one for one in self.clues
            if one.first <= moment <= one.last and (not instrument or one.instrument in {"", instrument})
        ]  # fmt: skip
        return min(found, key=lambda one: (not one.instrument, one.last - one.first), default=None)


class Witness:
    """Sees every fact before it is booked, in order."""

    def __init__(self, state: SessionState, slices: Sequence[Slice]) -> None:
        self.evidence = Evidence()
        self._state = state
        self._slices = slices
        self._last = slices[-1].number
        self._open: dict[str, Clue] = {}
        for before, after in pairwise(slices):
            if after.number > before.number + 1:
                text = f"slices {before.number + 1} to {after.number - 1} were not shown"
                self.evidence.clues.append(Clue(Cause.GAP, before.number, text, last=after.number))
        self.evidence.clues.append(Clue(Cause.END, self._last, f"the recording ends with slice {self._last}"))

    def before(self, fact: object) -> None:
        """Look at a fact, the state still being the one before it."""
        self._of_strategy(fact)
        self._of_oversight(fact)
        self._of_account(fact)
        self._of_orders(fact)

    def close(self, last: int) -> None:
        """No more facts: what is still going on lasts to the end."""
        for clue in self._open.values():
            clue.last = max(last, clue.first)
        self._open.clear()

    def _of_strategy(self, fact: object) -> None:
        match fact:
            case facts.ProposalDropped():
                pause = _PAUSES.get(self._state.life)
                self._clue(pause or Cause.LATE_ANSWER, fact.reason, first=fact.slice, last=fact.slice)
            case facts.StrategyLifeChanged():
                self._end("life")
                if (cause := _PAUSES.get(fact.life)) is not None:
                    self._begin(
                        "life", Clue(cause, self._state.slice, f"{fact.life.value} by {fact.who}: {fact.reason}")
                    )
            case facts.TargetSettled() if "moved on" in fact.reason:
                waiting = self._state.deferred.get(fact.instrument)
                if waiting is not None:
                    text = f"the target of slice {waiting.slice} still waited when the next slice closed"
                    self._clue(
                        Cause.SUPERSEDED, text, first=waiting.slice, last=waiting.slice, instrument=fact.instrument
                    )

    def _of_oversight(self, fact: object) -> None:
        now = self._state.slice
        match fact:
            case facts.TradingStateChanged():
                self._end(f"shut {fact.scope}")
                if fact.state != TradingState.ACTIVE:
                    state = TradingState(fact.state)
                    cause = Cause.KILLED if state is TradingState.KILLED else Cause.SHUT
                    text = f"{state.name.lower()} by {fact.who}: {fact.reason}"
                    self._begin(f"shut {fact.scope}", Clue(cause, now, text, self._scope(fact.scope)))
            case facts.InstrumentFrozen():
                self._end(f"frozen {fact.instrument}")
                self._begin(f"frozen {fact.instrument}", Clue(Cause.FROZEN, now, fact.reason, fact.instrument))
            case facts.InstrumentThawed():
                self._end(f"frozen {fact.instrument}")
            case facts.IncidentRaised() if fact.code == "GAP":
                self._clue(Cause.GAP, fact.story, first=now, last=now + 1)
            case facts.AlertRaised() if fact.code == "FEED_LOST":
                self._clue(Cause.GAP, fact.story, first=now, last=now + 1)
            case facts.AlertRaised() if fact.code == "NOT_MOVED":
                self._mishap(fact.subject, Matter.OUTCOME, fact.story, Cause.PROTECTION)
            case facts.LimitsAdopted() if not fact.policy:
                text = f"version {fact.version} by {fact.who}; the journal does not hold it"
                self._clue(Cause.LIMITS, text, first=now, last=EVER)
            case facts.SessionResumed():
                self._clue(Cause.RESTARTED, f"opened for the {fact.epoch}. time", first=now - 1, last=now)

    def _of_account(self, fact: object) -> None:
        match fact:
            case facts.CashBooked() if fact.kind not in {facts.OPENING, "dividend"}:
                text = f"{fact.kind}: {spelled(fact.amount)} {fact.currency}"
                self._mishap(fact.instrument, Matter.LEDGER, text, Cause.CASH)
            case facts.PositionAdopted():
                text = f"{spelled(fact.quantity)} at {spelled(fact.price)}"
                self._mishap(fact.instrument, Matter.LEDGER, text, Cause.HELD_BEFORE)
            case facts.FillBusted():
                fill = self._state.executions[fact.execution_id]
                text = f"{spelled(fill.signed_quantity)} at {spelled(fill.price)} was taken back"
                self._mishap(fill.instrument, Matter.FILL, text, Cause.BUSTED)
            case facts.ReportRefused():
                self._mishap(fact.instrument, Matter.FILL, fact.story, Cause.TOO_LATE)
                if fact.fill is not None:  # a backtest has it in its place
                    at = self._slice_at(fact.fill.time_ns)
                    self._clue(Cause.TOO_LATE, fact.story, first=at - 1, last=at, instrument=fact.instrument)

    def _of_orders(self, fact: object) -> None:
        match fact:
            case facts.OrderIntended():
                self._intended(fact)
            case facts.OrderAdopted() if fact.role is Role.FOREIGN:
                text = f"{fact.request.side.value.lower()} {spelled(fact.request.quantity)}, not sent by the session"
                self._mishap(fact.request.instrument, Matter.ORDER, text, Cause.FOREIGN)
            case facts.OrderRefused() if fact.role.is_protection:
                text = f"{fact.role.value.replace('_', ' ')} refused by {', '.join(one.control for one in fact.by)}"
                self._mishap(fact.request.instrument, Matter.OUTCOME, text, Cause.PROTECTION)
            case facts.CancelRequested() | facts.ReplaceRequested():
                if fact.who not in _OURS and fact.who != self._state.terms.strategy_name:
                    what = "canceled" if isinstance(fact, facts.CancelRequested) else "changed"
                    self._of_order(fact.client_order_id, f"{what} by {fact.who}", Cause.BY_HAND)
            case facts.OrderAccepted():
                tracked = self._state.orders[fact.client_order_id]
                if 0 < tracked.slice < self._state.slice and tracked.order.venue_order_id is None:
                    request = tracked.order.request
                    text = f"accepted after slice {self._state.slice}, decided after slice {tracked.slice}"
                    told = f"{request.side.value.lower()} {spelled(request.quantity)} {text}"
                    late = Mishap(tracked.slice, tracked.instrument, Matter.OUTCOME, told, Cause.LATENCY)
                    self.evidence.mishaps.append(late)
            case facts.OrderRejected():
                self._of_order(fact.client_order_id, f"rejected: {fact.reason}", Cause.REJECTED)
            case facts.OrderNotSent():
                self._of_order(fact.client_order_id, f"not sent: {fact.reason}", Cause.NOT_SENT)
            case facts.OrderLost():
                self._of_order(fact.client_order_id, f"lost: {fact.evidence}", Cause.LOST)
            case facts.ReplaceRefusedByVenue():
                self._of_order(fact.client_order_id, f"change refused: {fact.reason}", Cause.PROTECTION)

    def _intended(self, fact: facts.OrderIntended) -> None:
        request = fact.request
        text = f"{request.side.value.lower()} {spelled(request.quantity)}"
        if fact.attempt > 1:
            self._mishap(request.instrument, Matter.OUTCOME, f"{text}: attempt {fact.attempt}", Cause.RESENT)
        elif fact.strategy != self._state.terms.strategy_name or fact.role is Role.FLATTEN or not fact.slice:
            whose = "to close the position" if fact.role is Role.FLATTEN else f"for {fact.strategy}"
            self._mishap(request.instrument, Matter.ORDER, f"{text} {whose}", Cause.BY_HAND)

    def _of_order(self, name: str, text: str, cause: Cause) -> None:
        tracked = self._state.orders[name]
        request = tracked.order.request
        told = f"{request.side.value.lower()} {spelled(request.quantity)} {text}"
        self._mishap(tracked.instrument, Matter.OUTCOME, told, cause)

    def _mishap(self, instrument: str, matter: Matter, text: str, cause: Cause) -> None:
        if self._state.slice < self._last:
            self.evidence.mishaps.append(Mishap(self._state.slice, instrument, matter, text, cause))

    def _clue(self, cause: Cause, text: str, *, first: int, last: int, instrument: str = "") -> None:
        self.evidence.clues.append(Clue(cause, first, text, instrument, last))

    def _begin(self, name: str, clue: Clue) -> None:
        self._open[name] = clue
        self.evidence.clues.append(clue)

    def _end(self, name: str) -> None:
        """It lasted up to now; what was asked meanwhile and is decided after this slice belongs to it too."""
        clue = self._open.pop(name, None)
        if clue is not None:
            clue.last = self._state.slice

    def _slice_at(self, time_ns: int) -> int:
        """The slice in which something happened."""
        return next((one.number for one in self._slices if one.time_ns >= time_ns), self._last + 1)

    def _scope(self, name: str) -> str:
        """An instrument that is shut; empty for everything and for the strategy."""
        return name if self._state.instrument(name) is not None else ""
