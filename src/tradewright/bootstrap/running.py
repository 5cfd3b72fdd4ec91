"""Running one trading session in this process, from its terms to its end.

This file decides the order: be the session's only trader, open the books, make the core over them, connect the paper
venue, the strategy's worker and the kill switch, open the control socket, trade. A new session that refuses to start
leaves its reason beside it; one that breaks off later leaves none, and can be resumed.
"""

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Final

from tradewright.adapters.brokers.paper.broker import PaperBroker
from tradewright.adapters.control.server import SocketServer
from tradewright.adapters.disk.disk import RealDisk
from tradewright.adapters.hosts.worker import WorkerHost
from tradewright.adapters.kill.file import KillFile
from tradewright.adapters.system.clock import SystemClock
from tradewright.adapters.system.randomness import SystemRandomness
from tradewright.bootstrap.answering import Answering
from tradewright.bootstrap.confining import confined_host, kept_source
from tradewright.bootstrap.engines import engine_version
from tradewright.bootstrap.failpoints import FailPoint
from tradewright.bootstrap.folders import journal_of, session_disk
from tradewright.bootstrap.guard_keeping import LOOK_S, GuardKeeper
from tradewright.bootstrap.looking import Looks
from tradewright.bootstrap.ticking import tick_feed
from tradewright.bootstrap.trading import PROJECTOR, TradingParts
from tradewright.bootstrap.venue import paper_venue
from tradewright.domain.calendars import days_from_date, session_open_ns, venue_of
from tradewright.domain.currencies import currency_of
from tradewright.domain.errors import Conflict, TradewrightError
from tradewright.engine.runtime.journal.anchor import ANCHOR
from tradewright.engine.session.books import Books, Places
from tradewright.engine.session.clocks import ReplayClock
from tradewright.engine.session.core import Core
from tradewright.engine.session.effects import Alert, Severity
from tradewright.engine.session.exits import Exit, ExitCause
from tradewright.engine.session.experience import NO_EXPERIENCE, Experience, experience
from tradewright.engine.session.facts import InstrumentTerms, SessionStarted
from tradewright.engine.session.markets import SessionMarkets
from tradewright.engine.session.shell import Session
from tradewright.engine.session.shell_start import Plan
from tradewright.engine.session.supervisor import Component
from tradewright.engine.session.window import TradingWindow
from tradewright.engine.session.world import Pace, World
from tradewright.ports.code import kept_parts
from tradewright.ports.hosts import StrategyTerms
from tradewright.ports.sessions import REPLAY, TRADES, FeedTerms, KeptSession, SessionEnd, SessionLife, SessionTerms
from tradewright.simulation.paper.pace import MAX
from tradewright.trading.risk.policy import LimitsPolicy
from tradewright.trading.unlock import LIVE

WORKER: Final = "tradewright.bootstrap.strategy_worker"
_LEVELS: Final = {Severity.INFO: logging.INFO, Severity.WARNING: logging.WARNING, Severity.CRITICAL: logging.CRITICAL}
_log = logging.getLogger("tradewright.trader")


@dataclass(frozen=True, slots=True)
class Ended:
    """How a session ended in this process."""

    is_orderly: bool
    reason: str
    notes: tuple[str, ...] = ()


