"""An order request is a wish to trade that risk has not approved yet.

This file decides the kinds of order, how long one works, and which prices each kind needs.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from tradewright.domain.errors import InputError
from tradewright.domain.identifiers import StrategyId
from tradewright.domain.orders.side import Side
from tradewright.domain.quick import quick


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
    MARKET_IF_TOUCHED = "market_if_touched"
    """It goes to market when the market comes to its stop price from the better side."""
    LIMIT_IF_TOUCHED = "limit_if_touched"
    """The same, and is a limit order from then on."""

    @property
    def has_limit(self) -> bool:
        """True where a limit price binds."""
        return self in {OrderKind.LIMIT, OrderKind.STOP_LIMIT, OrderKind.LIMIT_IF_TOUCHED}

    @property
    def has_stop(self) -> bool:
        """True where a fixed stop price wakes it."""
        return self in {OrderKind.STOP, OrderKind.STOP_LIMIT} or self.is_touched

    @property
    def is_touched(self) -> bool:
        """True where the stop price is on the better side of the market, as a limit is."""
        return self in {OrderKind.MARKET_IF_TOUCHED, OrderKind.LIMIT_IF_TOUCHED}


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


class LinkRule(StrEnum):
    """What becomes of the other legs of a link when one comes to nothing.

    >>> LinkRule("undo").closes
    True
    """

    UNDO = "undo"
    """They are canceled, and what they have filled is closed."""
    CANCEL = "cancel"
    """They are canceled; what is filled stays."""
    KEEP = "keep"
    """They go on."""

    @property
    def closes(self) -> bool:
        """True where filled legs are closed again."""
        return self is LinkRule.UNDO


LEAST: Final = Decimal("1e-15")
MOST: Final = Decimal("1e15")
"""Bounds of every quantity and price: between them exact arithmetic on 28 digits has room for notionals and lots."""


@quick
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
    trailing_share: Decimal | None = None
    """The same as a fraction of the best price; a trailing stop has one of the two."""
    time_in_force: TimeInForce = TimeInForce.DAY
    expires_ns: int | None = None
    """The last moment of a GTD order, nanoseconds UTC."""
    reduces_only: bool = False
    """It may shrink a position, never open or turn one."""
    is_passive: bool = False
    """A limit order that is rejected rather than crossing the spread (post only)."""
    takes_less: bool = False
    """It may be cut to what the account affords at the fill; otherwise the venue cancels it then."""
    closes_position: bool = False
    """It closes whatever is held when it goes off (protection); its quantity is what was held when it was made."""
    stop_loss: Decimal | None = None
    """A bracket's stop: it works at the venue from this order's fill on, over the whole position."""
    take_profit: Decimal | None = None
    """A bracket's target; the two legs cancel each other."""
    group: str = ""
    """Orders of one group cancel each other (OCO)."""
    link: str = ""
    """Legs of one link belong together (a pair, a hedge): see `link_rule`."""
    link_rule: LinkRule = LinkRule.UNDO
    """What becomes of the other legs when this one is refused, rejected, lost, or ends unfilled."""
    reason: str = ""
    strategy: StrategyId | None = None
    origin: Origin = Origin.STRATEGY

    def __post_init__(self) -> None:
        problem = self._problem()
        if problem:
            raise InputError(f"the {self.kind} order for {self.instrument} cannot be made", expected=problem)

    def _problem(self) -> str:
        """What is expected and missing, or nothing. Words only where they are needed: each step of an order to the
        venue makes one anew."""
        goods = (
            _is_positive(self.quantity),
            _fits(self.limit_price, self.kind.has_limit),
            _fits(self.stop_price, self.kind.has_stop),
            self._follows(),
            self.stop_loss is None or _is_positive(self.stop_loss),
            self.take_profit is None or _is_positive(self.take_profit),
            self.reduces_only or not self.closes_position,
            (self.expires_ns is not None) == (self.time_in_force is TimeInForce.GTD),
            not self.is_passive or self.kind is OrderKind.LIMIT,
            not self.is_passive or not self.time_in_force.is_immediate,
        )
        if all(goods):
            return ""
        return "; ".join(text for is_good, text in zip(goods, self._wanted(), strict=True) if not is_good)

    def _wanted(self) -> tuple[str, ...]:
        """What is expected, in the order of the checks."""
        return (
            f"a quantity above 0, at most {MOST:.0e}, not {_told(self.quantity)}",
            _wanted("limit price", self.limit_price),
            _wanted("stop price", self.stop_price),
            "a trailing offset above 0, or a share below 1, for a trailing stop and only there",
            f"a stop loss above 0, not {_told(self.stop_loss)}",
            f"a take profit above 0, not {_told(self.take_profit)}",
            "reduces_only, for one that closes a position",
            "a moment of expiry with GTD, and only there",
            "a limit order, for one that must be passive",
            "a time in force that can wait, for one that must be passive",
        )

    def _follows(self) -> bool:
        """True where the trailing distance is given as this kind of order needs it."""
        if self.kind is not OrderKind.TRAILING_STOP:
            return self.trailing_offset is None and self.trailing_share is None
        if self.trailing_offset is not None:
            return self.trailing_share is None and _is_positive(self.trailing_offset)
        return _is_positive(self.trailing_share) and self.trailing_share < 1  # type: ignore[operator]  # positive: a Decimal


def _is_positive(value: object) -> bool:
    return isinstance(value, Decimal) and value.is_finite() and LEAST <= value <= MOST


def _told(value: object) -> str:
    """As a person would write it; what is no exact number with its kind."""
    if value is None:
        return "none"
    return str(value) if isinstance(value, Decimal) else repr(value)


def _fits(value: Decimal | None, is_needed: bool) -> bool:
    return _is_positive(value) if is_needed else value is None


def _wanted(name: str, value: Decimal | None) -> str:
    return f"no {name} for this kind of order" if _is_positive(value) else f"a {name} above 0, not {_told(value)}"
