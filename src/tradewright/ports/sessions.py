"""Trading sessions as they lie on the disk: one folder a session with its terms, its journal, and how it ended; one
folder an account with its kill file.

This port decides what is kept of a session beside its journal. Paper and live are two places that never mix: whoever
asks has chosen one of them before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Final, Protocol

from tradewright.ports.disk import Hold
from tradewright.ports.kill import GuardTerms, KillNote

Parameter = int | float | str | bool
REPLAY: Final = "replay"
TRADES: Final = "trades"
FEEDS: Final = (REPLAY, TRADES)
"""Which market data a session can trade on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedTerms:
    """Which market data a session trades on."""

    kind: str
    """`replay`: bars as they were, at a chosen speed; `trades`: recorded trades, of which the session makes bars."""
    first: str
    """Date of the first trading day, ISO; the warm-up lies before it."""
    last: str = ""
    """Date of the last one, included; empty: as far as the data goes."""
    speed: str = "max"
    """Bars (or trades) a second as `20`, a multiple of real time as `60x`, or `max`."""
    interval: str = "1d"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionTerms:
    """What a session was started with: enough to go on with it after its process died."""

    session: str
    mode: str
    """`paper` or `live`."""
    account: str
    strategy: str
    """Id in the registry, or the path of a Python file with `:Class`."""
    strategy_name: str
    """The name that its orders and positions go by."""
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    instruments: tuple[str, ...]
    feed: FeedTerms
    cash: Decimal
    """At the start, of a paper account that is new."""
    currency: str
    costs: str = ""
    """What a fill is charged at the paper venue, as an expression of costs."""
    sizing: str = ""
    """Rules of size in place of equal slots: `AtrRisk(0.01) + FixedPart(0.2)`; empty: slots."""
    created_ns: int
    """When it was started first, nanoseconds UTC."""
    who: str
    guard: GuardTerms = field(default_factory=GuardTerms)
    code: str = ""
    """Digest of the strategy's code; it does not go on with other code. Empty: not known, any will do."""


class SessionLife(StrEnum):
    """How a session stands."""

    STARTING = "starting"
    """Its folder is there; its trader has not begun."""
    RUNNING = "running"
    STOPPED = "stopped"
    """It was ended in good order."""
    FAILED = "failed"
    """It refused to start; the reason is kept."""
    CRASHED = "crashed"
    """Its process is gone without having ended it: `--resume` goes on with it."""
    DAMAGED = "damaged"
    """A file of it cannot be read; its end says which, why, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnd:
    """How a session ended."""

    life: SessionLife
    """STOPPED or FAILED; DAMAGED where that cannot be read."""
    time_ns: int
    reason: str
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSession:
    """One session on the disk."""

    terms: SessionTerms
    folder: Path
    life: SessionLife
    process: int | None = None
    """Number of the trader's process, while it runs."""
    end: SessionEnd | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DamagedSession:
    """A session whose terms cannot be read: it can be seen, and nothing can be asked of it."""

    session: str
    """The name of its folder."""
    folder: Path
    process: int | None
    """Number of the process that trades it all the same."""
    reason: str
    """The file, and why it cannot be read."""
    remedy: str


class Sessions(Protocol):
    """The sessions of one mode."""

    def create(self, terms: SessionTerms) -> KeptSession:
        """Make the folder of a new session, for its owner alone; InputError where that id is taken."""
        ...

    def all(self) -> Sequence[KeptSession]:
        """Every session whose terms can be read, newest first."""
        ...

    def damaged(self) -> Sequence[DamagedSession]:
        """Every other one, by name. A folder in which nothing was ever written is none."""
        ...

    def find(self, name: str) -> KeptSession:
        """One by its id or the beginning of it; InputError that lists what there is, StorageError for a damaged one."""
        ...

    def hold(self, session: str) -> Hold:
        """Be the trader of a session until the process ends; StorageError that names the process that is."""
        ...

    def end(self, session: str, end: SessionEnd) -> None:
        """Write down how it ended, durably."""
        ...

    def reopen(self, session: str) -> None:
        """Forget how it ended: it goes on."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOpening:
    """What a paper account was opened with; it keeps that for good."""

    cash: Decimal
    currency: str
    costs: str
    """As an expression of costs; empty: none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmingFile:
    """What an arm file says; `trading/unlock.py` judges it."""

    account: str
    who: str
    armed_ns: int
    until_ns: int
    typed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmingEntry:
    """One line of the history of an account's armings."""

    what: str
    """`armed` or `disarmed`."""
    who: str
    time_ns: int
    until_ns: int = 0
    """Of an arming: when it ends."""
    reason: str = ""


class Accounts(Protocol):
    """The accounts of one mode, as far as they lie with us."""

    def names(self) -> Sequence[str]:
        """Accounts that a session was ever started on."""
        ...

    def opening(self, account: str) -> AccountOpening | None:
        """What a paper account was opened with; None where there is no such account yet."""
        ...

    def open(self, account: str, opening: AccountOpening) -> None:
        """Keep what a new paper account is opened with, durably."""
        ...

    def arming(self, account: str) -> ArmingFile | None:
        """Who armed a live account, as the arm file says; None where there is no such file. StorageError for one that
        cannot be read, or that is not its owner's alone."""
        ...

    def arm(self, account: str, arming: ArmingFile, *, reason: str) -> None:
        """Write the arm file, for its owner alone, after writing down who armed."""
        ...

    def disarm(self, account: str, entry: ArmingEntry) -> bool:
        """Take the arm file away, then write down who did; False where there is none."""
        ...

    def armings(self, account: str) -> Sequence[ArmingEntry]:
        """Every `armed` and `disarmed` of the account, oldest first."""
        ...

    def folder(self, account: str) -> Path:
        """Where the account's files lie."""
        ...

    def kill_file(self, account: str) -> Path:
        """Where the kill of the account is written, for whoever watches it."""
        ...

    def kill(self, account: str, note: KillNote) -> None:
        """Shut the account, durably; one that is shut stays as it was shut first, unless this goes further."""
        ...

    def killed(self, account: str) -> KillNote | None:
        """By whom it is shut; a file that cannot be read is a kill too. None: it is open."""
        ...

    def release(self, account: str, note: KillNote) -> None:
        """Open it again, after writing down who released it (`note` has that person's name)."""
        ...

    def kills(self, account: str) -> Sequence[tuple[str, KillNote]]:
        """Every `killed` and `released` of the account, oldest first."""
        ...
