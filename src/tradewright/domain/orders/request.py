"""An order request is a wish to trade that risk has not approved yet.

This file decides the kinds of order, how long one works, and which prices each kind needs.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from tradewright.domain.errors import InputError
from tradewright.domain.identifiers import StrategyId
from tradewright.domain.orders.side import Side


class OrderKind(StrEnum):
    """How the price is meant.

    >>> OrderKind.STOP_LIMIT.has_limit, OrderKind.STOP_LIMIT.has_stop
    (True, True)
    """

    MARKET = "market"
    LIMIT = "limit"
    STOP = "stop"
    STOP_LIMIT = "stop_limit"
    TRAILING_STOP = "trailing_stop"

    @property
    def has_limit(self) -> bool:
        """True where a limit price binds."""
        return self in {OrderKind.LIMIT, OrderKind.STOP_LIMIT}

    @property
    def has_stop(self) -> bool:
        """True where a fixed stop price wakes it."""
        return self in {OrderKind.STOP, OrderKind.STOP_LIMIT}


class TimeInForce(StrEnum):
    """How long it works.

    >>> TimeInForce("ioc").is_immediate
    True
    """

    DAY = "day"
    """Until the session closes."""
    GTC = "gtc"
    """Until canceled."""
    IOC = "ioc"
    """At once, as far as possible; the rest is canceled."""
    FOK = "fok"
    """At once and in full, or not at all."""
    GTD = "gtd"
    """Until a moment."""
    AT_OPEN = "at_open"
    """In the opening auction of the next session."""
    AT_CLOSE = "at_close"
    """In the closing auction."""

    @property
    def is_immediate(self) -> bool:
        """True where nothing can be left working."""
        return self in {TimeInForce.IOC, TimeInForce.FOK}


class Origin(StrEnum):
    """Who wanted the order.

    >>> Origin.EXTERNAL.value
    'external'
    """

    STRATEGY = "strategy"
    OPERATOR = "operator"
    EXTERNAL = "external"
    """Found at the venue and adopted."""
    RISK = "risk"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRequest:
    """What to trade and how.

    >>> OrderRequest(instrument="AAPL.XNAS", side=Side.BUY, quantity=Decimal(10)).kind.value
    'market'
    """

    instrument: str
    side: Side
    quantity: Decimal
    kind: OrderKind = OrderKind.MARKET
    limit_price: Decimal | None = None
    stop_price: Decimal | None = None
    trailing_offset: Decimal | None = None
    """How far a trailing stop follows behind the best price, in money."""
    time_in_force: TimeInForce = TimeInForce.DAY
    expires_ns: int | None = None
    """The last moment of a GTD order, nanoseconds UTC."""
    reduces_only: bool = False
    """It may shrink a position, never open or turn one."""
    is_passive: bool = False
    """A limit order that is rejected rather than crossing the spread (post only)."""
    reason: str = ""
    strategy: StrategyId | None = None
    origin: Origin = Origin.STRATEGY

    def __post_init__(self) -> None:
        problem = self._problem()
        if problem:
            raise InputError(f"the {self.kind} order for {self.instrument} cannot be made", expected=problem)

    def _problem(self) -> str:
        """What is expected and missing, or nothing."""
        checks = (
            (_is_positive(self.quantity), f"a quantity above 0, a finite Decimal, not {self.quantity!r}"),
            (_fits(self.limit_price, self.kind.has_limit), _wanted("limit price", self.limit_price)),
            (_fits(self.stop_price, self.kind.has_stop), _wanted("stop price", self.stop_price)),
            (
                _fits(self.trailing_offset, self.kind is OrderKind.TRAILING_STOP),
                _wanted("trailing offset", self.trailing_offset),
            ),
            (
                (self.expires_ns is not None) == (self.time_in_force is TimeInForce.GTD),
                "a moment of expiry with GTD, and only there",
            ),
            (not self.is_passive or self.kind is OrderKind.LIMIT, "a limit order, for one that must be passive"),
            (
                not self.is_passive or not self.time_in_force.is_immediate,
                "a time in force that can wait, for one that must be passive",
            ),
        )
        return "; ".join(text for is_good, text in checks if not is_good)


def _is_positive(value: object) -> bool:
    return isinstance(value, Decimal) and value.is_finite() and value > 0


def _fits(value: Decimal | None, is_needed: bool) -> bool:
    return _is_positive(value) if is_needed else value is None


def _wanted(name: str, value: Decimal | None) -> str:
    return f"no {name} for this kind of order" if _is_positive(value) else f"a {name} above 0, a Decimal, not {value!r}"
