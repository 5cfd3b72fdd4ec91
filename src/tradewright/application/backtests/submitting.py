"""Backtests as jobs: what can be seen to be wrong is told at once, the rest by the job."""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import TypeVar

from tradewright.application.backtests.costs import costs_of
from tradewright.application.backtests.finished import FinishedBacktest
from tradewright.application.backtests.handlers import assumptions_of
from tradewright.application.backtests.messages import Account, Carrying, LoadedBars, Market, RunBacktest
from tradewright.application.backtests.naming import KIND
from tradewright.application.backtests.records import record_of
from tradewright.application.backtests.wishes import BacktestWish, MakeBacktest, SubmitBacktest
from tradewright.application.data.dates import session_range
from tradewright.application.envelope import Envelope
from tradewright.application.jobs.submitting import JobTable, submitted
from tradewright.application.jobs.views import JobView
from tradewright.application.shelf.naming import Reference, reference_of
from tradewright.application.shelf.running import Runnable
from tradewright.application.strategies.finding import make_strategy
from tradewright.domain.errors import InputError
from tradewright.domain.timeframe import Timeframe
from tradewright.ports.clock import Clock
from tradewright.ports.code import CodeFiles
from tradewright.ports.jobs import JobQueue
from tradewright.ports.runs import RunStore
from tradewright.trading.risk.policy import LimitsPolicy

W = TypeVar("W", bound=BacktestWish)
STEPS = 3
"""Parts of the work that are told: the run, its statistics, keeping it."""


def submit_backtest(
    command: SubmitBacktest,
    *,
    jobs: JobQueue,
    job_table: JobTable,
    code: CodeFiles,
    runnable: Callable[[Reference], Runnable],
    clock: Clock,
    envelope: Envelope,
) -> JobView:
    """Checked as far as can be done without data; InputError says what cannot be used."""
    command = checked_wish(command, code=code, runnable=runnable)
    wish = {one.name: getattr(command, one.name) for one in fields(BacktestWish)}
    made = job_table.wish_of(
        KIND, MakeBacktest(**wish), title=title_of(command), subject=command.strategy, envelope=envelope
    )
    return submitted(made, jobs, clock=clock)


def title_of(wish: BacktestWish) -> str:
    """What it is, in a line."""
    return f"{wish.strategy} on {', '.join(wish.symbols[:5])}{' ...' if len(wish.symbols) > 5 else ''}"


def checked_wish(wish: W, *, code: CodeFiles, runnable: Callable[[Reference], Runnable]) -> W:
    """The wish as its job is to have it; InputError says what of it cannot be used."""
    if not wish.symbols:
        raise InputError("a backtest needs an instrument", expected="at least one symbol", found="none")
    checked = replace(wish, strategy=_checked(wish, code, runnable))
    Timeframe.parse(checked.timeframe)
    session_range(checked.start, checked.end)
    costs_of(checked.costs)
    assumptions_of(account_of(checked))
    return checked


def make_backtest(
    command: MakeBacktest,
    *,
    testing: Callable[[RunBacktest], FinishedBacktest],
    bars_of: Callable[[Market], LoadedBars],
    policy_for: Callable[[tuple[str, ...]], LimitsPolicy],
    runs: RunStore,
    progress: Callable[[int, int | None], None],
) -> Mapping[str, str]:
    """Run and kept; the same wish made twice is kept once, because a run is named by what went into it."""
    progress(0, STEPS)
    market = market_of(command)
    run = RunBacktest(
        strategy=plain_id(command.strategy),
        parameters=command.parameters,
        market=market,
        account=account_of(command),
        engine=command.engine,
        limits=policy_for(bars_of(market).bars.instruments) if command.is_limited else None,
    )
    finished = testing(run)
    progress(1, STEPS)
    view = finished.view
    progress(2, STEPS)
    runs.save(record_of(view))
    progress(STEPS, STEPS)
    return {"run_id": view.run_id}


def _checked(command: BacktestWish, code: CodeFiles, runnable: Callable[[Reference], Runnable]) -> str:
    """The strategy as the job is to have it: of the shelf the version that is the newest now.

    Its parameters are checked by the job, behind walls.
    """
    reference = reference_of(command.strategy)
    if reference is not None:
        return runnable(reference).shown_as
    make_strategy(plain_id(command.strategy), command.parameters, code=code)
    return command.strategy


def plain_id(named: str) -> str:
    """The id of a strategy; InputError for a file: whoever asks from elsewhere runs no file of this machine."""
    if reference_of(named) is None and not named.isidentifier():
        raise InputError(
            "the strategy is named by its id",
            expected="an id as moving_average, or shelf:<id or name>",
            found=named,
            remedy="upload a file as a strategy first; `tradewright strategy list` names the built-in ones",
        )
    return named


def market_of(wish: BacktestWish) -> Market:
    """The part of the store that the run reads."""
    return Market(
        symbols=wish.symbols,
        timeframe=wish.timeframe,
        start=wish.start,
        end=wish.end,
        prices=wish.prices,
        as_of=wish.as_of,
        benchmark=wish.benchmark,
    )


def account_of(wish: BacktestWish) -> Account:
    """What the run starts with."""
    return Account(
        cash=float(wish.cash),
        costs=wish.costs,
        sizing=wish.sizing,
        fill=wish.fill,
        lot=float(wish.lot),
        leverage=wish.leverage,
        margin=wish.margin,
        rebalance_band=wish.rebalance_band,
        numbers=wish.numbers,
        close_at_end=wish.close_at_end,
        participation=wish.participation,
        carry=Carrying(
            currency=wish.currency, interest=wish.interest, loan=wish.loan, borrow=wish.borrow, funding=wish.funding
        ),
        path=wish.path,
    )
