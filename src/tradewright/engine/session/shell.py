"""A trading session: what comes from market, venue, strategy and people goes through one core, one fact after another.

This file decides how. Everything that waits is taken as a group; the core handles each input and says what is now known
(facts) and what is to be done (effects); facts go to the journal, the whole group is made durable by one commit, and
only then are the effects carried out. From taking a group to the last hand-over nothing awaits, so nothing can come
between a check and what was checked, and a cancellation leaves no half of a group. What breaks ends the session: it
starts anew from the journal (crash-only).

    books = Books.open(Places(account=..., journal=..., session=...), opened_ns=clock.now_ns())     # synchronous
    core = Core(books.state, ...)                                                                   # over that state
    world = World(broker=..., feed=..., host=..., clock=..., time=ReplayClock(books.state.now_ns), fence=..., tell=...)
    plan = Plan(strategy=StrategyTerms(...), instruments=(...), interval="1d")
    session = Session(core, books=books, plan=plan, world=world)                                    # in a running loop
    end = await session.run()                                                                       # closes the books

Between groups: `await session.ask(SendOrder(number=0, who=..., request=...))`, `session.kill(note)`,
`session.release()`, `session.terminate(who)` (twice: at once), `session.core.state`, `session.supervisor.health()`,
`session.metrics`.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from typing import Final, Protocol

from tradewright.domain.errors import TradewrightError
from tradewright.engine.session.books import Books
from tradewright.engine.session.effects import (
    Acknowledge,
    Alert,
    Answer,
    CloseHost,
    Effect,
    EndSession,
    SetTimer,
    Severity,
    Show,
    Tell,
)
from tradewright.engine.session.exits import Exit, ExitCause
from tradewright.engine.session.facts import Fact, IncidentRaised
from tradewright.engine.session.inbox import Arrived, Inbox
from tradewright.engine.session.inputs import (
    Asked,
    Input,
    KillFound,
    Moment,
    Noticed,
    Opened,
    SetTradingState,
    StopSession,
    TimerRang,
)
from tradewright.engine.session.metrics import SessionMetrics
from tradewright.engine.session.sending import Due, Sender, SendGuard, in_order
from tradewright.engine.session.shell_answers import Answers
from tradewright.engine.session.shell_pulse import Pulse
from tradewright.engine.session.shell_start import Plan, Starting
from tradewright.engine.session.state import SessionState
from tradewright.engine.session.supervisor import Component, Supervisor
from tradewright.engine.session.timers import Timers
from tradewright.engine.session.world import Pace, World
from tradewright.ports.broker import SubmitOrder
from tradewright.ports.feed import Slice
from tradewright.ports.hosts import Proposed
from tradewright.ports.kill import KillNote

_PROMISED: Final = (Tell, Answer, EndSession)
"""Effects that need everything before them to be durable."""


class TradingCore(Protocol):
    """What decides. `handle` says facts, each applied to `state` before it goes on, and effects; it does nothing."""

    @property
    def state(self) -> SessionState:
        """What the facts add up to."""
        ...

    def handle(self, moment: Moment, given: Input) -> Iterator[Fact | Effect]:
        """Decide and apply."""
        ...

    def remember(self, seen: Slice) -> None:
        """Learn of the markets from a slice that was dealt with before a restart."""
        ...


class Busy(TradewrightError):  # noqa: N818 - said as an operator says it
    """The session has more to do than it should; a command of a person waits outside."""


class Session:
    """One session on opened books; see the head of this file."""

    def __init__(self, core: TradingCore, *, books: Books, plan: Plan, world: World, pace: Pace | None = None) -> None:
        """Must be made where an event loop runs; nothing begins before `run`."""
        self.core, self.books, self.world = core, books, world
        self.pace = pace or Pace()
        self.metrics = SessionMetrics()
        self._loop = asyncio.get_running_loop()
        self._ready = asyncio.Event()
        self._inbox = Inbox(self.pace.inbox, monotonic_ns=world.clock.monotonic_ns, wake=self._ready.set)
        self._timers = Timers(self._loop.call_later, self._inbox.put)
        self._answers = Answers()
        self._guard = SendGuard(books.journal, hold=books.hold, fence=world.fence)
        self._sender = Sender(world.broker, self._guard)
        self.supervisor = Supervisor(
            order=self._supervised, tell=world.tell, now_ns=world.time.now_ns, shut_by=self._shut_by
        )
        self._start = Starting(
            plan,
            books=books,
            host=world.host,
            put=self._inbox.put,
            tell=world.tell,
            remember=core.remember,
            is_in_doubt=lambda: any(one.is_in_doubt for one in core.state.working()),
        )
        self._pulse = self._pulse_of()
        self._closing: list[asyncio.Task[None]] = []
        self._tasks: asyncio.TaskGroup | None = None
        self._exit: Exit | None = None
        self._is_in_group = False
        self._is_stopping = False
        self._note: KillNote | None = None
        self._lazy: asyncio.TimerHandle | None = None
        self._last_call: asyncio.TimerHandle | None = None
        self._is_commit_due = False

    def _pulse_of(self) -> Pulse:
        return Pulse(
            books=self.books,
            clock=self.world.clock,
            time=self.world.time,
            supervisor=self.supervisor,
            beat_ns=self.pace.beat_ns,
            snapshot_every=self.pace.snapshot_every,
            lag=self.metrics.loop_lag,
            is_quiet=lambda: not self._inbox.waiting,
            look_at_the_switch=self._look_at_the_switch,
        )

    @property
    def waiting(self) -> int:
        """Inputs that wait."""
        return self._inbox.waiting

    @property
    def has_begun(self) -> bool:
        """True once strategy, broker and market are up, so that slices can come."""
        return self._start.is_done

    async def run(self) -> Exit:
        """Trade until the end, close everything, and say how it ended. Only cancellation is raised."""
        problem: Exception | None = None
        try:
            problem = await self.supervisor.watch(self._live())
        finally:
            self._guard.shut = "the session has ended"
            notes = await self._close(problem)
        return self._how_it_ended(problem, notes)

    async def ask(self, command: Asked) -> Answer:
        """Give a command to the core and wait for what came of it; its number is given here. Busy where the session
        cannot keep up, SessionEnded where it ends before it answers."""
        if not self._inbox.has_room_for_people:
            raise Busy("the session is busy", found=f"{self._inbox.waiting} inputs that wait", remedy="try again")
        numbered, answer = self._answers.future(command)
        self._inbox.put(numbered)
        return await answer

    def kill(self, note: KillNote) -> None:
        """Shut the gate now: when this returns, nothing with risk is sent any more. The core cancels what works."""
        self._guard.killed = note
        self._tell_the_core(note)

    def release(self) -> None:
        """Take `kill` back, for a named person's release; the switch outside and the core's own state still count."""
        self._guard.killed = None
        self._look_at_the_switch()

    def notice(self, code: str, subject: str, *, story: str) -> None:
        """Something happened outside that must not be forgotten: it is kept as an incident, and people are told."""
        self._inbox.put(Noticed(code, subject, story))

    def terminate(self, who: str) -> None:
        """Once: end in good order (SIGTERM). Again, or when that takes too long: end at once."""
        if self._is_stopping:
            self._leave(Exit(ExitCause.AT_ONCE, f"{who} would not wait"))
            return
        self._is_stopping = True
        too_long = Exit(ExitCause.AT_ONCE, "stopping took too long")
        self._last_call = self._loop.call_later(self.pace.stop_within_ns / 1e9, self._leave, too_long)
        self._inbox.put(self._answers.expect(StopSession(number=0, who=who, reason="asked to end"), lambda _: None))

    # the life of a session

    async def _live(self) -> None:
        self._inbox.put_first(Opened(self.books.journal.epoch))
        self._look_at_the_switch()
        self._turn()
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            owned = [
                tasks.create_task(self._start.run(self.world.broker, self.world.feed), name="start"),
                tasks.create_task(self._pulse.run(), name="pulse"),
            ]
            await self._turns()
            for task in (*owned, *self._closing):
                task.cancel()

    async def _turns(self) -> None:
        while self._exit is None:
            if self._inbox.waiting:
                await asyncio.sleep(0)  # let broker, feed and host speak between two groups
            else:
                self._ready.clear()
                await self._ready.wait()
            self._turn()

    def _leave(self, end: Exit) -> None:
        if self._exit is None:
            self._exit = end
            self._pulse.is_over = True
        self._ready.set()

    async def _close(self, problem: Exception | None) -> tuple[str, ...]:
        """Put everything away, whatever fails meanwhile; what failed, in words."""
        self._timers.clear()
        for handle in (self._lazy, self._last_call):
            if handle is not None:
                handle.cancel()
        notes: list[str] = []

        async def all_of_it() -> None:
            async with AsyncExitStack() as closing:
                closing.callback(self.books.close)
                closing.callback(self._settle_the_books)
                closing.push_async_callback(self.world.broker.close)
                closing.push_async_callback(self.world.feed.close)
                closing.push_async_callback(self.world.host.close)

        try:
            if (failed := await self.supervisor.watch(all_of_it())) is not None:
                notes.append(f"{type(failed).__name__}: {failed}")
        finally:
            self._answers.end(str(problem) if problem else self._exit.reason if self._exit else "canceled")
        return tuple(notes)

    def _settle_the_books(self) -> None:
        """What whole groups left uncommitted is made safe; half a group is not."""
        if not self._is_in_group and not self.books.journal.poison:
            self.books.journal.commit()
            if self._exit is not None and self._exit.cause is ExitCause.ORDERLY:
                self.books.snapshot()

    def _how_it_ended(self, problem: Exception | None, notes: tuple[str, ...]) -> Exit:
        if problem is not None:
            is_refused = isinstance(problem, TradewrightError) and not self._start.is_done and not self._is_in_group
            return Exit(ExitCause.REFUSED if is_refused else ExitCause.FAILED, str(problem), problem, notes)
        assert self._exit is not None, "the session ended without a reason"
        return Exit(self._exit.cause, self._exit.reason, None, notes)

    # one group

    def _turn(self) -> None:
        """Take what waits, handle it, make it durable, carry it out. Never awaits."""
        self._is_in_group = True
        self.metrics.waiting.record(self._inbox.waiting)
        if self._inbox.overflow is not None:
            self._incident(self._inbox.overflow, "inbox")
            raise self._inbox.overflow
        group = self._inbox.take(self.pace.group)
        self.metrics.group.record(len(group))
        due: list[Due] = []
        for arrived in group:
            due += self._handled(arrived)
        took_ns = self._committed(due)
        self._carry_out(due, took_ns=took_ns)
        self._guard.forget()
        self._is_in_group = False
        if self.books.journal.is_running_short:
            self._pulse.make_room()

    def _handled(self, arrived: Arrived) -> list[Due]:
        given, journal = arrived.given, self.books.journal
        if isinstance(given, TimerRang) and not self._timers.admits(given):
            return []
        self.world.time.observe(given)
        self.supervisor.observe(given)
        if isinstance(given, Proposed):
            self.books.recording.answered(given)
        began_ns, before, due = self.world.clock.monotonic_ns(), journal.sequence, []
        try:
            for said in self.core.handle(Moment(self.world.time.now_ns(), began_ns), given):
                if isinstance(said, Effect):
                    due.append(Due(said, arrived.at_ns))
                else:
                    self._guard.learn(said, journal.append(said))
        except Exception as problem:
            if not journal.poison:
                journal.forget_after(before)
                self._incident(problem, type(given).__name__)
            raise
        self.metrics.decision.record(self.world.clock.monotonic_ns() - began_ns)
        return due

    def _incident(self, problem: Exception, subject: str) -> None:
        """Leave in the journal why the session ends; the state is not asked any more."""
        story = f"{type(problem).__name__}: {problem}"
        self._guard.shut = f"the session has failed: {story}"
        self.books.journal.append(IncidentRaised(self.world.time.now_ns(), "session_failed", subject, story))
        self.books.journal.commit()
        self.world.tell(Alert(Severity.CRITICAL, "session_failed", subject, story))

    def _committed(self, due: list[Due]) -> int:
        """Commit where something was promised, or where facts have waited long enough; how long it took."""
        journal, clock = self.books.journal, self.world.clock
        waiting = journal.sequence - journal.committed
        if not waiting:
            return 0
        is_promised = any(isinstance(one.effect, _PROMISED) for one in due)
        if not is_promised and waiting < self.pace.lazy_facts and not self._is_commit_due:
            if self._lazy is None:
                self._lazy = self._loop.call_later(self.pace.lazy_ns / 1e9, self._let_commit)
            return 0
        now_ns = clock.monotonic_ns()
        journal.commit()
        if self._lazy is not None:
            self._lazy.cancel()
        self._lazy, self._is_commit_due = None, False
        took_ns = clock.monotonic_ns() - now_ns
        self.metrics.commit.record(took_ns)
        return took_ns

    def _let_commit(self) -> None:
        self._is_commit_due = True
        self._ready.set()

    # what is done in the world

    def _carry_out(self, due: list[Due], *, took_ns: int) -> None:
        objection = ""
        if self.pace.slow_commit_ns is not None and took_ns > self.pace.slow_commit_ns:
            objection = f"the disk took {took_ns / 1e9:.1f} s to make the order's intent durable"
            self.supervisor.failed(Component.DISK, objection)
        for one in in_order(due):
            try:
                self._do(one, objection=objection)
            except Exception as problem:
                self._incident(problem, type(one.effect).__name__)
                raise

    def _do(self, due: Due, *, objection: str) -> None:
        match due.effect:
            case Tell(command):
                outcome = self._sender.send(command, objection=objection)
                if isinstance(command, SubmitOrder):
                    self.metrics.to_wire.record(self.world.clock.monotonic_ns() - due.since_ns)
                if outcome is not None:
                    self._inbox.put_first(outcome)
                if self._guard.note is not None:
                    self._tell_the_core(self._guard.note)
            case Show(shown):
                self.books.recording.show(shown)
                self.world.host.show(shown)
            case Acknowledge(number):
                self.world.feed.acknowledge(number)
            case SetTimer(name, after_ns):
                self._timers.set(name, after_ns=after_ns)
            case Alert():
                self.world.tell(due.effect)
            case Answer():
                self._answers.settle(due.effect)
            case CloseHost():
                assert self._tasks is not None, "a host is closed before the session lives"
                self._closing.append(self._tasks.create_task(self.world.host.close(), name="close host"))
            case EndSession(reason):
                self._leave(Exit(ExitCause.ORDERLY, reason))

    def _supervised(self, command: SetTradingState, then: Callable[[Answer], None]) -> None:
        self._inbox.put(self._answers.expect(command, then))

    def _shut_by(self) -> str:
        shut = self.core.state.shut.get("")
        return "" if shut is None else shut.who

    def _look_at_the_switch(self) -> None:
        note = self._guard.look_at_the_switch()
        if note is None:
            self._note = None
        else:
            self._tell_the_core(note)

    def _tell_the_core(self, note: KillNote) -> None:
        """Once for each time that it is pulled."""
        if note != self._note:
            self._note = note
            self._inbox.put_first(KillFound(note.who, note.reason, note.mode))
