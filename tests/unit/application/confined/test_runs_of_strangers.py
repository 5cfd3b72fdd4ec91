"""A run that comes from behind walls has the form of a run over its bars, or is not believed; then it is the run."""

from collections.abc import Callable
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from tests.contracts.confined_work import CROSSING, backtest, bars, unconfined

from tradewright.adapters.code.held_source import HeldSource
from tradewright.application.backtests.handlers import Engine
from tradewright.application.backtests.messages import Account, RunBacktest
from tradewright.application.confined.packing import Column, pack, unpack
from tradewright.application.confined.running import run_inside
from tradewright.application.confined.words import Answered
from tradewright.bootstrap.engines import backtesting
from tradewright.domain.costs import Cost
from tradewright.domain.errors import InputError, StrategyError
from tradewright.ports.code import Source
from tradewright.ports.confinement import (
    ConfinedAnswer,
    ConfinedFailure,
    ConfinedOutcome,
    ConfinedTask,
    ConfinedTrouble,
)
from tradewright.trading.risk.policy_text import read_policy

Columns = dict[str, Column]


class NoWalls:
    """Does the work here, and bends what comes of it."""

    def __init__(self, bend: Callable[[Columns], object] = lambda columns: None) -> None:
        self._bend = bend

    def run_confined(self, task: ConfinedTask, *, is_wanted: Callable[[], bool] = lambda: True) -> ConfinedOutcome:
        assert is_wanted()
        content = run_inside(
            task.source, task.content, code=HeldSource(task.source), engine=cast("Engine", backtesting())
        )
        header, columns = unpack(content, Answered)
        self._bend(columns)
        return ConfinedAnswer(content=pack(header, columns), printed="", walls=(), took_s=0.1)


@pytest.mark.parametrize(
    "command",
    [
        RunBacktest(strategy="", bars=bars(), parameters={"fast": 7}),
        RunBacktest(
            strategy="",
            bars=bars(),
            account=Account(
                cash=50_000.0,
                costs="PerShare(0.005, minimum=1) + Spread(bps=2)",
                fill="signal-close",
                lots={"AAA.XNYS": 10.0},
                rebalance_band=0.05,
                numbers="exact",
                close_at_end=True,
                participation=0.01,
                margin="RegT(maintenance_long=0.3)",
            ),
        ),
        RunBacktest(strategy="", bars=bars(), limits={"based_on": "shipped", "limits": {"position": "0.2"}}),
    ],
    ids=["plain", "costs", "limits"],
)
def test_a_confined_backtest_is_the_backtest(command: RunBacktest, tmp_path: Path) -> None:
    if command.limits is not None:
        policy = read_policy(dict(command.limits), instruments=frozenset(bars().instruments), is_kept=True)  # type: ignore[arg-type]
        command = RunBacktest(strategy="", bars=command.bars, limits=policy)
    inside, outside = backtest(CROSSING, behind=NoWalls(), command=command), unconfined(CROSSING, tmp_path, command)
    assert len(inside.fills) > 20
    for table in ("fills", "equity", "round_trips"):
        assert getattr(inside, table).equals(getattr(outside, table)), table
    assert inside.stats == outside.stats
    view, other = inside.view, outside.view
    assert view.refusals.equals(other.refusals)
    assert (view.warnings, view.parameters, view.strategy) == (other.warnings, other.parameters, other.strategy)
    assert view.strategy_expression == other.strategy_expression
    assert view.run_id != other.run_id, "a file and an upload are named by different things"


def test_the_run_of_an_upload_is_named_by_its_bytes() -> None:
    longer = Source(CROSSING.content + b"\n", CROSSING.file_name)
    first, again, other = (backtest(one, behind=NoWalls()) for one in (CROSSING, CROSSING, longer))
    assert first.run_id == again.run_id
    assert first.run_id != other.run_id
    assert first.fills.equals(other.fills)


BENT: dict[str, Callable[[Columns], object]] = {
    "a bar is missing": lambda columns: columns.update(equity=columns["equity"][:-1]),
    "an instrument that is none": lambda columns: columns.update({"fills.instrument": columns["fills.instrument"] + 2}),
    "a role that is none": lambda columns: columns.update({"fills.role": columns["fills.role"] - 2}),
    "fills backwards": lambda columns: columns.update({"fills.row": columns["fills.row"][::-1].copy()}),
    "changes after the end": lambda columns: columns.update(change_row=columns["change_row"] + 10_000),
    "changes twice in a row": lambda columns: columns.update(change_row=columns["change_row"] * 0),
    "whole numbers for money": lambda columns: columns.update(equity=columns["equity"].astype(np.int64)),
    "money for places": lambda columns: columns.update({"fills.row": columns["fills.row"].astype(np.float64)}),
    "a column too few": lambda columns: columns.pop("basis"),
    "an instrument too many": lambda columns: columns.update(quantity=np.zeros(3)),
    "fills of different lengths": lambda columns: columns.update({"fills.fee": columns["fills.fee"][1:]}),
}


@pytest.mark.parametrize("how", sorted(BENT))
def test_a_run_out_of_form_is_not_believed(how: str) -> None:
    with pytest.raises(StrategyError, match="is no run"):
        backtest(CROSSING, behind=NoWalls(BENT[how]))


class Fails:
    """Says this of all work."""

    def __init__(self, failure: ConfinedFailure) -> None:
        self._failure = failure

    def run_confined(self, task: ConfinedTask, *, is_wanted: Callable[[], bool] = lambda: True) -> ConfinedOutcome:
        del task, is_wanted
        return self._failure


def test_what_was_raised_behind_walls_is_raised_as_what_it_was() -> None:
    facts = {"kind": "InputError", "problem": "no", "expected": "a", "found": "b", "remedy": "c"}
    failure = ConfinedFailure(trouble=ConfinedTrouble.RAISED, story="no", facts=facts)
    with pytest.raises(InputError, match="no: expected a, found b; c"):
        backtest(CROSSING, behind=Fails(failure))
    strange = ConfinedFailure(trouble=ConfinedTrouble.RAISED, story="no", facts=facts | {"kind": "SystemExit"})
    with pytest.raises(StrategyError, match="no: expected a"):
        backtest(CROSSING, behind=Fails(strange))
    slow = ConfinedFailure(trouble=ConfinedTrouble.TOO_SLOW, story="it gave no answer within 3 s")
    with pytest.raises(StrategyError, match="was ended: it gave no answer within 3 s; let the strategy do less"):
        backtest(CROSSING, behind=Fails(slow))


class OwnCost(Cost):
    """Code of a person; it stays outside."""


def test_code_of_ones_own_does_not_pass_the_walls() -> None:
    for account in (Account(costs=OwnCost()), Account(allocation=object())):
        with pytest.raises(InputError):
            backtest(CROSSING, behind=NoWalls(), command=RunBacktest(strategy="", bars=bars(), account=account))
    odd = RunBacktest(strategy="", bars=bars(), parameters={"fast": object()})
    with pytest.raises(InputError, match="parameter fast"):
        backtest(CROSSING, behind=NoWalls(), command=odd)
