"""What a run over ticks assumes beside money and costs: the way to the venue and back, the queue, the samples.

Every one of these is shown with the result, and is part of the run's identity.
"""

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tradewright.domain.errors import InputError
from tradewright.domain.timeframe import Timeframe

MOST_LATENCY_NS = 86_400_000_000_000
NO_COLUMN = np.empty(0, np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class TickAssumptions:
    """Latencies are nanoseconds: one number, or a column with one for each event."""

    order_latency_ns: int | ArrayLike = 0
    """From the decision to the arrival at the venue."""
    answer_latency_ns: int | ArrayLike = 0
    """From a fill at the venue to its news here."""
    cancels_ahead: float = 0.0
    """Of a cancel at our price, the share that stood before us: 0 (only trades shorten the queue) to 1."""
    unseen_ahead: float = 0.0
    """The quantity that is assumed to stand before an order where nobody shows any."""
    sampled: str = "1m"
    """The interval at whose ends equity is written down."""

    def __post_init__(self) -> None:
        if not 0 <= self.cancels_ahead <= 1:
            raise InputError("cancels ahead cannot be used", expected="a share, 0 to 1", found=repr(self.cancels_ahead))
        if not 0 <= self.unseen_ahead < np.inf:
            raise InputError("unseen ahead cannot be used", expected="a quantity", found=repr(self.unseen_ahead))
        self.interval()
        for name in ("order", "answer"):
            self._checked(name)

    def interval(self) -> Timeframe:
        """The interval of the samples."""
        try:
            return Timeframe.parse(self.sampled)
        except ValueError as problem:
            raise InputError(f"equity cannot be sampled so: {problem}") from None

    def as_stated(self) -> dict[str, object]:
        """Every assumption as a plain value; of a column of latencies the digest."""
        stated: dict[str, object] = {name: getattr(self, name) for name in self.__slots__}
        for name in ("order", "answer"):
            column = self._checked(name)
            told = column if isinstance(column, int) else "column " + _digest(column)
            stated[f"{name}_latency_ns"] = told
        return stated

    def constant_ns(self, name: str) -> int:
        """The latency where it is one number, else 0."""
        found = self._checked(name)
        return 0 if isinstance(found, np.ndarray) else found

    def column_ns(self, name: str, rows: int) -> NDArray[np.int64]:
        """The latency where it is a column; of length 0 where it is one number."""
        found = self._checked(name)
        if not isinstance(found, np.ndarray):
            return NO_COLUMN
        if len(found) != rows:
            raise InputError(
                f"{name} latency is a column of another length", expected=f"{rows} numbers", found=str(len(found))
            )
        return found

    def _checked(self, name: str) -> int | NDArray[np.int64]:
        given = self.order_latency_ns if name == "order" else self.answer_latency_ns
        column = np.array(given)  # a copy: the run keeps its own
        fits = column.ndim <= 1 and column.dtype.kind in "iu" and column.size > 0
        if not fits or column.min() < 0 or column.max() > MOST_LATENCY_NS:
            raise InputError(
                f"{name} latency cannot be used",
                expected="whole nanoseconds from 0 to a day: one number, or one an event",
                found=repr(given)[:60],
            )
        return int(column) if column.ndim == 0 else column.astype(np.int64)


def _digest(column: NDArray[np.int64]) -> str:
    return hashlib.blake2b(column.tobytes(), digest_size=8).hexdigest()
