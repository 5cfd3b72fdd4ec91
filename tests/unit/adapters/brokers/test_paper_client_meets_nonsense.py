"""The paper broker against a venue that is silent, strange or broken: it says what is wrong and never guesses."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tradewright.adapters.brokers.paper import broker as broker_module
from tradewright.adapters.brokers.paper import client
from tradewright.adapters.brokers.paper.broker import PaperBroker
from tradewright.adapters.brokers.paper.client import LARGEST, Place
from tradewright.adapters.brokers.paper.translate import Refused, Replay, heard
from tradewright.domain.errors import BrokerError, InputError, NotFound, StorageError
from tradewright.ports.broker import AccountAnswer, AskAccount, CashMoved, Connected, Disconnected, NoAnswer, SplitDone
from tradewright.ports.feed import FeedLost, Subscription

WELCOME = {"kind": "Welcome", "body": {"version": 1, "account": "main", "process": 1}}
WANTED = Subscription(instruments=("AAA.XNYS",), interval="1d", warm_up_bars=0)
Venue = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def frame(kind: str, body: object) -> bytes:
    content = msgspec.json.encode({"kind": kind, "body": body})
    return len(content).to_bytes(4, "big") + content


def saying(*frames: bytes, stays: bool = True) -> Venue:
    """A venue that says these frames to everybody, whatever it is told."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for one in frames:
            writer.write(one)
        if stays:
            while await reader.read(1 << 16):
                pass
        writer.close()

    return talk


def against(folder: Path, venue: Venue, case: Callable[[PaperBroker, list[Any]], Awaitable[None]]) -> list[Any]:
    """Play a case against a venue of the test's own."""
    seen: list[Any] = []

    async def played() -> None:
        talks: set[asyncio.Task[None]] = set()

        async def watched(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            talk = asyncio.current_task()
            assert talk is not None
            talks.add(talk)
            try:
                await venue(reader, writer)
            finally:
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()

        server = await asyncio.start_unix_server(watched, path=folder / "venue.sock")
        made = PaperBroker(Place(folder=folder, account="main", starts=False), replay=Replay(stretch="s"))
        try:
            await case(made, seen)
        finally:
            await made.close()
            server.close()
            for talk in talks:
                talk.cancel()
            await asyncio.gather(*talks, return_exceptions=True)
            await asyncio.sleep(0.01)

    asyncio.run(played())
    return seen


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not is_so():
            await asyncio.sleep(0.001)


@pytest.mark.parametrize(
    ("frames", "told"),
    [
        ((frame("Welcome", WELCOME["body"] | {"account": "other"}),), "not the paper account"),  # type: ignore[operator]
        ((frame("NoAnswer", {"number": 1, "reason": ""}),), "not the paper account"),
        ((frame("Weather", {}),), "cannot be read"),
        ((b"\0\0\0\1{",), "cannot be read"),
        (((LARGEST + 1).to_bytes(4, "big"),), "too long"),
        (
            (frame("Refused", {"error": "?", "problem": "go away", "expected": "", "found": "", "remedy": ""}),),
            "go away",
        ),
    ],
)
def test_a_venue_that_cannot_be_trusted_is_not_connected_to(
    tmp_path: Path, frames: tuple[bytes, ...], told: str
) -> None:
    async def case(made: PaperBroker, seen: list[Any]) -> None:
        with pytest.raises(BrokerError, match=told):
            await made.connect(seen.append)

    assert against(tmp_path, saying(*frames), case) == []


def test_a_venue_that_hangs_up_or_says_nothing_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def case(made: PaperBroker, seen: list[Any]) -> None:
        with pytest.raises(BrokerError, match="does not answer"):
            await made.connect(seen.append)

    (tmp_path / "a").mkdir()
    against(tmp_path / "a", saying(stays=False), case)
    monkeypatch.setattr(broker_module, "_HELLO_S", 0.01)
    (tmp_path / "b").mkdir()
    against(tmp_path / "b", saying(), case)


@pytest.mark.parametrize(
    "after",
    [
        frame("Welcome", WELCOME["body"]),
        frame("Refused", {"error": "InputError", "problem": "no", "expected": "", "found": "", "remedy": ""}),
        b"\0\0\0\1[",
    ],
)
def test_nonsense_later_is_a_lost_connection(tmp_path: Path, after: bytes) -> None:
    async def case(made: PaperBroker, seen: list[Any]) -> None:
        await made.connect(seen.append)
        await until(lambda: len(seen) >= 3)

    seen = against(tmp_path, saying(frame("Welcome", WELCOME["body"]), after), case)
    assert [type(event) for event in seen[:3]] == [Connected, Disconnected, Connected]


def test_a_replay_that_is_never_answered_ends_with_what_was_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker_module, "_SUBSCRIBE_S", 0.02)

    async def case(made: PaperBroker, seen: list[Any]) -> None:
        await made.connect(seen.append)
        with pytest.raises(BrokerError, match="does not answer"):
            await made.subscribe(WANTED, seen.append)

    against(tmp_path, saying(frame("Welcome", WELCOME["body"])), case)


