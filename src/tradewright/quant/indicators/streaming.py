"""An indicator fed bar by bar, as a strategy or a live session does it: the same step as the series, the same floats.

Every one takes `update(...)` with its own inputs and `update_bar(open_, high, low, close, volume)`; what it knows is
in `.value` and `.previous` (or in named lines that have these). A missing bar (NaN) changes nothing and answers NaN.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar, Generic, Self, TypeVar

from tradewright.quant.indicators.definition import Definition, Number, State

nan = math.nan
R = TypeVar("R")

SOURCES = ("close", "open", "high", "low", "volume", "median", "typical")
"""What a value-fed indicator can take from a bar; median is (high + low) / 2, typical (high + low + close) / 3."""


class Line:
    """One line of an indicator: its value now and one bar before; NaN where there is none yet."""

    value: float
    previous: float

    def __init__(self) -> None:
        self.value = nan
        self.previous = nan

    def __repr__(self) -> str:
        return f"Line({self.value!r}, previous={self.previous!r})"


class Indicator(ABC, Generic[R]):
    """What all streaming indicators share: settings, readiness, a snapshot and a fresh copy of themselves."""

    definition: ClassVar[Definition]

    def __init__(self, **settings: object) -> None:
        self.settings = {each.name: settings.get(each.name, each.default) for each in self.definition.parameters}
        self._parameters: tuple[Number, ...] = self.definition.encode(settings)
        self._step = self.definition.step
        self._state, self._memory = self.definition.start(*self._parameters)

    @property
    def warm_up(self) -> int:
        """Bars before the first one with a value on every line."""
        return self.definition.warm_up(*self._parameters)

    @property
    def is_ready(self) -> bool:
        """True once every line has a value."""
        return not any(math.isnan(value) for value in self._values())

    def fresh(self) -> Self:
        """The same indicator before its first bar: one instance per instrument."""
        return type(self)(**self.settings)

    def snapshot(self) -> tuple[State, tuple[float, ...], tuple[float, ...]]:
        """All it remembers: state, memory and lines; give it to `restore` of an equal indicator."""
        return self._state, tuple(self._memory), tuple(self._lines())

    def restore(self, snapshot: tuple[State, Sequence[float], Sequence[float]]) -> None:
        """Go on where `snapshot` was taken."""
        state, memory, lines = snapshot
        if len(memory) != len(self._memory):
            raise ValueError(
                f"{self!r}: expected a snapshot with {len(self._memory)} remembered values; found {len(memory)}; "
                "restore it into an indicator with the same parameters"
            )
        self._state, self._memory = _tuples(state), list(memory)
        self._put(lines)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.settings.items())})"

    @abstractmethod
    def _keep(self, result: R) -> R:
        """Put an answer into the lines."""

    @abstractmethod
    def _nothing(self) -> R:
        """The answer to a missing bar."""

    @abstractmethod
    def _values(self) -> Sequence[float]:
        """Value of each line."""

    @abstractmethod
    def _lines(self) -> Sequence[float]:
        """Value and previous of each line."""

    @abstractmethod
    def _put(self, lines: Sequence[float]) -> None:
        """Set what `_lines` gave."""

    def _missing(self, *inputs: float) -> R:
        """NaN for a missing bar; ValueError when an input is infinite."""
        if any(math.isinf(value) for value in inputs):
            raise ValueError(
                f"{self!r}: expected finite {', '.join(self.definition.inputs)} or NaN; found {inputs}; "
                "pass NaN for a missing bar"
            )
        return self._nothing()


def _tuples(state: Any) -> Any:
    """Nested lists (a snapshot that went through JSON) as tuples."""
    return tuple(_tuples(each) for each in state) if isinstance(state, (list, tuple)) else state


class SingleLine(Indicator[float], Line):
    """An indicator that is one line."""

    def __init__(self, **settings: object) -> None:
        Indicator.__init__(self, **settings)
        Line.__init__(self)

    __repr__ = Indicator.__repr__

    def _keep(self, result: float) -> float:
        self.previous = self.value
        self.value = result
        return result

    def _nothing(self) -> float:
        return nan

    def _values(self) -> Sequence[float]:
        return (self.value,)

    def _lines(self) -> Sequence[float]:
        return self.value, self.previous

    def _put(self, lines: Sequence[float]) -> None:
        self.value, self.previous = lines


class ManyLines(Indicator[tuple[float, ...]]):
    """An indicator of several lines, each an attribute with `.value` and `.previous`."""

    def __init__(self, **settings: object) -> None:
        super().__init__(**settings)
        self.lines = tuple(Line() for _ in self.definition.outputs)
        for name, line in zip(self.definition.outputs, self.lines, strict=True):
            setattr(self, name, line)

    def _keep(self, result: tuple[float, ...]) -> tuple[float, ...]:
        for line, value in zip(self.lines, result, strict=True):
            line.previous = line.value
            line.value = value
        return result

    def _nothing(self) -> tuple[float, ...]:
        return (nan,) * len(self.lines)

    def _values(self) -> Sequence[float]:
        return [line.value for line in self.lines]

    def _lines(self) -> Sequence[float]:
        return [number for line in self.lines for number in (line.value, line.previous)]

    def _put(self, lines: Sequence[float]) -> None:
        for place, line in enumerate(self.lines):
            line.value, line.previous = lines[2 * place], lines[2 * place + 1]


class ValueFed(Indicator[R]):
    """Fed one number a bar; of a whole bar it takes `source`, the close unless told otherwise."""

    def __init__(self, *, source: str = "close", **settings: object) -> None:
        if source not in SOURCES:
            raise ValueError(f"source: expected one of {', '.join(SOURCES)}; found {source!r}")
        super().__init__(**settings)
        self.source = source
        if source != "close":
            self.settings["source"] = source

    def update(self, value: float) -> R:
        """Take the next number; the answer is the indicator's row for it."""
        value = float(value)
        if value - value != 0.0:
            return self._missing(value)
        self._state, result = self._step(self._state, self._memory, 0, value, *self._parameters)
        return self._keep(result)

    def update_bar(
        self, open_: float, high: float, low: float, close: float, volume: float, session: float | None = None
    ) -> R:
        """Take the next bar."""
        if self.source == "close":
            return self.update(close)
        if self.source == "median":
            return self.update((high + low) / 2)
        if self.source == "typical":
            return self.update((high + low + close) / 3)
        return self.update({"open": open_, "high": high, "low": low, "volume": volume}[self.source])


