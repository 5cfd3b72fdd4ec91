"""Whatever a strategy does in its worker, the engine's loop goes on, the story is told, and no process is left."""

import asyncio
import fcntl
import os
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.contracts.strategy_hosts import ENTRY, PATIENCE_S, Listener, ask, shown, strategy_file, terms, worker

from tradewright.adapters.hosts import launch
from tradewright.adapters.hosts import worker as hosting
from tradewright.adapters.hosts.limits import HostLimits
from tradewright.adapters.hosts.worker import WorkerHost
from tradewright.adapters.system.randomness import SeededRandomness
from tradewright.ports.hosts import HostFailed, HostTrouble, Shown

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="workers are watched through /proc")
HELD_UP_S = 0.05
TRIES = 5
SLICES = [shown(1), shown(2), shown(3)]


@pytest.fixture(autouse=True)
def nobody_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    yield
    assert descendants(tmp_path) == []


def descendants(folder: Path) -> list[int]:
    """Processes that descend of a worker of this test, which has the test's folder in its environment."""
    wanted = f"TMPDIR={folder}".encode()
    found = []
    for process in Path("/proc").iterdir():
        if not process.name.isdigit() or int(process.name) == os.getpid():
            continue
        try:
            variables = (process / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if wanted in variables and any(one.startswith(f"{launch.MARK}=".encode()) for one in variables):
            found.append(int(process.name))
    return found


def misbehave(folder: Path, body: str, imports: str = "", *, answer_s: float = PATIENCE_S, **limits: Any) -> Listener:
    """What a host says of a strategy that does this after the second bar, for which it gets so long."""
    bad = strategy_file(folder, body=body, imports=imports)

    told = asked_of(folder, bad, answer_s=answer_s, **limits)
    assert told.failed.slice in {2, 3}
    return told


def asked_of(folder: Path, strategy: str, *, answer_s: float = PATIENCE_S, **limits: Any) -> Listener:
    """What a host says, of a run in which the loop went on all the time; a busy machine gets some tries."""

    async def asked() -> Listener:
        return await hurried(worker(folder, **limits), strategy, SLICES, answer_s=answer_s)

    for _ in range(TRIES):
        told = asyncio.run(asked())
        if told.longest_s < HELD_UP_S:
            return told
    raise AssertionError(f"the loop was held up for {told.longest_s:.3f} s, {TRIES} times")


async def hurried(host: WorkerHost, strategy: str, slices: list[Shown], **times: Any) -> Listener:
    """As `ask`; how little patience the host has counts from the second slice on, because a slow machine may need more
    until a strategy is at work."""
    listener = Listener()
    await host.start(terms(strategy), listener)
    pulse = asyncio.create_task(listener.beat())
    await listener.until(1)
    host.show(slices[0])
    await listener.until(2)
    host._limits = replace(host._limits, **times)
    for one in slices[1:]:
        host.show(one)
    while len(listener.events) <= len(slices) and not isinstance(listener.events[-1], HostFailed):
        await listener.until(len(listener.events) + 1)
    pulse.cancel()
    await host.close()
    return listener


def test_one_that_loops_for_ever_is_too_slow(tmp_path: Path) -> None:
    told = misbehave(tmp_path, "while True: pass", answer_s=0.3)
    assert told.failed.trouble is HostTrouble.TOO_SLOW
    assert told.failed.story == "the strategy gave no answer within 0.3 s after slice 2"
    assert [answer.slice for answer in told.proposed] == [1]


def test_one_that_gets_no_processor_is_not_too_slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosting, "queued_s", lambda process: time.monotonic())  # it waits all the time
    busy = strategy_file(tmp_path, body="end = time.monotonic() + 1.2\nwhile time.monotonic() < end: pass")
    assert [answer.slice for answer in asked_of(tmp_path, busy, answer_s=0.3).proposed] == [1, 2, 3]


