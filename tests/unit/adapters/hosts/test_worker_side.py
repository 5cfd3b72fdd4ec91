"""The worker's side of a host, without a process: frames in, answers out, prints kept within bounds."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.contracts.strategy_hosts import NAME, shown, terms

from tradewright.adapters.hosts import launch
from tradewright.adapters.hosts.checks import is_answer
from tradewright.adapters.hosts.frames import (
    LONGEST_FRAME,
    REPORTS,
    Answer,
    Answers,
    Call,
    End,
    Failure,
    FrameError,
    FrameReader,
    Ready,
    Report,
    Show,
    Start,
    frame_of,
    worded,
)
from tradewright.adapters.hosts.prints import BoundedPrints
from tradewright.adapters.hosts.serving import Worker
from tradewright.adapters.hosts.story import story_of_exit
from tradewright.domain.errors import InputError, StrategyError
from tradewright.ports.hosts import CancelWish, OrderWish, ProtectWish, Shown, StrategyTerms, TargetWish, Wish

WISHES: tuple[Wish, ...] = (
    TargetWish(NAME, 0.5, 1.0, 2.0, is_instruction=True),
    OrderWish(number=1, instrument=NAME, side="BUY", quantity=1.5, limit=3.25, group="7"),
    CancelWish(1),
    ProtectWish(NAME, 1.0),
)


class Program:
    """A strategy that does as it is told."""

    code = "0" * 32
    warm_up_bars = 4
    speaks_weights = True

    def __init__(self, deed: Callable[[Shown], tuple[Wish, ...]]) -> None:
        self.deed = deed
        self.has_ended = False

    def show(self, shown: Shown) -> tuple[Wish, ...]:
        return self.deed(shown)

    def end(self) -> None:
        self.has_ended = True


def served(program: Program, *calls: Call, wishes: int = 10) -> tuple[int, list[Report]]:
    """The exit code and the reports of a worker that is sent these calls, and then nothing more."""

    def load(stated: StrategyTerms) -> Program:
        if stated.strategy == "nowhere":
            raise InputError("no such strategy")
        return program

    calling, reporting = os.pipe(), os.pipe()
    for call in calls:
        os.write(calling[1], frame_of(call))
    os.close(calling[1])
    code = Worker(load, reporting[1], wishes=wishes).run(calling[0])
    os.close(reporting[1])
    data = b""
    while more := os.read(reporting[0], 1 << 16):
        data += more
    os.close(calling[0])
    os.close(reporting[0])
    return code, [REPORTS.decode(frame) for frame in FrameReader().feed(data)]


def plain(report: Report) -> list[tuple[int, tuple[Wish, ...]]]:
    assert isinstance(report, Answers)
    return [(answer.slice, tuple(one.wish for one in answer.wishes)) for answer in report.answers]


START = Start(terms("some"))


def test_a_worker_answers_each_slice_and_leaves_at_the_end() -> None:
    program = Program(lambda one: WISHES if one.slice.number == 2 else ())
    code, reports = served(program, START, Show([shown(1), shown(2), shown(3)]), End())
    assert (code, program.has_ended) == (0, True)
    assert reports[0] == Ready("0" * 32, 4, speaks_weights=True)
    answers = [answer for report in reports[1:] for answer in plain(report)]
    assert answers == [(1, ()), (2, WISHES), (3, ())]


def test_a_worker_whose_session_is_gone_leaves() -> None:
    assert served(Program(lambda one: ()))[0] == 0
    program = Program(lambda one: ())
    assert served(program, START)[0] == 0
    assert not program.has_ended


def failing(raised: BaseException) -> Program:
    def deed(one: Shown) -> tuple[Wish, ...]:
        if one.slice.number == 2:
            raise raised
        return ()

    return Program(deed)


@pytest.mark.parametrize(
    ("raised", "trouble", "story"),
    [
        (StrategyError("it raised"), "raised", "it raised"),
        (MemoryError("too much"), "too_large", "too much"),
        (SystemExit(3), "raised", "the strategy left with sys.exit(3); it ends when its session does"),
    ],
)
def test_a_worker_tells_what_its_strategy_raised(raised: BaseException, trouble: str, story: str) -> None:
    code, reports = served(failing(raised), START, Show([shown(1), shown(2), shown(3)]), End())
    assert code == 1
    assert [plain(report) for report in reports[1:-1]] == [[(1, ())]]
    assert reports[-1] == Failure(trouble, 2, story)


def test_a_worker_refuses_what_it_cannot_load_or_was_not_told() -> None:
    program = Program(lambda one: ())
    assert served(program, Start(terms("nowhere")))[1] == [Failure("refused", 0, "no such strategy")]
    (failure,) = served(program, Show([shown(1)]))[1]
    assert isinstance(failure, Failure)
    assert failure.trouble == "refused"
    assert served(program, End())[0] == 0


def test_a_worker_bounds_the_wishes_of_an_answer() -> None:
    reports = served(Program(lambda one: WISHES), START, Show([shown(1)]), wishes=3)[1]
    assert isinstance(reports[-1], Failure)
    assert "at most 3 wishes, found 4" in reports[-1].story


@given(st.lists(st.binary(min_size=1, max_size=30), max_size=8), st.integers(1, 7))
def test_frames_survive_any_cut(bodies: list[bytes], size: int) -> None:
    stream = b"".join(len(body).to_bytes(4, "big") + body for body in bodies)
    reader = FrameReader()
    found: list[bytes] = []
    for first in range(0, len(stream), size):
        found.extend(reader.feed(stream[first : first + size]))
    assert found == bodies


@pytest.mark.parametrize("length", [0, LONGEST_FRAME + 1])
def test_a_length_that_no_frame_has_is_an_error(length: int) -> None:
    with pytest.raises(FrameError, match=f"a frame of {length:,} bytes"):
        list(FrameReader().feed(length.to_bytes(4, "big")))


def test_a_frame_has_a_longest_length() -> None:
    huge = Failure("raised", 1, "x" * LONGEST_FRAME)
    with pytest.raises(InputError, match="a failure between session and strategy is too long"):
        frame_of(huge)


def test_an_answer_is_about_the_slice_that_was_asked_and_things_that_exist() -> None:
    names = frozenset({NAME})
    assert is_answer(3, WISHES, asked=3, instruments=names)
    assert not is_answer(3, WISHES, asked=4, instruments=names)
    assert not is_answer(3, WISHES, asked=3, instruments=frozenset())
    for wrong in (
        TargetWish(NAME, float("nan")),
        ProtectWish(NAME, float("inf")),
        OrderWish(number=1, instrument=NAME, side="BUY", quantity=float("inf")),
    ):
        assert not is_answer(3, (wrong,), asked=3, instruments=names)


def test_wishes_read_back_equal() -> None:
    sent = Answers([Answer(1, [worded(wish) for wish in WISHES], 5)])
    (frame,) = FrameReader().feed(frame_of(sent))
    assert REPORTS.decode(frame) == sent


def test_prints_are_kept_up_to_a_bound(tmp_path: Path) -> None:
    path = tmp_path / "log"
    number = os.open(path, os.O_WRONLY | os.O_CREAT)
    prints = BoundedPrints(number, 10)
    assert prints.writable()
    assert prints.fileno() == number
    print("hello", file=prints)
    print("wörld, and more", file=prints)
    print("nothing of it", file=prints)
    os.close(number)
    kept, _, told = path.read_bytes().partition(b"\n(")
    assert kept == b"hello\nw\xc3\xb6r"
    assert told == b"what the strategy prints from here on is dropped)\n"


def test_the_story_of_an_exit_names_what_is_known(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert story_of_exit(3, log) == "the strategy's process ended by itself with code 3"
    assert story_of_exit(-250, log) == "the strategy's process was ended by signal 250"
    log.write_text("\n", encoding="utf-8")
    assert story_of_exit(0, log) == "the strategy's process ended by itself with code 0"
    log.write_text("first\nlast words\n", encoding="utf-8")
    assert story_of_exit(1, log).endswith("with code 1: last words")
    log.write_text('Fatal Python error: Aborted\n  File "/usr/lib/python3/a.py", line 3 in f\n', encoding="utf-8")
    assert story_of_exit(-6, log) == "the strategy's process was ended by SIGABRT in line 3 of a.py (f)"


def test_a_worker_s_environment_is_made_of_a_few_names() -> None:
    made = launch.environment("mark", {"HOME": "home", "SECRET": "much", "TRADEWRIGHT_MODE": "live"})
    assert made["HOME"] == "home"
    assert made[launch.MARK] == "mark"
    assert not {"SECRET", "TRADEWRIGHT_MODE"} & set(made)


def test_what_is_gone_is_left_alone() -> None:
    nobody = 2**22 + 1  # above the highest number of a process
    assert launch.resident_bytes(nobody) == 0
    launch.kill_group(nobody)
    asyncio.run(launch.kill_descendants("nobody has this mark"))
    assert launch.resident_bytes(os.getpid()) > 1 << 20


@pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="the system does not tell")
def test_a_process_without_a_processor_is_seen_to_wait() -> None:
    assert launch.queued_s(2**22 + 1) == 0.0
    place = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(place)})
    try:
        before, until = launch.queued_s(os.getpid()), time.monotonic() + 60
        other = subprocess.Popen([sys.executable, "-c", "while True: pass"])  # on the same processor
        try:
            while launch.queued_s(os.getpid()) < before + 0.02:
                assert time.monotonic() < until
        finally:
            other.kill()
            other.wait()
    finally:
        os.sched_setaffinity(0, place)
    assert launch.queued_s(os.getpid()) >= before + 0.02
