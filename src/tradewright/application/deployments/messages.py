"""What can be asked of deployments: a strategy is to trade, to pause, to go on, to stop.

Which deployment is meant: the one of the id `deployment`, else the only one of `strategy` (on `account`, where one is
named). Every answer tells what is wanted and what is; a keeper brings the two together.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tradewright.ports.deployments import Parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class StartDeployment:
    """Let a strategy trade these symbols on an account; without symbols one that is stopped trades again.

    Answer: `DeploymentView`. InputError and DataError say at once what cannot be: as for a session.
    """

    strategy: str = ""
    """Id of a built-in strategy, or `shelf:<id or name>` with `@<version>` for a certain one."""
    symbols: tuple[str, ...] = ()
    deployment: str = ""
    """Id of one that is stopped, and is to trade again."""
    account: str = ""
    """Empty: `paper` for a new one."""
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    feed: str = "replay"
    """`replay` is bars of the store, `trades` its recorded trades."""
    first: str = ""
    """First day that trades, as 2005 or 2005-01-03; the warm-up lies before it."""
    last: str = ""
    """Last one, included; empty: as far as the data goes."""
    speed: str = "max"
    """Bars (or trades) a second as `20`, a multiple of real time as `60x`, or `max`."""
    interval: str = "1d"
    sizing: str = ""
    """Rules of size in place of equal slots: `AtrRisk(0.01) + FixedPart(0.2)`; empty: slots."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopDeployment:
    """End its session in good order; protection stays at the venue. Answer: `DeploymentView`."""

    strategy: str = ""
    deployment: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseDeployment:
    """Let its strategy make no more orders; protection stays. Answer: `DeploymentView`."""

    strategy: str = ""
    deployment: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeDeployment:
    """Let its paused strategy trade again. Answer: `DeploymentView`."""

    strategy: str = ""
    deployment: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeParameters:
    """Give a stopped deployment other parameters; it trades by them in a new session. Answer: `DeploymentView`."""

    strategy: str = ""
    deployment: str = ""
    account: str = ""
    parameters: Mapping[str, Parameter] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentList:
    """Deployments, newest first. Answer: a tuple of `DeploymentView`."""

    wanted: str = ""
    """`running`, `paused` or `stopped`; empty: all."""
    strategy: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True)
class DeploymentShown:
    """One deployment. Answer: `DeploymentView`."""

    deployment: str
