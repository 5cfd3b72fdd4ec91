"""The check of an upload: is it a strategy, is anything forbidden in it, does it run?

This file decides that nothing of a stranger's file is read as Python or run out here: that happens behind walls, and
what comes back is taken for a stranger's words. A file that ends the process that reads it has failed the check.
"""

from collections.abc import Callable
from typing import Final

import msgspec

from tradewright.application.backtests.messages import LoadedBars, Market
from tradewright.application.confined.packing import pack
from tradewright.application.confined.trial import CheckAnswered, CheckAsked, FoundParameter
from tradewright.application.confined.words import columns_of_bars
from tradewright.application.shelf.checked import CheckedStrategy
from tradewright.application.strategies.checking import MOST_FINDINGS, faults_of_bytes
from tradewright.ports.code import Source
from tradewright.ports.confinement import ConfinedFailure, ConfinedLimits, ConfinedTask, ConfinedWork, Confinement
from tradewright.ports.files import ShippedData
from tradewright.ports.shelf import Finding
from tradewright.trading.bars import Bars

LIMITS: Final = ConfinedLimits(seconds=60.0, memory_bytes=1 << 30, answer_bytes=4 << 20)
LONGEST: Final = 600
"""Characters of a text that is shown."""


def trial_bars(shipped: ShippedData, bars_of: Callable[[Market], LoadedBars]) -> Bars:
    """The bars that come with the package, to try strategies on: real days of several instruments."""
    return bars_of(Market(file=shipped.demo_bars())).bars


def check_strategy(
    source: Source,
    bars: Bars,
    *,
    confinement: Confinement,
    class_name: str = "",
    limits: ConfinedLimits = LIMITS,
) -> CheckedStrategy:
    """Check a source, trying it on these bars; ConfinementError where this machine cannot confine it."""
    faults = faults_of_bytes(source.content)
    if faults:
        return CheckedStrategy(findings=faults)
    asked = CheckAsked(class_name, bars.instruments, str(bars.timeframe))
    content = pack(asked, columns_of_bars(bars))
    task = ConfinedTask(work=ConfinedWork.CHECK, source=source, content=content, limits=limits)
    outcome = confinement.run_confined(task)
    if isinstance(outcome, ConfinedFailure):
        return CheckedStrategy(findings=(Finding(0, outcome.trouble.replace("_", "-"), outcome.story[:LONGEST]),))
    try:
        answered = msgspec.msgpack.decode(outcome.content, type=CheckAnswered)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as wrong:
        return CheckedStrategy(findings=(Finding(0, "garbled", f"what its process answered is no check: {wrong}"),))
    return CheckedStrategy(
        findings=tuple(_shown(one) for one in answered.findings[:MOST_FINDINGS]),
        class_name=_text(answered.class_name) if answered.class_name.isidentifier() else "",
        parameters={one.name: _plain(one) for one in answered.parameters[:MOST_FINDINGS] if one.name.isidentifier()},
        walls=outcome.walls,
    )


def _shown(found: Finding) -> Finding:
    return Finding(max(0, found.line), _text(found.code)[:40], _text(found.message), found.is_fatal)


def _plain(found: FoundParameter) -> dict[str, object]:
    plain: dict[str, object] = msgspec.to_builtins(found)
    del plain["name"]
    return {name: _text(value) if isinstance(value, str) else value for name, value in plain.items()}


def _text(told: str) -> str:
    return "".join(one if one.isprintable() else " " for one in told[:LONGEST])
