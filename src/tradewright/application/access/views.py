"""What every door shows of who may come in. Times are nanoseconds UTC; no secret is shown but once."""

from dataclasses import dataclass, field

from tradewright.application.messages import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyView:
    """A key without its secret."""

    id: str
    kind: str
    """`program` or `login`."""
    name: str
    roles: tuple[Role, ...]
    accounts: tuple[str, ...] | None
    """None: all."""
    state: str
    """`good`, `expired` or `revoked`."""
    created_ns: int
    created_by: str
    expires_ns: int | None
    revoked_ns: int | None
    used_ns: int | None
    """Last use, to the minute."""
    replaces: str
    """Id of the key that this one was rotated from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key with its secret."""

    key: str = field(repr=False)
    """What is sent with each request; it is shown this once and kept nowhere."""
    about: KeyView


@dataclass(frozen=True, slots=True)
class FirstKey:
    """The admin's key, where it was made just now."""

    made: NewKey | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedIn:
    """A login."""

    key: str = field(repr=False)
    """What is sent with each request until it expires; it is shown this once."""
    expires_ns: int
    name: str
    roles: tuple[Role, ...]
    accounts: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class LoggedOut:
    """Logins that ended."""

    ended: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ActorView:
    """Who asks."""

    name: str
    roles: tuple[Role, ...]
    accounts: tuple[str, ...] | None
    key: str
    """Public id of the key they came in with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonView:
    """Somebody who logs in with a password."""

    name: str
    roles: tuple[Role, ...]
    accounts: tuple[str, ...] | None
    created_ns: int
    failures: int
    """Wrong passwords in a row."""
    locked_until_ns: int
    """0: not locked."""


@dataclass(frozen=True, slots=True)
class AuditCheckView:
    """What the chain of digests proves."""

    is_sound: bool
    first_broken: int | None
    """Number of the first entry that does not follow from the one before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketView:
    """A ticket."""

    ticket: str = field(repr=False)
    """What is shown as the first message of a WebSocket; it is good for one use."""
    expires_ns: int


SHOWN_ONCE = (NewKey, FirstKey, LoggedIn, TicketView)
"""Answers with a secret in them: they are kept nowhere, also not for a command that comes twice."""
