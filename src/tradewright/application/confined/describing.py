"""What a session has to know of an uploaded strategy before it starts: its parameters as they will be, its warm-up.

This file decides that the strategy is made behind walls, with the parameters that were asked for, and that what it says
of itself is plain values in bounds.
"""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from tradewright.application.confined.failures import raised_there
from tradewright.application.strategies.finding import make_strategy
from tradewright.application.strategies.source import code_digest
from tradewright.domain.errors import InputError, StrategyError
from tradewright.engine.run import Run
from tradewright.engine.session.strategies.live import warm_up_bars_of
from tradewright.ports.code import CodeFiles, Source
from tradewright.ports.confinement import ConfinedFailure, ConfinedLimits, ConfinedTask, ConfinedWork, Confinement

Value = int | float | str | bool
LIMITS: Final = ConfinedLimits(seconds=60.0, memory_bytes=1 << 30, answer_bytes=1 << 20)
MOST_VALUES: Final = 200
LONGEST: Final = 1_000
MOST_WARM_UP: Final = 10_000_000
"""Bars; more have no market."""


class DescribeAsked(msgspec.Struct, frozen=True):
    """Which class, with which parameters."""

    class_name: str
    parameters: dict[str, Value]


class Described(msgspec.Struct, frozen=True):
    """The strategy, made."""

    class_name: str
    values: dict[str, Value]
    """Every parameter as it will be."""
    warm_up_bars: int
    code: str
    """Digest of its code with all that it derives from."""


def describe_inside(
    source: Source, content: bytes | memoryview, *, code: CodeFiles, engine: Callable[..., Run]
) -> bytes:
    """Make it; what it raises is told."""
    asked = msgspec.msgpack.decode(content, type=DescribeAsked)
    strategy, found = make_strategy(source.named(asked.class_name), asked.parameters, code=code)
    return msgspec.msgpack.encode(
        Described(found.kind.__name__, dict(strategy.values), warm_up_bars_of(strategy), code_digest(found.kind))
    )


def described(
    source: Source, class_name: str, *, parameters: Mapping[str, object], confinement: Confinement
) -> Described:
    """The strategy as it says of itself; what it raises is raised here."""
    asked = DescribeAsked(class_name, {name: _plain(name, value) for name, value in parameters.items()})
    task = ConfinedTask(work=ConfinedWork.DESCRIBE, source=source, content=msgspec.msgpack.encode(asked), limits=LIMITS)
    outcome = confinement.run_confined(task)
    if isinstance(outcome, ConfinedFailure):
        raise raised_there(outcome)
    try:
        found = msgspec.msgpack.decode(outcome.content, type=Described)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as wrong:
        raise _nonsense(str(wrong)) from wrong
    if len(found.values) > MOST_VALUES or any(len(str(one)) > LONGEST for one in found.values.values()):
        raise _nonsense("parameters without end")
    if not (0 <= found.warm_up_bars <= MOST_WARM_UP and found.class_name.isidentifier() and found.code.isalnum()):
        raise _nonsense("a warm-up, a name or a digest that is none")
    return found


def _plain(name: str, value: object) -> Value:
    if isinstance(value, int | float | bool | str):
        return value
    raise InputError(
        f"parameter {name} cannot be used", expected="a number, a text or a truth value", found=repr(value)[:100]
    )


def _nonsense(found: str) -> StrategyError:
    return StrategyError(
        "what the strategy's process answered describes no strategy", found=found, remedy="mend the strategy"
    )
