"""A seeded event loop: one thread, no selector; chance picks who of the ready runs next, and time jumps when none is.

This file decides what a simulated process is (everything that was started in its context), how it dies (nothing of it
ever runs again, no `finally` has an effect), and what is counted: every step has a number and a name, so that a run
can be ended at any of them.
"""

import asyncio
import heapq
import random
from collections.abc import Callable, Coroutine, Generator
from contextlib import suppress
from contextvars import Context, ContextVar, copy_context
from typing import Any, TypeVar, TypeVarTuple, Unpack

from simulator.log import Log

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
_Work = Coroutine[Any, Any, T] | Generator[Any, None, T]


class Killed(BaseException):
    """The process is dead: raised where its code would go on inside a step."""


class Stuck(Exception):  # noqa: N818 - a state of the loop, not an error of somebody's
    """Nothing is left that could ever happen."""


class Process:
    """One life of a simulated process: what belongs to it, how far it came, where it is to die."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.is_dead = False
        self.has_lost_power = False
        self.is_connected = False
        """Whether its broker has a connection now."""
        self.steps = 0
        self.dies_at_step = 0
        """0: by no step."""
        self.tasks: list[asyncio.Task[Any]] = []
        self.problems: list[str] = []
        """Exceptions that nobody took."""
        self.on_death: list[Callable[[], None]] = []
        self.context = copy_context()
        self.context.run(_PROCESS.set, self)

    @property
    def leaked(self) -> list[str]:
        """Names of tasks that still live."""
        return [one.get_name() for one in self.tasks if not one.done()]


_PROCESS: ContextVar[Process | None] = ContextVar("process", default=None)


def current_process() -> Process | None:
    """Whose code is running; None for the world around."""
    return _PROCESS.get()


def site_of(callback: object) -> str:
    """Where the step goes on: file and line of the package's innermost waiting frame, or the callback's name."""
    task = getattr(callback, "__self__", None)
    site = getattr(callback, "__qualname__", type(callback).__name__)
    work = task.get_coro() if isinstance(task, asyncio.Task) else None
    while work is not None:
        frame = getattr(work, "cr_frame", None)
        if frame is not None and "tradewright" in frame.f_code.co_filename:
            site = f"{frame.f_code.co_filename.rpartition('tradewright/')[2]}:{frame.f_lineno}"
        work = getattr(work, "cr_await", None)
    return site


class SimLoop(asyncio.BaseEventLoop):
    """Runs tasks and timers of all simulated processes and of the world."""

    def __init__(self, log: Log, order: random.Random, *, wall_ns: int, names_sites: bool = False) -> None:
        super().__init__()
        self.log = log
        self._order = order
        self._soon: list[tuple[asyncio.Handle, Process | None]] = []
        self._timers: list[tuple[int, int, asyncio.TimerHandle, Process | None]] = []
        self._count = 0
        self._wall_offset_ns = wall_ns
        self._graves: list[asyncio.Handle | asyncio.Task[Any]] = []
        self._is_torn_down = False
        self._owner: Process | None = None
        """Whose step is running."""
        self.names_sites = names_sites
        self.sites: list[str] = []
        """Of every step of a process, when `names_sites`."""
        self.problems: list[str] = []
        """Exceptions of the world's own code that nobody took: a defect of the simulator."""
        self.steps = 0
        self.set_exception_handler(_take_problem)
        self.set_task_factory(_make_task)

    @property
    def now_ns(self) -> int:
        """Virtual monotonic time."""
        return self.log.now_ns

    def wall_ns(self) -> int:
        """Virtual time on the wall; it can be set."""
        return self.log.now_ns + self._wall_offset_ns

    def set_wall(self, change_ns: int) -> None:
        """Set the clock on the wall forward or back."""
        self._wall_offset_ns += change_ns

    def stall(self, ns: int) -> None:
        """Time passes and nothing runs."""
        self.log.now_ns += ns
        self.log.add("stalled", for_ns=ns)

    def time(self) -> float:
        """Seconds of virtual time, as asyncio wants them."""
        return self.log.now_ns / 1e9

    def spawn(self, process: Process | None, work: Coroutine[Any, Any, T], *, name: str) -> "asyncio.Task[T]":
        """Run something as part of a process, or of the world."""
        return self.create_task(work, name=name, context=process.context if process else Context())

    def at(self, when_ns: int, callback: Callable[[Unpack[Ts]], object], *args: *Ts,
           process: Process | None = None) -> asyncio.TimerHandle:  # fmt: skip
        """Call then, as part of a process or of the world."""
        context = process.context if process else Context()
        handle = asyncio.TimerHandle(when_ns / 1e9, callback, args, self, context)
        return self._timed(when_ns, handle, process)

    def call_soon(self, callback: Callable[[Unpack[Ts]], object], *args: *Ts,
                  context: Context | None = None) -> asyncio.Handle:  # fmt: skip
        """As asyncio says, but without a promise of order among the ready."""
        owner = context.get(_PROCESS) if context is not None else _PROCESS.get()
        handle = asyncio.Handle(callback, args, self, context)
        if self._is_torn_down or (owner is not None and owner.is_dead):
            self._graves.append(handle)
        else:
            self._soon.append((handle, owner))
        return handle

    call_soon_threadsafe = call_soon

    def call_at(self, when: float, callback: Callable[[Unpack[Ts]], object], *args: *Ts,
                context: Context | None = None) -> asyncio.TimerHandle:  # fmt: skip
        """As asyncio says, in virtual time."""
        owner = context.get(_PROCESS) if context is not None else _PROCESS.get()
        return self._timed(round(when * 1e9), asyncio.TimerHandle(when, callback, args, self, context), owner)

    def _timed(self, when_ns: int, handle: asyncio.TimerHandle, owner: Process | None) -> asyncio.TimerHandle:
        if self._is_torn_down or (owner is not None and owner.is_dead):
            self._graves.append(handle)
        else:
            self._count += 1
            heapq.heappush(self._timers, (when_ns, self._count, handle, owner))
        return handle

    def run_in_executor(self, *_: object) -> "asyncio.Future[Any]":
        """There are no threads here."""
        raise AssertionError("a thread cannot be simulated: what runs in a session runs on its loop")

    def _run_once(self) -> None:
        soon, timers = self._soon, self._timers
        while timers and (timers[0][0] <= self.log.now_ns or not soon):
            when, _, handle, owner = heapq.heappop(timers)
            if not handle.cancelled():
                self.log.now_ns = max(self.log.now_ns, when)
                soon.append((handle, owner))
        if not soon:
            raise Stuck("nothing is left that could happen")
        index = int(self._order.random() * len(soon)) if len(soon) > 1 else 0
        chosen, owner = soon.pop(index)
        if not chosen.cancelled():
            self._step(chosen, owner)

    def _step(self, handle: asyncio.Handle, owner: Process | None) -> None:
        self.steps += 1
        callback: object = handle._callback  # type: ignore[attr-defined]  # what a step is called by
        if owner is not None:
            owner.steps += 1
            if owner.steps == owner.dies_at_step:
                self.kill(owner)
                return
            if self.names_sites:
                self.sites.append(site_of(callback))
        task = getattr(callback, "__self__", None)
        named = task.get_name() if isinstance(task, asyncio.Task) else getattr(callback, "__name__", "")
        self.log.trace(f"{owner.name if owner else ''}|{named}")
        self._owner = owner
        handle._run()
        self._owner = None

    def kill(self, process: Process, *, loses_power: bool = False) -> None:
        """The process is dead from now on; with the power, what its machine had not synced may be lost too."""
        if process.is_dead:
            return
        process.is_dead, process.has_lost_power = True, loses_power
        self.log.add("killed", process.name, power=loses_power)
        self._graves.extend(handle for handle, owner in self._soon if owner is process)
        self._graves.extend(handle for _, _, handle, owner in self._timers if owner is process)
        self._soon[:] = [one for one in self._soon if one[1] is not process]
        self._timers[:] = [one for one in self._timers if one[3] is not process]
        heapq.heapify(self._timers)
        self._graves.extend(process.tasks)
        for callback in process.on_death:
            callback()

    def tear_down(self) -> None:
        """Let go of everything that still waits, the dead included; nothing of it has an effect any more."""
        self._is_torn_down = True
        tasks = [one for one in self._graves if isinstance(one, asyncio.Task)]
        tasks.extend(asyncio.all_tasks(self))
        for task in tasks:
            task._log_destroy_pending = False  # type: ignore[attr-defined]  # it was killed, not forgotten
            if task.done():
                if not task.cancelled():
                    task.exception()
                continue
            with suppress(BaseException):
                work = task.get_coro()
                if work is not None:
                    work.close()
        self._graves.clear()
        self._soon.clear()
        self._timers.clear()
        self.close()


