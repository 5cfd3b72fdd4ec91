"""What one measurement gave: times, units, memory, answers. Written as JSON between processes and into the results."""

import math
import statistics
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table; times in seconds, memory in megabytes of 1,000,000 bytes."""

    id: str
    units: int
    """How many bars, rows or processes one run handles."""
    load_s: float
    """Reading the data and making it ready, before the first run."""
    first_s: float
    """The first run, with what is imported and compiled on the way."""
    runs_s: tuple[float, ...]
    bare_s: tuple[float, ...] = ()
    """The same work with the bare library, in turn with ours."""
    peak_mb: float
    process_s: float = 0.0
    """The whole process, seen from outside."""
    answers: dict[str, float] = field(default_factory=dict)
    """What must be equal, however it was computed."""

    @property
    def best_s(self) -> float:
        """The fastest run."""
        return min(self.runs_s)

    @property
    def median_s(self) -> float:
        """The middle run."""
        return statistics.median(self.runs_s)

    @property
    def p99_s(self) -> float:
        """The run that 99 of a hundred do not exceed."""
        return sorted(self.runs_s)[math.ceil(0.99 * len(self.runs_s)) - 1]

    @property
    def times_bare(self) -> float | None:
        """Our median run in runs of the bare library; None where there is none."""
        return self.median_s / statistics.median(self.bare_s) if self.bare_s else None

    def as_dict(self) -> dict[str, object]:
        """For JSON, with times to the microsecond."""
        found: dict[str, object] = asdict(self)
        for name in ("load_s", "first_s", "process_s", "peak_mb"):
            found[name] = round(float(getattr(self, name)), 6)
        for name in ("runs_s", "bare_s"):
            found[name] = [round(value, 7) for value in getattr(self, name)]
        return found


def row_of(found: dict[str, object]) -> Row:
    """A row from its JSON."""
    values = dict(found)
    for name in ("runs_s", "bare_s"):
        values[name] = tuple(values[name])  # type: ignore[arg-type]
    return Row(**values)  # type: ignore[arg-type]
