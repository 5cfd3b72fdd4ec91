"""The parts of trading over one project: folders of the mode, sessions, accounts, limits, traders, the launcher."""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from tradewright.adapters.control.client import SocketLine
from tradewright.adapters.disk.disk import RealDisk
from tradewright.adapters.system.clock import SystemClock
from tradewright.adapters.system.descriptors import closing_strangers
from tradewright.application.backtests.messages import LoadedBars, Market
from tradewright.application.control import TABLE
from tradewright.application.risk.keeping import KeptLimits
from tradewright.application.trading.messages import SessionShown
from tradewright.application.trading.starting import Grounds
from tradewright.application.trading.traders import Traders
from tradewright.application.trading.views import SessionView
from tradewright.application.trading.wire import Wire
from tradewright.bootstrap.folders import LOG, ModeFolders, journal_of, session_disk
from tradewright.bootstrap.offspring import Offspring
from tradewright.domain.errors import ControlError, InputError, NotFound, TradewrightError
from tradewright.engine.session.heartbeat import read_beat
from tradewright.engine.session.rules import SessionRules
from tradewright.lazy import load
from tradewright.ports.code import Source, kept_parts
from tradewright.ports.sessions import FeedTerms, KeptSession, SessionLife
from tradewright.trading.risk.policy import LimitsPolicy
from tradewright.trading.risk.policy_text import SHIPPED

if TYPE_CHECKING:
    from tradewright.adapters.limits.chained_file import ChainedLimits
    from tradewright.adapters.sessions.accounts import AccountFolders
    from tradewright.adapters.sessions.folders import SessionFolders
    from tradewright.application.brokers.views import ConnectionView
    from tradewright.bootstrap.state import PlatformState
    from tradewright.ports.kill import GuardNote
    from tradewright.ports.tables import TradingTables
    from tradewright.settings import Settings

TRADER: Final = "tradewright.bootstrap.trader"
PROJECTOR: Final = "tradewright.bootstrap.projector"
GUARD: Final = "tradewright.bootstrap.guard"
ALONE: Final = "alone"
"""A guard's last argument where it has no trader."""
STARTS_WITHIN_S: Final = 120.0
URGENT_S: Final = 2.0


_Asked = TypeVar("_Asked")


class Project(Protocol):
    """The application over a project folder, as far as trading needs it."""

    @property
    def project(self) -> Path:
        """The folder."""
        ...

    @property
    def settings(self) -> "Settings":
        """Its settings; InputError that lists every problem."""
        ...

    @property
    def state_folder(self) -> Path:
        """Where state lies."""
        ...

    @property
    def state(self) -> "PlatformState":
        """What the platform keeps."""
        ...

    def ask(self, message: object, *, answer: type[_Asked]) -> _Asked:
        """The answer to a message."""
        ...

    def bars_of(self, market: Market) -> LoadedBars:
        """Bars of the store."""
        ...


