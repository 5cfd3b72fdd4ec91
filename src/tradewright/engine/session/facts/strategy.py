"""Facts of the strategy: what it wished, what became of that, and where it is."""

from dataclasses import dataclass
from decimal import Decimal

from tradewright.domain.quick import quick
from tradewright.engine.session.facts.words import StrategyLife
from tradewright.ports.hosts import CancelWish, OrderWish, ProtectWish, TargetWish, Wish


@quick
@dataclass(frozen=True, slots=True)
class RecordedWish:
    """One wish; exactly one of the four is there (a journal reads back one type a field)."""

    target: TargetWish | None = None
    order: OrderWish | None = None
    cancel: CancelWish | None = None
    protect: ProtectWish | None = None

    @classmethod
    def of(cls, wish: Wish) -> "RecordedWish":
        """The wish, to be written down."""
        match wish:
            case TargetWish():
                return cls(target=wish)
            case OrderWish():
                return cls(order=wish)
            case CancelWish():
                return cls(cancel=wish)
            case ProtectWish():
                return cls(protect=wish)

    @property
    def wish(self) -> Wish:
        """What was wished."""
        found = self.target or self.order or self.cancel or self.protect
        assert found is not None, "a recorded wish without a wish"
        return found


@quick
@dataclass(frozen=True, slots=True)
class StrategyProposed:
    """What the strategy wished after a slice."""

    time_ns: int
    slice: int
    wishes: tuple[RecordedWish, ...]
    took_ns: int


@dataclass(frozen=True, slots=True)
class ProposalDropped:
    """An answer came too late, or while the strategy does not trade; nothing followed from it."""

    time_ns: int
    slice: int
    reason: str


@dataclass(frozen=True, slots=True)
class TargetDeferred:
    """A target waits until the instrument's order before it is out of the way."""

    time_ns: int
    instrument: str
    weight: float
    stop_loss: Decimal
    take_profit: Decimal
    slice: int


@dataclass(frozen=True, slots=True)
class TargetSettled:
    """A target that waited was taken up, or dropped because the market has moved on."""

    time_ns: int
    instrument: str
    reason: str


@dataclass(frozen=True, slots=True)
class TargetForgotten:
    """The order that was to reach a target came to nothing: the same weight, wished again, asks again."""

    time_ns: int
    instrument: str


@dataclass(frozen=True, slots=True)
class StrategyLifeChanged:
    """A strategy was started, paused, resumed, stopped, or put in quarantine."""

    time_ns: int
    strategy: str
    life: StrategyLife
    who: str
    reason: str


@dataclass(frozen=True, slots=True)
class ExitTimed:
    """A position is to be closed at a moment; 0 takes that back."""

    time_ns: int
    instrument: str
    at_ns: int
    who: str
