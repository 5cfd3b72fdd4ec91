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


def keep_source(folder: Path, source: "Source") -> Path:
    """Keep the bytes of an uploaded strategy beside the session that runs it, so that it needs nobody else."""
    path = folder / f"{source.digest}.py"
    made = path.with_suffix(".new")
    made.write_bytes(source.content)
    made.replace(path)
    return path


def kept_source(folder: Path, digest: str, *, file_name: str = "strategy.py") -> "Source":
    """The bytes that were kept; InputError where they are not there, or are others by now."""
    code, errors = load("tradewright.ports.code"), load("tradewright.domain.errors")
    path = folder / f"{digest}.py"
    if not digest.isalnum() or not path.is_file():
        raise errors.InputError(
            f"the source {digest[:64]} of the session's strategy is not there", expected=f"a file in {folder}"
        )
    source: Source = code.Source(path.read_bytes(), file_name)
    if source.digest != digest:
        raise errors.InputError(
            f"the source {path.name} of the session's strategy was changed", expected=digest, found=source.digest
        )
    return source


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
