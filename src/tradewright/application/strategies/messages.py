"""What can be asked about strategies: which there are, what one takes, a file to start an own one from."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KnownStrategies:
    """The strategies that come with Tradewright. Answer: a tuple of `StrategyView`."""


@dataclass(frozen=True, slots=True)
class StrategyDetails:
    """One strategy. Answer: `StrategyView`."""

    strategy: str
    """Registry id, or `path.py:ClassName`."""


@dataclass(frozen=True, slots=True)
class WriteStrategy:
    """Write a file with a working strategy to start from. Answer: `WrittenStrategy`."""

    name: str
