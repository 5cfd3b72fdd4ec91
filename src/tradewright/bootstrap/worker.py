"""A worker takes jobs from the queue and has them done: `python -m tradewright.bootstrap.worker PROJECT PARENT KINDS`.

One job at a time, in a child process of its own that can be killed without harm. This file decides when that is: when
the job is to be canceled, when the lease is lost, when the worker is asked to leave. A worker that is killed itself
loses nothing: its child dies with it, its lease runs out, and another worker takes the job.
"""

import logging
import os
import select
import signal
import subprocess
import sys
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from types import FrameType
from typing import Final

import msgspec

from tradewright.adapters.system.clock import SystemClock
from tradewright.adapters.system.parent import bind_to
from tradewright.adapters.system.randomness import SystemRandomness
from tradewright.bootstrap.app import open_app
from tradewright.bootstrap.job_lines import LINE_BYTES, Broke, Do, How, Made, line_of, read_told
from tradewright.bootstrap.logs import part_of, speak
from tradewright.domain.errors import StorageError
from tradewright.ports.clock import Clock
from tradewright.ports.jobs import Job, JobError, JobQueue, Progress

LEASE_NS: Final = 15_000_000_000
BEAT_NS: Final = 500_000_000
"""Between two looks at whether the job is still wanted, and two reports of how far it is."""
IDLE_S: Final = 0.25
"""Between two looks into an empty queue."""
JOBS_A_CHILD: Final = 100
"""Then a fresh child takes over, so that nothing grows for ever."""
CHILD: Final = "tradewright.bootstrap.job_child"


@dataclass(slots=True)
class Hand:
    """The child that does the jobs."""

    project: Path
    entry: str = CHILD
    process: "subprocess.Popen[bytes] | None" = None
    jobs: int = 0
    _rest: bytes = b""

    def give(self, job: Job) -> None:
        """Let it do a job; a fresh one is started where there is none."""
        if self.process is None or self.process.poll() is not None or self.jobs >= JOBS_A_CHILD:
            self.drop()
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", self.entry, str(self.project), str(os.getpid())],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,
            )
        self.jobs += 1
        assert self.process is not None
        assert self.process.stdin is not None
        self.process.stdin.write(line_of(Do(job.wish)))
        self.process.stdin.flush()

    def told(self, seconds: float) -> How | Made | Broke | None:
        """The next thing it says, within so many seconds; None where it says nothing."""
        assert self.process is not None
        out = self.process.stdout
        assert out is not None
        while b"\n" not in self._rest:
            ready, _, _ = select.select([out], [], [], seconds)
            if not ready:
                return None
            data = os.read(out.fileno(), 1 << 16)
            if not data:
                return Broke(self._death())
            self._rest += data
            if len(self._rest) > LINE_BYTES:
                return Broke(JobError(kind="StrategyError", problem="the job's process said something endless"))
        line, _, self._rest = self._rest.partition(b"\n")
        try:
            return read_told(line)
        except msgspec.MsgspecError as problem:
            return Broke(JobError(kind="StrategyError", problem="the job's process said nonsense", found=str(problem)))

    def drop(self) -> None:
        """End it now, with whatever it started."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.communicate()
        self.process, self.jobs, self._rest = None, 0, b""

    def _death(self) -> JobError:
        assert self.process is not None
        code = self.process.wait()
        by = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        remedy = "the machine may be short of memory; the worker's log tells more" if code == -signal.SIGKILL else ""
        return JobError(kind="JobDied", problem="the job's process died", found=by, remedy=remedy)


@dataclass(slots=True)
class Worker:
    """Takes jobs until it is asked to leave."""

    name: str
    queue: JobQueue
    hand: Hand
    clock: Clock
    kinds: Collection[str] = ()
    lease_ns: int = LEASE_NS
    is_leaving: bool = False
    _wake: Event = field(default_factory=Event)

    def run(self) -> None:
        """Work; a queue that cannot be reached is asked again, at growing intervals of at most half a minute."""
        log, wait_s = logging.getLogger("tradewright.worker"), IDLE_S
        try:
            while not self.is_leaving:
                try:
                    if not self.step():
                        self._wake.wait(IDLE_S)
                    wait_s = IDLE_S
                except StorageError as problem:
                    log.warning("the queue cannot be reached, asked again in %.1f s: %s", wait_s, problem)
                    self.hand.drop()
                    self._wake.wait(wait_s)
                    wait_s = min(wait_s * 2, 30.0)
        finally:
            self.hand.drop()

    def leave(self) -> None:
        """Give back what is at work, and end."""
        self.is_leaving = True
        self._wake.set()

    def step(self) -> bool:
        """One job, where one waits."""
        job = self.queue.claim(self.name, lease_ns=self.lease_ns, kinds=self.kinds)
        if job is None:
            return False
        with part_of(job.wish.correlation_id, job=job.id):
            logging.getLogger("tradewright.worker").info("begun: %s", job.wish.title)
            self.hand.give(job)
            self._attend(job)
        return True

    def _attend(self, job: Job) -> None:
        """Until it is over, one way or another."""
        progress, beat_ns = Progress(), self.clock.monotonic_ns()
        while True:
            told = self.hand.told(0.1)
            if isinstance(told, Made):
                self.queue.beat(job.id, self.name, lease_ns=self.lease_ns, progress=progress)
                self.queue.finish(job.id, self.name, result=told.result)
                logging.getLogger("tradewright.worker").info("done: %s", job.wish.title)
                return
            if isinstance(told, Broke):
                self._broke(job, told.error)
                return
            if isinstance(told, How):
                progress = Progress(done=told.done, total=told.total)
            if self.is_leaving:
                self.hand.drop()
                self.queue.give_back(job.id, self.name)
                return
            now_ns = self.clock.monotonic_ns()
            if now_ns - beat_ns >= BEAT_NS:
                beat_ns = now_ns
                if not self.queue.beat(job.id, self.name, lease_ns=self.lease_ns, progress=progress):
                    self.hand.drop()
                    self.queue.canceled(job.id, self.name)
                    return

    def _broke(self, job: Job, error: JobError) -> None:
        """What a message refuses it refuses again; what died may live the next time."""
        logging.getLogger("tradewright.worker").warning("failed: %s: %s", error.kind, error.problem)
        died = error.kind == "JobDied"
        if died:
            self.hand.drop()
        self.queue.fail(job.id, self.name, error=error, may_try_again=died)


def main(arguments: list[str]) -> int:
    """Work until asked to leave; where a parent is named (0: none), until it is gone."""
    project, parent = Path(arguments[0]), int(arguments[1])
    if parent:
        bind_to(parent)
    app = open_app(project)
    speak(app, "worker")
    name = f"{os.uname().nodename}:{os.getpid()}:{SystemRandomness().token(4)}"
    worker = Worker(name, app.state.jobs, Hand(project), SystemClock(), frozenset(arguments[2:]))

    def leave(number: int, frame: FrameType | None) -> None:
        worker.leave()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, leave)
    worker.run()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
