"""Answers about backtests over ticks: the same finished run as over bars, its rows the intervals of its samples."""

from collections.abc import Callable

from tradewright.application.backtests.finished import Circumstances, FinishedBacktest, RunTerms
from tradewright.application.backtests.handlers import assumptions_of, conventions_of, moment
from tradewright.application.backtests.messages import Carrying
from tradewright.application.backtests.tick_messages import RunTickBacktest
from tradewright.application.strategies.finding import make_strategy
from tradewright.domain.errors import InputError
from tradewright.engine.backtest import EngineChoice
from tradewright.engine.kernel.tick_run import TickMarket, run_ticks
from tradewright.engine.tick_assumptions import TickAssumptions
from tradewright.ports.clock import Clock
from tradewright.ports.code import CodeFiles
from tradewright.quant.compiled import is_enabled
from tradewright.trading.strategies.compiled import CompiledStrategy


def run_tick_backtest(
    command: RunTickBacktest, *, code: CodeFiles, clock: Clock, engine_version: Callable[[], str]
) -> FinishedBacktest:
    """Run a compiled strategy over ticks; errors say what of the strategy, the ticks or the assumptions cannot be."""
    strategy, found = make_strategy(command.strategy, command.parameters, code=code)
    if not isinstance(strategy, CompiledStrategy):
        raise InputError(
            f"{type(strategy).__name__} is no strategy for ticks",
            expected="a class derived from tw.CompiledStrategy, with on_tick",
            found=type(strategy).__mro__[1].__name__,
            remedy="run it over bars, or write it as docs/concepts/compiled.md shows",
        )
    if command.account.carry != Carrying():
        raise InputError(
            "a run over ticks carries nothing: no funding, interest, borrow cost or other currency",
            remedy="leave these settings out, or run over bars",
        )
    assumptions, conventions = assumptions_of(command.account), conventions_of(command.conventions)
    stated = command.terms
    terms = TickAssumptions(**{name: getattr(stated, name) for name in stated.__slots__})
    is_compiled = _is_compiled(command.engine)
    started = clock.monotonic_ns()
    market = TickMarket(command.ticks, assumptions, terms)
    run = run_ticks(strategy, market, is_compiled=is_compiled)
    duration_s = (clock.monotonic_ns() - started) / 1e9
    return FinishedBacktest(
        strategy,
        market.sampled.bars,
        strategy_id=found.id,
        terms=RunTerms(assumptions, ticks=terms.as_stated(), data=lambda: command.ticks.identity),
        conventions=conventions,
        run=run,
        benchmark=None,
        circumstances=Circumstances(moment(clock.now_ns()), duration_s, engine_version),
    )


def _is_compiled(engine: str) -> bool:
    try:
        choice = EngineChoice(engine)
    except ValueError:
        raise InputError(
            f"engine {engine!r} is not known", expected=" or ".join(EngineChoice), found=repr(engine)
        ) from None
    return choice is EngineChoice.KERNEL or (choice is EngineChoice.AUTO and is_enabled())
