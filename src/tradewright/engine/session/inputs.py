"""An input is what reaches a session from outside: the market, the broker, the strategy, a person, a timer, the wire.

This file decides which inputs there are beside those of the ports, and the stamp that each gets when it is taken up:
the session's time, by which the gate measures, and the monotonic time, by which deadlines run.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from tradewright.domain.orders.request import OrderRequest
from tradewright.domain.quick import quick
from tradewright.engine.session.facts import StrategyLife
from tradewright.ports.broker import BrokerEvent
from tradewright.ports.feed import FeedEvent
from tradewright.ports.hosts import HostEvent
from tradewright.ports.kill import KillMode
from tradewright.trading.risk.policy import LimitsPolicy
from tradewright.trading.risk.states import TradingState


@quick
@dataclass(frozen=True, slots=True)
class Moment:
    """When an input was taken up."""

    session_ns: int
    """The session's time, nanoseconds UTC."""
    monotonic_ns: int


@dataclass(frozen=True, slots=True)
class Opened:
    """The journal is open and replayed; the shell begins. `epoch` is this opening's turn."""

    epoch: int


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A command is with the transport."""

    client_order_id: str


@dataclass(frozen=True, slots=True)
class NotHandedOver:
    """A command is proven not to have left; `kind` is `submit`, `replace` or `cancel`."""

    client_order_id: str
    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class TimerRang:
    """A timer that the core set has run out."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What a person wants of a session; `number` names the answer that the shell waits for."""

    number: int
    who: str
    correlation_id: str = ""
    key: str = ""
    """Idempotency key: the same one again gets the first one's answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendOrder(Command):
    """Send an order by hand, through the same gate."""

    request: OrderRequest
    typed: Mapping[str, str] = field(default_factory=dict)
    """The number of each soft control that refused this order just now: it is wanted all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeOrder(Command):
    """Other terms for a working order, through the same gate."""

    client_order_id: str
    request: OrderRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOrders(Command):
    """Cancel these orders; none named: all of the session's account."""

    client_order_ids: tuple[str, ...] = ()
    keeps_protection: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosePositions(Command):
    """Close what is held of these instruments; none named: of all."""

    instruments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectPosition(Command):
    """Attach or move protection of a position; what is None stays as it is."""

    instrument: str
    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None
    trailing_offset: Decimal | None = None
    """A stop that follows the best price at this distance, in place of one at a price."""
    trailing_share: Decimal | None = None
    """The same as a fraction of the best price."""
    exit_ns: int | None = None
    """Close it at this moment, nanoseconds UTC of the session; 0 takes an earlier wish back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetStrategyLife(Command):
    """Pause, resume or stop the strategy."""

    life: StrategyLife
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTradingState(Command):
    """Shut trading, or open it: opening needs that nothing is wrong any more."""

    state: TradingState
    scope: str = ""
    """A strategy or an instrument; empty: everything."""
    reason: str = ""
    mode: KillMode = KillMode.CANCEL
    """How far a kill goes. What is held of everything is closed by the guard, of a scope by the session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptLimits(Command):
    """Measure by other limits from now on."""

    policy: LimitsPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class SeeAlert(Command):
    """An alert was seen."""

    code: str
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopSession(Command):
    """End the session: entries are canceled, protection stays at the venue; or everything goes, or nothing."""

    orders: str = "keep_protection"
    """`keep_protection`, `cancel_all` or `keep_all`."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class KillFound:
    """The kill file is there; whoever wrote it."""

    who: str
    reason: str
    mode: KillMode = KillMode.CANCEL


@dataclass(frozen=True, slots=True)
class Noticed:
    """Something happened outside that must not be forgotten: the guard has acted. It becomes an incident."""

    code: str
    subject: str
    story: str


Asked = (
    SendOrder | ChangeOrder | CancelOrders | ClosePositions | ProtectPosition | SetStrategyLife | SetTradingState
    | AdoptLimits | SeeAlert | StopSession
)  # fmt: skip
Input = (
    BrokerEvent | FeedEvent | HostEvent | Opened | HandedOver | NotHandedOver | TimerRang | KillFound
    | Noticed | Asked
)  # fmt: skip
