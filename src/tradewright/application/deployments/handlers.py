"""Answers about deployments: what is wanted is written down; a keeper does it.

This file decides what is refused at once: a strategy, data, parameters or an account that no session could be started
with, and a second deployment on one account.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from tradewright.application.deployments.messages import (
    ChangeParameters,
    DeploymentList,
    DeploymentShown,
    PauseDeployment,
    ResumeDeployment,
    StartDeployment,
    StopDeployment,
)
from tradewright.application.deployments.views import DeploymentView, session_of, view_of
from tradewright.application.envelope import Envelope
from tradewright.application.shelf.naming import Reference, reference_of
from tradewright.application.shelf.running import Runnable
from tradewright.application.trading.messages import StartSession
from tradewright.application.trading.starting import Proven
from tradewright.domain.errors import Conflict, InputError, NotFound
from tradewright.ports.clock import Clock
from tradewright.ports.deployments import Deployment, Deployments, Parameter, Wanted
from tradewright.ports.randomness import Randomness
from tradewright.ports.sessions import SessionLife, Sessions
from tradewright.trading.strategies.registry import find_strategy, id_of

PAPER: Final = "paper"
ID_PREFIX: Final = "dp_"
ID_LETTERS: Final = 10
AT_WORK: Final = frozenset({SessionLife.RUNNING, SessionLife.STARTING})


@dataclass(frozen=True, slots=True)
class Deploying:
    """What is asked before a strategy is deployed."""

    proving: Callable[[StartSession, Envelope], Proven]
    """Proves that a session could start; raises what stops it."""
    runnable: Callable[[Reference], Runnable]


def start_deployment(
    command: StartDeployment,
    *,
    deployments: Deployments,
    sessions: Sessions,
    deploying: Deploying,
    clock: Clock,
    randomness: Randomness,
    envelope: Envelope,
) -> DeploymentView:
    """A new one, or one that is stopped."""
    if not command.symbols:
        return _again(command, deployments=deployments, sessions=sessions, now_ns=clock.now_ns())
    if command.deployment:
        raise InputError(
            "a deployment keeps its symbols",
            expected="either the id of a deployment, or a strategy with symbols",
            found="both",
        )
    account = command.account or PAPER
    named, strategy, version, digest = _which(command.strategy, deploying)
    wish = StartSession(
        strategy=named,
        symbols=command.symbols,
        feed=command.feed,
        first=command.first,
        last=command.last,
        speed=command.speed,
        interval=command.interval,
        account=account,
        parameters=command.parameters,
        sizing=command.sizing,
    )
    _refuse_taken(account, deployments)
    proven = deploying.proving(wish, envelope)
    now_ns, terms = clock.now_ns(), proven.terms
    feed = {"feed": terms.feed.kind, "first": terms.feed.first, "last": terms.feed.last}
    feed |= {"speed": terms.feed.speed, "interval": terms.feed.interval}
    made = Deployment(
        id=f"{ID_PREFIX}{randomness.token(ID_LETTERS)}",
        strategy=strategy,
        version=version,
        digest=digest,
        parameters=dict(terms.parameters),
        symbols=terms.instruments,
        account=account,
        mode=terms.mode,
        feed=feed | ({"sizing": terms.sizing} if terms.sizing else {}),
        wanted=Wanted.RUNNING,
        created_ns=now_ns,
        created_by=envelope.actor.name,
        changed_ns=now_ns,
    )
    deployments.add(made)
    return view_of(made, sessions)


def stop_deployment(
    command: StopDeployment, *, deployments: Deployments, sessions: Sessions, clock: Clock
) -> DeploymentView:
    """It is to trade no more."""
    found = _meant(command, deployments)
    return _wants(found, Wanted.STOPPED, deployments=deployments, sessions=sessions, now_ns=clock.now_ns())


def pause_deployment(
    command: PauseDeployment, *, deployments: Deployments, sessions: Sessions, clock: Clock
) -> DeploymentView:
    """Its strategy is to make no more orders."""
    found = _meant(command, deployments)
    _at_work(found, "paused")
    return _wants(found, Wanted.PAUSED, deployments=deployments, sessions=sessions, now_ns=clock.now_ns())


def resume_deployment(
    command: ResumeDeployment, *, deployments: Deployments, sessions: Sessions, clock: Clock
) -> DeploymentView:
    """Its strategy is to trade again."""
    found = _meant(command, deployments)
    _at_work(found, "resumed")
    return _wants(found, Wanted.RUNNING, deployments=deployments, sessions=sessions, now_ns=clock.now_ns())


def change_parameters(
    command: ChangeParameters,
    *,
    deployments: Deployments,
    sessions: Sessions,
    choosing: Callable[[str, Mapping[str, object]], object],
    clock: Clock,
) -> DeploymentView:
    """Those that are named; the others stay. The strategy is made with them, to see whether it takes them."""
    found = _meant(command, deployments)
    _require_stopped(found, sessions)
    if not command.parameters:
        raise InputError("no parameter is named", expected="at least one, as fast=10", found="none")
    parameters: dict[str, Parameter] = {**found.parameters, **command.parameters}
    chosen = choosing(reference_to(found), parameters)
    taken: Mapping[str, Parameter] = getattr(chosen, "parameters", parameters)
    changed = replace(found, parameters=dict(taken), session="", changed_ns=_later(found, clock.now_ns()))
    deployments.change(changed, was_ns=found.changed_ns)
    return view_of(changed, sessions)


def deployment_list(
    query: DeploymentList, *, deployments: Deployments, sessions: Sessions
) -> tuple[DeploymentView, ...]:
    """Each with its session."""
    if query.wanted and query.wanted not in set(Wanted):
        raise InputError("that is nothing a deployment does", expected=", ".join(Wanted), found=query.wanted)
    every = deployments.all(wanted=Wanted(query.wanted) if query.wanted else None)
    return tuple(
        view_of(one, sessions)
        for one in every
        if query.strategy in {"", one.strategy} and query.account in {"", one.account}
    )


def deployment_shown(query: DeploymentShown, *, deployments: Deployments, sessions: Sessions) -> DeploymentView:
    """One."""
    return view_of(deployments.find(query.deployment), sessions)


def reference_to(deployment: Deployment) -> str:
    """Its strategy as a session asks for it."""
    return str(Reference(deployment.strategy, deployment.version)) if deployment.version else deployment.strategy


def _which(strategy: str, deploying: Deploying) -> tuple[str, str, int, str]:
    """How a session asks for it, its id, version and digest; InputError for a file of this machine."""
    reference = reference_of(strategy)
    if reference is not None:
        found = deploying.runnable(reference)
        return found.shown_as, found.strategy, found.version, found.source.digest
    name = id_of(find_strategy(strategy))
    return name, name, 0, ""


def _again(command: StartDeployment, *, deployments: Deployments, sessions: Sessions, now_ns: int) -> DeploymentView:
    """One that is stopped, or that has given up, begins anew with its counts."""
    found = _meant(command, deployments)
    if command.parameters:
        raise InputError(
            "a deployment keeps its parameters when it is started",
            expected="no parameters",
            found=", ".join(command.parameters),
            remedy="change them before: tradewright live change",
        )
    if found.wanted is not Wanted.STOPPED and not found.problem:
        raise Conflict(f"deployment {found.id} is {found.wanted.value} already", remedy="see: tradewright live show")
    kept = session_of(found, sessions)
    if found.wanted is Wanted.STOPPED and kept is not None and kept.life in AT_WORK:
        raise Conflict(
            f"deployment {found.id} is still stopping",
            expected="that its session has ended",
            found=f"session {found.session} is {kept.life.value}",
            remedy="ask again in a moment",
        )
    session = "" if kept is not None and kept.life is SessionLife.FAILED else found.session
    wanted = Wanted.RUNNING if found.wanted is Wanted.STOPPED else found.wanted
    changed = replace(found, wanted=wanted, session=session, restarts=0, problem="", changed_ns=_later(found, now_ns))
    deployments.change(changed, was_ns=found.changed_ns)
    return view_of(changed, sessions)


_Named = StartDeployment | StopDeployment | PauseDeployment | ResumeDeployment | ChangeParameters


def _meant(command: _Named, deployments: Deployments) -> Deployment:
    """The deployment that is named, or the only one that fits; those that are not stopped go before others."""
    if command.deployment:
        found = deployments.find(command.deployment)
        if command.strategy and _plain(command.strategy) != found.strategy:
            raise NotFound(f"strategy {command.strategy} has no deployment {command.deployment}")
        return found
    if not command.strategy:
        raise InputError(
            "no deployment is named",
            expected="the id of a deployment, or of a strategy",
            remedy="tradewright live list",
        )
    strategy = _plain(command.strategy)
    fitting = [one for one in deployments.all() if one.strategy == strategy and command.account in {"", one.account}]
    chosen = [one for one in fitting if one.wanted is not Wanted.STOPPED] or fitting
    if not chosen:
        raise NotFound(
            f"strategy {command.strategy} is not deployed" + (f" on {command.account}" if command.account else ""),
            remedy="deploy it with symbols: tradewright live start STRATEGY --symbols AAPL --from 2005",
        )
    if len(chosen) > 1:
        raise Conflict(
            f"strategy {command.strategy} has several deployments",
            expected="the id of one",
            found=", ".join(one.id for one in chosen[:8]),
        )
    return chosen[0]


def _plain(strategy: str) -> str:
    reference = reference_of(strategy)
    return strategy if reference is None else reference.strategy


def _wants(
    found: Deployment, wanted: Wanted, *, deployments: Deployments, sessions: Sessions, now_ns: int
) -> DeploymentView:
    if found.wanted is wanted:
        return view_of(found, sessions)
    changed = replace(found, wanted=wanted, problem="", changed_ns=_later(found, now_ns))
    deployments.change(changed, was_ns=found.changed_ns)
    return view_of(changed, sessions)


def _at_work(found: Deployment, what: str) -> None:
    if found.wanted is Wanted.STOPPED:
        raise Conflict(
            f"deployment {found.id} is stopped, and cannot be {what}",
            remedy=f"start it: tradewright live start {found.id}",
        )


def _require_stopped(found: Deployment, sessions: Sessions) -> None:
    kept = session_of(found, sessions)
    if found.wanted is not Wanted.STOPPED or (kept is not None and kept.life in AT_WORK):
        raise Conflict(
            f"deployment {found.id} is at work",
            expected="that it is stopped",
            found=found.wanted.value if kept is None else kept.life.value,
            remedy=f"stop it first: tradewright live stop {found.id}",
        )


def _refuse_taken(account: str, deployments: Deployments) -> None:
    """Before the account's session is found in the way, which would be told less clearly."""
    for one in deployments.all():
        if one.account == account and one.wanted is not Wanted.STOPPED:
            raise Conflict(
                f"account {account} has a deployment already",
                expected="one that is not stopped at most",
                found=f"{one.id} of {one.strategy}",
                remedy="stop that first, or choose another account",
            )


def _later(found: Deployment, now_ns: int) -> int:
    """The moment of a change; never that of the one before."""
    return max(now_ns, found.changed_ns + 1)
