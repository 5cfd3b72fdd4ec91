"""The worker's side of a strategy host: frames in, the strategy shown, frames out, until the session ends it.

This file decides what a worker does to itself before it runs code of others: its pipes become its own secret, what is
printed goes to the log, its memory is bounded, and it dies with the process that started it.
"""

import faulthandler
import gc
import os
import resource
import sys
import time
import traceback
from typing import Final

from tradewright.adapters.hosts.frames import (
    CALLS,
    Answer,
    Answers,
    End,
    Failure,
    FrameReader,
    Ready,
    Report,
    Show,
    Start,
    frame_of,
    worded,
)
from tradewright.adapters.hosts.in_process import told, trouble_of
from tradewright.adapters.hosts.prints import BoundedPrints
from tradewright.adapters.system.parent import bind_to
from tradewright.domain.errors import InputError, TradewrightError
from tradewright.ports.hosts import HostTrouble, ProgramLoader, Shown, StrategyProgram

CHUNK: Final = 1 << 16
FLUSH_NS: Final = 50_000_000


def serve(load: ProgramLoader, arguments: list[str]) -> int:
    """Serve one session; `arguments` are those of `launch.numbers`. Gives the exit code."""
    parent, memory, printed, wishes = (int(argument) for argument in arguments)
    calls, reports = _take_pipes()
    bind_to(parent)
    faulthandler.enable(file=2)
    sys.stdout = sys.stderr = BoundedPrints(2, printed)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return Worker(load, reports, wishes=wishes).run(calls)


def _take_pipes() -> tuple[int, int]:
    """Move the pipes to numbers nobody guesses by habit; reading gives nothing, writing goes to the log."""
    calls, reports = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return calls, reports


class Worker:
    """One strategy, asked through pipes."""

    def __init__(self, load: ProgramLoader, reports: int, *, wishes: int) -> None:
        self._load = load
        self._reports = reports
        self._most_wishes = wishes
        self._program: StrategyProgram | None = None
        self._answers: list[Answer] = []
        self._flushed_ns = 0
        self._slice = 0

    def run(self, calls: int) -> int:
        """Deal with frames until the session says end or is gone."""
        reader = FrameReader()
        while data := os.read(calls, CHUNK):
            for frame in reader.feed(data):
                call = CALLS.decode(frame)
                try:
                    if self._is_end(call):
                        return 0
                except (TradewrightError, MemoryError, SystemExit) as raised:
                    self._fail(raised)
                    return _wait_for_end(calls)
        return 0

    def _is_end(self, call: Start | Show | End) -> bool:
        if isinstance(call, Show):
            for shown in call.shown:
                self._show(shown)
            self._flush()
        elif isinstance(call, Start):
            program = self._program = self._load(call.terms)
            gc.collect()
            gc.freeze()
            self._send(Ready(program.code, program.warm_up_bars, program.speaks_weights))
        elif self._program is not None:
            self._program.end()
        return isinstance(call, End)

    def _show(self, shown: Shown) -> None:
        self._slice = shown.slice.number
        before = time.perf_counter_ns()
        if self._program is None:
            raise InputError("a slice is shown before the strategy is loaded")
        wishes = self._program.show(shown)
        after = time.perf_counter_ns()
        if len(wishes) > self._most_wishes:
            raise InputError(
                "the strategy asks for too much after one slice",
                expected=f"at most {self._most_wishes:,} wishes",
                found=f"{len(wishes):,}",
            )
        self._answers.append(Answer(self._slice, [worded(wish) for wish in wishes], after - before))
        if wishes or after - self._flushed_ns > FLUSH_NS:
            self._flush()

    def _flush(self) -> None:
        """Answers without wishes wait for one another, so that a long warm-up is told in few frames."""
        if self._answers:
            self._send(Answers(self._answers))
            self._answers = []
        self._flushed_ns = time.perf_counter_ns()

    def _fail(self, raised: BaseException) -> None:
        if self._program is None:
            trouble = HostTrouble.REFUSED
        else:
            trouble = trouble_of(raised)
            self._flush()
        traceback.print_exception(raised)
        self._send(Failure(trouble, self._slice, told(raised)))

    def _send(self, report: Report) -> None:
        frame = memoryview(frame_of(report))
        while frame:
            frame = frame[os.write(self._reports, frame) :]


def _wait_for_end(calls: int) -> int:
    """The session has to read why before the process is gone."""
    while os.read(calls, CHUNK):
        pass
    return 1
