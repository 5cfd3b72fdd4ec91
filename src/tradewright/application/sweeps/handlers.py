"""Answers about sweeps."""

from collections.abc import Callable
from typing import Protocol

import polars as pl

from tradewright.application.backtests.handlers import assumptions_of, conventions_of
from tradewright.application.strategies.finding import class_of
from tradewright.application.sweeps.messages import SweepStrategy
from tradewright.domain.errors import InputError
from tradewright.engine.assumptions import Assumptions
from tradewright.ports.code import CodeFiles
from tradewright.quant.performance.conventions import Conventions
from tradewright.research.sweep import Grid, Sweep
from tradewright.trading.bars import Bars
from tradewright.trading.strategies.strategy import Strategy

COUNTS = ("round_trips", "fills")


class Sweeping(Protocol):
    """The sweep with a broker in it."""

    def __call__(
        self,
        strategy: type[Strategy],
        bars: Bars,
        *,
        grid: Grid,
        assumptions: Assumptions,
        conventions: Conventions,
        progress: Callable[[int, int], None] | None,
        workers: int | None,
    ) -> Sweep:
        """Run every combination."""
        ...


def sweep_strategy(
    command: SweepStrategy, *, code: CodeFiles, sweeping: Sweeping, progress: Callable[[int, int | None], None]
) -> pl.DataFrame:
    """Run every combination of the grid; errors name the parameter or the value that cannot be used."""
    found = sweeping(
        class_of(command.strategy, code).kind,
        command.bars,
        grid={name: tuple(values) for name, values in command.grid.items()},
        assumptions=_assumptions(command),
        conventions=conventions_of(command.conventions),
        progress=progress,
        workers=command.workers,
    )
    figures = {name: pl.Series(name, values, nan_to_null=True) for name, values in found.figures.items()}
    table = pl.DataFrame({name: list(values) for name, values in found.parameters.items()} | figures)
    return table.with_columns(pl.col(COUNTS).cast(pl.Int64))


def _assumptions(command: SweepStrategy) -> Assumptions:
    if not command.account.carry.is_nothing:
        raise InputError(
            "the account of a sweep carries nothing",
            expected="no interest, borrow cost, funding, other currency or delisting",
            found=repr(command.account.carry)[:200],
            remedy="sweep without them, then test the few that remain with them",
        )
    return assumptions_of(command.account)
