"""Signals of an uploaded strategy: bars go in, opinions come out, checked before they are believed."""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from tradewright.application.confined.failures import raised_there
from tradewright.application.confined.packing import pack, unpack
from tradewright.application.confined.words import Value, columns_of_bars, made_bars
from tradewright.application.signals.opinions import SignalsAnswered, opinions
from tradewright.application.strategies.finding import make_strategy
from tradewright.domain.errors import InputError, StrategyError
from tradewright.engine.run import Run
from tradewright.ports.code import CodeFiles, Source
from tradewright.ports.confinement import ConfinedFailure, ConfinedLimits, ConfinedTask, ConfinedWork, Confinement
from tradewright.trading.bars import Bars

LIMITS: Final = ConfinedLimits(seconds=60.0, memory_bytes=1 << 30, answer_bytes=1 << 20)


class SignalsAsked(msgspec.Struct, frozen=True):
    """Which class, with which parameters; the columns of the bars follow."""

    class_name: str
    parameters: Mapping[str, Value]
    instruments: tuple[str, ...]
    timeframe: str
    prices: str
    currency: str


def signals_inside(
    source: Source, content: bytes | memoryview, *, code: CodeFiles, engine: Callable[..., Run]
) -> bytes:
    """Ask it; what it raises is told."""
    asked, columns = unpack(content, SignalsAsked)
    bars = made_bars(
        columns, instruments=asked.instruments, timeframe=asked.timeframe, prices=asked.prices, currency=asked.currency
    )
    strategy, _ = make_strategy(source.named(asked.class_name), asked.parameters, code=code)
    return msgspec.msgpack.encode(SignalsAnswered(dict(strategy.values), opinions(strategy, bars, engine=engine)))


def confined_opinions(
    source: Source, class_name: str, *, parameters: Mapping[str, object], bars: Bars, confinement: Confinement
) -> SignalsAnswered:
    """What it wants; what it raises is raised here, and so is an answer that is none."""
    given: dict[str, Value] = {}
    for name, value in parameters.items():
        if not isinstance(value, int | float | bool | str):
            raise InputError(f"parameter {name} cannot be used", expected="a number, a text or a truth value")
        given[name] = value
    asked = SignalsAsked(class_name, given, bars.instruments, str(bars.timeframe), bars.prices, bars.currency)
    content = pack(asked, columns_of_bars(bars))
    task = ConfinedTask(work=ConfinedWork.SIGNALS, source=source, content=content, limits=LIMITS)
    outcome = confinement.run_confined(task)
    if isinstance(outcome, ConfinedFailure):
        raise raised_there(outcome)
    try:
        found = msgspec.msgpack.decode(outcome.content, type=SignalsAnswered)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as wrong:
        raise _nonsense(str(wrong)) from wrong
    if tuple(one.instrument for one in found.views) != bars.instruments:
        raise _nonsense("other instruments than were asked for")
    if any(not -1 <= number <= 1 for one in found.views for number in (one.target or 0.0, one.previous)):
        raise _nonsense("a strength beyond -1 to 1")
    if len(found.values) > 200 or any(len(str(one)) > 1_000 for one in found.values.values()):
        raise _nonsense("parameters without end")
    return found


def _nonsense(found: str) -> StrategyError:
    return StrategyError("what the strategy's process answered is no signal", found=found, remedy="mend the strategy")