def run_session(
    parts: TradingParts,
    name: str,
    *,
    started: Callable[[], None] = lambda: None,
    is_ending: Callable[[], bool] = lambda: False,
    dies_at: FailPoint | None = None,
) -> Ended:
    """Trade the session until it ends; `started` is called once it can be asked. It blocks; the signals that ask to end
    (SIGINT, SIGTERM, SIGHUP) end it in good order, a second one at once; `is_ending` says whether one came before it
    could listen. `dies_at` ends the process: for proofs only.

    TradewrightError says why it could not start, or why it broke off.
    """
    sessions, clock = parts.sessions, SystemClock()
    named = sessions.find(name)
    if named.end is not None:
        raise Conflict(
            f"session {named.terms.session} has ended",
            found=named.end.reason,
            remedy=f"go on with it: tradewright trade start --resume {named.terms.session}",
        )
    hold = sessions.hold(named.terms.session)
    kept = sessions.find(name)
    is_new = not journal_of(kept).exists(ANCHOR)
    try:
        exit_ = _lived(parts, kept, started, is_ending=is_ending, dies_at=dies_at)
        if exit_.cause is ExitCause.REFUSED and isinstance(exit_.problem, TradewrightError):
            raise exit_.problem
    except (TradewrightError, OSError) as problem:
        if is_new:
            sessions.end(kept.terms.session, _refused(problem, clock.now_ns()))
        raise
    else:
        if exit_.cause is not ExitCause.FAILED:
            end = SessionEnd(life=SessionLife.STOPPED, time_ns=clock.now_ns(), reason=exit_.reason)
            sessions.end(kept.terms.session, end)
    finally:
        hold.release()  # last: nobody may find a session that neither runs nor has ended
    if exit_.cause is ExitCause.FAILED:
        raise TradewrightError(
            f"session {kept.terms.session} broke off",
            found=exit_.reason,
            remedy=f"go on with it: tradewright trade start --resume {kept.terms.session}",
        )
    return Ended(exit_.cause is ExitCause.ORDERLY, exit_.reason, exit_.notes)


def _lived(
    parts: TradingParts,
    kept: KeptSession,
    started: Callable[[], None],
    *,
    is_ending: Callable[[], bool],
    dies_at: FailPoint | None,
) -> Exit:
    accounts = parts.accounts
    places = Places(
        account=RealDisk(accounts.folder(kept.terms.account)),
        journal=journal_of(kept),
        session=session_disk(kept),
    )
    books = Books.open(dies_at.places(places) if dies_at else places, opened_ns=SystemClock().now_ns())
    try:
        exit_ = asyncio.run(_traded(parts, kept, books=books, started=started, is_ending=is_ending, dies_at=dies_at))
    finally:
        books.close()
    for note in exit_.notes:
        _log.warning("%s", note)
    return exit_


async def _traded(
    parts: TradingParts,
    kept: KeptSession,
    *,
    books: Books,
    started: Callable[[], None],
    is_ending: Callable[[], bool],
    dies_at: FailPoint | None,
) -> Exit:
    terms = kept.terms
    for note in books.notes:
        _log.warning("%s", note)
    venue = paper_venue(parts, kept)
    policy = parts.policy_for(terms.instruments)
    plan = _plan(kept, lot=parts.lot)
    start = books.state.started or _start(kept, plan, venue=venue, policy=policy, window=parts.window)
    markets = SessionMarkets(start.instruments, window=TradingWindow.parse(start.window) if start.window else None)
    core = Core(
        books.state, start=start, policy=policy, traits=venue.traits, markets=markets, rules=parts.rules,
        before=_earlier(parts, terms),
    )  # fmt: skip
    reached = dies_at.venue(venue) if dies_at else venue
    world = World(
        broker=reached,
        feed=tick_feed(venue, books.state, tell=_tell) if terms.feed.kind == TRADES else reached,
        host=_host(parts, kept),
        clock=SystemClock(),
        time=ReplayClock(books.state.now_ns or start.time_ns),
        fence=KillFile(parts.accounts.kill_file(terms.account)),
        tell=_tell,
    )
    session = Session(core, books=books, plan=plan, world=world, pace=_pace(terms.feed))
    answering = Answering(session, core, kept=kept, policy_of=lambda: parts.policy_for(terms.instruments))
    server = SocketServer(kept.folder, answering.answer)
    await server.start()
    parts.spawn(PROJECTOR, kept)  # it ends by itself, once the session is over and all is read
    keeper = GuardKeeper(parts, kept, session)
    with _ending(session, is_ending):
        try:
            await keeper.up()
            started()
            looks = Looks(session, terms.feed, lambda: parts.policy_for(terms.instruments), LOOK_S)
            async with _kept(keeper, looks):
                return await session.run()
        finally:
            await server.close()


def _pace(feed: FeedTerms) -> Pace:
    """A replay as fast as it goes waits for the session: no price moves while its disk, or the machine, is slow."""
    return Pace(slow_commit_ns=None) if feed.speed == MAX else Pace()


def _host(parts: TradingParts, kept: KeptSession) -> WorkerHost:
    """A process for the strategy: behind walls where it was uploaded, as its user where the user wrote it."""
    log = kept.folder / "strategy.log"
    if kept_parts(kept.terms.strategy) is not None:
        parts.bring_source(kept)
        return confined_host(log, partial(kept_source, kept.folder))
    return WorkerHost(WORKER, log=log, randomness=SystemRandomness())


