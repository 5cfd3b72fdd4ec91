"""An effect is what a session wants done in the world; the shell does it after the facts before it are durable.

This file decides which effects there are. An effect is never replayed: what came of it comes back as an input.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tradewright.ports import broker
from tradewright.ports.hosts import Shown


class Severity(StrEnum):
    """How loudly to say it."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"
    """Somebody must look now; unseen for two minutes it shuts trading to what reduces."""


@dataclass(frozen=True, slots=True)
class Tell:
    """Hand a command to the broker. Orders come back as `HandedOver` or `NotHandedOver`."""

    command: broker.Command


@dataclass(frozen=True, slots=True)
class Show:
    """Show the strategy a slice, and record what it was shown."""

    shown: Shown


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """The slice is dealt with; the feed may go on."""

    slice: int


@dataclass(frozen=True, slots=True)
class SetTimer:
    """Ring by that name after so long, in monotonic time; the same name set again replaces the timer."""

    name: str
    after_ns: int


@dataclass(frozen=True, slots=True)
class Alert:
    """Tell people."""

    severity: Severity
    code: str
    subject: str
    story: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a person's command: the ids it concerns, or why not."""

    number: int
    is_done: bool
    story: str
    client_order_ids: tuple[str, ...] = ()
    to_type: Mapping[str, str] = field(default_factory=dict)
    """What soft controls alone found against an order: typed, the order is let through."""


@dataclass(frozen=True, slots=True)
class CloseHost:
    """End the strategy's host."""

    reason: str


@dataclass(frozen=True, slots=True)
class EndSession:
    """Leave, in good order."""

    reason: str


Effect = Tell | Show | Acknowledge | SetTimer | Alert | Answer | CloseHost | EndSession