def _make_task(loop: asyncio.AbstractEventLoop, work: Any, **options: Any) -> "asyncio.Task[Any]":
    context = options.get("context")
    owner = context.get(_PROCESS) if context is not None else _PROCESS.get()
    if options.get("name") is None and owner is not None:
        options["name"] = f"{getattr(work, '__qualname__', 'task')}#{len(owner.tasks)}"
    task: asyncio.Task[Any] = asyncio.Task(work, loop=loop, **options)
    if owner is not None:
        owner.tasks.append(task)
    return task


def _take_problem(loop: asyncio.AbstractEventLoop, told: dict[str, Any]) -> None:
    assert isinstance(loop, SimLoop)
    problem = told.get("exception")
    if isinstance(problem, Killed) or loop._is_torn_down:
        return
    text = f"{told.get('message', '')}: {problem!r}"
    owner = loop._owner
    if owner is None:
        loop.problems.append(text)
    elif not owner.is_dead:
        owner.problems.append(text)


class SimClock:
    """The clock port of a simulated process."""

    __slots__ = ("_loop",)

    def __init__(self, loop: SimLoop) -> None:
        self._loop = loop

    def now_ns(self) -> int:
        """Time on the wall."""
        return self._loop.wall_ns()

    def monotonic_ns(self) -> int:
        """Time that only goes forward."""
        return self._loop.now_ns
