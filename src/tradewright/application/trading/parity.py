"""Parity of a session: is it what a backtest of the same slices would have done, and where not, why?

This file decides where the two come from: the session's journal and recording, or those of the example that is shipped;
and that the strategy is made anew from its terms: one of ours with the code that is there now, an uploaded one with the
very bytes that traded, behind walls.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tradewright.application.backtests.costs import costs_of
from tradewright.application.confined.parity import UploadedSession
from tradewright.application.strategies.finding import make_strategy
from tradewright.application.strategies.source import code_digest
from tradewright.application.trading.traders import Traders
from tradewright.domain.errors import InputError
from tradewright.engine.runtime.journal.reader import read
from tradewright.engine.session.facts import SessionStarted, catalogue
from tradewright.engine.session.recording import scenes
from tradewright.ports.code import CodeFiles, Source, kept_parts
from tradewright.ports.disk import Disk
from tradewright.ports.sessions import KeptSession
from tradewright.research.parity_report import Difference, ParityReport
from tradewright.trading.strategies.strategy import Strategy

EXAMPLE = "example"
"""The name of the session that comes with the package."""


@dataclass(frozen=True, slots=True)
class SessionParity:
    """Replay a session's slices through the backtest and name every difference. Answer: `ParityView`."""

    session: str = ""
    """By its id or the beginning of it; empty: the only one that runs, else the newest; `example`: the shipped one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceView:
    """One thing that the session and its backtest did not do alike."""

    number: int
    slice: int
    time_ns: int
    instrument: str
    matter: str
    session: str
    backtest: str
    cause: str
    evidence: str
    follows: int
    """The difference that it follows from; 0: it has a cause of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParityView:
    """What came of the comparison."""

    session: str
    strategy: str
    slices: int
    orders: int
    refusals: int
    fills: int
    is_equal: bool
    unexplained: int
    differences: tuple[DifferenceView, ...]
    causes: dict[str, int]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a session's facts and its recording lie."""

    journal: Disk
    folder: Disk
    kept: KeptSession | None = None
    """None: the example."""


def session_parity(
    query: SessionParity,
    *,
    traders: Traders,
    code: CodeFiles,
    comparing: Callable[..., ParityReport],
    comparing_behind_walls: Callable[[UploadedSession], ParityReport],
    source_of_session: Callable[[KeptSession, str], Source],
    session_disk: Callable[[KeptSession], Disk],
    example_session: Callable[[], Disk],
) -> ParityView:
    """Compare; a DataError where the recording is missing, an InputError for a strategy that cannot be made again."""
    found = _evidence(query, traders, session_disk=session_disk, example_session=example_session)
    records = [record.fact for record in read(found.journal, catalogue())]
    start = next((fact for fact in records if isinstance(fact, SessionStarted)), None)
    if start is None:
        raise InputError("the journal has no session in it", expected="a fact SessionStarted", found=str(len(records)))
    terms = start.strategy
    uploaded = kept_parts(terms.strategy)
    if uploaded is not None:
        assert found.kept is not None, "the example runs a strategy of ours"
        session = UploadedSession(
            source=source_of_session(found.kept, uploaded[0]),
            class_name=uploaded[1],
            parameters=terms.parameters,
            costs=start.costs,
            journal=found.journal,
            folder=found.folder,
        )
        report = comparing_behind_walls(session)
        return parity_view(report, start.strategy_name, notes=report.notes)
    notes: list[str] = []

    def make() -> Strategy:
        strategy, _ = make_strategy(terms.strategy, terms.parameters, code=code)
        return strategy

    digest = code_digest(type(make()))
    if terms.code and terms.code != digest:
        notes.append(f"the code of {terms.strategy} has changed since: {terms.code} then, {digest} now")
    report = comparing(records, scenes(found.folder), strategy=make, costs=costs_of(start.costs or None))
    return parity_view(report, start.strategy_name, notes=(*report.notes, *notes))


def _evidence(
    query: SessionParity,
    traders: Traders,
    *,
    session_disk: Callable[[KeptSession], Disk],
    example_session: Callable[[], Disk],
) -> Evidence:
    if query.session == EXAMPLE:
        shipped = example_session()
        return Evidence(shipped, shipped)
    kept = traders.which(query.session)
    return Evidence(traders.journal_of(kept), session_disk(kept), kept)


def parity_view(report: ParityReport, strategy: str, *, notes: tuple[str, ...]) -> ParityView:
    """A report as doors show it."""
    return ParityView(
        session=report.session,
        strategy=strategy,
        slices=report.slices,
        orders=report.orders,
        refusals=report.refusals,
        fills=report.fills,
        is_equal=report.is_equal,
        unexplained=len(report.unexplained),
        differences=tuple(_difference(one) for one in report.differences),
        causes={cause.value: count for cause, count in report.causes.items()},
        notes=notes,
    )


def _difference(one: Difference) -> DifferenceView:
    return DifferenceView(
        number=one.number,
        slice=one.slice,
        time_ns=one.time_ns,
        instrument=one.instrument,
        matter=one.matter.value,
        session=one.session,
        backtest=one.backtest,
        cause=one.cause.value,
        evidence=one.evidence,
        follows=one.follows,
    )
