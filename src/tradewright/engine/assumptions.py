"""What a backtest assumes: money, costs, fills, lots. Every one of them is shown with the result."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from tradewright.domain.costs import Cost, Costs
from tradewright.domain.errors import InputError
from tradewright.domain.margin import Leverage, Margin
from tradewright.engine.carry import NO_CARRY, Carry
from tradewright.trading.sizing.allocation import Allocation, EqualSlots
from tradewright.trading.sizing.sizing import Sizing


class FillRule(StrEnum):
    """When a market order fills that was decided after a bar."""

    NEXT_OPEN = "next-open"
    SIGNAL_CLOSE = "signal-close"


class Path(StrEnum):
    """The way of a price within a bar. None is known; `worst` assumes none and the worse wherever it matters."""

    WORST = "worst"
    HIGH_FIRST = "open-high-low-close"
    LOW_FIRST = "open-low-high-close"
    NEAREST = "nearest"
    """The extreme that is nearer to the open comes first; the low where both are as near."""

    @property
    def code(self) -> int:
        """As the step knows it (`domain/matching/path.py`)."""
        return list(Path).index(self)


class SizeAt(StrEnum):
    """When a target weight becomes a quantity: at the decision, as in live trading, or at the price of the fill."""

    DECISION = "decision"
    FILL = "fill"


class Numbers(StrEnum):
    """What the runtime counts with."""

    FLOAT = "float"
    EXACT = "exact"


class AdjustedTo(StrEnum):
    """The row whose prices a strategy sees as they were traded; the others are scaled by the splits between.

    A person looks back from the last row. A trading session cannot: nobody knows the next split, so it shows prices
    as they would be had no share been split since its first row. Orders and fills are in raw prices either way.
    """

    LAST = "last"
    FIRST = "first"


@dataclass(frozen=True, slots=True)
class Assumptions:
    """The setting of a run; money in the account's currency."""

    cash: float = 100_000.0
    costs: Cost = field(default_factory=Costs)
    fill: FillRule = FillRule.NEXT_OPEN
    size_at: SizeAt = SizeAt.DECISION
    lot: float = 1.0
    """Smallest quantity of every instrument; 0: divisible."""
    lots: Mapping[str, float] = field(default_factory=dict)
    """Other lots by instrument id."""
    multipliers: Mapping[str, float] = field(default_factory=dict)
    """Money per point and unit of quantity by instrument id; 1 where not given."""
    leverage: float = 1.0
    """Gross exposure allowed, in multiples of equity; for another margin mode see `margin`."""
    margin: Margin | None = None
    """What positions need; None: `Leverage(leverage)`, which is told as `leverage` however it was said."""
    rebalance_band: float = 0.0
    """Drift from the target weight that makes an order; 0: off."""
    allocation: Allocation = field(default_factory=EqualSlots)
    numbers: Numbers = Numbers.FLOAT
    close_at_end: bool = False
    """Close every position at the last close."""
    adjusted_to: AdjustedTo = AdjustedTo.LAST
    trades_from_ns: int | None = None
    """Close of the first bar after which the strategy may trade, nanoseconds UTC; the bars before are its warm-up:
    it sees them, what it asks for goes nowhere, and nothing is remembered as wanted. None: the first bar."""
    participation: float = 0.0
    """The part of a bar's volume that one order may take, at most 1; 0: any quantity fills."""
    carry: Carry = NO_CARRY
    """What the account earns and pays without trading."""
    path: Path = Path.WORST
    """The way of a price within a bar."""

    def __post_init__(self) -> None:
        self._coerce("fill", FillRule)
        self._coerce("size_at", SizeAt)
        self._coerce("numbers", Numbers)
        self._coerce("path", Path)
        self._coerce("adjusted_to", AdjustedTo)
        for name, low, exclusive in (
            ("cash", 0, True), ("lot", 0, False), ("leverage", 0, True), ("rebalance_band", 0, False),
            ("participation", 0, False),
        ):  # fmt: skip
            _check(name, getattr(self, name), low, exclusive=exclusive)
            object.__setattr__(self, name, float(getattr(self, name)))  # 100_000 and 100_000.0 are the same run
        self._take_margin()
        if self.participation > 1:
            raise InputError(
                "participation cannot be used", expected="a part of the volume, 0 to 1", found=repr(self.participation)
            )
        for instrument, lot in self.lots.items():
            _check(f"lot of {instrument}", lot, 0, exclusive=False)
        for instrument, multiplier in self.multipliers.items():
            _check(f"multiplier of {instrument}", multiplier, 0, exclusive=True)
        if self.trades_from_ns is not None and type(self.trades_from_ns) is not int:
            raise InputError(
                "trades from cannot be used", expected="nanoseconds UTC, or None", found=repr(self.trades_from_ns)
            )
        if not isinstance(self.costs, Cost):
            raise InputError(
                "costs are not a cost", expected="as PerShare(0.005, minimum=1) + Spread(bps=2)", found=repr(self.costs)
            )
        self._check_sizing()

    def _take_margin(self) -> None:
        """The margin mode; one that is plain leverage becomes `leverage`, so that one run has one name."""
        if self.margin is None:
            return
        if not isinstance(self.margin, Margin):
            raise InputError(
                "margin is not a margin mode", expected="as RegT() or Futures(10)", found=repr(self.margin)
            )
        if self.leverage != 1:
            raise InputError(
                "leverage and margin both say what may be borrowed",
                expected="one of them",
                found=f"leverage={self.leverage:g} and margin={self.margin!r}",
            )
        if isinstance(self.margin, Leverage):
            object.__setattr__(self, "leverage", float(self.margin.times))
            object.__setattr__(self, "margin", None)

    @property
    def sizing(self) -> Sizing | None:
        """The rules of size that stand in place of slots, where there are any."""
        return self.allocation if isinstance(self.allocation, Sizing) else None

    def _check_sizing(self) -> None:
        """A fixed quantity is decided with the order and drifts from nothing."""
        if self.sizing is None or not self.sizing.has_units:
            return
        for name, usual in (("size_at", SizeAt.DECISION), ("rebalance_band", 0.0)):
            if getattr(self, name) != usual:
                raise InputError(
                    f"a sizing with a fixed quantity or notional knows no {name.replace('_', ' ')}",
                    expected=f"{name}={usual!s}",
                    found=f"{getattr(self, name)!s}",
                )

    def _coerce(self, name: str, kind: type[StrEnum]) -> None:
        value = getattr(self, name)
        try:
            object.__setattr__(self, name, kind(value))
        except ValueError:
            raise InputError(
                f"{name.replace('_', ' ')} {value!r} is not known", expected=" or ".join(kind), found=repr(value)
            ) from None


def _check(name: str, value: object, low: float, *, exclusive: bool) -> None:
    allowed = "a finite number above 0" if exclusive else "a finite number, 0 or more"
    if isinstance(value, bool) or not isinstance(value, int | float) or not value < float("inf"):
        raise InputError(f"{name} cannot be used", expected=allowed, found=repr(value))
    if value < low or (exclusive and value == low):
        raise InputError(f"{name} cannot be used", expected=allowed, found=repr(value))
