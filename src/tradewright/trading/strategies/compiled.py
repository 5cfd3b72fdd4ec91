"""A compiled strategy is a class of typed fields and plain handlers that the engine can turn into machine code.

It decides event by event, as a handler of events does, in a documented subset of Python (docs/concepts/compiled.md).
This file decides how its fields are declared; what is compiled, and what is refused, is decided in `engine/dialect`.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from tradewright.domain.errors import StrategyError
from tradewright.trading.strategies.strategy import Dialect, Strategy

MOST_PLACES = 1_000_000
"""In one row of numbers: the state of a strategy is small."""


@dataclass(frozen=True, slots=True)
class StateField:
    """A field of a strategy's state: a number, or a row of `length` numbers; whole or not as `initial` is."""

    initial: int | float
    length: int = 0
    """0: one number."""

    @property
    def is_whole(self) -> bool:
        """True for whole numbers."""
        return not isinstance(self.initial, float)


def state(initial: int | float, *, length: int = 0) -> Any:
    """Declare a field: `seen: int = state(0)`, `average: float = state(0.0)`, `closes = state(0.0, length=50)`."""
    if not isinstance(initial, int | float):
        raise TypeError(f"a field of a compiled strategy is a number, found {type(initial).__name__}")
    if not 0 <= length <= MOST_PLACES:
        raise ValueError(f"a row of a compiled strategy has 1 to {MOST_PLACES:,} places, found {length}")
    return StateField(initial, length)


class Tick(Protocol):
    """One event as `on_tick` sees it; a compiled handler reads these and nothing else of it."""

    kind: int
    """`tw.TRADE`, `tw.QUOTE`, `tw.LEVEL` or `tw.CLEAR`."""
    time: int
    """Nanoseconds UTC."""
    instrument: int
    """Which of the run's instruments, from 0."""
    price: float
    """Of the trade or level; of a quote the bid."""
    quantity: float
    side: int
    """Of a trade its aggressor's, of a level its own: 1, -1, or 0 where not told."""
    ask: float
    """Of a quote."""
    ask_quantity: float


class OwnFill(Protocol):
    """One fill of an own order as `on_fill` sees it, when its news has come here."""

    order: int
    time: int
    instrument: int
    price: float
    quantity: float
    """Signed."""
    remaining: float


class CompiledStrategy(Strategy):
    """Derive from it, declare parameters and state, and write `on_tick` (and `on_fill` if wanted)."""

    fields: ClassVar[dict[str, StateField]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        declared = dict(cls.fields)
        for name, value in list(vars(cls).items()):
            if isinstance(value, StateField):
                declared[name] = value
                setattr(cls, name, value.initial)
        cls.fields = declared
        super().__init_subclass__(**kwargs)

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        self.begin()

    def begin(self) -> None:
        """Set every field to its first value, as before a run."""
        for name, field in self.fields.items():
            setattr(self, name, [field.initial] * field.length if field.length else field.initial)

    @classmethod
    def dialect(cls) -> Dialect:
        """COMPILED; a class that has written no on_tick is a StrategyError."""
        if not cls.handles("on_tick"):
            raise StrategyError(
                f"{cls.__name__} has no on_tick",
                expected="on_tick(self, desk, tick), called for every event",
                remedy="see docs/concepts/compiled.md",
            )
        return Dialect.COMPILED

    @classmethod
    def handles(cls, name: str) -> bool:
        """True when the class has written this handler."""
        return getattr(cls, name) is not getattr(CompiledStrategy, name)

    def on_tick(self, desk: Any, tick: Any) -> None:
        """An event of the feed has happened (of a book: the last one of its moment)."""

    def on_fill(self, desk: Any, fill: Any) -> None:
        """The news of an own fill has come."""
