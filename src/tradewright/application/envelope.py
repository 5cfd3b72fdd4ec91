"""An envelope carries a message with what is known of its asking: who, as part of what, whether it is a repeat."""

from dataclasses import dataclass

from tradewright.application.messages import Actor
from tradewright.domain.identifiers import CorrelationId, IdempotencyKey


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message on its way to its handler."""

    message: object
    actor: Actor
    correlation_id: CorrelationId
    """Joins everything this asking causes, from the door to the last log line."""
    idempotency_key: IdempotencyKey | None = None
    """The caller's promise that two envelopes with it are one wish; None: every envelope is a wish of its own."""

    door: str = ""
    """Where it came in: `cli`, `api`, `python`, `schedule`, `job`; empty: nobody said."""

    @property
    def name(self) -> str:
        """The message's class name."""
        return type(self.message).__name__