def _plan(kept: KeptSession, *, lot: Decimal) -> Plan:
    terms = kept.terms
    strategy = StrategyTerms(
        strategy=terms.strategy,
        parameters=dict(terms.parameters),
        instruments=terms.instruments,
        multipliers={},
        lots=dict.fromkeys(terms.instruments, float(lot)),
        allocation=terms.sizing or "equal",
        interval=terms.feed.interval,
        code=terms.code,
    )
    return Plan(
        strategy=strategy,
        instruments=terms.instruments,
        interval=terms.feed.interval,
        is_replay=terms.feed.kind in {REPLAY, TRADES},
    )


def _earlier(parts: TradingParts, terms: SessionTerms) -> Experience:
    """What the strategy has behind it, where money is real."""
    if terms.mode != LIVE:
        return NO_EXPERIENCE
    others = (one for one in parts.sessions.all() if one.terms.session != terms.session)
    earlier = (parts.traders.bygone(one).state for one in others if one.terms.strategy_name == terms.strategy_name)
    return experience(earlier, before=days_from_date(date.fromisoformat(terms.feed.first)))


def _start(kept: KeptSession, plan: Plan, *, venue: PaperBroker, policy: LimitsPolicy, window: str) -> SessionStarted:
    """The first fact. What the account holds is asked of the venue, not assumed."""
    terms = kept.terms
    feed = terms.feed
    instruments = (
        InstrumentTerms(
            instrument=name,
            currency=currency_of(name),
            multiplier=Decimal(1),
            lot=Decimal(str(plan.strategy.lots[name])),
            tick=Decimal(0),
            asset_class="equity",
        )
        for name in terms.instruments
    )
    first = days_from_date(date.fromisoformat(feed.first))
    return SessionStarted(
        time_ns=session_open_ns(first, venue_of(terms.instruments[0])),
        session=terms.session,
        mode=terms.mode,
        account=terms.account,
        broker=venue.traits.name,
        strategy=plan.strategy,
        strategy_name=terms.strategy_name,
        instruments=tuple(instruments),
        feed={
            "kind": feed.kind,
            "first": feed.first,
            "last": feed.last,
            "speed": feed.speed,
            "interval": feed.interval,
        },
        opening_cash={},
        limits_version=policy.version,
        costs=terms.costs,
        window=window,
        engine_version=engine_version(),
    )


def _refused(problem: Exception, time_ns: int) -> SessionEnd:
    told = problem if isinstance(problem, TradewrightError) else TradewrightError(str(problem))
    facts = TradewrightError(told.problem, expected=told.expected, found=told.found)
    return SessionEnd(life=SessionLife.FAILED, time_ns=time_ns, reason=str(facts), remedy=told.remedy)


def _tell(alert: Alert) -> None:
    subject = f" {alert.subject}" if alert.subject else ""
    _log.log(_LEVELS[alert.severity], "%s%s: %s", alert.code, subject, alert.story)


@contextlib.asynccontextmanager
async def _kept(keeper: GuardKeeper, looks: Looks) -> AsyncIterator[None]:
    """The guard is looked after while the session runs; should that break, it counts as failed."""
    supervisor = keeper.session.supervisor

    async def look_after() -> None:
        problem = await supervisor.watch(keeper.run(looks.look))
        supervisor.failed(Component.GUARD, f"nobody looks after it: {problem}")

    task = asyncio.get_running_loop().create_task(look_after(), name="guard's keeper")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


@contextlib.contextmanager
def _ending(session: Session, is_ending: Callable[[], bool]) -> Iterator[None]:
    """Signals that ask to end, while the session runs in the main thread; one may have come before."""
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    taken = []
    for number in numbers:
        with contextlib.suppress(ValueError, RuntimeError):  # not the main thread: whoever owns it ends the session
            loop.add_signal_handler(number, session.terminate, f"signal {number.name}")
            taken.append(number)
    if is_ending():
        loop.call_soon(session.terminate, "a signal while it was starting")
    try:
        yield
    finally:
        for number in taken:
            loop.remove_signal_handler(number)
