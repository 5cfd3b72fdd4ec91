"""An instrument is what is traded: a share, a future, a currency pair, a coin, with the steps it moves in.

This file decides what is known of every instrument; the conventions of a venue are its `TradingHours`.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from tradewright.domain.errors import InputError
from tradewright.domain.identifiers import InstrumentId, InstrumentName, Symbol, VenueCode


class AssetClass(StrEnum):
    """What kind of thing is traded.

    >>> AssetClass("perpetual").is_derivative
    True
    """

    EQUITY = "equity"
    ETF = "etf"
    INDEX = "index"
    FUTURE = "future"
    PERPETUAL = "perpetual"
    FX = "fx"
    CRYPTO = "crypto"

    @property
    def is_derivative(self) -> bool:
        """True where a position is margin, not ownership."""
        return self in {AssetClass.FUTURE, AssetClass.PERPETUAL}


class InstrumentStatus(StrEnum):
    """Whether the instrument can be traded now.

    >>> InstrumentStatus.RETIRED.can_trade
    False
    """

    ACTIVE = "active"
    HALTED = "halted"
    RETIRED = "retired"
    """No longer traded, or never found; its history is kept."""

    @property
    def can_trade(self) -> bool:
        """True for an active instrument."""
        return self is InstrumentStatus.ACTIVE


@dataclass(frozen=True, slots=True)
class Instrument:
    """What is traded, with its steps and its currency.

    >>> apple = Instrument(InstrumentId("AAPL.XNAS"), "USD", AssetClass.EQUITY)
    >>> apple.symbol, apple.notional(Decimal(-10), Decimal("187.5"))
    ('AAPL', Decimal('1875.0'))
    """

    id: InstrumentId
    currency: str
    """The currency that prices are quoted and gains are settled in."""
    asset_class: AssetClass
    tick: Decimal = Decimal("0.01")
    """Smallest step of a price."""
    lot: Decimal = Decimal(1)
    """Smallest step of a quantity."""
    multiplier: Decimal = Decimal(1)
    """Units of currency per point of price and unit of quantity: 50 for the E-mini S&P 500."""
    status: InstrumentStatus = InstrumentStatus.ACTIVE
    name: str = ""
    sector: str = ""
    smallest_quantity: Decimal = Decimal(0)
    smallest_notional: Decimal = Decimal(0)
    last_verified_ns: int | None = None
    """When a source last confirmed it, nanoseconds UTC; None means never."""

    def __post_init__(self) -> None:
        InstrumentName.parse(self.id)
        for field in ("tick", "lot", "multiplier"):
            _require(self, field, getattr(self, field), at_least_zero=False)
        for field in ("smallest_quantity", "smallest_notional"):
            _require(self, field, getattr(self, field), at_least_zero=True)
        if not (self.currency.isalnum() and self.currency.isupper()):
            raise InputError(f"{self.id} needs a currency", expected="an upper-case code", found=repr(self.currency))

    @property
    def symbol(self) -> Symbol:
        """The venue's spelling."""
        return InstrumentName.parse(self.id).symbol

    @property
    def venue(self) -> VenueCode:
        """Where it is traded."""
        return InstrumentName.parse(self.id).venue

    def notional(self, quantity: Decimal, price: Decimal) -> Decimal:
        """Quantity times price times multiplier, never negative."""
        return abs(quantity * price * self.multiplier)


def _require(instrument: Instrument, field: str, value: object, *, at_least_zero: bool) -> None:
    is_good = isinstance(value, Decimal) and value.is_finite() and (value >= 0 if at_least_zero else value > 0)
    if not is_good:
        wanted = "a Decimal of at least 0" if at_least_zero else "a Decimal above 0"
        raise InputError(f"{field} of {instrument.id} cannot be used", expected=wanted, found=repr(value))
