"""What a handler raises, in machine code or as plain Python, ends the run with its kind and the moment."""

from typing import Any

import pytest
from tests.unit.engine.ticks.tick_samples import stream, trade

from tradewright.domain.errors import StrategyError
from tradewright.engine.assumptions import Assumptions
from tradewright.engine.kernel.tick_run import TickMarket, run_ticks
from tradewright.engine.tick_assumptions import TickAssumptions
from tradewright.quant.compiled import is_enabled
from tradewright.trading.strategies.compiled import CompiledStrategy, state

SPEEDS = [False, pytest.param(True, marks=pytest.mark.skipif(not is_enabled(), reason="the compiler is off"))]


class Divides(CompiledStrategy):
    seen: int = state(0)
    rest: float = state(0.0)

    def on_tick(self, desk: Any, tick: Any) -> None:
        self.seen += 1
        self.rest = 1.0 / (2 - self.seen)


class Turns(CompiledStrategy):
    seen: int = state(0)

    def on_tick(self, desk: Any, tick: Any) -> None:
        while self.seen >= 0:
            self.seen += 1


class Reaches(CompiledStrategy):
    row: list[float] = state(0.0, length=3)
    seen: int = state(0)

    def on_tick(self, desk: Any, tick: Any) -> None:
        self.row[self.seen * 3] = 1.0
        self.seen += 1


class Fraction(CompiledStrategy):
    seen: int = state(0)

    def on_tick(self, desk: Any, tick: Any) -> None:
        self.seen = tick.price / 2


def ran(kind: type[CompiledStrategy], *, is_compiled: bool) -> None:
    ticks = stream(*(trade(k, 100.0, 1.0) for k in range(3)))
    run_ticks(kind(), TickMarket(ticks, Assumptions(), TickAssumptions()), is_compiled=is_compiled)


@pytest.mark.parametrize("is_compiled", SPEEDS, ids=["plain", "compiled"])
def test_a_division_by_zero_is_told_with_its_event(is_compiled: bool) -> None:
    with pytest.raises(StrategyError, match=r"Divides raised ZeroDivisionError at event 1, 2020-09-13T12:26:40"):
        ran(Divides, is_compiled=is_compiled)


@pytest.mark.parametrize("is_compiled", SPEEDS, ids=["plain", "compiled"])
def test_a_place_outside_of_a_row_is_told(is_compiled: bool) -> None:
    with pytest.raises(StrategyError, match="Reaches raised IndexError at event 1"):
        ran(Reaches, is_compiled=is_compiled)


@pytest.mark.skipif(not is_enabled(), reason="the compiler is off")
def test_a_loop_without_end_ends() -> None:
    with pytest.raises(StrategyError, match="has turned 10,000,000 times"):
        ran(Turns, is_compiled=True)


@pytest.mark.skipif(not is_enabled(), reason="the compiler is off")
def test_a_fraction_for_a_whole_number_is_refused_with_its_line() -> None:
    with pytest.raises(
        StrategyError, match=r"Fraction\.on_tick cannot be compiled: line .*whole numbers is given a fraction"
    ):
        ran(Fraction, is_compiled=True)
