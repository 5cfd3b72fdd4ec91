"""Places behind walls: for a strategy in a trading session, and for work on an uploaded strategy."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tradewright.lazy import load

if TYPE_CHECKING:
    from tradewright.adapters.hosts.worker import WorkerHost
    from tradewright.adapters.sandbox.jobs import ConfinedJobs
    from tradewright.ports.code import Source

WORKER: Final = "tradewright.bootstrap.confined_worker"
JOB: Final = "tradewright.bootstrap.confined_job"
_SANDBOX: Final = "tradewright.adapters.sandbox"


def confined_host(log: Path, source_of: "Callable[[str], Source]") -> "WorkerHost":
    """A host for strategies named `sha256:<digest>`; `source_of` gives the bytes of a digest."""
    enclosure = load(f"{_SANDBOX}.enclosing").Enclosure(entry=WORKER, kernels=_kernels(), source_of=source_of)
    randomness = load("tradewright.adapters.system.randomness").SystemRandomness()
    made: WorkerHost = load("tradewright.adapters.hosts.worker").WorkerHost(enclosure, log=log, randomness=randomness)
    return made


def confinement() -> "ConfinedJobs":
    """What does confined work on this machine; implements `ports.confinement.Confinement`."""
    enclosure = load(f"{_SANDBOX}.enclosing").Enclosure(entry=JOB, kernels=_kernels())
    made: ConfinedJobs = load(f"{_SANDBOX}.jobs").ConfinedJobs(enclosure)
    return made


def _kernels() -> Path:
    """Compiled code that is there already; strategies get a copy, so that they need not compile it again."""
    folder: Path = load("tradewright.quant.compiled").kernel_folder()
    return folder