def test_one_that_loops_in_its_warm_up_or_while_it_loads_is_too_slow(tmp_path: Path) -> None:
    bad = strategy_file(tmp_path, body="time.sleep(600)")
    slow = tmp_path / "slow.py"
    slow.write_text("import time\ntime.sleep(600)\n", encoding="utf-8")

    slices = [shown(n, is_warm_up=True) for n in range(1, 9)]
    warm_up = hurried(worker(tmp_path), bad, slices, warm_up_s=0.3)
    assert "after slice 2" in asyncio.run(warm_up).failed.story

    async def loading() -> Listener:
        listener, host = Listener(), worker(tmp_path, start_s=0.3)
        await host.start(terms(str(slow)), listener)
        await listener.until(1)
        await host.close()
        return listener

    failed = asyncio.run(loading()).failed
    assert (failed.trouble, failed.slice) == (HostTrouble.TOO_SLOW, 0)
    assert failed.story == "the strategy gave no answer within 0.3 s while it was loaded"


def test_one_that_ignores_every_signal_is_ended_all_the_same(tmp_path: Path) -> None:
    body = "for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):\n    signal.signal(number, signal.SIG_IGN)\n"
    told = misbehave(tmp_path, body + "while True: time.sleep(1)", "import signal", answer_s=0.2)
    assert told.failed.trouble is HostTrouble.TOO_SLOW


def test_one_that_eats_memory_is_too_large(tmp_path: Path) -> None:
    body = "kept = []\nfor _ in range(50):\n    kept.append(bytearray(1 << 23))\n    time.sleep(0.005)\ntime.sleep(600)"
    told = misbehave(tmp_path, body, memory_bytes=200 << 20)
    assert told.failed.trouble is HostTrouble.TOO_LARGE
    assert "at most 200 MiB are allowed" in told.failed.story


def test_one_that_eats_memory_at_once_is_too_large(tmp_path: Path) -> None:
    told = misbehave(tmp_path, "kept = bytearray(1 << 33)", memory_bytes=100 << 20, reserve_bytes=1 << 30)
    assert told.failed.trouble is HostTrouble.TOO_LARGE
    assert "MemoryError in line 11 of bad.py" in told.failed.story


@pytest.mark.parametrize(
    ("body", "story"),
    [
        ("os._exit(7)", "the strategy's process ended by itself with code 7"),
        ("os.kill(os.getpid(), 9)", "the strategy's process was ended by SIGKILL"),
        ("ctypes.string_at(0)", "the strategy's process was ended by SIGSEGV in line 11 of bad.py (on_bar)"),
        ("os.abort()", "the strategy's process was ended by SIGABRT in line 11 of bad.py (on_bar)"),
    ],
)
def test_one_that_dies_is_told_with_what_is_known(tmp_path: Path, body: str, story: str) -> None:
    told = misbehave(tmp_path, body, "import ctypes")
    assert told.failed.trouble is HostTrouble.DIED
    assert told.failed.story == story


def test_what_one_prints_is_kept_up_to_a_bound(tmp_path: Path) -> None:
    bad = strategy_file(tmp_path, body="for _ in range(20000): print('x' * 100, file=sys.stderr); print('y')")

    told = asked_of(tmp_path, bad, printed_bytes=10_000)
    assert [answer.slice for answer in told.proposed] == [1, 2, 3]
    log = Path(told.ready.logs).read_text(encoding="utf-8")
    assert log.startswith("x" * 100 + "\ny\n")
    assert log.endswith("\n(what the strategy prints from here on is dropped)\n")
    assert len(log) < 10_200


def test_one_that_floods_its_log_by_force_is_too_large(tmp_path: Path) -> None:
    body = "for _ in range(1000): os.write(1, b'x' * 10000)\ntime.sleep(600)"
    told = misbehave(tmp_path, body, log_bytes=1 << 20, printed_bytes=1000)
    assert told.failed.trouble is HostTrouble.TOO_LARGE
    assert "into its log" in told.failed.story


GARBAGE = (
    "for number in range(3, 30):\n    try:\n        os.write(number, {bytes!r})\n    except OSError:\n        pass"
)


