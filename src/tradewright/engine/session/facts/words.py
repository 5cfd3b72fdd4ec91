"""The words of a session's facts: why an order exists, and where a strategy is."""

from enum import StrEnum


class Role(StrEnum):
    """Why an order exists."""

    PLAIN = "plain"
    TARGET = "target"
    """It leads to a wanted weight; the next target of the instrument takes its place."""
    STOP_LOSS = "stop_loss"
    TAKE_PROFIT = "take_profit"
    FLATTEN = "flatten"
    """Risk or a person closes the position."""
    FOREIGN = "foreign"
    """Found at the venue."""

    @property
    def is_protection(self) -> bool:
        """True for what only closes a position at a price."""
        return self in {Role.STOP_LOSS, Role.TAKE_PROFIT}


class StrategyLife(StrEnum):
    """Where a strategy is."""

    STARTING = "starting"
    RUNNING = "running"
    PAUSED = "paused"
    QUARANTINED = "quarantined"
    STOPPED = "stopped"

    @property
    def trades(self) -> bool:
        """True where its wishes become orders."""
        return self is StrategyLife.RUNNING


OPENING = "opening"
"""The kind of the cash that an account began the session with."""
