"""What every door shows of brokers."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerView:
    """One broker."""

    broker: str
    environments: tuple[str, ...]
    """`paper`, `live`."""
    is_ready: bool
    """This version can trade through it."""
    accounts: tuple[str, ...]
    """Accounts that a session was ever started on."""
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionView:
    """What a connection proved."""

    broker: str
    account: str
    environment: str
    has_brackets: bool
    has_groups: bool
    connected_ms: float
    open_orders: int | None = None
    """None where that was not asked."""
    positions: Mapping[str, Decimal] | None = None
    cash: Mapping[str, Decimal] | None = None
    fills: int | None = None
    answered_ms: float | None = None
    """For the slowest of the questions."""