def test_a_replay_is_refused_or_lost_before_and_after_it_began(tmp_path: Path) -> None:
    refused = {"error": "DataError", "problem": "too little", "expected": "", "found": "", "remedy": ""}
    calls = 0

    async def venue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal calls
        calls += 1
        writer.write(frame("Welcome", WELCOME["body"]))
        told = b""
        while b"Subscribe" not in told and (part := await reader.read(1 << 16)):
            told += part
        if calls == 2:
            writer.write(frame("Subscribed", {"after": 0}))
        elif calls == 3:
            writer.write(frame("SubscribeRefused", refused))
        await asyncio.sleep(0.02)
        writer.close()

    async def case(made: PaperBroker, seen: list[Any]) -> None:
        await made.connect(lambda event: None)
        with pytest.raises(BrokerError, match="lost before the replay began"):
            await made.subscribe(WANTED, seen.append)
        await until(lambda: made._wire is not None)
        await made.subscribe(WANTED, seen.append)
        await until(lambda: any("too little" in getattr(event, "reason", "") for event in seen))

    assert all(isinstance(event, FeedLost) for event in against(tmp_path, venue, case))


def test_an_answer_goes_to_the_sink_and_a_closed_broker_hears_nothing(tmp_path: Path) -> None:
    answer = frame("NoAnswer", {"number": 4, "reason": "busy"})

    async def case(made: PaperBroker, seen: list[Any]) -> None:
        made.cut()
        await made.connect(seen.append)
        made.enqueue(AskAccount(4))
        await until(lambda: len(seen) == 2)

    seen = against(tmp_path, saying(frame("Welcome", WELCOME["body"]), answer), case)
    assert seen == [Connected(), NoAnswer(4, "busy")]


def test_a_folder_that_cannot_be_entered_or_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(BrokerError, match="cannot be reached"):
            asyncio.run(PaperBroker(Place(folder=folder, account="main")).connect(print))


def test_a_venue_that_starts_and_never_listens_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "_START_S", 0.06)
    monkeypatch.setattr(client, "MODULE", "this")
    with pytest.raises(BrokerError, match=r"does not listen|ended with code"):
        asyncio.run(PaperBroker(Place(folder=tmp_path / "a", account="main")).connect(print))


def test_movements_come_back_as_what_they_were() -> None:
    split = {"identity": "m1", "instrument": "A", "ratio": "2", "price": "5", "time_ns": 1}
    paid = {"identity": "m2", "kind": "dividend", "instrument": "A", "currency": "USD", "amount": "0.10", "time_ns": 2}
    body = {
        "number": 1, "positions": {"A": "0.30"}, "cash": {"USD": "1.10"}, "is_complete": True, "is_quiet": True,
        "movements": [["SplitDone", split], ["CashMoved", paid]],
    }  # fmt: skip
    assert heard(msgspec.json.encode({"kind": "AccountAnswer", "body": body})) == AccountAnswer(
        1,
        {"A": Decimal("0.30")},
        {"USD": Decimal("1.10")},
        is_complete=True,
        movements=(
            SplitDone("m1", "A", Decimal(2), Decimal(5), 1),
            CashMoved("m2", "dividend", "A", "USD", Decimal("0.10"), 2),
        ),
    )


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("InputError", InputError),
        ("UnknownInstrument", NotFound),
        ("StorageError", StorageError),
        ("Sequence", BrokerError),
    ],
)
def test_an_error_comes_back_as_the_nearest_branch_of_the_tree(name: str, kind: type[Exception]) -> None:
    made = Refused(name, "no", "this", "that", "do").raised()
    assert type(made) is kind
    assert str(made) == "no: expected this, found that; do"
