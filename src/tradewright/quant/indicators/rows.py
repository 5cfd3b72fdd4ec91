"""The walk over the rows of a column: the same loop for plain lists and, compiled, for arrays.

A row in which any input is NaN is a missing bar: it leaves the state as it was and gives NaN. One closure per number
of inputs, because compiled code wants to know it; `single` tells whether the step gives one number or several.
`x == x` asks whether x is not NaN: the cheapest way in both speeds.
"""

# ruff: noqa: PLR0124

import math
from collections.abc import Callable
from functools import cache
from typing import Any

from tradewright.quant.indicators.definition import Step

nan = math.nan
Loop = Callable[..., None]


@cache
def row_loop(step: Step, inputs: int, single: bool) -> Loop:
    """`loop(state, memory, parameters, outs, *inputs)` for a step with that many inputs; `outs`: a tuple of columns."""
    if single:
        return (_one, _two, _three, _four, _five)[inputs - 1](step)
    return (_one_many, _two_many, _three_many, _four_many, _five_many)[inputs - 1](step)


def _one(step: Step) -> Loop:
    def loop(state: Any, memory: Any, parameters: Any, outs: Any, a: Any) -> None:
        out = outs[0]
        for row in range(len(a)):
            x = a[row]
            if x == x:
                state, out[row] = step(state, memory, 0, x, *parameters)
            else:
                out[row] = nan

    return loop


def _two(step: Step) -> Loop:
    def loop(state: Any, memory: Any, parameters: Any, outs: Any, a: Any, b: Any) -> None:
        out = outs[0]
        for row in range(len(a)):
            x, y = a[row], b[row]
            if x == x and y == y:
                state, out[row] = step(state, memory, 0, x, y, *parameters)
            else:
                out[row] = nan

    return loop


def _three(step: Step) -> Loop:
    def loop(state: Any, memory: Any, parameters: Any, outs: Any, a: Any, b: Any, c: Any) -> None:
        out = outs[0]
        for row in range(len(a)):
            x, y, z = a[row], b[row], c[row]
            if x == x and y == y and z == z:
                state, out[row] = step(state, memory, 0, x, y, z, *parameters)
            else:
                out[row] = nan

    return loop


def _four(step: Step) -> Loop:
    def loop(state: Any, memory: Any, parameters: Any, outs: Any, a: Any, b: Any, c: Any, d: Any) -> None:
        out = outs[0]
        for row in range(len(a)):
            x, y, z, v = a[row], b[row], c[row], d[row]
            if x == x and y == y and z == z and v == v:
                state, out[row] = step(state, memory, 0, x, y, z, v, *parameters)
            else:
                out[row] = nan

    return loop


def _five(step: Step) -> Loop:
    def loop(state: Any, memory: Any, parameters: Any, outs: Any, a: Any, b: Any, c: Any, d: Any, e: Any) -> None:
        out = outs[0]
        for row in range(len(a)):
            x, y, z, v, w = a[row], b[row], c[row], d[row], e[row]
            if x == x and y == y and z == z and v == v and w == w:
                state, out[row] = step(state, memory, 0, x, y, z, v, w, *parameters)
            else:
                out[row] = nan

    return loop


def _one_many(step: Step) -> Loop:
    def loop(state: Any, memory: Any, parameters: Any, outs: Any, a: Any) -> None:
        for row in range(len(a)):
            x = a[row]
            if x == x:
                state, values = step(state, memory, 0, x, *parameters)
                for place in range(len(outs)):
                    outs[place][row] = values[place]
            else:
                for place in range(len(outs)):
                    outs[place][row] = nan

    return loop


def _two_many(step: Step) -> Loop:
    def loop(state: Any, memory: Any, parameters: Any, outs: Any, a: Any, b: Any) -> None:
        for row in range(len(a)):
            x, y = a[row], b[row]
            if x == x and y == y:
                state, values = step(state, memory, 0, x, y, *parameters)
                for place in range(len(outs)):
                    outs[place][row] = values[place]
            else:
                for place in range(len(outs)):
                    outs[place][row] = nan

    return loop


def _three_many(step: Step) -> Loop:
    def loop(state: Any, memory: Any, parameters: Any, outs: Any, a: Any, b: Any, c: Any) -> None:
        for row in range(len(a)):
            x, y, z = a[row], b[row], c[row]
            if x == x and y == y and z == z:
                state, values = step(state, memory, 0, x, y, z, *parameters)
                for place in range(len(outs)):
                    outs[place][row] = values[place]
            else:
                for place in range(len(outs)):
                    outs[place][row] = nan

    return loop


def _four_many(step: Step) -> Loop:
    def loop(state: Any, memory: Any, parameters: Any, outs: Any, a: Any, b: Any, c: Any, d: Any) -> None:
        for row in range(len(a)):
            x, y, z, v = a[row], b[row], c[row], d[row]
            if x == x and y == y and z == z and v == v:
                state, values = step(state, memory, 0, x, y, z, v, *parameters)
                for place in range(len(outs)):
                    outs[place][row] = values[place]
            else:
                for place in range(len(outs)):
                    outs[place][row] = nan

    return loop


def _five_many(step: Step) -> Loop:
    def loop(state: Any, memory: Any, parameters: Any, outs: Any, a: Any, b: Any, c: Any, d: Any, e: Any) -> None:
        for row in range(len(a)):
            x, y, z, v, w = a[row], b[row], c[row], d[row], e[row]
            if x == x and y == y and z == z and v == v and w == w:
                state, values = step(state, memory, 0, x, y, z, v, w, *parameters)
                for place in range(len(outs)):
                    outs[place][row] = values[place]
            else:
                for place in range(len(outs)):
                    outs[place][row] = nan

    return loop
