"""Repeats: a command that comes twice with the same key is done once; the second caller gets the first one's answer.

This file decides what is remembered in this process: the answers of the last commands that succeeded. One that failed
is forgotten, so that it can be tried again. Answers that outlive the process are `kept_answers.py`'s.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from typing import Protocol

from tradewright.application.envelope import Envelope
from tradewright.domain.errors import Conflict, InputError


@dataclass(frozen=True, slots=True)
class Remembered:
    """An earlier answer."""

    answer: object


class Repeats(Protocol):
    """Remembers answers by actor and key."""

    def claim(self, envelope: Envelope) -> Remembered | None:
        """The earlier answer, or None: then the caller must do it, and `keep` or `release` afterwards.

        `InputError` when the key came before with another message, or when its first command is still at work.
        """
        ...

    def keep(self, envelope: Envelope, answer: object) -> None:
        """It is done: remember the answer."""
        ...

    def release(self, envelope: Envelope) -> None:
        """It failed: forget the claim."""
        ...


@dataclass(frozen=True, slots=True)
class _Kept:
    message: object
    answer: Remembered | None
    """None while it is at work."""


@dataclass(slots=True)
class RecentAnswers:
    """The last `limit` answers, in memory; safe for several threads."""

    limit: int = 10_000
    _kept: OrderedDict[tuple[str, str], _Kept] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def claim(self, envelope: Envelope) -> Remembered | None:
        """See `Repeats.claim`."""
        with self._lock:
            found = self._kept.get(_name(envelope))
            if found is None:
                self._kept[_name(envelope)] = _Kept(envelope.message, None)
                return None
        if type(found.message) is not type(envelope.message) or found.message != envelope.message:
            raise another(envelope)
        if found.answer is None:
            raise at_work(envelope)
        return found.answer

    def keep(self, envelope: Envelope, answer: object) -> None:
        """See `Repeats.keep`."""
        with self._lock:
            self._kept[_name(envelope)] = _Kept(envelope.message, Remembered(answer))
            self._kept.move_to_end(_name(envelope))
            surplus = len(self._kept) - self.limit
            finished = (name for name, one in self._kept.items() if one.answer is not None)
            for name in [name for name, _ in zip(finished, range(surplus), strict=False)]:
                del self._kept[name]

    def release(self, envelope: Envelope) -> None:
        """See `Repeats.release`."""
        with self._lock:
            self._kept.pop(_name(envelope), None)


def another(envelope: Envelope) -> InputError:
    """The key was used for something else."""
    return InputError(
        f"idempotency key {envelope.idempotency_key} came before with another message",
        expected="the same message again",
        found=envelope.name,
        remedy="use a new key for a new wish",
    )


def at_work(envelope: Envelope) -> Conflict:
    """Somebody is doing it."""
    return Conflict(
        f"{envelope.name} with idempotency key {envelope.idempotency_key} is still at work",
        remedy="ask again in a moment",
    )


def _name(envelope: Envelope) -> tuple[str, str]:
    return envelope.actor.name, str(envelope.idempotency_key)
