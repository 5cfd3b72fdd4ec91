"""A small assembler for classic BPF, the language in which a process tells the kernel which calls it may still make.

This file decides only form: steps with named places to jump to become the kernel's instructions of eight bytes. A jump
over more steps than an instruction can say is an assertion, so a filter is right or is not made.
"""

import struct
from dataclasses import dataclass, field
from typing import Final

NUMBER_AT: Final = 0
"""Where the number of the call stands in what the filter is shown, ..."""
MACHINE_AT: Final = 4
"""... the processor in whose manner it is made, ..."""
ARGUMENTS_AT: Final = 16
"""... and its arguments, eight bytes each, the low half first."""
ALLOW: Final = 0x7FFF0000
KILL_PROCESS: Final = 0x80000000
MOST_STEPS: Final = 4096
_REFUSE: Final = 0x00050000
_LOAD: Final = 0x20
_AND: Final = 0x54
_JUMP_EQUAL: Final = 0x15
_JUMP_AT_LEAST: Final = 0x35
_RETURN: Final = 0x06
_LONGEST_JUMP: Final = 255
_STEP: Final = struct.Struct("<HBBI")


def refuse(error: int) -> int:
    """The verdict by which the call fails with this errno."""
    return _REFUSE | error


def low_half(argument: int) -> int:
    """Where the low half of an argument stands."""
    return ARGUMENTS_AT + 8 * argument


def high_half(argument: int) -> int:
    """Where the high half of an argument stands."""
    return low_half(argument) + 4


@dataclass(frozen=True, slots=True)
class _Step:
    code: int
    value: int
    then: str | None = None
    otherwise: str | None = None


@dataclass(slots=True)
class Assembler:
    """Takes steps in order; `assembled` gives the program."""

    _steps: list[_Step] = field(default_factory=list)
    _places: dict[str, int] = field(default_factory=dict)

    def load(self, offset: int) -> None:
        """Look at a word of what the filter is shown."""
        self._steps.append(_Step(_LOAD, offset))

    def mask(self, bits: int) -> None:
        """Keep only these bits of the word."""
        self._steps.append(_Step(_AND, bits))

    def if_equal(self, value: int, *, then: str | None = None, otherwise: str | None = None) -> None:
        """Jump by whether the word is the value; None goes on with the next step."""
        self._steps.append(_Step(_JUMP_EQUAL, value, then, otherwise))

    def if_at_least(self, value: int, *, then: str | None = None, otherwise: str | None = None) -> None:
        """Jump by whether the word, unsigned, is the value or more; None goes on with the next step."""
        self._steps.append(_Step(_JUMP_AT_LEAST, value, then, otherwise))

    def verdict(self, action: int) -> None:
        """End with this verdict."""
        self._steps.append(_Step(_RETURN, action))

    def place(self, name: str) -> None:
        """Name the next step."""
        assert name not in self._places, f"{name} is named twice"
        self._places[name] = len(self._steps)

    def assembled(self) -> bytes:
        """The program as the kernel takes it."""
        assert 0 < len(self._steps) <= MOST_STEPS, f"{len(self._steps)} steps"
        return b"".join(
            _STEP.pack(step.code, self._jump(step.then, at), self._jump(step.otherwise, at), step.value)
            for at, step in enumerate(self._steps)
        )

    def _jump(self, name: str | None, at: int) -> int:
        if name is None:
            return 0
        distance = self._places[name] - at - 1
        assert 0 <= distance <= _LONGEST_JUMP, f"{name} is {distance} steps away"
        return distance
