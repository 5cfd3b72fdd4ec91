"""Parity of a session that runs an uploaded strategy: its journal and recording go in, a report comes out.

This file decides that the strategy meets its backtest behind the walls that it traded behind, and what is believed of
the report: its form. A strategy that lies there deceives whoever reads the report; it reaches nothing else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import msgspec

from tradewright.application.backtests.costs import costs_of
from tradewright.application.confined.failures import raised_there
from tradewright.application.confined.words import Value
from tradewright.application.strategies.finding import make_strategy
from tradewright.domain.errors import DataError, StrategyError
from tradewright.engine.runtime.journal.reader import read
from tradewright.engine.session.facts import catalogue
from tradewright.engine.session.recording import NAME, scenes
from tradewright.ports.code import CodeFiles, Source
from tradewright.ports.confinement import ConfinedFailure, ConfinedLimits, ConfinedTask, ConfinedWork, Confinement
from tradewright.ports.disk import Disk
from tradewright.research.parity_report import Difference, ParityReport
from tradewright.trading.strategies.strategy import Strategy

LIMITS: Final = ConfinedLimits(seconds=600.0, answer_bytes=64 << 20)
MOST_BYTES: Final = 512 << 20
"""Of journal and recording together."""
LONGEST: Final = 1_000
DiskOf = Callable[[Mapping[str, bytes]], Disk]
"""A disk over files in memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadedSession:
    """What a session of an uploaded strategy leaves behind."""

    source: Source
    class_name: str
    parameters: Mapping[str, Value]
    costs: str
    journal: Disk
    folder: Disk
    """Where its recording lies."""


class ParityAsked(msgspec.Struct, frozen=True):
    """Which class, with which parameters and costs, and the files of its session."""

    class_name: str
    parameters: dict[str, Value]
    costs: str
    journal: dict[str, bytes]
    recording: bytes


def parity_inside(
    source: Source,
    content: bytes | memoryview,
    *,
    code: CodeFiles,
    comparing: Callable[..., ParityReport],
    disk_of: DiskOf,
) -> bytes:
    """Lay the session beside its backtest."""
    asked = msgspec.msgpack.decode(content, type=ParityAsked)
    records = [record.fact for record in read(disk_of(asked.journal), catalogue())]
    seen = scenes(disk_of({NAME: asked.recording} if asked.recording else {}))

    def make() -> Strategy:
        strategy, _ = make_strategy(source.named(asked.class_name), asked.parameters, code=code)
        return strategy

    return msgspec.msgpack.encode(comparing(records, seen, strategy=make, costs=costs_of(asked.costs or None)))


def confined_parity(session: UploadedSession, *, confinement: Confinement) -> ParityReport:
    """The report; what the strategy or its evidence raises is raised here, and so is an answer that is none."""
    journal = {name: session.journal.read(name) for name in session.journal.list() if name != "lock"}
    recording = session.folder.read(NAME) if session.folder.exists(NAME) else b""
    size = sum(len(one) for one in journal.values()) + len(recording)
    if size > MOST_BYTES:
        raise DataError(
            "the session is too long to be compared behind walls",
            expected=f"at most {MOST_BYTES >> 20} MiB of journal and recording",
            found=f"{size >> 20} MiB",
        )
    asked = ParityAsked(session.class_name, dict(session.parameters), session.costs, journal, recording)
    outcome = confinement.run_confined(
        ConfinedTask(
            work=ConfinedWork.PARITY, source=session.source, content=msgspec.msgpack.encode(asked), limits=LIMITS
        )
    )
    if isinstance(outcome, ConfinedFailure):
        raise raised_there(outcome)
    try:
        found = msgspec.msgpack.decode(outcome.content, type=ParityReport)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as wrong:
        raise StrategyError(
            "what the strategy's process answered is no report", found=str(wrong), remedy="mend the strategy"
        ) from wrong
    told = tuple(_text(one) for one in found.notes[:100])
    return replace(
        found, session=_text(found.session), notes=told, differences=tuple(_shown(one) for one in found.differences)
    )


def _shown(one: Difference) -> Difference:
    return replace(
        one,
        instrument=_text(one.instrument),
        session=_text(one.session),
        backtest=_text(one.backtest),
        evidence=_text(one.evidence),
    )


def _text(told: str) -> str:
    return "".join(one if one.isprintable() else " " for one in told[:LONGEST])
