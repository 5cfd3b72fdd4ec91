"""A parameter is a number of a strategy that may be varied: typed, with a default and a range."""

import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tradewright.domain.errors import InputError

Value = int | float | bool | str


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a parameter may be. `low` and `high` are inclusive; `choices` bounds text."""

    name: str
    default: Value
    low: float | None = None
    high: float | None = None
    step: float | None = None
    choices: tuple[str, ...] = ()
    description: str = ""

    @property
    def type(self) -> type:
        """The type of the values: int, float, bool or str."""
        return type(self.default)

    def checked(self, value: object, owner: str) -> Value:
        """The value in the parameter's type, read from text too; out of range or of a wrong type is an InputError."""
        found = self._read(value, owner)
        if isinstance(found, float) and not math.isfinite(found):
            raise self._refused(owner, value, "a finite number")
        if isinstance(found, int | float) and not isinstance(found, bool) and not self._spans(found):
            raise self._refused(owner, value, self.range_text())
        if self.choices and found not in self.choices:
            raise self._refused(owner, value, self.range_text())
        return found

    def _spans(self, value: float) -> bool:
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def range_text(self) -> str:
        """What it may be, in words."""
        if self.type is bool:
            return "true or false"
        if self.type is str:
            return f"one of {', '.join(self.choices)}" if self.choices else "text"
        kind = "a whole number" if self.type is int else "a number"
        if self.low is None and self.high is None:
            return kind
        if self.high is None:
            return f"{kind} from {self.low:g}"
        if self.low is None:
            return f"{kind} up to {self.high:g}"
        return f"{kind} from {self.low:g} to {self.high:g}"

    def _read(self, value: object, owner: str) -> Value:
        if self.type is bool:
            if isinstance(value, bool):
                return value
            texts = {"true": True, "false": False, "yes": True, "no": False, "1": True, "0": False}
            if isinstance(value, str) and value.strip().lower() in texts:
                return texts[value.strip().lower()]
            raise self._refused(owner, value, self.range_text())
        if self.type is str:
            if isinstance(value, str):
                return value
            raise self._refused(owner, value, self.range_text())
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise self._refused(owner, value, self.range_text())
        try:
            number = float(value)
        except ValueError:
            raise self._refused(owner, value, self.range_text()) from None
        if self.type is int:
            if not math.isfinite(number) or number != int(number):
                raise self._refused(owner, value, self.range_text())
            return int(number)
        return number

    def _refused(self, owner: str, value: object, expected: str) -> InputError:
        return InputError(
            f"parameter {self.name} of {owner} does not take {value!r}",
            expected=expected,
            found=repr(value),
            remedy=f"give a value in range, or leave it out for the default {self.default!r}",
        )


def parameter(
    default: Any,
    *,
    low: float | None = None,
    high: float | None = None,
    step: float | None = None,
    choices: tuple[str, ...] = (),
    description: str = "",
) -> Any:
    """Declare a parameter of a strategy class: `fast: int = parameter(20, low=2, high=200)`."""
    if not isinstance(default, int | float | bool | str):
        raise TypeError(f"a parameter's default is a number, a text or a truth value, found {type(default).__name__}")
    made = Parameter("", default, low, high, step, tuple(choices), description)
    made.checked(default, "its declaration")
    return made


def read_values(owner: str, declared: Mapping[str, Parameter], *, given: Mapping[str, object]) -> dict[str, Value]:
    """All parameters of a strategy: what was given, checked, over the defaults. An unknown name is an InputError."""
    for name in given:
        if name not in declared:
            near = difflib.get_close_matches(name, declared, n=1)
            raise InputError(
                f"{owner} has no parameter {name!r}",
                expected="one of " + ", ".join(declared) if declared else "no parameters at all",
                found=name,
                remedy=f"did you mean {near[0]}?" if near else f"see: tradewright strategy show {owner}",
            )
    return {
        name: declared[name].checked(given[name], owner) if name in given else declared[name].default
        for name in declared
    }
