"""The inner side of a check: the source is read, and where that finds nothing fatal it is loaded and tried on bars.

This file decides what a trial is: one run on one instrument and one on several, of the ordinary engine, and the
question whether signals change when the future is cut away. All of it happens behind walls.
"""

from collections.abc import Callable, Iterator
from typing import Final

import msgspec
import numpy as np

from tradewright.application.confined.packing import Column, unpack
from tradewright.application.confined.words import made_bars
from tradewright.application.strategies.checking import read_source
from tradewright.application.strategies.finding import make_strategy
from tradewright.domain.errors import DataError, TradewrightError
from tradewright.engine.assumptions import Assumptions
from tradewright.engine.run import Run
from tradewright.ports.code import CodeFiles, Source
from tradewright.ports.shelf import Finding
from tradewright.trading.bars import Bars
from tradewright.trading.strategies.strategy import Dialect, Signals, Strategy

UPLOADED: Final = "uploaded/"
TOLERANCE: Final = 1e-9


class CheckAsked(msgspec.Struct, frozen=True):
    """Which class is meant, and the bars to try it on, whose columns follow."""

    class_name: str
    instruments: tuple[str, ...]
    timeframe: str


class FoundParameter(msgspec.Struct, frozen=True):
    """One parameter, as the class declares it."""

    name: str
    type: str
    default: int | float | bool | str
    low: float | None
    high: float | None
    step: float | None
    choices: tuple[str, ...]
    description: str


class CheckAnswered(msgspec.Struct, frozen=True):
    """What the check found."""

    findings: list[Finding]
    class_name: str
    parameters: list[FoundParameter]


def check_inside(source: Source, content: bytes | memoryview, *, code: CodeFiles, engine: Callable[..., Run]) -> bytes:
    """Read, load, try; what the strategy raises is a finding."""
    asked, columns = unpack(content, CheckAsked)
    read = read_source(source.content, class_name=asked.class_name)
    findings = list(read.findings)
    parameters: list[FoundParameter] = []
    class_name = read.class_name
    if read.is_fit:
        try:
            strategy, found = make_strategy(source.named(asked.class_name), {}, code=code)
            class_name = found.kind.__name__
            parameters = _parameters(strategy)
            bars = made_bars(columns, instruments=asked.instruments, timeframe=asked.timeframe, prices="adjusted")
            findings += _tried(strategy, bars, engine=engine)
        except TradewrightError as raised:
            findings.append(_finding("cannot-be-made", raised))
    return msgspec.msgpack.encode(CheckAnswered(findings, class_name, parameters))


def _parameters(strategy: Strategy) -> list[FoundParameter]:
    return [
        FoundParameter(
            one.name, one.type.__name__, one.default, one.low, one.high, one.step, one.choices, one.description
        )
        for one in strategy.parameters.values()
    ]


def _tried(strategy: Strategy, bars: Bars, *, engine: Callable[..., Run]) -> Iterator[Finding]:
    """Run it on one instrument and on all."""
    kind = type(strategy)
    traded = False
    few = bars.select(bars.instruments[: kind.instrument_count or 1])
    for tried in (few,) if kind.instrument_count else (few, bars):
        try:
            run = engine(kind(), tried, assumptions=Assumptions(), engine="runtime", limits=None)
            traded = traded or len(run.fills) > 0
        except DataError as short:
            yield Finding(0, "too-few-bars", str(short), is_fatal=False)
            return
        except TradewrightError as raised:
            many = "" if len(tried.instruments) == 1 else f" (with {len(tried.instruments)} instruments)"
            yield _finding("raised", raised, many)
            return
    if not traded:
        yield Finding(0, "never-traded", f"no order was filled in {len(bars):,} bars of the trial", is_fatal=False)
    yield from _looks_ahead(kind, few)


def _looks_ahead(kind: Callable[[], Strategy], bars: Bars) -> Iterator[Finding]:
    """Signals over a part of the bars must be the part of the signals over all."""
    if kind().dialect() is not Dialect.COLUMNS:
        return
    whole = _signals(kind(), bars)
    for rows in (len(bars) // 2, len(bars) - 1):
        if rows <= kind().warm_up_bars():
            continue
        part, expected = _signals(kind(), bars.rows(0, rows)), whole[:rows]
        if part.shape != expected.shape:
            return  # the trial has told of a wrong shape already
        differs = ~(
            (np.abs(part - expected) <= TOLERANCE * np.maximum(1.0, np.abs(expected))) | _both_missing(part, expected)
        )
        if differs.any():
            row = int(np.argmax(differs.reshape(rows, -1).any(axis=1)))
            told = f"the signal of row {row} changes when the bars after row {rows - 1} are cut away"
            yield Finding(0, "look-ahead", told, is_fatal=False)
            return


def _signals(strategy: Strategy, bars: Bars) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    said = strategy.generate_signals(bars)
    strength = said.strength if isinstance(said, Signals) else said
    return np.asarray(strength, dtype=np.float64)


def _both_missing(one: Column, other: Column) -> Column:
    return np.isnan(one) & np.isnan(other)


def _finding(code: str, raised: TradewrightError, more: str = "") -> Finding:
    return Finding(line_of(raised), code, f"{raised}{more}")


def line_of(raised: BaseException) -> int:
    """The last line of the uploaded file through which an error came; 0 where none is known."""
    line = 0
    seen: BaseException | None = raised
    while seen is not None:
        if isinstance(seen, SyntaxError) and (seen.filename or "").startswith(UPLOADED):
            return seen.lineno or 0
        step = seen.__traceback__
        while step is not None:
            if step.tb_frame.f_code.co_filename.startswith(UPLOADED):
                line = step.tb_lineno
            step = step.tb_next
        if line:
            return line
        seen = seen.__cause__
    return line