@dataclass(frozen=True)
class TradingParts:
    """Trading in one project and one mode."""

    app: Project
    mode: str

    @cached_property
    def folders(self) -> ModeFolders:
        """Where it lies."""
        return ModeFolders(self.app.state_folder, self.mode)

    @cached_property
    def sessions(self) -> "SessionFolders":
        """Every session."""
        return self.folders.sessions(SystemClock())

    @cached_property
    def accounts(self) -> "AccountFolders":
        """Every account."""
        return self.folders.accounts()

    @cached_property
    def traders(self) -> Traders:
        """Sessions, to be asked."""
        return Traders(self.sessions, SocketLine(), journal_of, SocketLine(timeout_s=URGENT_S), Wire(TABLE))

    @cached_property
    def offspring(self) -> Offspring:
        """What was started here."""
        return Offspring()

    @cached_property
    def lot(self) -> Decimal:
        """Smallest step of a quantity."""
        return Decimal(str(self.app.settings.backtest.lot))

    @cached_property
    def window(self) -> str:
        """The part of the day in which orders may execute."""
        hours = self.app.settings.trading.hours
        return f"{hours.start}-{hours.end} {hours.timezone}"

    @cached_property
    def rules(self) -> SessionRules:
        """Durations and policies of a session that no limit covers."""
        asked = self.app.settings.trading
        return SessionRules(keeps_orders=asked.keep_orders, keeps_days=asked.keep_days)

    @cached_property
    def grounds(self) -> Grounds:
        """What a start looks at."""
        return Grounds(
            mode=self.mode,
            bars_of=self.bars_of,
            policy_for=self.policy_for,
            launch=self.launch,
            cash=Decimal(str(self.app.settings.backtest.cash)),
            trades_of=self.trades_of,
            trades_before=self.trades_before,
            reached_ns=_reached_ns,
            keep_source=_keep_source,
            credentials=self._credentials,
        )

    def _credentials(self) -> str:
        """The environment of the chosen broker's credentials; empty where there are none."""
        settings = self.app.settings
        if settings.trading.broker == "ibkr":
            return "paper" if settings.brokers.ibkr.port in {7497, 4002} else "live"
        alpaca = settings.brokers.alpaca
        if settings.trading.broker != "alpaca" or not (alpaca.key.is_set and alpaca.secret.is_set):
            return ""
        return "paper" if alpaca.paper else "live"

    def bars_of(self, market: Market) -> LoadedBars:
        """Bars of the project's store."""
        return self.app.bars_of(market)

    def trades_of(self, symbols: tuple[str, ...], feed: FeedTerms) -> tuple[str, ...]:
        """Ids of instruments that have recorded trades in the feed's days."""
        found: tuple[str, ...] = load("tradewright.bootstrap.paper").traded(self.app.state_folder, symbols, feed=feed)
        return found

    def trades_before(self, instruments: tuple[str, ...], feed: FeedTerms, *, bars: int) -> int:
        """For how many bars there are recorded trades before the feed's first day, counted up to `bars` or so."""
        traded_before = load("tradewright.bootstrap.paper").traded_before
        found: int = traded_before(self.app.state_folder, instruments, feed=feed, bars=bars)
        return found

    @cached_property
    def tables(self) -> "TradingTables":
        """The SQL tables of the mode: a file of its own, or a schema of its own where a server keeps the state."""
        url = self.app.settings.database.url
        if url:
            place = load("tradewright.adapters.database.place").server(url)
            made = load("tradewright.adapters.database.trading_tables").ServerTables(place, self.mode)
        else:
            made = load("tradewright.adapters.projections.sqlite").SqliteTables(self.folders.tables)
        found: TradingTables = made
        return found

    @cached_property
    def trail(self) -> "ChainedLimits":
        """Every change of the limits of this mode."""
        made: ChainedLimits = load("tradewright.adapters.limits.chained_file").ChainedLimits(
            RealDisk(self.folders.root)
        )
        return made

    @cached_property
    def kept_limits(self) -> KeptLimits:
        """The limits as they are set."""
        risk = self.app.settings.risk
        base = {
            "based_on": SHIPPED,
            "limits": {
                "position": risk.max_position,
                "portfolio_risk": risk.max_portfolio_risk,
                "drawdown": {"stop": risk.drawdown_stop},
            },
        }
        return KeptLimits(self.trail, base)

    def policy_for(self, instruments: tuple[str, ...]) -> LimitsPolicy:
        """The limits that are set; InputError where they cannot be used."""
        return self.kept_limits.policy(frozenset(instruments))

    def cancel_without(self, account: str) -> str:
        """Cancel everything of an account by a connection of our own; what came of it, in words."""
        found: str = load("tradewright.bootstrap.guarding").cancel_everything(self, account)
        return found

    def guard_alone(self, kept: KeptSession) -> None:
        """Let a guard carry out a kill where no trader runs."""
        self.spawn(GUARD, kept, ALONE)

    def guard_notes(self, kept: KeptSession) -> "Sequence[GuardNote]":
        """What the guard of a session has written down."""
        notes: Sequence[GuardNote] = load("tradewright.adapters.kill.notes").NotesFile(session_disk(kept)).all()
        return notes

    def reach(self, account: str, asks: bool) -> "ConnectionView":
        """Connect to a paper account once."""
        found: ConnectionView = load("tradewright.bootstrap.reaching").reach_paper(self, account, asks=asks)
        return found

    def bring_source(self, kept: KeptSession) -> None:
        """The bytes of an uploaded strategy beside its session; from the shelf where its start was cut off."""
        named = kept_parts(kept.terms.strategy)
        if named is not None and not (kept.folder / f"{named[0]}.py").exists():
            _keep_source(kept, Source(self.app.state.shelf.source(named[0])))

    def source_of(self, kept: KeptSession, digest: str) -> Source:
        """The bytes of the uploaded strategy that a session ran: as they lie beside it, else from the shelf, which
        keeps those of deleted strategies too. NotFound where neither has them."""
        problems = []
        try:
            beside: Source = load("tradewright.bootstrap.confining").kept_source(kept.folder, digest)
            return beside
        except InputError as problem:
            problems.append(problem.problem)
        try:
            return Source(self.app.state.shelf.source(digest))
        except InputError as problem:
            problems.append(problem.problem)
        raise NotFound(
            f"the version of the strategy that session {kept.terms.session} ran is gone",
            expected=f"its file beside the session, or on the shelf, with digest {digest[:12]}",
            found="; ".join(problems),
            remedy="upload the same file again, or bring a backup back",
        )

    def launch(self, kept: KeptSession) -> KeptSession:
        """Run a session in a process of its own, and wait until it can be asked."""
        started = self.spawn(TRADER, kept)
        return self._running(kept, started)

    def spawn(self, module: str, kept: KeptSession, *more: str) -> int:
        """A process of ours about a session, which outlives this one; what it says goes to the session's log."""
        log = os.open(kept.folder / LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        nothing = (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)
        actions = [nothing, (os.POSIX_SPAWN_DUP2, log, 1), (os.POSIX_SPAWN_DUP2, log, 2), *closing_strangers()]
        command = [sys.executable, "-P", "-m", module, str(self.app.project), self.mode, kept.terms.session, *more]
        try:
            found = os.posix_spawn(sys.executable, command, _environment(os.environ), file_actions=actions, setsid=True)
        finally:
            os.close(log)
        self.offspring.adopt(found)
        return found

    def _running(self, kept: KeptSession, process: int) -> KeptSession:
        clock, session, waiting = SystemClock(), kept.terms.session, Event()
        until = clock.monotonic_ns() + int(STARTS_WITHIN_S * 1e9)
        while clock.monotonic_ns() < until:
            code = self.offspring.exit_code(process)
            now = self.sessions.find(session)
            if now.life is SessionLife.RUNNING and self._has_begun(now):
                return now
            if code is not None:
                return self._ended(now, code)
            waiting.wait(0.05)
        raise ControlError(
            f"session {session} has not begun within {STARTS_WITHIN_S:g} s",
            found=f"process {process}",
            remedy=f"its log tells what it is doing: {kept.folder / LOG}",
        )

    def _has_begun(self, kept: KeptSession) -> bool:
        try:
            view = self.app.ask(SessionShown(kept.terms.session), answer=SessionView)
        except (TradewrightError, OSError):
            return False  # it cannot be asked yet
        return view.vitals.has_begun

    def _ended(self, now: KeptSession, code: int) -> KeptSession:
        """A session may be over before anybody looked; one that never began is raised as what it says."""
        if now.life is SessionLife.STOPPED:
            return now
        if now.end is not None:
            raise InputError(now.end.reason, remedy=now.end.remedy)
        raise ControlError(
            f"the process of session {now.terms.session} ended at once",
            found=f"exit code {code}",
            remedy=f"its log tells why: {now.folder / LOG}",
        )


def _keep_source(kept: KeptSession, source: Source) -> None:
    """The confinement is loaded for uploaded strategies alone."""
    load("tradewright.bootstrap.confining").keep_source(kept.folder, source)


def _reached_ns(kept: KeptSession) -> int:
    beat = read_beat(session_disk(kept))
    return 0 if beat is None or beat.sequence == 0 else beat.session_ns


def _environment(given: Mapping[str, str]) -> dict[str, str]:
    """The caller's, so that settings are the same; the package is found where this one was found."""
    package = str(Path(__file__).resolve().parents[2])
    paths = [package, *given.get("PYTHONPATH", "").split(os.pathsep)]
    return {**given, "PYTHONPATH": os.pathsep.join(path for path in paths if path)}