@pytest.mark.parametrize(
    "sent",
    [
        b"\xff" * 64,
        b"\x00\x00\x00\x00",
        b"\x00\x00\x00\x04junk",
        bytes.fromhex("0000001c") + b"\x82\xa4type\xa5ready\xa4code\xa1x\x00\x00\x00\x00\x00\x00\x00\x00",
    ],
)
def test_one_that_writes_into_the_pipe_is_garbled(tmp_path: Path, sent: bytes) -> None:
    told = misbehave(tmp_path, GARBAGE.format(bytes=sent) + "\ntime.sleep(0.2)")
    assert told.failed.trouble is HostTrouble.GARBLED
    assert told.failed.story.startswith("what the strategy's process sent is no answer: ")


def test_one_that_forges_an_answer_is_garbled(tmp_path: Path) -> None:
    imports = (
        "from tradewright.adapters.hosts.frames import Answer, Answers, Target, frame_of\n"
        "from tradewright.ports.hosts import TargetWish\n"
        "FORGED = frame_of(Answers([Answer(2, [Target(TargetWish('ZZZ.XNYS', 1.0))], 1)]))"
    )
    body = GARBAGE.replace("{bytes!r}", "FORGED") + "\ntime.sleep(0.2)"
    told = misbehave(tmp_path, body, imports)
    assert told.failed.trouble is HostTrouble.GARBLED
    assert "an answer to slice 2" in told.failed.story


def test_one_that_asks_for_too_much_is_told(tmp_path: Path) -> None:
    told = misbehave(tmp_path, "for _ in range(50): context.buy(1)", wishes=20)
    assert told.failed.trouble is HostTrouble.RAISED
    assert "at most 20 wishes, found 50" in told.failed.story


def test_children_end_with_it(tmp_path: Path) -> None:
    body = (
        "if os.fork() == 0:\n    time.sleep(600)\n"
        "if os.fork() == 0:\n    os.setsid()\n    time.sleep(600)\n"
        "subprocess.Popen(['sleep', '600'], start_new_session=True)\nwhile True: pass"
    )
    told = misbehave(tmp_path, body, "import subprocess", answer_s=0.4)
    assert told.failed.trouble is HostTrouble.TOO_SLOW


def test_children_that_keep_the_pipe_open_do_not_delay_the_story(tmp_path: Path) -> None:
    told = misbehave(tmp_path, "if os.fork() == 0:\n    os.setsid()\n    time.sleep(600)\nos._exit(4)")
    assert told.failed.trouble is HostTrouble.DIED
    assert "with code 4" in told.failed.story


@pytest.mark.parametrize("body", ["while True: pass", "time.sleep(600)", "return 1 / 0"])
def test_closing_waits_for_nothing_that_it_does(tmp_path: Path, body: str) -> None:
    bad = strategy_file(tmp_path, body=body)

    async def closed() -> None:
        host, listener = worker(tmp_path, answer_s=600, close_s=600), Listener()
        await host.start(terms(bad), listener)
        await listener.until(1)
        for one in SLICES:
            host.show(one)
        await listener.until(2)
        async with asyncio.timeout(PATIENCE_S):  # a tenth of what the strategy would take
            await asyncio.gather(host.close(), host.close())

    asyncio.run(closed())


def test_one_that_will_not_end_by_itself_is_ended(tmp_path: Path) -> None:
    path = tmp_path / "clings.py"
    path.write_text(
        "import time\nimport tradewright as tw\n\n\nclass Clings(tw.Strategy):\n"
        "    def on_bar(self, context, bar):\n        pass\n\n"
        "    def on_end(self, context):\n        time.sleep(600)\n",
        encoding="utf-8",
    )

    async def asked() -> None:
        host, listener = worker(tmp_path, close_s=0.2), Listener()
        await host.start(terms(str(path)), listener)
        host.show(shown(1))
        await listener.until(2)
        async with asyncio.timeout(PATIENCE_S):
            await host.close()

    asyncio.run(asked())


def test_closing_does_not_wait_until_it_is_loaded(tmp_path: Path) -> None:
    slow = tmp_path / "slow.py"
    slow.write_text("import time\ntime.sleep(600)\n", encoding="utf-8")

    async def closed() -> None:
        host, listener = worker(tmp_path, start_s=600, close_s=600), Listener()
        await host.start(terms(str(slow)), listener)
        async with asyncio.timeout(PATIENCE_S):
            await host.close()
        assert listener.events == []

    asyncio.run(closed())


