"""What a control line promises: answers and errors arrive whole, wrong frames are answered, nobody holds up another."""

import asyncio
import contextlib
import json
import os
import socket
import struct
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewright.adapters.control.client import SocketLine
from tradewright.adapters.control.frames import LARGEST, answer_in, framed, request_frame
from tradewright.adapters.control.place import NAME, short_path
from tradewright.adapters.control.server import Patience, SocketServer
from tradewright.domain.errors import (
    ControlError,
    DataError,
    InputError,
    StorageError,
    TradewrightError,
    Unauthorized,
    UnknownInstrument,
)
from tradewright.ports.control import Answering, ControlRequest, LineCut

PATIENCE_S = 60.0
"""For what comes at once where the machine has time."""
IMPATIENT = Patience(idle_s=PATIENCE_S, frame_s=0.2)
PATIENT = SocketLine(timeout_s=PATIENCE_S)
REQUEST = ControlRequest(name="a:B", content=b'{"x":1}', actor="owner", correlation_id="c1", idempotency_key="k1")


async def echo(request: ControlRequest) -> bytes:
    told = {"name": request.name, "content": json.loads(request.content), "actor": request.actor}
    return json.dumps({**told, "correlation": request.correlation_id, "key": request.idempotency_key}).encode()


@contextmanager
def serving(folder: Path, answering: Answering, patience: Patience | None = None) -> Iterator[SocketServer]:
    """A server in a thread of its own, as a trader is a process of its own."""
    server = SocketServer(folder, answering, patience or Patience(idle_s=PATIENCE_S, frame_s=PATIENCE_S))
    ready, loop = threading.Event(), asyncio.new_event_loop()

    async def run() -> None:
        await server.start()
        ready.set()

    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(run(), loop).result(PATIENCE_S)
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(server.close(), loop).result(PATIENCE_S)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE_S)
        loop.close()


