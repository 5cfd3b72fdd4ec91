"""A host that keeps the strategy in a worker process: what the strategy does there costs its process, never the engine.

This file decides when a host gives up: no answer in time, too much memory or output, an answer that is none, or an end.
Then its process is killed with all that descends of it, and what happened is told once it is gone. Nothing here waits
for the worker: frames are handed to the event loop, answers come back through it.
"""

import asyncio
from collections import deque
from pathlib import Path
from typing import Final

import msgspec

from tradewright.adapters.hosts.checks import is_answer, is_ready
from tradewright.adapters.hosts.frames import (
    REPORTS,
    Answers,
    Call,
    End,
    Failure,
    FrameError,
    FrameReader,
    Ready,
    Show,
    Start,
    frame_of,
)
from tradewright.adapters.hosts.launch import (
    MARK,
    Enclosed,
    Enclosing,
    Plain,
    Unconfined,
    kill_descendants,
    kill_group,
    numbers,
    queued_s,
    resident_bytes,
)
from tradewright.adapters.hosts.limits import HostLimits
from tradewright.adapters.hosts.story import readable, story_of_exit
from tradewright.domain.errors import InputError, TradewrightError
from tradewright.ports.hosts import (
    HostEvent,
    HostFailed,
    HostReady,
    HostSink,
    HostTrouble,
    Proposed,
    Shown,
    StrategyTerms,
)
from tradewright.ports.randomness import Randomness

LOOKS_EVERY_S: Final = 0.25
BATCH_BARS: Final = 4096
"""Bars of a warm-up in one frame: some 300 kB, a few milliseconds of the loop."""
GONE_WITHIN_S: Final = 0.5
"""A killed process is gone by then; one that hangs in the kernel is not waited for."""