def test_a_worker_has_no_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRADEWRIGHT_RISK__MAX_POSITION", "0.1")
    monkeypatch.setenv("BROKER_SECRET", "much")
    bad = strategy_file(tmp_path, body="print(sorted(os.environ)); print(sys.path[0])")

    log = Path(asked_of(tmp_path, bad).ready.logs).read_text(encoding="utf-8")
    assert "PYTHONHASHSEED" in log
    assert "TRADEWRIGHT_RISK" not in log
    assert "SECRET" not in log


def test_no_worker_survives_an_engine_that_is_killed(tmp_path: Path) -> None:
    bad = strategy_file(tmp_path, body="while True: pass")
    engine = (
        "import asyncio, pathlib, sys\n"
        "from tests.contracts.strategy_hosts import *\n"
        "async def main():\n"
        "    host, listener = worker(pathlib.Path(sys.argv[1])), Listener()\n"
        "    await host.start(terms(sys.argv[2]), listener)\n"
        "    host.show(shown(1)); host.show(shown(2))\n"
        "    await listener.until(2)\n"
        "    print('busy', flush=True)\n"
        "    await asyncio.sleep(600)\n"
        "asyncio.run(main())\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", engine, str(tmp_path), bad],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"busy\n"
        assert len(descendants(tmp_path)) == 1
        process.send_signal(signal.SIGKILL)
    until = time.monotonic() + PATIENCE_S
    while descendants(tmp_path) and time.monotonic() < until:
        time.sleep(0.01)


def test_an_entry_that_is_no_worker_is_told(tmp_path: Path) -> None:
    async def asked(entry: str, log: Path) -> HostFailed:
        host, listener = WorkerHost(entry, log=log, randomness=SeededRandomness(1)), Listener()
        await host.start(terms("moving_average"), listener)
        await listener.until(1)
        await host.close()
        return listener.failed

    failed = asyncio.run(asked("tradewright.nobody", tmp_path / "log"))
    assert failed.trouble is HostTrouble.DIED
    assert "No module named tradewright.nobody" in failed.story
    (tmp_path / "file").touch()
    failed = asyncio.run(asked(ENTRY, tmp_path / "file" / "log"))
    assert failed.trouble is HostTrouble.DIED
    assert failed.story.startswith("the strategy's process cannot be started")


def lies_in_the_pipe(host: WorkerHost) -> bool:
    """The worker has answered, and nobody has read it."""
    assert host._transport is not None
    pipe = host._transport.get_pipe_transport(1)
    assert pipe is not None
    found = fcntl.ioctl(pipe.get_extra_info("pipe"), termios.FIONREAD, b"\0\0\0\0")
    return any(found)


def test_an_engine_that_was_late_itself_does_not_blame_the_strategy(tmp_path: Path) -> None:
    bad = strategy_file(tmp_path, body="pass")

    async def asked() -> Listener:
        host, listener = worker(tmp_path, answer_s=0.3), Listener()
        await host.start(terms(bad), listener)
        await listener.until(1)
        host.show(shown(1))
        time.sleep(0.8)  # the engine's own stall
        while not lies_in_the_pipe(host):
            time.sleep(0.01)
        await listener.until(2)
        await host.close()
        return listener

    assert len(asyncio.run(asked()).proposed) == 1


def test_a_slice_too_long_for_a_frame_is_too_large(tmp_path: Path) -> None:
    async def asked() -> Listener:
        huge = shown(1, working=dict.fromkeys(range(100_000), "AAA.XNYS"))
        return await ask(worker(tmp_path), terms("moving_average"), [huge])

    failed = asyncio.run(asked()).failed
    assert failed.trouble is HostTrouble.TOO_LARGE
    assert "trade fewer instruments" in failed.story


def test_limits_are_the_defaults_that_the_page_tells() -> None:
    assert HostLimits().answer_s == 5.0
    assert HostLimits().memory_bytes == 1 << 30
