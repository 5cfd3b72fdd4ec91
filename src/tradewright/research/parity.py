"""Parity: a trading session and a backtest of what it saw, laid side by side, every difference with its cause.

This file decides how causes are found: what the journal proves of the slice and the instrument comes first; then what
follows from an earlier difference; what neither explains is unexplained, and a defect of ours until shown otherwise.

    report = compare(facts, scenes, strategy=make, costs=Costs(), broker_factory=SimulatedBroker)
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from tradewright.domain.costs import Cost
from tradewright.domain.errors import InputError
from tradewright.engine.runtime.limits_in_time import LimitsInTime
from tradewright.engine.session.recording import Scene
from tradewright.ports.historical import BrokerFactory
from tradewright.research.parity_answers import strategy_clues
from tradewright.research.parity_backtest import assumptions_of, backtest_story
from tradewright.research.parity_differences import Raw, differences
from tradewright.research.parity_evidence import Clue, Mishap
from tradewright.research.parity_report import Cause, Difference, Matter, ParityReport
from tradewright.research.parity_session import SessionStory, session_story
from tradewright.trading.risk.policy import LimitsPolicy
from tradewright.trading.risk.policy_history import policy_from
from tradewright.trading.strategies.strategy import Strategy

PAPER = "paper"
"""The broker whose fills follow the backtest's own rules."""
_RANK = {matter: number for number, matter in enumerate(Matter)}


def compare(
    records: Iterable[object],
    scenes: Iterable[Scene],
    *,
    strategy: Callable[[], Strategy],
    costs: Cost,
    broker_factory: BrokerFactory,
    limits: LimitsPolicy | None = None,
) -> ParityReport:
    """Compare a session, told by its facts in order and its recording, with a backtest of the same slices.

    `strategy` makes the session's strategy anew each time; `limits` are those the session began with, for a journal
    that does not say them itself. A DataError where there is nothing to replay, an InputError where the limits are not
    known, a StrategyError where the strategy fails.
    """
    seen = tuple(scenes)
    session = session_story(records, seen)
    told = backtest_story(
        session,
        strategy(),
        costs=costs,
        limits=limits_of(session, first=limits),
        broker_factory=broker_factory,
    )
    found = list(differences(session.story, told, is_own_venue=session.start.broker == PAPER))
    if found:
        session.evidence.clues.extend(
            strategy_clues(session, seen, make=strategy, assumptions=assumptions_of(session, costs=costs))
        )
    return ParityReport(
        session=session.start.session,
        slices=sum(not one.is_warm_up for one in session.slices),
        orders=len(session.story.intents),
        refusals=len(session.story.refusals),
        fills=len(session.story.fills),
        differences=tuple(_named(session, found)),
        notes=("orders after the last slice are not compared: no bar is left for them",),
    )


def limits_of(session: SessionStory, *, first: LimitsPolicy | None = None) -> LimitsInTime:
    """The limits by the close after which they held; InputError where the first ones are not known."""
    times = {one.number: one.time_ns for one in session.slices}
    (_, line), *changes = session.limits
    if not line and first is None:
        raise InputError(
            "the journal does not say by which limits the session began",
            expected="the limits of SessionStarted, or those of that version",
            found=f"version {session.start.limits_version}",
            remedy="hand the limits of that version in",
        )
    begin = policy_from(line) if line else first
    assert begin is not None, "one of the two is there"
    later = [
        (
            min((at for number, at in times.items() if number >= since), default=max(times.values()) + 1),
            policy_from(text),
        )
        for since, text in changes
        if text
    ]
    return LimitsInTime(begin, tuple(later), _opens(session))


def _opens(session: SessionStory) -> dict[int, int]:
    """When each trading day opened, as the slice before it said."""
    return {
        after.session: before.next_open_ns
        for before, after in pairwise(session.slices)
        if after.session > before.session and before.next_open_ns is not None
    }


def _named(session: SessionStory, found: Sequence[Raw]) -> Iterable[Difference]:
    """The differences in the order of time, each with its cause."""
    times = {one.number: one.time_ns for one in session.slices}
    every: list[Raw | Mishap] = [*session.evidence.mishaps, *found]
    every.sort(key=_place)
    roots: list[Difference] = []
    by_clue: dict[int, Difference] = {}
    for number, one in enumerate(every, start=1):
        clue = None if isinstance(one, Mishap) else session.evidence.of(one.moment, one.instrument)
        root = by_clue.get(id(clue)) if clue is not None else None
        if clue is None and isinstance(one, Raw):
            root = _root_of(one, roots)
        named = _difference(number, one, clue=clue, root=root, time_ns=times.get(one.slice, 0))
        if not named.follows:
            roots.append(named)
            if clue is not None:
                by_clue[id(clue)] = named
        yield named


def _place(one: Raw | Mishap) -> tuple[int, int, int]:
    if isinstance(one, Mishap):
        return one.slice, 0, _RANK[one.matter]
    return one.moment, 1, _RANK[one.matter]


def _root_of(one: Raw, roots: Sequence[Difference]) -> Difference | None:
    """The difference that this one follows from: the newest in the same instrument, else the newest of all."""
    if one.hint in {Cause.PARTIAL, Cause.VENUE, Cause.INSIDE}:
        return None
    same = [root for root in roots if root.instrument == one.instrument] or roots
    return same[-1] if same else None


def _difference(
    number: int, one: Raw | Mishap, *, clue: Clue | None, root: Difference | None, time_ns: int
) -> Difference:
    if isinstance(one, Mishap):
        cause, evidence, session, backtest = one.cause, one.text, one.text, ""
    else:
        session, backtest = one.session, one.backtest
        cause, evidence = one.hint, one.hint_text if one.hint is not Cause.UNEXPLAINED else ""
        if root is not None:
            cause, evidence = root.cause, f"follows from difference {root.number}"
        elif clue is not None:
            cause, evidence = clue.cause, clue.text
    return Difference(
        number=number,
        slice=one.slice,
        time_ns=time_ns,
        instrument=one.instrument,
        matter=one.matter,
        session=session,
        backtest=backtest,
        cause=cause,
        evidence=evidence,
        follows=0 if root is None else root.number,
    )