class WorkerHost:
    """Implements `ports.hosts.StrategyHost` with one process a strategy."""

    def __init__(
        self, entry: str | Enclosing, *, log: Path, randomness: Randomness, limits: HostLimits | None = None
    ) -> None:
        """`entry` is the module that serves as a worker, or the enclosure that workers are put into; `log` is the file
        that what the strategy prints is added to.
        """
        self._enclosing: Enclosing = Unconfined(entry) if isinstance(entry, str) else entry
        self._enclosed: Enclosed | None = None
        self._log = log
        self._limits = limits or HostLimits()
        self._mark = randomness.token()
        self._sink: HostSink | None = None
        self._instruments: frozenset[str] = frozenset()
        self._transport: asyncio.SubprocessTransport | None = None
        self._reader = FrameReader()
        self._queue: list[Shown] = []
        self._unanswered: deque[tuple[int, bool]] = deque()
        """Number of each slice, and whether it is of the warm-up."""
        self._is_ready = False
        self._last_shown = 0
        self._log_start = 0
        self._since = 0.0
        """When the worker got what it is at work on, by the loop's clock."""
        self._looked = 0.0
        self._queued = 0.0
        """Seconds that the worker has waited for a processor since it was started."""
        self._verdict: HostFailed | None = None
        self._is_ending = False
        self._gone = asyncio.Event()
        self._telling: asyncio.Task[None] | None = None

    async def start(self, terms: StrategyTerms, sink: HostSink) -> None:
        """Start the process and let it load the strategy."""
        loop = asyncio.get_running_loop()
        self._sink = sink
        self._instruments = frozenset(terms.instruments)
        self._since = self._looked = loop.time()
        try:
            self._transport = await self._started(terms.strategy)
        except OSError as problem:
            await self._never_started(HostTrouble.DIED, f"the strategy's process cannot be started: {problem}")
        except TradewrightError as refused:
            await self._never_started(HostTrouble.REFUSED, str(refused))
        else:
            self._send(Start(terms))
            self._look_again()

    async def _started(self, strategy: str) -> asyncio.SubprocessTransport:
        self._log.parent.mkdir(parents=True, exist_ok=True)
        limits = self._limits
        enclosed = self._enclosed = self._enclosing.enclose(
            numbers(limits),
            strategy=strategy,
            memory_bytes=limits.memory_bytes + limits.reserve_bytes,
            mark={MARK: self._mark},
        )
        try:
            with self._log.open("ab") as log:
                self._log_start = log.tell()
                transport, _ = await asyncio.get_running_loop().subprocess_exec(
                    lambda: _Pipes(self),
                    *enclosed.command,
                    stderr=log,
                    env=enclosed.environment,
                    start_new_session=True,
                    pass_fds=enclosed.descriptors,
                )
        finally:
            enclosed.started()
        return transport

    async def _never_started(self, trouble: HostTrouble, story: str) -> None:
        self._gone.set()
        await self._tidy_up()
        self._tell(HostFailed(trouble, 0, story))

    def show(self, shown: Shown) -> None:
        """Show a slice; those of a warm-up go together, any other at once."""
        if self._verdict is not None or self._is_ending:
            return
        if not self._unanswered:
            self._since = self._looked = asyncio.get_running_loop().time()
        self._last_shown = shown.slice.number
        self._unanswered.append((shown.slice.number, shown.slice.is_warm_up))
        self._queue.append(shown)
        if not shown.slice.is_warm_up or len(self._queue) * len(self._instruments) >= BATCH_BARS:
            self._flush()
        elif len(self._queue) == 1:
            asyncio.get_running_loop().call_soon(self._flush)

    async def close(self) -> None:
        """End the process: by itself where it is idle, else by force; nothing is told any more."""
        self._sink = None
        transport = self._transport
        if transport is None:
            return
        if not self._is_ending:
            self._is_ending = True
            if self._is_ready and not self._unanswered and self._verdict is None:
                self._send(End())
                await self._is_gone_within(self._limits.close_s)
            if not self._gone.is_set():
                kill_group(transport.get_pid())
        await self._is_gone_within(GONE_WITHIN_S)
        await kill_descendants(self._mark)
        if self._telling is not None:
            await self._telling
        await self._tidy_up()
        transport.close()

    async def _tidy_up(self) -> None:
        """What a stranger leaves may take long to remove, so not on the loop."""
        enclosed, self._enclosed = self._enclosed, None
        if enclosed is not None and not isinstance(enclosed, Plain):
            await asyncio.get_running_loop().run_in_executor(None, enclosed.end)

    async def _is_gone_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                return await self._gone.wait()
        except TimeoutError:
            return False

    def _flush(self) -> None:
        queued, self._queue = self._queue, []
        if queued:
            self._send(Show(queued))

    def _send(self, call: Call) -> None:
        if self._transport is None or self._verdict is not None:
            return
        pipe = self._transport.get_pipe_transport(0)
        try:
            frame = frame_of(call)
        except InputError as problem:
            self._fail(HostTrouble.TOO_LARGE, str(problem))
            return
        if isinstance(pipe, asyncio.WriteTransport):
            pipe.write(frame)

    def took(self, data: bytes) -> None:
        """Bytes of the worker."""
        try:
            for frame in self._reader.feed(data):
                self._take(REPORTS.decode(frame))
        except (FrameError, msgspec.DecodeError, ValueError) as garbled:
            self._fail(HostTrouble.GARBLED, f"what the strategy's process sent is no answer: {garbled}")

    def _take(self, report: Ready | Answers | Failure) -> None:
        if self._verdict is not None:
            return
        self._since = asyncio.get_running_loop().time()
        if isinstance(report, Answers) and self._is_ready:
            for answer in report.answers:
                asked = self._unanswered.popleft()[0] if self._unanswered else 0
                wishes = tuple(wished.wish for wished in answer.wishes)
                can_be = is_answer(answer.slice, wishes, asked=asked, instruments=self._instruments)
                if not can_be or len(wishes) > self._limits.wishes:
                    raise FrameError(f"an answer to slice {answer.slice}, where slice {asked} is asked")
                self._tell(Proposed(answer.slice, wishes, answer.took_ns))
        elif isinstance(report, Ready) and not self._is_ready:
            self._is_ready = True
            if not is_ready(report):
                raise FrameError("a strategy that cannot be")
            self._tell(HostReady(report.code, report.warm_up_bars, report.speaks_weights, str(self._log)))
        elif isinstance(report, Failure):
            self._fail(HostTrouble(report.trouble), readable(report.story), at=report.slice)
        else:
            raise FrameError(f"{type(report).__name__.lower()} at the wrong moment")

    def exited(self, code: int) -> None:
        """The worker's process is gone; what it wrote last may still be on its way."""
        transport = self._transport
        if transport is not None:
            kill_group(transport.get_pid())
        if self._verdict is None:
            asyncio.get_running_loop().call_later(GONE_WITHIN_S / 5, self._drained, code)
        else:
            self._finish()

    def drained(self) -> None:
        """The worker's process is gone, and everything it wrote is read."""
        code = None if self._transport is None else self._transport.get_returncode()
        if code is not None:
            self._drained(code)

    def _drained(self, code: int) -> None:
        if self._verdict is None:
            self._verdict = HostFailed(HostTrouble.DIED, self._last_shown, story_of_exit(code, self._log))
        self._finish()

    def _finish(self) -> None:
        if self._gone.is_set():
            return
        self._gone.set()
        if not self._is_ending:
            self._telling = asyncio.get_running_loop().create_task(self._tell_the_end())

    async def _tell_the_end(self) -> None:
        await kill_descendants(self._mark)
        await self._tidy_up()
        if self._verdict is not None:
            self._tell(self._verdict)

    def _fail(self, trouble: HostTrouble, story: str, *, at: int | None = None) -> None:
        """Give up: kill now, tell once the process is gone."""
        if self._verdict is not None or self._transport is None:
            return
        self._verdict = HostFailed(trouble, self._last_shown if at is None else at, story)
        kill_group(self._transport.get_pid())
        asyncio.get_running_loop().call_later(GONE_WITHIN_S, self._finish)

    def _tell(self, event: HostEvent) -> None:
        if self._sink is not None:
            self._sink(event)

    def _look_again(self) -> None:
        if self._verdict is None and not self._is_ending and not self._gone.is_set():
            self._look()
            asyncio.get_running_loop().call_later(LOOKS_EVERY_S, self._look_again)

    def _look(self) -> None:
        """Judge time, memory and output. Where the engine itself was late, answers may wait unread: judge next time.
        Time in which a busy machine gave the worker no processor does not count."""
        transport, limits = self._transport, self._limits
        now = asyncio.get_running_loop().time()
        is_late = now - self._looked > 2 * LOOKS_EVERY_S
        self._looked = now
        if transport is None:
            return
        queued, self._queued = self._queued, queued_s(transport.get_pid())
        self._since = min(now, self._since + max(0.0, self._queued - queued))
        if is_late:
            return
        patience = self._patience()
        if patience is not None and now - self._since > patience:
            doing = f"after slice {self._unanswered[0][0]}" if self._is_ready else "while it was loaded"
            self._fail(HostTrouble.TOO_SLOW, f"the strategy gave no answer within {patience:g} s {doing}")
        memory = resident_bytes(transport.get_pid())
        if memory > limits.memory_bytes:
            told = f"{memory >> 20:,} MiB of memory, at most {limits.memory_bytes >> 20:,} MiB are allowed"
            self._fail(HostTrouble.TOO_LARGE, f"the strategy took {told}")
        if self._enclosed is not None and (trouble := self._enclosed.trouble(transport.get_pid())):
            self._fail(HostTrouble.TOO_LARGE, trouble)
        written = self._log.stat().st_size - self._log_start if self._log.exists() else 0
        if written > limits.log_bytes + limits.printed_bytes:
            self._fail(HostTrouble.TOO_LARGE, f"the strategy wrote {written:,} bytes into its log {self._log}")

    def _patience(self) -> float | None:
        """How long the worker may be at what it does now; None: it does nothing."""
        if not self._is_ready:
            return self._limits.start_s
        if not self._unanswered:
            return None
        return self._limits.warm_up_s if self._unanswered[0][1] else self._limits.answer_s


class _Pipes(asyncio.SubprocessProtocol):
    """What the event loop has to say of the process."""

    def __init__(self, host: WorkerHost) -> None:
        self._host = host
        self._transport: asyncio.SubprocessTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.SubprocessTransport):
            self._transport = transport

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        self._host.took(data)

    def process_exited(self) -> None:
        code = None if self._transport is None else self._transport.get_returncode()
        self._host.exited(0 if code is None else code)

    def connection_lost(self, exc: Exception | None) -> None:
        self._host.drained()
