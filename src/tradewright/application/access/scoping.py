"""Whose things somebody sees: an actor with a set of accounts meets a system in which there are no others.

This file decides it for every message at once. What a handler asks for is handed to it narrowed to the actor's accounts
(`narrowed`), and a message that names a foreign account is told that there is none (`by_account`). A name that nobody
has thought about here cannot be handed to anybody (`NARROWED`, `WITHOUT_ACCOUNTS`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeVar

from tradewright.application.dispatcher import Route, by_role
from tradewright.application.envelope import Envelope
from tradewright.application.trading.traders import Traders
from tradewright.domain.errors import NotFound
from tradewright.ports.assessments import Assessment, Assessments
from tradewright.ports.deployments import Deployment, Deployments, Wanted
from tradewright.ports.disk import Hold
from tradewright.ports.kill import KillNote
from tradewright.ports.paging import Page, Slot
from tradewright.ports.sessions import (
    AccountOpening,
    Accounts,
    ArmingFile,
    DamagedSession,
    KeptSession,
    SessionEnd,
    Sessions,
    SessionTerms,
)

Seen = frozenset[str]
"""Names of accounts."""
Kept = TypeVar("Kept", Assessment, Deployment)


def may_ask(envelope: Envelope, route: Route) -> None:
    """By role, and by the account that the message names."""
    by_role(envelope, route)
    by_account(envelope)


def by_account(envelope: Envelope) -> None:
    """`NotFound` for a message about an account that the actor does not see, as if there were none."""
    account = getattr(envelope.message, "account", "")
    if isinstance(account, str) and account and not envelope.actor.sees(account):
        raise no_account(account)


def no_account(account: str) -> NotFound:
    """What is said of an account that is not there, and of one that is another's."""
    return NotFound(f"account {account} is not there", remedy="see: GET /api/accounts")


@dataclass(frozen=True, slots=True)
class SeenSessions:
    """Sessions of some accounts; the others are not there."""

    every: Sessions
    seen: Seen

    def create(self, terms: SessionTerms) -> KeptSession:
        """On an account that is seen."""
        self._check(terms.account)
        return self.every.create(terms)

    def all(self) -> Sequence[KeptSession]:
        """Newest first."""
        return [one for one in self.every.all() if one.terms.account in self.seen]

    def damaged(self) -> Sequence[DamagedSession]:
        """Nobody knows whose they are."""
        return ()

    def find(self, name: str) -> KeptSession:
        """By the id or its beginning, among those that are seen."""
        every = self.all()
        if name == "latest" and every:
            return every[0]
        ids = [one.terms.session for one in every]
        found = [one for one in ids if one == name] or [one for one in ids if name and one.startswith(name)]
        if len(found) != 1:
            told = ", ".join((found or ids)[:8])
            raise NotFound(
                f"session {name} is not {'the only one' if found else 'there'}",
                expected=f"one of {told}" if told else "a session that was started before",
            )
        return every[ids.index(found[0])]

    def hold(self, session: str) -> Hold:
        """Of one that is seen."""
        return self.every.hold(self.find(session).terms.session)

    def end(self, session: str, end: SessionEnd) -> None:
        """Of one that is seen."""
        self.every.end(self.find(session).terms.session, end)

    def reopen(self, session: str) -> None:
        """Of one that is seen."""
        self.every.reopen(self.find(session).terms.session)

    def _check(self, account: str) -> None:
        if account not in self.seen:
            raise no_account(account)


@dataclass(frozen=True, slots=True)
class SeenAccounts:
    """Some accounts; the others are not there."""

    every: Accounts
    seen: Seen

    def names(self) -> Sequence[str]:
        """Those that are seen."""
        return [one for one in self.every.names() if one in self.seen]

    def opening(self, account: str) -> AccountOpening | None:
        """What it was opened with."""
        return self.every.opening(self._own(account))

    def open(self, account: str, opening: AccountOpening) -> None:
        """Keep what it is opened with."""
        self.every.open(self._own(account), opening)

    def arming(self, account: str) -> ArmingFile | None:
        """Who armed it."""
        return self.every.arming(self._own(account))

    def folder(self, account: str) -> Path:
        """Where it lies."""
        return self.every.folder(self._own(account))

    def kill_file(self, account: str) -> Path:
        """Where its kill is written."""
        return self.every.kill_file(self._own(account))

    def kill(self, account: str, note: KillNote) -> None:
        """Shut it."""
        self.every.kill(self._own(account), note)

    def killed(self, account: str) -> KillNote | None:
        """By whom it is shut."""
        return self.every.killed(self._own(account))

    def release(self, account: str, note: KillNote) -> None:
        """Open it."""
        self.every.release(self._own(account), note)

    def kills(self, account: str) -> Sequence[tuple[str, KillNote]]:
        """Its history."""
        return self.every.kills(self._own(account))

    def _own(self, account: str) -> str:
        if account not in self.seen:
            raise no_account(account)
        return account


