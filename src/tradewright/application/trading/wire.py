"""How messages and their answers are spelled on the control line, by a table of those that may travel.

What is not in the table does not travel, in either direction.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from tradewright.application.envelope import Envelope
from tradewright.application.messages import OWNER, Actor
from tradewright.domain.errors import InputError
from tradewright.domain.identifiers import CorrelationId, IdempotencyKey
from tradewright.ports.control import ControlRequest


def name_of(message: type) -> str:
    """`package.module:Class`, as routes name it."""
    return f"{message.__module__}:{message.__qualname__}"


@dataclass(frozen=True, slots=True)
class Wire:
    """Both ends of the line, by one table."""

    table: Mapping[type, object]
    """Message -> type of its answer."""
    _names: dict[str, type] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_names", {name_of(one): one for one in self.table})

    def request_of(self, envelope: Envelope) -> ControlRequest:
        """An envelope, to be sent; LookupError for a message that does not travel."""
        if type(envelope.message) not in self.table:
            raise LookupError(f"{envelope.name} does not travel to a trader; add it to the table")
        return ControlRequest(
            name=name_of(type(envelope.message)),
            content=msgspec.json.encode(envelope.message),
            actor=envelope.actor.name,
            correlation_id=envelope.correlation_id,
            idempotency_key=envelope.idempotency_key,
        )

    def envelope_of(self, request: ControlRequest) -> Envelope:
        """What was sent, with the owner's roles: nobody else comes near the line. InputError for anything else."""
        kind = self._names.get(request.name)
        if kind is None:
            raise InputError("a trader does not answer this", expected="a message of its table", found=request.name)
        try:
            message: object = msgspec.json.decode(request.content, type=kind)
        except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
            raise InputError(f"this is no {kind.__name__}", found=str(problem)) from problem
        key = None if request.idempotency_key is None else IdempotencyKey(request.idempotency_key)
        return Envelope(message, Actor(request.actor, OWNER.roles), CorrelationId(request.correlation_id), key)

    def answer_to(self, message: object, content: bytes) -> object:
        """The answer as it was given; InputError where it is none."""
        try:
            return msgspec.json.decode(content, type=self.table[type(message)])
        except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
            raise InputError(f"this is no answer to {type(message).__name__}", found=str(problem)) from problem


def spelled(answer: object) -> bytes:
    """An answer, to be sent back."""
    return msgspec.json.encode(answer)
