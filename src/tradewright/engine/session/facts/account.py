"""Facts of the account: splits, cash that moved beside fills, what was found there, and how it compares."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class SplitBooked:
    """Shares were split."""

    time_ns: int
    identity: str
    instrument: str
    ratio: Decimal
    price: Decimal
    happened_ns: int = 0
    """When it took effect at the venue; executions before it are in old shares."""


@dataclass(frozen=True, slots=True)
class CashBooked:
    """Cash moved for another reason than a fill."""

    time_ns: int
    identity: str
    kind: str
    instrument: str
    currency: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class PositionAdopted:
    """The account held this before the session began."""

    time_ns: int
    instrument: str
    strategy: str
    quantity: Decimal
    price: Decimal


@dataclass(frozen=True, slots=True)
class Difference:
    """Where our books and the venue's do not agree."""

    what: str
    """`position`, `cash`, `order`."""
    name: str
    ours: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Our books were laid beside the venue's."""

    time_ns: int
    differences: tuple[Difference, ...]
