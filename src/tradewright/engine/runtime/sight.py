"""What an event strategy sees: bars, positions and fills as light views of the engine's columns and books."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from tradewright.domain.matching.records import PositionRecord
from tradewright.engine.run import REASONS
from tradewright.ports.historical import Filled


class SeenColumns:
    """The columns as strategies see them, flat, readable without a copy."""

    __slots__ = ("close", "high", "instruments", "low", "open", "time", "volume", "width")

    def __init__(self, instruments: tuple[str, ...], time: Any, columns: Sequence[Any]) -> None:
        self.instruments = instruments
        self.width = len(instruments)
        self.time = time
        self.open, self.high, self.low, self.close, self.volume = columns


class SeenBar:
    """One bar; it reads its columns when asked, so a bar nobody looks at costs nothing."""

    __slots__ = ("_at", "_columns")

    def __init__(self, columns: SeenColumns, at: int) -> None:
        self._columns = columns
        self._at = at

    @property
    def instrument(self) -> str:
        """Instrument id."""
        return self._columns.instruments[self._at % self._columns.width]

    @property
    def time(self) -> int:
        """Close of the bar, nanoseconds UTC."""
        return int(self._columns.time[self._at // self._columns.width])

    @property
    def open(self) -> float:
        """First price."""
        return float(self._columns.open[self._at])

    @property
    def high(self) -> float:
        """Highest price."""
        return float(self._columns.high[self._at])

    @property
    def low(self) -> float:
        """Lowest price."""
        return float(self._columns.low[self._at])

    @property
    def close(self) -> float:
        """Last price."""
        return float(self._columns.close[self._at])

    @property
    def volume(self) -> float:
        """Quantity traded."""
        return float(self._columns.volume[self._at])

    def __repr__(self) -> str:
        return f"Bar({self.instrument}, {self.time}, {self.open}, {self.high}, {self.low}, {self.close}, {self.volume})"


class SeenPosition:
    """A position, live: it always tells what is held now."""

    __slots__ = ("_is_abroad", "_position")

    def __init__(self, position: PositionRecord, *, is_abroad: bool = False) -> None:
        """`is_abroad`: the run has several currencies, and prices are in the instrument's."""
        self._position: Any = position
        self._is_abroad = is_abroad

    @property
    def quantity(self) -> float:
        """Signed quantity."""
        return float(self._position.quantity)

    @property
    def average_price(self) -> float:
        """Cost basis per unit, in the instrument's currency; NaN while flat."""
        if self._position.quantity == 0:
            return math.nan
        position = self._position
        basis = position.local if self._is_abroad else position.basis
        return float(basis / (position.quantity * position.multiplier))

    @property
    def is_flat(self) -> bool:
        """True when nothing is held."""
        return bool(self._position.quantity == 0)

    @property
    def is_long(self) -> bool:
        """True when the quantity is positive."""
        return bool(self._position.quantity > 0)

    @property
    def is_short(self) -> bool:
        """True when the quantity is negative."""
        return bool(self._position.quantity < 0)

    def __repr__(self) -> str:
        return f"Position({self.quantity:g} at {self.average_price:g})"


class SeenFill:
    """One fill of an own order, at the price that strategies see."""

    __slots__ = ("_fill", "_instrument", "_price")

    def __init__(self, fill: Filled, instrument: str, price: float) -> None:
        self._fill = fill
        self._instrument = instrument
        self._price = price

    @property
    def instrument(self) -> str:
        """Instrument id."""
        return self._instrument

    @property
    def order(self) -> int:
        """Id of the order."""
        return self._fill.order

    @property
    def quantity(self) -> float:
        """Signed quantity."""
        return float(self._fill.quantity)

    @property
    def remaining(self) -> float:
        """What is left of the order."""
        return float(self._fill.remaining)

    @property
    def price(self) -> float:
        """Price per unit."""
        return self._price

    @property
    def fee(self) -> float:
        """Money charged."""
        return float(self._fill.fee)

    @property
    def reason(self) -> str:
        """Why the order existed."""
        return REASONS[self._fill.role]


class SeenPositions(Mapping[str, SeenPosition]):
    """Positions by instrument id."""

    __slots__ = ("_by_name",)

    def __init__(self, by_name: dict[str, SeenPosition]) -> None:
        self._by_name = by_name

    def __getitem__(self, name: str) -> SeenPosition:
        return self._by_name[name]

    def __iter__(self) -> Any:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)
