"""How large a workload is: full as users would compare it, small so that CI can see that it runs."""

from dataclasses import dataclass
from enum import StrEnum


class Size(StrEnum):
    """Which of the two."""

    SMALL = "small"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Sizes:
    """Counts of what is generated and walked through."""

    minutes: int
    """One-minute bars of the crossover."""
    callback_minutes: int
    """Of these, the bars that a Python callback walks through."""
    sweep_minutes: int
    """Of these, the bars of each combination of the sweep."""
    combinations: tuple[int, int]
    """Fast and slow windows of the sweep."""
    days: int
    """Daily bars of the first result."""
    ticks: int
    """Trade ticks."""
    panel: tuple[int, int]
    """Days and instruments of the rotation and of the store."""
    imported: int
    """Rows of the imported file."""
    events: int = 3_000
    """Events that go over the bus."""
    live_ticks: int = 20_000
    """Trades of a day of a live session, all instruments together."""
    reads: int = 160
    """Requests that a web server answers."""
    news: int = 300
    """Pieces of news that ten WebSocket clients hear."""


SIZES = {
    Size.FULL: Sizes(
        1_000_000,
        1_000_000,
        100_000,
        (25, 40),
        2_500,
        5_000_000,
        (2_520, 500),
        1_000_000,
        1_000_000,
        2_000_000,
        reads=4_000,
        news=5_000,
    ),
    Size.SMALL: Sizes(3_000, 3_000, 3_000, (2, 3), 300, 1_000, (300, 60), 2_000),
}
