"""Answers that outlive the process: a command that comes twice with one key is done once, also after a restart.

This file decides how an answer is kept and read again (as JSON, by the return type of its handler), and that one with a
secret in it is not kept at all: who asks twice for a new key is told that it was made.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from hashlib import sha256
from typing import Final

import msgspec

from tradewright.application.access.views import SHOWN_ONCE
from tradewright.application.envelope import Envelope
from tradewright.application.repeats import Remembered, another, at_work
from tradewright.domain.errors import Conflict, InputError
from tradewright.ports.repeats import Claim, KeptRepeats

_SECRET: Final = b""
"""In place of an answer that is shown once."""


@dataclass(frozen=True, slots=True)
class KeptAnswers:
    """Implements `Repeats` over the port."""

    kept: KeptRepeats
    answer_of: Callable[[type], object]
    """The type of a message's answer."""

    def claim(self, envelope: Envelope) -> Remembered | None:
        """See `Repeats.claim`."""
        found = self.kept.claim(envelope.actor.name, str(envelope.idempotency_key), digest=_digest(envelope))
        if found.claim is Claim.NEW:
            return None
        if found.claim is Claim.OTHER:
            raise another(envelope)
        if found.claim is Claim.AT_WORK:
            raise at_work(envelope)
        if found.answer == _SECRET:
            raise Conflict(
                f"{envelope.name} with idempotency key {envelope.idempotency_key} was done",
                found="an answer that is shown once",
                remedy="where it was lost, revoke what was made and ask anew with another key",
            )
        return Remembered(msgspec.json.decode(found.answer, type=self.answer_of(type(envelope.message))))

    def keep(self, envelope: Envelope, answer: object) -> None:
        """See `Repeats.keep`."""
        written = _SECRET if isinstance(answer, SHOWN_ONCE) else msgspec.json.encode(answer)
        self.kept.keep(envelope.actor.name, str(envelope.idempotency_key), answer=written)

    def release(self, envelope: Envelope) -> None:
        """See `Repeats.release`."""
        self.kept.release(envelope.actor.name, str(envelope.idempotency_key))


def _digest(envelope: Envelope) -> str:
    """What was asked, so that two askings can be compared without keeping either; a password could be guessed by it."""
    if is_dataclass(envelope.message) and not all(one.repr for one in fields(envelope.message)):
        raise InputError(
            f"{envelope.name} cannot be asked with an idempotency key", found="a secret in it", remedy="ask it without"
        )
    try:
        content = msgspec.json.encode(envelope.message, order="deterministic")
    except (TypeError, msgspec.MsgspecError) as problem:
        raise InputError(
            f"{envelope.name} cannot be asked with an idempotency key", found=str(problem), remedy="ask it without one"
        ) from problem
    name = f"{type(envelope.message).__module__}:{envelope.name}".encode()
    return sha256(name + b"\n" + content).hexdigest()