class HighLowFed(Indicator[R]):
    """Fed the range of a bar."""

    def update(self, high: float, low: float) -> R:
        """Take the next bar's high and low."""
        high, low = float(high), float(low)
        if high - high != 0.0 or low - low != 0.0:
            return self._missing(high, low)
        self._state, result = self._step(self._state, self._memory, 0, high, low, *self._parameters)
        return self._keep(result)

    def update_bar(
        self, open_: float, high: float, low: float, close: float, volume: float, session: float | None = None
    ) -> R:
        """Take the next bar."""
        return self.update(high, low)


class CloseVolumeFed(Indicator[R]):
    """Fed close and volume."""

    def update(self, close: float, volume: float) -> R:
        """Take the next bar's close and volume."""
        close, volume = float(close), float(volume)
        if close - close != 0.0 or volume - volume != 0.0:
            return self._missing(close, volume)
        self._state, result = self._step(self._state, self._memory, 0, close, volume, *self._parameters)
        return self._keep(result)

    def update_bar(
        self, open_: float, high: float, low: float, close: float, volume: float, session: float | None = None
    ) -> R:
        """Take the next bar."""
        return self.update(close, volume)


class HighLowCloseFed(Indicator[R]):
    """Fed high, low and close."""

    def update(self, high: float, low: float, close: float) -> R:
        """Take the next bar's high, low and close."""
        high, low, close = float(high), float(low), float(close)
        if high - high != 0.0 or low - low != 0.0 or close - close != 0.0:
            return self._missing(high, low, close)
        self._state, result = self._step(self._state, self._memory, 0, high, low, close, *self._parameters)
        return self._keep(result)

    def update_bar(
        self, open_: float, high: float, low: float, close: float, volume: float, session: float | None = None
    ) -> R:
        """Take the next bar."""
        return self.update(high, low, close)


class BarFed(Indicator[R]):
    """Fed high, low, close and volume."""

    def update(self, high: float, low: float, close: float, volume: float) -> R:
        """Take the next bar's high, low, close and volume."""
        high, low, close, volume = float(high), float(low), float(close), float(volume)
        if high - high + (low - low) + (close - close) + (volume - volume) != 0.0:
            return self._missing(high, low, close, volume)
        self._state, result = self._step(self._state, self._memory, 0, high, low, close, volume, *self._parameters)
        return self._keep(result)

    def update_bar(
        self, open_: float, high: float, low: float, close: float, volume: float, session: float | None = None
    ) -> R:
        """Take the next bar."""
        return self.update(high, low, close, volume)
