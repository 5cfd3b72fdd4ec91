"""Answers lead what came of a command back to whoever gave it: a person at a door, or the supervisor.

This file decides that a command gets one answer, and that a session that ends answers what it left open.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from tradewright.domain.errors import TradewrightError
from tradewright.engine.session.effects import Answer
from tradewright.engine.session.inputs import Asked

A = TypeVar("A", bound=Asked)


class SessionEnded(TradewrightError):  # noqa: N818 - said as an operator says it
    """The session ended before it could answer; whether the command was carried out is in the journal."""


class Answers:
    """The commands that wait for their answer, by number."""

    __slots__ = ("_last", "_waiting")

    def __init__(self) -> None:
        self._last = 0
        self._waiting: dict[int, tuple[Callable[[Answer], None], asyncio.Future[Answer] | None]] = {}

    def expect(self, command: A, then: Callable[[Answer], None]) -> A:
        """The command with its number; `then` gets the answer."""
        return self._numbered(command, then, None)

    def future(self, command: A) -> tuple[A, "asyncio.Future[Answer]"]:
        """The command with its number, and its answer to be awaited; whoever stops waiting is forgotten."""
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        numbered = self._numbered(command, future.set_result, future)
        future.add_done_callback(lambda _: self._waiting.pop(numbered.number, None))
        return numbered, future

    def _numbered(self, command: A, then: Callable[[Answer], None], future: "asyncio.Future[Answer] | None") -> A:
        self._last += 1
        self._waiting[self._last] = (then, future)
        return replace(command, number=self._last)

    def settle(self, answer: Answer) -> None:
        """Give an answer to whoever waits for it; nobody may."""
        then, future = self._waiting.pop(answer.number, (None, None))
        if then is not None and (future is None or not future.done()):
            then(answer)

    def end(self, reason: str) -> None:
        """Nothing is answered any more."""
        waiting, self._waiting = self._waiting, {}
        for _, future in waiting.values():
            if future is not None and not future.done():
                future.set_exception(
                    SessionEnded(
                        f"the session ended before it answered: {reason}", remedy="look into its journal, and ask again"
                    )
                )
