"""Following is reading an answer again and again, as server-sent events, until nothing happens to it any more.

This file decides what a follower is told: the answer as it is now, each change of it, and its end; a sign of life where
nothing changes. Whoever comes back with the number of the last change they saw is told what is newer, and who has seen
the end is told to stay away (204).
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from tradewright.domain.errors import TooOften
from tradewright.interfaces.api.problems import problem_of

MEDIA: Final = "text/event-stream"
LOOKS_EVERY_S: Final = 0.25
LIFE_AFTER_LOOKS: Final = 60
"""Looks without news, until a sign of life is sent: 15 s."""
MOST_LOOKS: Final = 14_400
"""An hour; then it is closed, and whoever still wants to know comes back, as browsers do by themselves."""
MOST_OF_A_KEY: Final = 8
MOST: Final = 200
"""Followers of a server at once."""


class Followed(Protocol):
    """An answer that changes."""

    @property
    def change(self) -> int:
        """Grows with every change."""
        ...

    @property
    def is_final(self) -> bool:
        """Nothing happens to it any more."""
        ...


@dataclass(slots=True)
class Followers:
    """Who follows something at the moment."""

    by_key: dict[str, int] = field(default_factory=dict)

    def enter(self, key: str) -> None:
        """One more; `TooOften` where the key has its share, or the server is full."""
        if self.by_key.get(key, 0) >= MOST_OF_A_KEY or sum(self.by_key.values()) >= MOST:
            raise TooOften("too many follow at once", wait_s=5, expected=f"at most {MOST_OF_A_KEY} of a key")
        self.by_key[key] = self.by_key.get(key, 0) + 1

    def leave(self, key: str) -> None:
        """One less."""
        self.by_key[key] -= 1
        if not self.by_key[key]:
            del self.by_key[key]


@dataclass(frozen=True, slots=True, kw_only=True)
class Following:
    """One follower."""

    key: str
    first: Followed
    again: Callable[[], Awaitable[Followed]]
    """The answer as it is now; raises what a request would be refused with."""
    told: Callable[[object], bytes]
    """As JSON on one line."""
    correlation_id: str
    seen: int | None
    """The last change that is known already."""
    is_leaving: Callable[[], bool] = lambda: False
    """Whether the server is about to end."""

    def response(self, followers: Followers) -> Response:
        """The stream, or 204 for who has seen the end."""
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        if self.first.is_final and self.seen == self.first.change:
            return Response(status_code=204, headers=headers)
        followers.enter(self.key)
        return EventStream(self._events(), headers=headers, leaves=lambda: followers.leave(self.key))

    async def _events(self) -> AsyncIterator[bytes]:
        yield b"retry: 2000\n\n"
        answer, seen, quiet = self.first, self.seen, 0
        for _ in range(MOST_LOOKS):
            quiet += 1
            if answer.change != seen:
                seen, quiet = answer.change, 0
                yield event("end" if answer.is_final else "progress", self.told(answer), number=seen)
            elif quiet % LIFE_AFTER_LOOKS == 0:
                yield b": nothing new\n\n"
            if answer.is_final or self.is_leaving():
                return
            await asyncio.sleep(LOOKS_EVERY_S)
            try:
                answer = await self.again()
            except Exception as error:  # noqa: BLE001 - the door: every error becomes a problem
                problem = problem_of(error, self.correlation_id)
                if problem.code == "overloaded":
                    continue
                yield event("problem", problem.content(self.correlation_id))
                return


class EventStream(StreamingResponse):
    """Events as they come, and a place that is given back however it ends."""

    def __init__(self, events: AsyncIterator[bytes], *, headers: Mapping[str, str], leaves: Callable[[], None]) -> None:
        super().__init__(events, media_type=MEDIA, headers=headers)
        self._leaves = leaves

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the end, or until nobody reads any more."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._leaves()


def event(name: str, content: bytes, *, number: int | None = None) -> bytes:
    """One event; JSON has no line ends of its own.

    >>> event("end", b"{}", number=7)
    b'id: 7\\nevent: end\\ndata: {}\\n\\n'
    """
    head = b"" if number is None else b"id: %d\n" % number
    return head + b"event: " + name.encode() + b"\ndata: " + content + b"\n\n"


def is_asked_for(request: Request) -> bool:
    """Whether events are wanted instead of one answer."""
    kinds = (one.partition(";")[0].strip() for one in request.headers.get("accept", "").split(","))
    return MEDIA in kinds


def seen_in(request: Request) -> int | None:
    """The number of the last event that was seen; None for none, and for what is no number of ours."""
    text = request.headers.get("last-event-id", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None
