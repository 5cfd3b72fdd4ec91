"""Runs confined work in a process of its own, and watches it: until it answers, breaks a limit, dies, or is called off.

Implements `ports/confinement.py`. Whatever the process does or leaves, it is killed and gone when the answer is given.
"""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from tradewright.adapters.sandbox.bounds import Bounds
from tradewright.adapters.sandbox.enclosing import Enclosed, Enclosure
from tradewright.adapters.sandbox.frames import HEAD, MEMORY, Broke, Done, NoWall, cut, plain, read_body
from tradewright.domain.errors import ConfinementError
from tradewright.ports.confinement import (
    ConfinedAnswer,
    ConfinedFailure,
    ConfinedOutcome,
    ConfinedTask,
    ConfinedTrouble,
)

LOOKS_EVERY_S: Final = 0.1
CHUNK: Final = 1 << 20
LAST_BYTES: Final = 2_000
ADDRESSES: Final = 4 << 30
"""Address space beyond the memory: libraries reserve much that they never use."""


class ConfinedJobs:
    """Implements `ports.confinement.Confinement`, one process a task; several threads may use it at once."""

    def __init__(self, enclosure: Enclosure) -> None:
        self._enclosure = enclosure

    def run_confined(self, task: ConfinedTask, *, is_wanted: Callable[[], bool] = lambda: True) -> ConfinedOutcome:
        """Do the work; the process is gone when this returns."""
        limits = task.limits
        bounds = Bounds(
            memory_bytes=limits.memory_bytes + ADDRESSES + 2 * len(task.content),
            cpu_s=max(1, int(limits.seconds) + 1),
        )
        enclosed = self._enclosure.around([task.work], bounds, source=task.source, content=task.content, mark={})
        try:
            return _Watch(task, enclosed, is_wanted).outcome()
        finally:
            enclosed.end()


class _Watch:
    """One process from its start to its end."""

    def __init__(self, task: ConfinedTask, enclosed: Enclosed, is_wanted: Callable[[], bool]) -> None:
        self._limits = task.limits
        self._memory_bytes = task.limits.memory_bytes + len(task.content)
        self._enclosed = enclosed
        self._is_wanted = is_wanted
        self._said = bytearray()
        self._printed = bytearray()
        self._last = b""

    def outcome(self) -> ConfinedOutcome:
        """What came of it."""
        started = time.monotonic()
        try:
            process = subprocess.Popen(
                self._enclosed.command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=self._enclosed.environment,
                start_new_session=True,
                pass_fds=self._enclosed.descriptors,
                cwd="/",
            )
        except OSError as problem:
            return self._failed(ConfinedTrouble.DIED, f"the process cannot be started: {problem}")
        finally:
            self._enclosed.started()
        with process:
            try:
                failed = self._watched(process, started + self._limits.seconds)
            finally:
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(process.pid, signal.SIGKILL)
        if failed is not None:
            return failed
        return self._read(process.returncode, time.monotonic() - started)

    def _watched(self, process: subprocess.Popen[bytes], until: float) -> ConfinedFailure | None:
        """Read until the answer is whole or the process has closed its pipes; a failure where a limit is broken."""
        with selectors.DefaultSelector() as waiting:
            for pipe, kept in ((process.stdout, self._said), (process.stderr, self._printed)):
                assert pipe is not None
                os.set_blocking(pipe.fileno(), False)
                waiting.register(pipe, selectors.EVENT_READ, kept)
            while waiting.get_map() and not self._is_whole():
                for key, _ in waiting.select(LOOKS_EVERY_S):
                    data = os.read(key.fd, CHUNK)
                    if not data:
                        waiting.unregister(key.fileobj)
                    elif key.data is self._said:
                        self._said.extend(data)
                    else:
                        self._keep_printed(data)
                failed = self._look(process.pid, until)
                if failed is not None:
                    return failed
        return None

    def _keep_printed(self, data: bytes) -> None:
        """The beginning is kept for people, the end for the story of its death."""
        self._printed.extend(data[: max(0, self._limits.printed_bytes - len(self._printed))])
        self._last = (self._last + data)[-LAST_BYTES:]

    def _is_whole(self) -> bool:
        return len(self._said) >= HEAD.size and len(self._said) >= HEAD.size + HEAD.unpack_from(self._said)[0]

    def _look(self, process: int, until: float) -> ConfinedFailure | None:
        limits = self._limits
        if len(self._said) >= HEAD.size and HEAD.unpack_from(self._said)[0] > limits.answer_bytes:
            told = f"its answer is larger than {limits.answer_bytes >> 20:,} MiB"
            return self._failed(ConfinedTrouble.TOO_LARGE, told)
        if time.monotonic() > until:
            return self._failed(ConfinedTrouble.TOO_SLOW, f"it gave no answer within {limits.seconds:g} s")
        memory = _resident(process)
        if memory > self._memory_bytes:
            told = f"it took {memory >> 20:,} MiB of memory, at most {self._memory_bytes >> 20:,} MiB are allowed"
            return self._failed(ConfinedTrouble.TOO_LARGE, told)
        if trouble := self._enclosed.trouble(process):
            return self._failed(ConfinedTrouble.TOO_LARGE, trouble)
        if not self._is_wanted():
            return self._failed(ConfinedTrouble.CALLED_OFF, "nobody wants it any more")
        return None

    def _read(self, code: int, took_s: float) -> ConfinedOutcome:
        if not self._is_whole():
            return self._failed(ConfinedTrouble.DIED, f"the process {_ending(code)}{_last_line(self._last)}")
        try:
            said = read_body(self._said[HEAD.size : HEAD.size + HEAD.unpack_from(self._said)[0]])
        except (msgspec.MsgspecError, RecursionError, ValueError) as garbled:
            return self._failed(ConfinedTrouble.GARBLED, f"what it sent is no answer: {cut(str(garbled))}")
        match said:
            case Done():
                walls = tuple(cut(one) for one in said.walls[:32])
                return ConfinedAnswer(content=said.content, printed=self._text(), walls=walls, took_s=took_s)
            case NoWall():
                raise ConfinementError(said.problem, expected=said.expected, found=said.found, remedy=said.remedy)
            case Broke():
                facts = {name: cut(getattr(said, name)) for name in said.__struct_fields__}
                trouble = ConfinedTrouble.TOO_LARGE if said.kind == MEMORY else ConfinedTrouble.RAISED
                return self._failed(trouble, facts["problem"], facts)

    def _failed(self, trouble: ConfinedTrouble, story: str, facts: dict[str, str] | None = None) -> ConfinedFailure:
        return ConfinedFailure(trouble=trouble, story=story, facts=facts or {}, printed=self._text())

    def _text(self) -> str:
        return plain(self._printed.decode("utf-8", "replace"))


def _resident(process: int) -> int:
    """Memory that the process holds now; 0 where it is gone."""
    try:
        fields = Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()
    except OSError:
        return 0
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE") if len(fields) > 1 else 0


def _ending(code: int) -> str:
    if code >= 0:
        return f"ended by itself with code {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"


def _last_line(printed: bytes) -> str:
    lines = cut(printed.decode("utf-8", "replace")).strip().splitlines()
    return f": {lines[-1].strip()[:300]}" if lines else ""
