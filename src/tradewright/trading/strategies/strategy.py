"""A strategy says what to hold and how strongly; sizing says how much, risk says whether.

This file decides the three dialects: `generate_signals` (columns: one strength per bar and instrument at once),
`generate_signal` (one decision for the newest bar) and event handlers (`on_bar`, `on_fill`). A strategy speaks exactly
one.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

from numpy.typing import ArrayLike

from tradewright.domain.errors import StrategyError
from tradewright.trading.bars import Bars
from tradewright.trading.strategies.context import BarView, Context, FillView
from tradewright.trading.strategies.parameters import Parameter, Value, read_values


class Dialect(StrEnum):
    """How a strategy speaks."""

    COLUMNS = "columns"
    NEWEST = "newest"
    EVENTS = "events"
    COMPILED = "compiled"


class Speaks(StrEnum):
    """What its numbers are: strengths of a slot, acted on when they change, or weights of equity, all instructions."""

    STRENGTHS = "strengths"
    WEIGHTS = "weights"


@dataclass(frozen=True, slots=True, eq=False)
class Signals:
    """Signals with protective prices, each of the shape of the bars' columns; NaN: no opinion, no change."""

    strength: ArrayLike
    stop_loss: ArrayLike | None = None
    take_profit: ArrayLike | None = None


class Strategy:
    """Derive from it, declare parameters as typed class attributes, and write one of the three dialects."""

    parameters: ClassVar[dict[str, Parameter]] = {}
    speaks: ClassVar[Speaks] = Speaks.STRENGTHS
    instrument_count: ClassVar[int] = 0
    """Exactly so many instruments it trades together, in the order in which they are named; 0: any number."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        declared = dict(cls.parameters)
        for name, value in list(vars(cls).items()):
            if isinstance(value, Parameter):
                declared[name] = Parameter(
                    name, value.default, value.low, value.high, value.step, value.choices, value.description
                )
                setattr(cls, name, value.default)
        cls.parameters = declared

    def __init__(self, **values: object) -> None:
        for name, value in read_values(type(self).__name__, self.parameters, given=values).items():
            setattr(self, name, value)
        self.check()

    def check(self) -> None:
        """Override to refuse combinations of parameters: raise a ValueError or InputError; a sweep goes on without."""

    def check_bars(self, bars: Bars) -> None:
        """Override to refuse a backtest on bars that cannot be traded so: raise a DataError.

        A session is not asked, for it cannot know its bars before they come.
        """

    def warm_up_bars(self) -> int:
        """How many bars must pass before the first opinion; 0 when not known."""
        return 0

    @property
    def values(self) -> dict[str, Value]:
        """The parameters' values now."""
        return {name: getattr(self, name) for name in self.parameters}

    @classmethod
    def dialect(cls) -> Dialect:
        """Which of the three it speaks; none or several is a StrategyError."""
        spoken = [
            dialect
            for dialect, names in _HANDLERS.items()
            if any(getattr(cls, name) is not getattr(Strategy, name) for name in names)
        ]
        if len(spoken) == 1:
            return spoken[0]
        raise StrategyError(
            f"{cls.__name__} speaks {'no dialect' if not spoken else ' and '.join(spoken)}",
            expected="exactly one of generate_signals, generate_signal, or on_bar",
            remedy="see: tradewright strategy new",
        )

    def generate_signals(self, bars: Bars) -> ArrayLike | Signals:
        """Columns: one strength in [-1, 1] per bar and instrument (shape of `bars.close`); NaN means no opinion."""
        raise StrategyError(f"{type(self).__name__} has no generate_signals")

    def generate_signal(self, bars: Bars) -> ArrayLike | Signals:
        """The newest bar only: one strength per instrument, decided from `bars` that end now."""
        raise StrategyError(f"{type(self).__name__} has no generate_signal")

    def on_start(self, context: Context) -> None:
        """Before the first bar: register indicators."""

    def on_bar(self, context: Context, bar: BarView) -> None:
        """A bar is complete; orders made here work from the next bar on."""

    def on_fill(self, context: Context, fill: FillView) -> None:
        """An own order was filled."""

    def on_end(self, context: Context) -> None:
        """After the last bar."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.values.items())})"


_HANDLERS = {
    Dialect.COLUMNS: ("generate_signals",),
    Dialect.NEWEST: ("generate_signal",),
    Dialect.EVENTS: ("on_bar", "on_fill"),
}
