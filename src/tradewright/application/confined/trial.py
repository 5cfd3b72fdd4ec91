"""The inner side of a check: the source is read, and where that finds nothing fatal it is loaded and tried on bars.

This file decides what a trial is: one run on one instrument and one on several, of the ordinary engine, and the
short form of the check for look-ahead on one. All of it happens behind walls.
"""

from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from tradewright.application.confined.packing import unpack
from tradewright.application.confined.words import made_bars
from tradewright.application.strategies.checking import read_source
from tradewright.application.strategies.finding import make_strategy
from tradewright.domain.errors import DataError, TradewrightError
from tradewright.engine.assumptions import Assumptions
from tradewright.engine.run import Run
from tradewright.ports.code import CodeFiles, Source
from tradewright.ports.shelf import Finding
from tradewright.research.lookahead.check import check
from tradewright.trading.bars import Bars
from tradewright.trading.strategies.strategy import Strategy

UPLOADED: Final = "uploaded/"


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
    yield from _looks_ahead(kind, few, engine)


def _looks_ahead(kind: Callable[[], Strategy], bars: Bars, engine: Callable[..., Run]) -> Iterator[Finding]:
    """What the check for look-ahead accuses, in its short form."""
    try:
        report = check(kind, bars, assumptions=Assumptions(), engine=engine, is_fast=True)
    except TradewrightError:
        return  # the runs before have told what it raises
    for one in report.findings:
        line = 0 if one.place is None else one.place.line
        yield Finding(line, one.kind.value, one.story, is_fatal=False)


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
