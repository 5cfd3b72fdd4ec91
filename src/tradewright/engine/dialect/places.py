"""Where each field of a compiled strategy lies: floats in one flat array, whole numbers in another."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradewright.domain.errors import StrategyError
from tradewright.trading.strategies.compiled import CompiledStrategy


@dataclass(frozen=True, slots=True)
class Place:
    """A field: its first place, and how many numbers it has (0: it is a number, not a row)."""

    is_whole: bool
    first: int
    length: int
    is_parameter: bool = False


@dataclass(frozen=True, slots=True)
class Memory:
    """A strategy's numbers as the kernel holds them."""

    reals: NDArray[np.float64]
    wholes: NDArray[np.int64]


def places_of(kind: type[CompiledStrategy]) -> dict[str, Place]:
    """Every parameter and field; text as a parameter is a StrategyError."""
    counts = {True: 0, False: 0}
    found: dict[str, Place] = {}
    for name, parameter in kind.parameters.items():
        if isinstance(parameter.default, str):
            raise StrategyError(
                f"{kind.__name__} cannot be compiled: its parameter {name} is text",
                expected="whole numbers, floats and truth values",
                found=repr(parameter.default),
                remedy='give it a number, or take engine="runtime"',
            )
        is_whole = not isinstance(parameter.default, float)
        found[name] = Place(is_whole, counts[is_whole], 0, is_parameter=True)
        counts[is_whole] += 1
    for name, field in kind.fields.items():
        found[name] = Place(field.is_whole, counts[field.is_whole], field.length)
        counts[field.is_whole] += field.length or 1
    return found


def memory_of(strategy: CompiledStrategy) -> Memory:
    """The numbers of a strategy, its parameters with it, as they are now."""
    places = places_of(type(strategy))
    sizes = dict.fromkeys((True, False), 1)
    for place in places.values():
        sizes[place.is_whole] = max(sizes[place.is_whole], place.first + (place.length or 1))
    memory = Memory(np.zeros(sizes[False]), np.zeros(sizes[True], np.int64))
    for name, place in places.items():
        column = memory.wholes if place.is_whole else memory.reals
        column[place.first : place.first + (place.length or 1)] = getattr(strategy, name)
    return memory


def recall(strategy: CompiledStrategy, memory: Memory) -> None:
    """Give the fields of a strategy the numbers that a compiled run has left."""
    for name, place in places_of(type(strategy)).items():
        if place.is_parameter:
            continue
        column = (memory.wholes if place.is_whole else memory.reals)[place.first : place.first + (place.length or 1)]
        setattr(strategy, name, column.tolist() if place.length else column.tolist()[0])
