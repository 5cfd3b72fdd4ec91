"""The process that does a worker's jobs, one after the other: `python -m tradewright.bootstrap.job_child PROJECT`.

It holds no lease and writes no row of the queue: it may be killed at any moment. What it prints goes to its errors.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from tradewright.adapters.system.clock import SystemClock
from tradewright.adapters.system.parent import bind_to
from tradewright.bootstrap.app import App, open_app
from tradewright.bootstrap.job_lines import Broke, How, Made, Told, line_of, read_do
from tradewright.bootstrap.jobs import JOBS
from tradewright.bootstrap.logs import speak
from tradewright.domain.errors import TradewrightError
from tradewright.ports.jobs import JobError, JobWish

ANSWER_LETTERS: Final = 1 << 16
TELLS_EVERY_NS: Final = 100_000_000


def error_of(raised: BaseException) -> JobError:
    """What went wrong, as the fields of our error tree."""
    if isinstance(raised, TradewrightError):
        return JobError(
            kind=type(raised).__name__,
            problem=raised.problem,
            expected=raised.expected,
            found=raised.found,
            remedy=raised.remedy,
        )
    if isinstance(raised, MemoryError):
        return JobError(kind="MemoryError", problem="there was not enough memory", remedy="ask for less at once")
    return JobError(kind=type(raised).__name__, problem="the job broke", found=str(raised)[:2000])


def names_of(answer: object) -> Mapping[str, str]:
    """What was made, by name; another answer as the JSON of its fields."""
    if isinstance(answer, Mapping):
        return {str(name): str(value) for name, value in answer.items()}
    text = msgspec.json.encode(answer).decode()
    if len(text) > ANSWER_LETTERS:
        raise TradewrightError("the job's answer is too long to be kept", found=f"{len(text):,} letters")
    return {"answer": text}


class Child:
    """Does jobs over one project."""

    def __init__(self, app: App, out: BinaryIO) -> None:
        self._app = app
        self._out = out
        self._clock = SystemClock()
        self._told_ns = 0

    def do(self, wish: JobWish) -> None:
        """One job, and tell what came of it."""
        try:
            answer = self._app.answer(JOBS.envelope_of(wish), progress=self._progress)
            told: Told = Made(names_of(answer))
        except Exception as raised:  # noqa: BLE001 - a job may fail in any way; the worker tells it, the log has the trace
            if not isinstance(raised, TradewrightError):
                sys.excepthook(type(raised), raised, raised.__traceback__)
            told = Broke(error_of(raised))
        self._say(told)

    def _progress(self, done: int, total: int | None) -> None:
        now_ns = self._clock.monotonic_ns()
        if now_ns - self._told_ns >= TELLS_EVERY_NS or done == total:
            self._told_ns = now_ns
            self._say(How(done, total))

    def _say(self, told: Told) -> None:
        self._out.write(line_of(told))
        self._out.flush()


def main(arguments: list[str]) -> int:
    """Do what comes in until nothing comes any more."""
    folder, parent = arguments
    bind_to(int(parent))
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    app = open_app(Path(folder))
    speak(app, "worker")
    child = Child(app, out)
    for line in sys.stdin.buffer:
        child.do(read_do(line).wish)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
