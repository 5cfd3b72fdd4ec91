"""A strategy host keeps a strategy apart from the engine: it is shown a slice, and its wishes come back as an event.

This port decides what a strategy is shown and what it can wish. A strategy that raises, blocks or eats memory costs
its host, never the engine: that comes back as `HostFailed`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from tradewright.domain.quick import quick
from tradewright.ports.feed import Slice


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyTerms:
    """Which strategy, as everybody must agree on it."""

    strategy: str
    """Id in the registry, the path of a Python file with `:Class`, or `sha256:<digest>:Class` of uploaded bytes, which
    are run by a confined host only (`ports/code.py`)."""
    parameters: Mapping[str, int | float | str | bool]
    instruments: tuple[str, ...]
    multipliers: Mapping[str, float]
    lots: Mapping[str, float]
    allocation: str = "equal"
    """How capital is shared out over the instruments: `equal`, `whole` (each may use all), or the text of a sizing."""
    interval: str = "1d"
    """Length of the bars, as `1d` or `5m`."""
    code: str = ""
    """Digest of the strategy's code; a host that finds another refuses to start it."""
    rebalance_band: float = 0.0
    """Drift from the weight wanted last that makes an order; 0: off. Strategies of events decide that themselves."""


@quick
@dataclass(frozen=True, slots=True)
class ShownPosition:
    """What the strategy holds of an instrument."""

    quantity: float
    basis: float
    """Money, signed like the quantity."""


@quick
@dataclass(frozen=True, slots=True)
class ShownFill:
    """A fill of an own order since the last slice."""

    order: int
    """The number that the strategy was given when it wished; 0 for protection and targets."""
    instrument: str
    quantity: float
    """Signed."""
    price: float
    fee: float
    role: str
    """plain, target, stop_loss, take_profit, flatten (risk or a person closed it), liquidation, end."""
    slice: int = 0
    """The slice in which it happened; 0: the one it is shown with. A fill at a close is shown with the next."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One slice with the account as it was when the slice closed."""

    slice: Slice
    cash: float
    equity: float
    positions: Mapping[str, ShownPosition]
    working: Mapping[int, str]
    """Instrument of each own order that works, by the strategy's number; targets have numbers below 0."""
    ended: tuple[int, ...] = ()
    """Own orders that ended since the last slice."""
    fills: tuple[ShownFill, ...] = ()
    is_again: bool = False
    """Shown before, to restore the strategy: the answer is compared, not acted on."""


@quick
@dataclass(frozen=True, slots=True)
class TargetWish:
    """A weight of equity that is wanted; prices of 0 are none. All prices are raw."""

    instrument: str
    weight: float
    stop_loss: float = 0.0
    take_profit: float = 0.0
    is_instruction: bool = False
    """It asks even when the weight is the one before: an event strategy's call, or a strategy that speaks weights."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class OrderWish:
    """An order that is wanted; fields as in `domain/orders/request.py`, prices of 0 are none."""

    number: int
    """The strategy's own number of it, from 1."""
    instrument: str
    side: str
    quantity: float
    kind: str = "market"
    limit: float = 0.0
    stop: float = 0.0
    trail: float = 0.0
    trail_share: float = 0.0
    time_in_force: str = "gtc"
    expires_ns: int = 0
    group: str = ""
    link: str = ""
    """Legs of one link belong together: `link_rule` says what becomes of the others when one comes to nothing."""
    link_rule: str = "undo"
    reduces_only: bool = False
    stop_loss: float = 0.0
    take_profit: float = 0.0
    reason: str = ""
    is_passive: bool = False


@dataclass(frozen=True, slots=True)
class CancelWish:
    """An own order is to be canceled."""

    number: int


@dataclass(frozen=True, slots=True)
class ProtectWish:
    """Protection is to be set or moved; 0 leaves that side as it is."""

    instrument: str
    stop_loss: float = 0.0
    take_profit: float = 0.0


Wish = TargetWish | OrderWish | CancelWish | ProtectWish


@dataclass(frozen=True, slots=True)
class HostReady:
    """The strategy is loaded."""

    code: str
    """Digest of its code."""
    warm_up_bars: int
    speaks_weights: bool
    """True where every weight it gives is an instruction (`Speaks.WEIGHTS`)."""
    logs: str = ""


@quick
@dataclass(frozen=True, slots=True)
class Proposed:
    """The answer to one slice."""

    slice: int
    wishes: tuple[Wish, ...]
    took_ns: int
    """Time that the strategy itself needed."""


class HostTrouble(StrEnum):
    """Why a host gave up."""

    RAISED = "raised"
    TOO_SLOW = "too_slow"
    TOO_LARGE = "too_large"
    DIED = "died"
    REFUSED = "refused"
    """It cannot be loaded: no such strategy, wrong parameters, other code."""
    GARBLED = "garbled"
    """What it sent is no answer."""


@dataclass(frozen=True, slots=True)
class HostFailed:
    """The host stopped; its process is gone."""

    trouble: HostTrouble
    slice: int
    """The slice it was shown last; 0 before the first."""
    story: str
    """What happened, with the line of the strategy's file where that is known."""


HostEvent = HostReady | Proposed | HostFailed
HostSink = Callable[[HostEvent], None]


class StrategyProgram(Protocol):
    """The strategy itself, as a host runs it: synchronous, without a clock."""

    @property
    def code(self) -> str:
        """Digest of its code."""
        ...

    @property
    def warm_up_bars(self) -> int:
        """How many bars must pass before the first opinion."""
        ...

    @property
    def speaks_weights(self) -> bool:
        """True where every weight it gives is an instruction."""
        ...

    def show(self, shown: Shown) -> tuple[Wish, ...]:
        """What it wishes after the slice; what it raises is a StrategyError with the line."""
        ...

    def end(self) -> None:
        """No more slices will come."""
        ...


ProgramLoader = Callable[[StrategyTerms], StrategyProgram]
"""Finds and makes a strategy; an InputError or StrategyError says why it cannot be loaded."""


class StrategyHost(Protocol):
    """One strategy in a place of its own."""

    async def start(self, terms: StrategyTerms, sink: HostSink) -> None:
        """Load the strategy; `HostReady` or `HostFailed` comes through the sink."""
        ...

    def show(self, shown: Shown) -> None:
        """Show a slice; answered with one `Proposed`, in order, or `HostFailed`."""
        ...

    async def close(self) -> None:
        """End the strategy's process, whatever it is doing; twice is allowed."""
        ...
