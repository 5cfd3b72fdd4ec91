"""An exit is how a trading session ended, in words for the person who has to decide what comes next."""

from dataclasses import dataclass
from enum import StrEnum


class ExitCause(StrEnum):
    """Why it ended."""

    ORDERLY = "orderly"
    """Somebody or something wanted it; everything was settled."""
    AT_ONCE = "at_once"
    """Somebody would not wait: facts are safe, orders are as they were."""
    REFUSED = "refused"
    """It could not begin: the reason says what to do."""
    FAILED = "failed"
    """Something broke; start it anew, and it goes on from what is safe."""


@dataclass(frozen=True, slots=True)
class Exit:
    """The end of one run of a session."""

    cause: ExitCause
    reason: str
    problem: Exception | None = None
    """What broke, for the log."""
    notes: tuple[str, ...] = ()
    """What else went wrong while everything was put away."""
