"""What a strategy in a worker process may use before its process is ended."""

from dataclasses import dataclass
from typing import Final

GIBIBYTE: Final = 1 << 30


@dataclass(frozen=True, slots=True, kw_only=True)
class HostLimits:
    """Times in seconds of monotonic time, sizes in bytes."""

    start_s: float = 30.0
    """Until the strategy is loaded."""
    warm_up_s: float = 30.0
    """For one slice of the warm-up, where a compiler may be at work."""
    answer_s: float = 5.0
    """For one slice after it."""
    memory_bytes: int = GIBIBYTE
    """Resident memory of the worker, looked at four times a second."""
    reserve_bytes: int = 4 * GIBIBYTE
    """Address space beyond that: libraries reserve much that they never use. Asking for more fails at once."""
    printed_bytes: int = 256 * 1024
    """What the strategy prints beyond it is dropped."""
    log_bytes: int = 4 << 20
    """What gets into the log past `print` (from libraries, or by force) beyond it ends the worker."""
    wishes: int = 10_000
    """In one answer."""
    close_s: float = 0.4
    """For an idle strategy to end by itself."""
