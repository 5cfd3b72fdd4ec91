"""One WebSocket connection: who is it, what do they want to hear, and when does it end.

This file decides the order of things. The first message says who somebody is, within five seconds. Then two things go
on beside each other until one of them ends: reading what the client says, and sending what waits for it. A client that
is cut is told why, where it still reads, and torn down where it does not.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.types import Message, Receive, Scope, Send

from tradewright.application.messages import Actor
from tradewright.application.watching.news import TOPICS
from tradewright.domain.errors import InputError, NotFound, NotIdentified, TradewrightError
from tradewright.interfaces.api.problems import problem_of
from tradewright.interfaces.stream import terms as codes
from tradewright.interfaces.stream.hub import Client, Hub, Subscription
from tradewright.interfaces.stream.outbox import Parcel
from tradewright.interfaces.stream.protocol import TEAR
from tradewright.interfaces.stream.terms import StreamTerms
from tradewright.interfaces.stream.words import (
    Auth,
    Ping,
    Said,
    Subscribe,
    Topics,
    Unsubscribe,
    error_frame,
    filters_of,
    frame,
    said_in,
)

_LOG: Final = logging.getLogger("tradewright.stream")
Allow = Callable[[str, Actor], Awaitable[None]]
"""Raises `Unauthorized` for somebody who may not hear the topic of that name."""


class Ended(Exception):  # noqa: N818 - it is no error
    """The connection is over; with a code, we close it."""

    def __init__(self, code: int | None = None, reason: str = "") -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


@dataclass(slots=True)
class Allowance:
    """How many messages a client may still send now."""

    terms: StreamTerms
    left: float = field(init=False)
    at_s: float = 0.0

    def __post_init__(self) -> None:
        self.left = float(self.terms.burst)

    def take(self, now_s: float) -> bool:
        """Count one; False where there were too many."""
        earned = (now_s - self.at_s) * self.terms.messages_per_s if self.at_s else 0.0
        self.left, self.at_s = min(self.left + earned, float(self.terms.burst)) - 1.0, now_s
        return self.left >= 0.0


@dataclass(slots=True)
class Connection:
    """A connection that was accepted."""

    scope: Scope
    receive: Receive
    send: Send
    terms: StreamTerms
    topics: tuple[str, ...]
    """That this address has."""
    allowance: Allowance = field(init=False)
    mistakes: int = 0

    def __post_init__(self) -> None:
        self.allowance = Allowance(self.terms)

    async def introduced(self, known: Callable[[Auth], Awaitable[Actor]]) -> Actor:
        """Who it is, by the first message."""
        try:
            async with asyncio.timeout(self.terms.entered_within_s):
                said = said_in(await self._text())
                if not isinstance(said, Auth):
                    raise NotIdentified(
                        "the first message says who you are", expected='{"op": "auth", "key": "tw_..."}'
                    )
                return await known(said)
        except TimeoutError:
            raise Ended(codes.NOT_IDENTIFIED, "nobody said who they are") from None
        except TradewrightError as problem:
            raise Ended(codes.NOT_IDENTIFIED, _short(problem.problem)) from problem

    async def attend(self, client: Client, hub: Hub, *, allow: Allow) -> None:
        """Until it ends: what is said is answered, what waits is sent."""
        client.outbox.put(Parcel(self._welcome(client, hub), is_frame=True))
        reading = asyncio.create_task(self._read(client, hub, allow))
        sending = asyncio.create_task(self._write(client))
        try:
            await asyncio.wait({reading, sending}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            hub.leave(client)
            for task in (reading, sending):
                task.cancel()
            ended = await asyncio.gather(reading, sending, return_exceptions=True)
        for one in ended:
            if isinstance(one, Exception) and not isinstance(one, Ended):
                _LOG.error("a connection failed by a defect", exc_info=one)
        said = next((one for one in ended if isinstance(one, Ended)), Ended())
        code, reason = client.end or (said.code, said.reason)
        if code is not None:
            await self.close(code, reason)

    async def close(self, code: int, reason: str) -> None:
        """Say why, and go; where that cannot be said, go all the same."""
        with suppress(Exception):
            async with asyncio.timeout(codes.CLOSED_WITHIN_S):
                await self.send({"type": "websocket.close", "code": code, "reason": _short(reason)})
                while (await self.receive())["type"] != "websocket.disconnect":
                    pass
                return
        self._tear()

    def _tear(self) -> None:
        tear = self.scope.get("extensions", {}).get(TEAR)
        if tear is not None:
            tear["tear"]()

    async def _read(self, client: Client, hub: Hub, allow: Allow) -> None:
        while True:
            text = await self._heard(client)
            said: Said | None = None
            try:
                said = said_in(text)
                await self._answer(said, client, hub=hub, allow=allow)
            except TradewrightError as problem:
                self.mistakes += 1
                named = said.id if said is not None else _id_in(text)
                client.outbox.put(Parcel(error_frame(problem_of(problem), named), is_frame=True))
                if self.mistakes >= self.terms.mistakes:
                    raise Ended(codes.MALFORMED, f"{self.mistakes} messages could not be used") from problem

    async def _heard(self, client: Client) -> str:
        """The next message; silence ends a connection that listens to nothing."""
        while True:
            try:
                async with asyncio.timeout(self.terms.idle_s):
                    return await self._text()
            except TimeoutError:
                if not client.subscriptions:
                    raise Ended(codes.IDLE, "nothing was said, and nothing is subscribed to") from None

    async def _text(self) -> str:
        message: Message = await self.receive()
        if message["type"] == "websocket.disconnect":
            raise Ended
        if not self.allowance.take(asyncio.get_running_loop().time()):
            raise Ended(codes.TOO_OFTEN, f"more than {self.terms.messages_per_s} messages a second")
        text = message.get("text")
        if text is None:
            raise Ended(codes.NO_TEXT, "messages are text")
        if len(text) > codes.FRAME_BYTES:
            raise Ended(codes.TOO_LARGE, "messages have at most 64 KiB")
        return str(text)

    async def _answer(self, said: Said, client: Client, *, hub: Hub, allow: Allow) -> None:
        match said:
            case Subscribe():
                wanted = self._wanted(said, client)
                await allow(said.topic, client.actor)
                after = None if said.after is None else (said.after.stream, said.after.seq)
                hub.subscribe(client, wanted, after=after, id=said.id)
                return
            case Unsubscribe():
                wishes = None
                if said.filters is not None:
                    wishes = filters_of(said.filters, TOPICS[self._known(said.topic)].filters, topic=said.topic)
                ended = hub.unsubscribe(client, self._known(said.topic), wishes=wishes)
                told = frame("unsubscribed", id=said.id, topic=said.topic, ended=ended)
            case Topics():
                told = frame("topics", id=said.id, topics=self._list())
            case Ping():
                told = frame("pong", id=said.id, seq=hub.seq, conflated=client.outbox.conflated)
            case Auth():
                raise InputError("we know who you are", remedy="connect again to be somebody else")
        client.outbox.put(Parcel(told, is_frame=True))

    def _wanted(self, said: Subscribe, client: Client) -> Subscription:
        """What is asked for; a foreign account is as one that is not there."""
        topic = TOPICS[self._known(said.topic)]
        if not topic.works:
            raise NotFound("no such topic yet", expected=", ".join(self._working()), found=said.topic)
        account = said.filters.get("account", "")
        if account and not client.actor.sees(account):
            raise NotFound(f"account {account} is not there", remedy="see: GET /api/accounts")
        wanted = Subscription(said.topic, filters_of(said.filters, topic.filters, topic=said.topic))
        if wanted not in client.subscriptions and len(client.subscriptions) >= self.terms.subscriptions:
            raise InputError(
                "too many subscriptions", expected=f"at most {self.terms.subscriptions}", remedy="unsubscribe from some"
            )
        return wanted

    def _known(self, topic: str) -> str:
        if topic not in self.topics:
            raise NotFound("there is no such topic", expected=", ".join(self.topics), found=topic[:64])
        return topic

    def _working(self) -> list[str]:
        return [name for name in self.topics if TOPICS[name].works]

    def _list(self) -> list[dict[str, Any]]:
        return [
            {
                "topic": name,
                "tells": TOPICS[name].told,
                "works": TOPICS[name].works,
                "lacks": "" if TOPICS[name].works else f"no such topic yet: {TOPICS[name].lacks}",
                "filters": list(TOPICS[name].filters),
                "is_state": bool(TOPICS[name].state),
            }
            for name in self.topics
        ]

    def _welcome(self, client: Client, hub: Hub) -> bytes:
        actor = client.actor
        return frame(
            "welcome",
            name=actor.name,
            roles=sorted(one.value for one in actor.roles),
            accounts=None if actor.accounts is None else sorted(actor.accounts),
            stream=hub.stream,
            seq=hub.seq,
            topics=self._list(),
        )

    async def _write(self, client: Client) -> None:
        while (content := await client.outbox.frame()) is not None:
            try:
                async with asyncio.timeout(self.terms.sent_within_s):
                    await self.send({"type": "websocket.send", "text": content.decode()})
            except TimeoutError:
                client.cut(codes.BEHIND, f"nothing was read for {self.terms.sent_within_s:.0f} s")
                raise Ended from None
            except Exception as gone:
                raise Ended from gone
            client.frames += 1
        client.cut(codes.BEHIND, "news come faster than they are read; come again and go on from the last number")
        raise Ended


def _short(reason: str) -> str:
    """A reason that fits into a close frame: 123 bytes."""
    return reason.encode()[:120].decode(errors="ignore")


def _id_in(text: str) -> str:
    """The client's name of a message that cannot be used, where it can be found."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    named = found.get("id", "") if isinstance(found, dict) else ""
    return named[:128] if isinstance(named, str) else ""
