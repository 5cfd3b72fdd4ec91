"""What every door shows of risk."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitLine:
    """One limit."""

    name: str
    value: str
    shipped: str
    """The default."""
    least: str
    most: str
    """The ceiling that is compiled in; empty where it is no number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsView:
    """Limits of a scope."""

    version: int
    scope: str
    limits: tuple[LimitLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsChange:
    """What came of a wish to change limits."""

    is_done: bool
    version: int
    scope: str
    before: Mapping[str, str]
    after: Mapping[str, str]
    loosened: tuple[str, ...]
    """Names that allow more than before."""
    to_type: Mapping[str, str]
    """What must be typed to confirm, by name; empty when it is done."""
    told: tuple[str, ...] = ()
    """Running sessions that measure by it now, or why one does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlLine:
    """What one control says."""

    control: str
    value: str
    """What was measured; a dash where it could not be."""
    limit: str
    verdict: str
    """`passed`, `refused` or `exempt`."""
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskView:
    """The gate as it stands."""

    session: str
    account: str
    state: str
    """`active`, `reduce_only`, `cancel_only` or `killed`."""
    shut_by: str
    shut_because: str
    halts: Mapping[str, str]
    """Instruments and strategies that are shut."""
    limits_version: int
    asked: str
    """The order that the controls were asked about."""
    is_allowed: bool
    controls: tuple[ControlLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCheck:
    """What the gate would say of an order now."""

    session: str
    account: str
    time_ns: int
    """Session time."""
    asked: str
    """The order in words."""
    instrument: str
    side: str
    quantity: Decimal
    is_allowed: bool
    state: str
    """`active`, `reduce_only`, `cancel_only` or `killed`."""
    limits_version: int
    controls: tuple[ControlLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeConstraint:
    """What one method would let be traded."""

    name: str
    quantity: Decimal
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeView:
    """How much to trade."""

    instrument: str
    side: str
    quantity: Decimal
    bound: str
    """The method or the limit that made it no larger."""
    reason: str
    entry: Decimal
    notional: Decimal
    equity: Decimal
    constraints: tuple[SizeConstraint, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KillEntry:
    """One line of an account's history of kills."""

    what: str
    """`killed` or `released`."""
    who: str
    reason: str
    time_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KillView:
    """The kill switch of an account."""

    account: str
    is_killed: bool
    who: str
    reason: str
    time_ns: int
    story: str
    """What was done about it just now, and by whom."""
    history: tuple[KillEntry, ...]
    arming: "ArmingView | None" = None
    """Of a live account, where its state was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmingLine:
    """One line of the history of an account's armings."""

    what: str
    """`armed` or `disarmed`."""
    who: str
    reason: str
    time_ns: int
    until_ns: int
    """Of an arming: when it ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmingView:
    """The arming of a live account, and everything else that keeps it shut."""

    account: str
    is_armed: bool
    """Now: somebody has armed just this account, and the time is not over."""
    who: str
    armed_ns: int
    until_ns: int
    """0 where nobody has."""
    locks: tuple[str, ...]
    """Everything that keeps the account shut, a sentence each."""
    story: str
    """What was done about it just now."""
    disclaimer: str
    """What everybody must know who arms; empty where nobody does."""
    history: tuple[ArmingLine, ...]
