"""Facts of oversight: how far trading is shut, by which limits, what is frozen, what somebody has to look at."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TradingStateChanged:
    """Trading was shut further or opened, for everything or for one strategy or instrument."""

    time_ns: int
    scope: str
    """Empty: everything; else the name of a strategy or an instrument."""
    state: int
    """`TradingState`."""
    who: str
    reason: str


@dataclass(frozen=True, slots=True)
class LimitsAdopted:
    """From here on another version of the limits holds."""

    time_ns: int
    version: int
    who: str
    limits: Mapping[str, str]
    """Every limit as text, for people."""
    policy: str = ""
    """The whole policy, as `policy_line` writes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandAnswered:
    """A person's command with an idempotency key was answered: the same one again gets this answer and does nothing."""

    time_ns: int
    who: str
    key: str
    command: str
    """The kind of command, and a digest of what it asked for."""
    is_done: bool
    story: str
    client_order_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InstrumentFrozen:
    """Nothing new is risked in the instrument until its books agree with the venue's again."""

    time_ns: int
    instrument: str
    reason: str


@dataclass(frozen=True, slots=True)
class InstrumentThawed:
    """The instrument's books agree again."""

    time_ns: int
    instrument: str


@dataclass(frozen=True, slots=True)
class IncidentRaised:
    """Something that must not happen has happened."""

    time_ns: int
    code: str
    subject: str
    story: str


@dataclass(frozen=True, slots=True)
class AlertRaised:
    """Somebody has to look; told once until it is seen."""

    time_ns: int
    severity: str
    code: str
    subject: str
    story: str


@dataclass(frozen=True, slots=True)
class AlertSeen:
    """A person has seen an alert."""

    time_ns: int
    code: str
    subject: str
    who: str
