"""A backtest: bars and a strategy in, a run out, at the speed that fits the work.

`auto` takes the kernel when the work is large enough to pay for loading the compiler, or when it is loaded already;
results are the same to the last bit.
"""

from dataclasses import replace
from enum import StrEnum

from tradewright.domain.costs.algebra import split_models
from tradewright.domain.errors import DataError, InputError
from tradewright.engine.assumptions import Assumptions, Numbers
from tradewright.engine.kernel.run import run_kernel
from tradewright.engine.market import MarketColumns, prepare
from tradewright.engine.program import call, require_instruments, wishes_of
from tradewright.engine.remarks import with_remarks
from tradewright.engine.run import Run
from tradewright.engine.runtime.limits_in_time import LimitsInTime
from tradewright.engine.runtime.run import run_runtime
from tradewright.engine.tape import Tape
from tradewright.ports.historical import BrokerFactory
from tradewright.quant.compiled import is_enabled, is_loaded
from tradewright.trading.bars import Bars
from tradewright.trading.risk.policy import LimitsPolicy
from tradewright.trading.strategies.strategy import Dialect, Strategy

__all__ = ["Assumptions", "EngineChoice", "Run", "run_backtest"]

WORTH_COMPILING = 250_000
"""Bars from which loading the compiler is repaid. Measured: 0.43 s to a first run with compiled code on disk, and
1.8 us a bar that the runtime takes for a crossover."""
WORTH_CALLING = 2_000
"""Bars from which the kernel is called once the compiler is loaded; measured to be faster from 500 on, where either
takes less than 2 ms."""


class EngineChoice(StrEnum):
    """Which speed to take."""

    AUTO = "auto"
    RUNTIME = "runtime"
    KERNEL = "kernel"


def run_backtest(
    strategy: Strategy,
    bars: Bars,
    *,
    assumptions: Assumptions,
    broker_factory: BrokerFactory,
    engine: EngineChoice | str = EngineChoice.AUTO,
    tape: Tape | None = None,
    limits: LimitsPolicy | LimitsInTime | None = None,
    is_replay: bool = False,
) -> Run:
    """Run a strategy over bars; `tape` takes down the requests of a run on the runtime.

    With `limits` every order passes the gate of trading before it is sent; that takes the runtime. A replay of a
    session is not asked whether its bars can be traded: they were.

    Wrong input is an InputError, nonsense of the strategy a StrategyError, too few or impossible bars a DataError.
    """
    choice = _choice(engine)
    if strategy.dialect() is Dialect.COMPILED:
        raise InputError(
            f"{type(strategy).__name__} is a strategy for ticks, and these are bars",
            expected="tw.Ticks, as tw.load_trades gives",
            remedy="give it ticks, or write on_bar in a class derived from tw.Strategy",
        )
    if len(bars) == 0:
        raise DataError("there are no bars to run on", expected="at least one bar", found="none")
    require_instruments(strategy, bars.instruments)
    if not is_replay:
        call(strategy, "check_bars", bars)
    market = prepare(bars, assumptions)
    if choice is EngineChoice.KERNEL and limits is not None:
        raise InputError(
            "the kernel asks no limits",
            expected='engine="runtime" or "auto" with limits',
            found='engine="kernel"',
            remedy="leave the engine away, or the limits",
        )
    is_worth_it = choice is EngineChoice.AUTO and limits is None and _pays(strategy, market, assumptions)
    if choice is EngineChoice.KERNEL or is_worth_it:
        if strategy.dialect() is Dialect.EVENTS:
            raise InputError(
                f"{type(strategy).__name__} handles events, which the kernel cannot compile",
                expected="generate_signals or generate_signal",
                found="on_bar",
                remedy='use engine="runtime" or "auto"',
            )
        if assumptions.sizing is not None and assumptions.sizing.has_units:
            raise InputError(
                "the kernel does not size by units",
                expected="a sizing by parts of equity",
                found=repr(assumptions.sizing),
                remedy='use engine="runtime" or "auto"',
            )
        wishes = wishes_of(strategy, market, assumptions=assumptions, coded=True)
        run = run_kernel(market, assumptions, wishes=wishes)
        return with_remarks(run if wishes.sizes is None else replace(run, bound=wishes.sizes.counted()), bars)
    run = run_runtime(
        strategy, market, assumptions=assumptions, broker_factory=broker_factory, tape=tape, limits=limits
    )
    return with_remarks(run, bars)


def _choice(engine: EngineChoice | str) -> EngineChoice:
    try:
        return EngineChoice(engine)
    except ValueError:
        raise InputError(
            f"engine {engine!r} is not known", expected=" or ".join(EngineChoice), found=repr(engine)
        ) from None


def _pays(strategy: Strategy, market: MarketColumns, assumptions: Assumptions) -> bool:
    """True when the kernel can do it and is worth it."""
    if strategy.dialect() is Dialect.EVENTS or assumptions.numbers is Numbers.EXACT or not is_enabled():
        return False
    if split_models(assumptions.costs)[1] or (assumptions.sizing is not None and assumptions.sizing.has_units):
        return False
    work = market.bars.closes.size
    return work >= (WORTH_CALLING if is_loaded() else WORTH_COMPILING)