@dataclass(frozen=True, slots=True)
class SeenAssessments:
    """Assessments of some accounts."""

    every: Assessments
    seen: Seen

    def add(self, assessment: Assessment) -> None:
        """Of an account that is seen."""
        if assessment.account not in self.seen:
            raise no_account(assessment.account)
        self.every.add(assessment)

    def find(self, assessment: str) -> Assessment:
        """By id."""
        return _found(lambda: self.every.find(assessment), f"there is no assessment {assessment}", self.seen)

    def all(self, slot: Slot, *, account: str = "") -> Page[Assessment]:
        """Newest first; without an account, of all that are seen, so that a page may have fewer than were asked for."""
        only = next(iter(self.seen)) if len(self.seen) == 1 and not account else account
        if only and only not in self.seen:
            raise no_account(only)
        page = self.every.all(slot, account=only)
        return Page([one for one in page.items if one.account in self.seen], page.cursor)


@dataclass(frozen=True, slots=True)
class SeenDeployments:
    """Deployments on some accounts."""

    every: Deployments
    seen: Seen

    def add(self, deployment: Deployment) -> None:
        """On an account that is seen."""
        if deployment.account not in self.seen:
            raise no_account(deployment.account)
        self.every.add(deployment)

    def change(self, deployment: Deployment, *, was_ns: int) -> None:
        """One that is seen, and stays where it is seen."""
        self.find(deployment.id)
        if deployment.account not in self.seen:
            raise no_account(deployment.account)
        self.every.change(deployment, was_ns=was_ns)

    def find(self, deployment: str) -> Deployment:
        """By id."""
        return _found(lambda: self.every.find(deployment), f"there is no deployment {deployment}", self.seen)

    def all(self, *, wanted: Wanted | None = None) -> Sequence[Deployment]:
        """Newest first."""
        return [one for one in self.every.all(wanted=wanted) if one.account in self.seen]


def _found(find: Callable[[], Kept], told: str, seen: Seen) -> Kept:
    """What is there and seen; else the same words for what is another's and for what is nobody's."""
    try:
        found = find()
    except NotFound:
        raise NotFound(told) from None
    if found.account not in seen:
        raise NotFound(told)
    return found


def _traders(traders: Traders, seen: Seen) -> Traders:
    return replace(traders, sessions=SeenSessions(traders.sessions, seen))


NARROWED: Final[Mapping[str, Callable[..., object]]] = MappingProxyType(
    {
        "sessions": SeenSessions,
        "accounts": SeenAccounts,
        "traders": _traders,
        "assessments": SeenAssessments,
        "deployments": SeenDeployments,
    }
)
"""Dependency -> what makes of it that of an actor with these accounts."""

WITHOUT_ACCOUNTS: Final = frozenset(
    {
        # market data, research, strategies, the project: nobody's in particular
        "store", "store_of", "views", "exporter", "runs", "runs_of", "files", "shipped", "calendars", "default_venue",
        "workspace", "state", "code", "engine", "comparing", "session_disk", "example_session", "sweeping", "playing",
        "engine_version", "bars_of", "inspected", "progress", "policy_for", "job_table", "symbols", "shelf", "jobs",
        "schedules", "firer", "testing", "uploads", "clock", "randomness",
        "shelved", "checking", "runnable", "choosing", "signals", "signaling", "honesty", "honesty_behind_walls",
        "kept_funding",
        # says whether, never whose
        "deployed", "deploying",
        # of a session that was looked at
        "comparing_behind_walls", "source_of_session",
        # asked for what a narrowed session or a checked account says
        "grounds", "kept_limits", "cancel_without", "guard_alone", "guard_notes", "tables", "reach",
        "sight", "noted",
        "log_trail", "examined",  # an admin's
        # who may come in, and what was asked: each handler looks at its own actor, or is an admin's
        "keys", "passwords", "lockout", "audit", "repeats", "leases", "backing", "prices", "uptimes",
    }
)  # fmt: skip
"""Dependencies that hold nothing of an account, or give it out only by a session or an account that was looked at."""


def narrowed(named: tuple[str, object], seen: Seen) -> object:
    """A dependency, given with its name, as an actor with these accounts gets it."""
    name, made = named
    if name in NARROWED:
        return NARROWED[name](made, seen)
    if name in WITHOUT_ACCOUNTS:
        return made
    raise LookupError(f"{name} is in neither table of {__name__}: say whether it holds anything of an account")
