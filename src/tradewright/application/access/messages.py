"""What can be asked about who may come in: keys of programs, people with passwords, logins, and the audit trail."""

from dataclasses import dataclass, field

from tradewright.application.messages import Role

DAY_S = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateKey:
    """Make a key for a program. Answer: `NewKey`, the only time that its secret is shown."""

    name: str
    """Whose it is: the name in audit and journal."""
    roles: tuple[Role, ...]
    accounts: tuple[str, ...] | None = None
    """Accounts that it sees and touches; None: all."""
    days: int | None = None
    """How long it is good; None: until it is revoked."""


@dataclass(frozen=True, slots=True)
class MakeFirstKey:
    """Make the admin's key where no key was ever made. Answer: `FirstKey`."""

    name: str = "admin"


@dataclass(frozen=True, slots=True)
class Keys:
    """Every key without its secret, newest first. Answer: a tuple of `KeyView`."""


@dataclass(frozen=True, slots=True)
class RevokeKey:
    """From now on a key opens nothing. Answer: `KeyView`."""

    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RotateKey:
    """Make a new key in place of one, which goes on for a while. Answer: `NewKey`."""

    key: str
    overlap_s: int = DAY_S
    """How long the old one still opens; 0: not at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogIn:
    """Come in with a password. Answer: `LoggedIn`, the only time that its key is shown."""

    name: str
    password: str = field(repr=False)
    address: str = ""
    """Where it is asked from, as the door saw it."""


@dataclass(frozen=True, slots=True)
class LogOut:
    """End this login, or all of this person. Answer: `LoggedOut`."""

    everywhere: bool = False


@dataclass(frozen=True, slots=True)
class WhoAmI:
    """Who asks, as the system knows them. Answer: `ActorView`."""


@dataclass(frozen=True, slots=True)
class IssueTicket:
    """Make a ticket for the key that asks: good for thirty seconds and one WebSocket. Answer: `TicketView`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepPerson:
    """Add somebody who logs in, or change them. Answer: `PersonView`. A new password ends their logins, and so do new
    roles or accounts."""

    name: str
    password: str | None = field(default=None, repr=False)
    """None: as it was."""
    roles: tuple[Role, ...]
    accounts: tuple[str, ...] | None = None
    """None: all."""


@dataclass(frozen=True, slots=True)
class People:
    """Everybody who can log in, by name. Answer: a tuple of `PersonView`."""


@dataclass(frozen=True, slots=True)
class RemovePerson:
    """Somebody logs in no more; their logins end. Answer: `PersonView` as they were."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntries:
    """Who asked what, newest first. Answer: a page of `AuditEntry`."""

    actor: str = ""
    message: str = ""
    """Its class, as `PressKill`."""
    correlation_id: str = ""
    outcome: str = ""
    since_ns: int | None = None
    until_ns: int | None = None
    limit: int = 100
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class AuditCheck:
    """Whether the trail is as it was written. Answer: `AuditCheckView`."""
