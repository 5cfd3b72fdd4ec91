"""What doors show of a deployment: what is wanted, and what is."""

from collections.abc import Mapping
from dataclasses import dataclass

from tradewright.domain.errors import NotFound, StorageError
from tradewright.ports.deployments import Deployment, Parameter
from tradewright.ports.sessions import KeptSession, Sessions

NOT_YET = "not started"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentView:
    """One deployment."""

    id: str
    strategy: str
    """Id of a built-in strategy, or of one of the shelf."""
    version: int
    """Of a strategy of the shelf; 0: built in."""
    digest: str
    """SHA-256 of the bytes of that version."""
    parameters: Mapping[str, Parameter]
    symbols: tuple[str, ...]
    account: str
    mode: str
    feed: Mapping[str, str]
    wanted: str
    """`running`, `paused` or `stopped`."""
    doing: str
    """How its session stands: `not started`, `starting`, `running`, `stopped`, `failed`, `crashed`, `damaged`."""
    session: str
    """The newest of it; empty: none yet."""
    process: int | None
    """Number of its trader's process, while it runs."""
    restarts: int
    """How often it was started again in a row."""
    problem: str
    """Why it does not do what is wanted; empty while it does."""
    created_ns: int
    created_by: str
    changed_ns: int


def view_of(deployment: Deployment, sessions: Sessions) -> DeploymentView:
    """A deployment beside its session."""
    kept = session_of(deployment, sessions)
    return DeploymentView(
        id=deployment.id,
        strategy=deployment.strategy,
        version=deployment.version,
        digest=deployment.digest,
        parameters=deployment.parameters,
        symbols=deployment.symbols,
        account=deployment.account,
        mode=deployment.mode,
        feed=deployment.feed,
        wanted=deployment.wanted.value,
        doing=NOT_YET if kept is None else kept.life.value,
        session=deployment.session,
        process=None if kept is None else kept.process,
        restarts=deployment.restarts,
        problem=deployment.problem,
        created_ns=deployment.created_ns,
        created_by=deployment.created_by,
        changed_ns=deployment.changed_ns,
    )


def session_of(deployment: Deployment, sessions: Sessions) -> KeptSession | None:
    """Its session; None before it was made, or where it cannot be read."""
    if not deployment.session:
        return None
    try:
        return sessions.find(deployment.session)
    except (NotFound, StorageError):
        return None
