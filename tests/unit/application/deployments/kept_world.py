"""Sessions as folders and locks keep them, in memory: one of an id, one trader a session, one that runs an account."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from threading import RLock

from tradewright.adapters.system.randomness import SystemRandomness
from tradewright.application.deployments.keeping import SECOND, Keeper
from tradewright.application.trading.messages import StartSession
from tradewright.domain.errors import DataError, InputError
from tradewright.ports.deployments import Deployment, Deployments, Wanted
from tradewright.ports.kill import KillNote
from tradewright.ports.sessions import FeedTerms, KeptSession, SessionEnd, SessionLife, SessionTerms

START_NS = 1_700_000_000 * SECOND


class Crashed(BaseException):
    """The keeper's process ends here, whatever it is doing."""


@dataclass
class World:
    """What is, whoever looks."""

    now_ns: int = START_NS
    sessions: dict[str, KeptSession] = field(default_factory=dict)
    strategies: dict[str, tuple[str, str]] = field(default_factory=dict)
    shut: dict[str, KillNote] = field(default_factory=dict)
    refusal: str = ""
    """Why no session can be made."""
    is_frail: bool = False
    """A trader dies as soon as it was started."""
    said: list[str] = field(default_factory=list)
    lock: RLock = field(default_factory=RLock)

    def running(self) -> list[str]:
        """Sessions that run."""
        return [name for name, one in self.sessions.items() if one.life is SessionLife.RUNNING]

    def lives(self, session: str, life: SessionLife, *, reason: str = "") -> None:
        """It stands so from now on."""
        kept, end = self.sessions[session], None
        if life in {SessionLife.STOPPED, SessionLife.FAILED}:
            end = SessionEnd(life=life, time_ns=self.now_ns, reason=reason)
        self.sessions[session] = KeptSession(terms=kept.terms, folder=kept.folder, life=life, end=end)

    def dies(self, session: str) -> None:
        """kill -9 of its trader."""
        self.lives(session, SessionLife.CRASHED)


@dataclass
class WorldHands:
    """Implements `Hands`; `point` is passed before and after everything that is done, and may end the process."""

    world: World
    point: Callable[[str], None] = lambda _: None

    def find(self, session: str) -> KeptSession | None:
        return self.world.sessions.get(session)

    def killed(self, account: str) -> KillNote | None:
        return self.world.shut.get(account)

    def next_day(self, account: str) -> str:
        return ""

    def create(self, wish: StartSession, who: str) -> None:
        self.point("create")
        with self.world.lock:
            if self.world.refusal:
                raise DataError(self.world.refusal)
            busy = {SessionLife.RUNNING, SessionLife.STARTING}
            if wish.session in self.world.sessions:
                raise InputError(f"session {wish.session} is there already")
            if any(one.life in busy and one.terms.account == wish.account for one in self.world.sessions.values()):
                raise InputError(f"account {wish.account} is traded already")
            self.world.sessions[wish.session] = KeptSession(
                terms=terms_of(wish, who), folder=Path("sessions") / wish.session, life=SessionLife.STARTING
            )
        self.point("created")

    def reopen(self, session: str, who: str) -> None:
        self.point("reopen")
        with self.world.lock:
            if self.world.sessions[session].life is SessionLife.RUNNING:
                raise InputError(f"session {session} is running already")
            self.world.lives(session, SessionLife.CRASHED)
        self.point("reopened")

    def spawn(self, kept: KeptSession) -> None:
        self.point("spawn")
        with self.world.lock:
            name = kept.terms.session
            if self.world.sessions[name].life is not SessionLife.RUNNING:
                self.world.said.append(f"trade {name}")
                self.world.strategies.setdefault(name, ("running", ""))
                self.world.lives(name, SessionLife.CRASHED if self.world.is_frail else SessionLife.RUNNING)
        self.point("spawned")

    def is_starting(self, session: str) -> bool:
        return False

    def strategy(self, session: str) -> tuple[str, str]:
        return self.world.strategies[session]

    def pause(self, session: str, reason: str, *, who: str) -> None:
        self.point("pause")
        self.world.strategies[session] = ("paused", f"{who}: {reason}")

    def resume(self, session: str, reason: str, *, who: str) -> None:
        self.point("resume")
        self.world.strategies[session] = ("running", "")

    def stop(self, session: str, reason: str, *, who: str) -> None:
        self.point("stop")
        self.world.said.append(f"stop {session}")
        self.world.lives(session, SessionLife.STOPPED, reason=reason)


@dataclass
class PassedDeployments:
    """Deployments, with the same points around each change."""

    every: Deployments
    point: Callable[[str], None]
    only: str = ""
    """Only those on this account; empty: all."""

    def add(self, deployment: Deployment) -> None:
        self.every.add(deployment)

    def change(self, deployment: Deployment, *, was_ns: int) -> None:
        self.point("change")
        self.every.change(deployment, was_ns=was_ns)
        self.point("changed")

    def find(self, deployment: str) -> Deployment:
        return self.every.find(deployment)

    def all(self, *, wanted: Wanted | None = None) -> list[Deployment]:
        return [one for one in self.every.all(wanted=wanted) if self.only in {"", one.account}]


def keeper_of(
    world: World,
    deployments: Deployments,
    point: Callable[[str], None] = lambda _: None,
    *,
    only: str = "",
    place: str = "here",
) -> Keeper:
    """A keeper in a process of its own."""
    return Keeper(
        PassedDeployments(deployments, point, only), WorldHands(world, point), SystemRandomness(), "paper", place
    )


def deployment(name: str = "dp_a", **more: object) -> Deployment:
    """A strategy that is to trade."""
    given: dict[str, object] = {
        "id": name,
        "strategy": "moving_average",
        "symbols": ("AAPL.XNAS",),
        "account": "paper",
        "mode": "paper",
        "feed": {"feed": "replay", "first": "2015-01-05", "speed": "max", "interval": "1d"},
        "wanted": Wanted.RUNNING,
        "created_ns": START_NS,
        "created_by": "anna",
        "changed_ns": START_NS,
    }
    return Deployment(**{**given, **more})  # type: ignore[arg-type]


def terms_of(wish: StartSession, who: str) -> SessionTerms:
    """What its session is started with."""
    return SessionTerms(
        session=wish.session,
        mode="paper",
        account=wish.account,
        strategy=wish.strategy,
        strategy_name=wish.strategy,
        instruments=wish.symbols,
        feed=FeedTerms(kind="replay", first=wish.first),
        cash=Decimal(1),
        currency="USD",
        created_ns=1,
        who=who,
    )
