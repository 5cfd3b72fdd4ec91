"""What can be asked about brokers: which there are, whether one can be reached, whether orders could go through it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BrokerList:
    """Every broker that this version knows. Answer: a tuple of `BrokerView`."""


@dataclass(frozen=True, slots=True)
class ConnectBroker:
    """Connect to an account once, prove what it is, and leave. Answer: `ConnectionView`."""

    broker: str = "paper"
    account: str = "paper"


@dataclass(frozen=True, slots=True)
class CheckBroker:
    """Connect, and ask everything that trading asks, changing nothing. Answer: `ConnectionView`."""

    broker: str = "paper"
    account: str = "paper"