@contextmanager
def raw(folder: Path) -> Iterator[socket.socket]:
    """A caller that says what the test says."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line, short_path(folder) as path:
        line.settimeout(PATIENCE_S)
        line.connect(path)
        yield line


def received(line: socket.socket) -> bytes:
    head = line.recv(4, socket.MSG_WAITALL)
    (length,) = struct.unpack(">I", head)
    return line.recv(length, socket.MSG_WAITALL)


def test_a_question_arrives_whole_and_so_does_its_answer(tmp_path: Path) -> None:
    with serving(tmp_path, echo):
        answer = json.loads(PATIENT.ask(tmp_path, REQUEST))
    assert answer == {"name": "a:B", "content": {"x": 1}, "actor": "owner", "correlation": "c1", "key": "k1"}


def test_only_the_owner_can_come_near_the_socket(tmp_path: Path) -> None:
    with serving(tmp_path, echo):
        assert (tmp_path / NAME).stat().st_mode & 0o777 == 0o600
        assert tmp_path.stat().st_mode & 0o777 == 0o700
    assert not (tmp_path / NAME).exists()


def test_a_caller_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(tmp_path, echo):
        monkeypatch.setattr(os, "getuid", lambda: 424242)
        with pytest.raises(Unauthorized, match="another user"):
            PATIENT.ask(tmp_path, REQUEST)


@pytest.mark.parametrize(
    "problem",
    [
        InputError("no", expected="yes", found="no", remedy="do"),
        DataError("no bars", expected="bars"),
        StorageError("full"),
        UnknownInstrument("APPL", near=["AAPL.XNAS"]),
        TradewrightError("something"),
    ],
    ids=lambda one: type(one).__name__,
)
def test_an_error_comes_back_as_it_was_raised(tmp_path: Path, problem: TradewrightError) -> None:
    async def refuse(request: ControlRequest) -> bytes:
        raise problem

    with serving(tmp_path, refuse), pytest.raises(TradewrightError) as caught:
        PATIENT.ask(tmp_path, REQUEST)
    assert type(caught.value) is type(problem)
    assert str(caught.value) == str(problem)
    assert caught.value.exit_code == problem.exit_code
    assert getattr(caught.value, "near", ()) == getattr(problem, "near", ())


def test_an_error_that_only_the_engine_knows_comes_as_its_branch(tmp_path: Path) -> None:
    class Poisoned(StorageError):
        pass

    async def refuse(request: ControlRequest) -> bytes:
        raise Poisoned("the journal is closed", remedy="start anew")

    with serving(tmp_path, refuse), pytest.raises(StorageError, match="the journal is closed; start anew") as caught:
        PATIENT.ask(tmp_path, REQUEST)
    assert type(caught.value) is StorageError


def test_a_defect_behind_the_door_is_told_and_the_trader_lives(tmp_path: Path) -> None:
    async def broken(request: ControlRequest) -> bytes:
        if request.actor == "owner":
            raise ZeroDivisionError("oops")
        return b"{}"

    with serving(tmp_path, broken):
        with pytest.raises(ControlError, match="ZeroDivisionError: oops"):
            PATIENT.ask(tmp_path, REQUEST)
        assert PATIENT.ask(tmp_path, replace(REQUEST, actor="other")) == b"{}"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not json",
        b"[]",
        b"{}",
        b'{"version": 1}',
        b'{"version": 1, "name": 5, "content": {}, "actor": "a", "correlation_id": "c"}',
        b'{"version": 1, "name": "a", "content": {}, "actor": "a", "correlation_id": "c", "more": 1}',
        b'{"version": 1, "name": "a", "content": {"x": , "actor": "a", "correlation_id": "c"}',
        b'\xff\xfe{"version": 1}',
        b'{"version": 1, "a": ' + b"[" * 3000,
    ],
)
def test_what_is_no_request_is_answered_and_the_caller_may_try_again(tmp_path: Path, content: bytes) -> None:
    with serving(tmp_path, echo), raw(tmp_path) as line:
        line.sendall(framed(content))
        with pytest.raises(InputError, match="no request"):
            answer_in(received(line))
        line.sendall(request_frame(REQUEST))
        assert json.loads(answer_in(received(line)))["name"] == "a:B"


def test_another_version_is_named(tmp_path: Path) -> None:
    with serving(tmp_path, echo), raw(tmp_path) as line:
        line.sendall(framed(b'{"version": 99}'))
        with pytest.raises(InputError, match="different versions: expected control line 1, found 99"):
            answer_in(received(line))


def test_a_frame_that_is_too_long_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with serving(tmp_path, echo), raw(tmp_path) as line:
        line.sendall(struct.pack(">I", LARGEST + 1))
        with pytest.raises(InputError, match="frame is too long"):
            answer_in(received(line))
        assert line.recv(1) == b""


def test_an_answer_that_is_too_long_is_an_error_and_not_a_broken_line(tmp_path: Path) -> None:
    async def long(request: ControlRequest) -> bytes:
        return b'"' + b"x" * LARGEST + b'"'

    with serving(tmp_path, long), pytest.raises(InputError, match="--limit"):
        PATIENT.ask(tmp_path, REQUEST)


def test_half_a_frame_is_cut_after_a_while(tmp_path: Path) -> None:
    with serving(tmp_path, echo, IMPATIENT), raw(tmp_path) as line:
        line.sendall(struct.pack(">I", 100) + b"half")
        assert line.recv(1) == b""


async def large(request: ControlRequest) -> bytes:
    return b'"' + b"x" * (LARGEST - 100) + b'"'


def test_a_caller_that_takes_nothing_does_not_hold_up_the_others(tmp_path: Path) -> None:
    with serving(tmp_path, large) as server, raw(tmp_path) as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 12)
        slow.sendall(request_frame(REQUEST) * 3)
        assert len(slow.recv(1)) == 1
        (held,) = server._callers
        assert len(PATIENT.ask(tmp_path, REQUEST)) > 1_000_000
        assert held in server._callers, "its answers still wait to be taken"


def test_a_caller_that_takes_nothing_is_cut(tmp_path: Path) -> None:
    with serving(tmp_path, large, IMPATIENT) as server, raw(tmp_path) as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 12)
        slow.sendall(request_frame(REQUEST) * 3)
        assert len(slow.recv(1)) == 1
        until = time.monotonic() + PATIENCE_S
        while server._callers:
            assert time.monotonic() < until
            time.sleep(0.005)
        taken = 0
        with contextlib.suppress(ConnectionResetError):
            while part := slow.recv(1 << 20):
                taken += len(part)
        assert taken < LARGEST // 2, "nothing is kept for it any more"


def test_many_callers_are_served_at_once_and_too_many_are_told(tmp_path: Path) -> None:
    with serving(tmp_path, echo, Patience(idle_s=PATIENCE_S, frame_s=PATIENCE_S, callers=3)):
        with raw(tmp_path) as one, raw(tmp_path) as two, raw(tmp_path) as three:
            for line in (three, two, one):
                line.sendall(request_frame(REQUEST))
            for line in (one, two, three):
                answer_in(received(line))
            with pytest.raises(ControlError, match="too many callers"):
                PATIENT.ask(tmp_path, REQUEST)
        deadline = time.monotonic() + PATIENCE_S
        while True:  # places are free again once the callers are gone
            try:
                PATIENT.ask(tmp_path, REQUEST)
                break
            except ControlError:
                assert time.monotonic() < deadline


def test_a_trader_that_is_not_there_or_silent_is_named(tmp_path: Path) -> None:
    with pytest.raises(ControlError, match="is not running"):
        PATIENT.ask(tmp_path / "absent", REQUEST)
    with pytest.raises(ControlError, match="is not running"):
        PATIENT.ask(tmp_path, REQUEST)

    async def silent(request: ControlRequest) -> bytes:
        await asyncio.sleep(10 * PATIENCE_S)
        return b"{}"

    with serving(tmp_path, silent), pytest.raises(ControlError, match=r"silence for 0\.2 s"):
        SocketLine(timeout_s=0.2).ask(tmp_path, REQUEST)


def test_a_trader_that_leaves_in_the_middle_is_named(tmp_path: Path) -> None:
    hung = threading.Event()

    async def hang(request: ControlRequest) -> bytes:
        hung.set()
        await asyncio.sleep(10 * PATIENCE_S)
        return b"{}"

    caught: list[BaseException] = []

    def ask() -> None:
        try:
            PATIENT.ask(tmp_path, REQUEST)
        except LineCut as problem:
            caught.append(problem)

    thread = threading.Thread(target=ask)
    with serving(tmp_path, hang):
        thread.start()
        assert hung.wait(PATIENCE_S)
    thread.join(PATIENCE_S)
    assert "ended while it was asked" in str(caught[0])


def test_a_folder_of_any_depth_will_do(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["a_rather_long_name_of_a_folder"] * 5)
    deep.mkdir(parents=True)
    with serving(deep, echo):
        assert PATIENT.ask(deep, REQUEST)


def test_a_socket_that_a_dead_trader_left_is_replaced(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as left, short_path(tmp_path) as path:
        left.bind(path)
    with serving(tmp_path, echo):
        assert PATIENT.ask(tmp_path, REQUEST)


def test_a_socket_that_cannot_be_made_is_a_storage_error(tmp_path: Path) -> None:
    server = SocketServer(tmp_path / "absent", echo)
    with pytest.raises(StorageError, match="control socket"):
        asyncio.run(server.start())
    asyncio.run(server.close())


@pytest.mark.parametrize("content", [b"", b"[1]", b'{"version": 1}', b"{"])
def test_an_answer_that_is_none_is_an_error(content: bytes) -> None:
    with pytest.raises(ControlError):
        answer_in(content)


def test_an_error_of_an_unknown_kind_is_one_of_the_root() -> None:
    with pytest.raises(TradewrightError, match="news") as caught:
        answer_in(b'{"version": 1, "error": {"kind": "FromTheFuture", "problem": "news"}}')
    assert type(caught.value) is TradewrightError


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_bring_the_trader_down(noise: bytes) -> None:
    answered: Callable[[bytes], Awaitable[bytes]] = SocketServer(Path(), echo)._answered
    assert asyncio.run(_settled(answered(noise)))[:1] in {b"\0"}


async def _settled(answer: Awaitable[bytes]) -> bytes:
    return await answer
