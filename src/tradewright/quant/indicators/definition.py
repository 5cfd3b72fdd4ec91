"""What an indicator is: its inputs, parameters, outputs, warm-up and the one step that computes it.

The step is a plain function `step(state, memory, at, *inputs, *parameters) -> (state, output or outputs)`: `state` is
a small tuple of numbers (nested where an indicator is made of others), `memory` a flat list or array of past values
in which the indicator owns the slots from `at` on. Steps use + - * / and `math` only and explicit loops, so that
plain Python and compiled code give the same floats, bit for bit.
"""

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

State: TypeAlias = Any
"""A number or a (nested) tuple of numbers."""
Memory: TypeAlias = list[float]
Number: TypeAlias = int | float
Step: TypeAlias = Callable[..., tuple[State, Any]]

LONGEST_WINDOW = 1_000_000


@dataclass(frozen=True, slots=True)
class Parameter:
    """One setting of an indicator; the type of the default says what it takes: whole number, number or word."""

    name: str
    default: int | float | str
    meaning: str
    low: float = 1
    high: float = LONGEST_WINDOW
    choices: tuple[str, ...] = ()

    def encoded(self, value: object) -> Number:
        """`value` as the number the step takes (a word becomes its place among the choices); ValueError if wrong."""
        if self.choices:
            if value not in self.choices:
                raise ValueError(f"{self.name}: expected one of {', '.join(self.choices)}; found {value!r}")
            return self.choices.index(str(value))
        number = self._number(value)
        if not self.low <= number <= self.high:
            raise ValueError(
                f"{self.name}: expected a number from {self.low:g} to {self.high:g} ({self.meaning}); found {value!r}"
            )
        return number

    def _number(self, value: object) -> Number:
        whole = isinstance(self.default, int)
        try:
            if isinstance(value, (bool, str)):
                raise TypeError
            number = operator.index(value) if whole else float(value)  # type: ignore[arg-type]
        except TypeError as error:
            kind = "a whole number" if whole else "a number"
            hint = f"; write {int(value)}" if whole and isinstance(value, float) and math.isfinite(value) else ""
            raise ValueError(
                f"{self.name}: expected {kind} ({self.meaning}); found {value!r} of type {type(value).__name__}{hint}"
            ) from error
        return number


def window(default: int, meaning: str = "lookback in bars", *, name: str = "window", low: int = 1) -> Parameter:
    """A lookback in bars."""
    return Parameter(name, default, meaning, low=low)


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """An indicator as the registry lists it."""

    name: str
    title: str
    description: str
    source: str
    """Where the formula comes from."""
    inputs: tuple[str, ...]
    """`value`, or columns of a bar in the order of the step."""
    outputs: tuple[str, ...]
    parameters: tuple[Parameter, ...] = ()
    step: Step
    start: Callable[..., tuple[State, Memory]]
    """Encoded parameters -> state and memory before the first row."""
    warm_up: Callable[..., int]
    """Encoded parameters -> rows before the first one with every output."""
    cost: int = 1
    """Plain Python work per row, in units of one step of a moving average."""
    optional: tuple[str, ...] = ()
    """Outputs that only some settings fill."""
    refusal: Callable[..., str | None] = lambda *_: None
    """Encoded parameters -> why they do not go together, or None."""

    def encode(self, settings: Mapping[str, object]) -> tuple[Number, ...]:
        """Settings by name -> numbers in the order of the step, defaults filled in; ValueError where one is wrong."""
        known = [parameter.name for parameter in self.parameters]
        for name in settings:
            if name not in known:
                raise ValueError(f"{self.name}: expected parameters {', '.join(known) or 'none'}; found {name!r}")
        try:
            numbers = tuple(each.encoded(settings.get(each.name, each.default)) for each in self.parameters)
        except ValueError as error:
            raise ValueError(f"{self.name}: {error}") from error
        why = self.refusal(*numbers)
        if why is not None:
            raise ValueError(f"{self.name}: {why}")
        return numbers

    @property
    def is_single(self) -> bool:
        """True when the indicator gives one number a row."""
        return len(self.outputs) == 1


SEEDS = ("sma", "first", "zero")
JOINT_SEEDS = ("sma", "first", "joint")


def seed() -> Parameter:
    """How an exponential average begins."""
    return Parameter(
        "seed", "sma", "how the average begins: mean of the first window, first value, zero", choices=SEEDS
    )


def joint_seed() -> Parameter:
    """How averages of averages begin."""
    meaning = "how each average begins: mean of its first window, first value; joint: the first one's mean begins all"
    return Parameter("seed", "sma", meaning, choices=JOINT_SEEDS)
