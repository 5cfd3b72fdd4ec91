"""Confined work gives what unconfined work gives, and whatever the strategy does, its process alone pays for it."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.contracts.confined_work import CROSSING, backtest, bars, on_bar, source, unconfined
from tests.contracts.strategy_hosts import needs_walls

from tradewright.adapters.sandbox.base import PREFIX
from tradewright.application.backtests.messages import RunBacktest
from tradewright.application.confined.check import check_strategy
from tradewright.application.confined.honesty import confined_honesty
from tradewright.application.confined.packing import pack
from tradewright.application.confined.trial import CheckAsked
from tradewright.application.confined.words import columns_of_bars
from tradewright.application.honesty.handlers import Checked
from tradewright.application.honesty.views import Kind
from tradewright.bootstrap.confining import confinement
from tradewright.domain.errors import DataError, InputError, StrategyError
from tradewright.engine.assumptions import Assumptions
from tradewright.ports.code import Source
from tradewright.ports.confinement import (
    ConfinedAnswer,
    ConfinedFailure,
    ConfinedLimits,
    ConfinedTask,
    ConfinedTrouble,
    ConfinedWork,
)
from tradewright.ports.shelf import Finding

pytestmark = needs_walls


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    yield
    assert list(Path(tempfile.gettempdir()).glob(f"{PREFIX}{os.getpid()}-*")) == []


def test_a_confined_backtest_is_the_backtest(tmp_path: Path) -> None:
    command = RunBacktest(strategy="", bars=bars(), parameters={"fast": 7})
    inside, outside = backtest(CROSSING, command=command), unconfined(CROSSING, tmp_path, command)
    assert len(inside.fills) > 20
    assert inside.fills.equals(outside.fills)
    assert inside.stats == outside.stats


def test_what_the_strategy_raises_is_raised_with_its_line() -> None:
    with pytest.raises(StrategyError, match=r"Idea.on_bar raised ZeroDivisionError in line 7 of idea.py"):
        backtest(on_bar("return 1 / 0"))
    with pytest.raises(InputError, match="no parameter 'fats'"):
        backtest(CROSSING, command=RunBacktest(strategy="", bars=bars(), parameters={"fats": 3}))
    with pytest.raises(DataError, match="too few bars"):
        backtest(CROSSING, command=RunBacktest(strategy="", bars=bars().rows(0, 4), parameters={"fast": 7}))


def ended(strategy: Source, **limits: float | int) -> StrategyError:
    """How a backtest ends."""
    with pytest.raises(StrategyError) as raised:
        backtest(strategy, limits=ConfinedLimits(**limits))  # type: ignore[arg-type]
    return raised.value


def test_whatever_a_strategy_does_its_process_pays() -> None:
    assert "it gave no answer within 4 s" in str(ended(on_bar("while True: pass"), seconds=4.0))
    # it eats more than it may, and then stays: who watches may be late, and only address space bounds it until then
    eating = on_bar("import time", "self.kept = getattr(self, 'kept', []) + [np.ones(1 << 22)]",
        "time.sleep(600 if len(self.kept) > 12 else 0)")  # fmt: skip
    assert "MiB of memory, at most 20" in str(ended(eating, memory_bytes=200 << 20))
    assert "MemoryError in line 7 of idea.py" in str(ended(on_bar("np.ones(1 << 45)")))
    assert "was ended by SIGSEGV" in str(ended(on_bar("import ctypes; ctypes.string_at(0)")))
    assert "ended by itself with code 3" in str(ended(on_bar("import os; os._exit(3)")))
    assert "sys.exit(3)" in str(ended(on_bar("import sys; sys.exit(3)")))
    assert "thread" in str(ended(on_bar("import threading, time", "threading.stack_size(65536)",
        "for _ in range(60): threading.Thread(target=time.sleep, args=(60,), daemon=True).start()")))  # fmt: skip


FORGED = """
import os, time
from tradewright.adapters.sandbox.frames import Done, frame_of
for number in range(3, 12):
    try:
        os.write(number, {sent})
    except OSError:
        pass
time.sleep(60)
"""


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ("b'\\0' * 7 + b'\\4junk'", "what it sent is no answer"),
        ("b'\\1' + b'\\0' * 7", "its answer is larger than"),
        ("frame_of(Done(b'junk' * 9, []))", "what the strategy's process answered is no run"),
        ("frame_of(Done(b'', ['x'] * 99))", "what the strategy's process answered is no run"),
    ],
)
def test_a_forged_answer_is_no_answer(sent: str, told: str) -> None:
    forged = on_bar(*FORGED.format(sent=sent).strip().splitlines())
    assert told in str(ended(forged))


def test_work_that_nobody_wants_any_more_is_called_off() -> None:
    task = ConfinedTask(work=ConfinedWork.CHECK, source=CROSSING, content=b"")
    found = confinement().run_confined(task, is_wanted=lambda: False)
    assert isinstance(found, ConfinedFailure)
    assert found.trouble is ConfinedTrouble.CALLED_OFF


def test_what_it_prints_is_kept_up_to_a_bound() -> None:
    printing = on_bar("print('x' * 100_000 + '\\x1b[2J')", "raise KeyError(1)")
    task = ConfinedTask(
        work=ConfinedWork.CHECK,
        source=printing,
        content=pack(CheckAsked("", bars().instruments, "1d"), columns_of_bars(bars())),
        limits=ConfinedLimits(printed_bytes=1_000),
    )
    found = confinement().run_confined(task)
    assert isinstance(found, ConfinedAnswer)
    assert found.printed == "x" * 1_000


def findings(strategy: Source) -> tuple[Finding, ...]:
    return check_strategy(strategy, bars(), confinement=confinement()).findings


def test_a_good_strategy_passes_the_check() -> None:
    checked = check_strategy(CROSSING, bars(), confinement=confinement())
    assert checked.findings == ()
    assert checked.is_fit
    assert checked.class_name == "Idea"
    assert checked.parameters == {
        "fast": {
            "type": "int",
            "default": 5,
            "low": 2.0,
            "high": 50.0,
            "step": None,
            "choices": (),
            "description": "bars of the fast average",
        }
    }
    assert {"Landlock", "seccomp filter", "no privileges", "limits"} <= set(checked.walls)


def test_a_check_tells_what_the_trial_met_with_its_line() -> None:
    (raised,) = findings(on_bar("return 1 / (bar.close - bar.close)"))
    assert (raised.line, raised.code, raised.is_fatal) == (7, "raised", True)
    (made,) = findings(
        source("def check(self):\n    raise ValueError('never')\n\ndef on_bar(self, context, bar):\n    pass")
    )
    assert made.code == "cannot-be-made"
    (silent,) = findings(on_bar("pass"))
    assert (silent.code, silent.is_fatal) == ("never-traded", False)
    ahead = source("def generate_signals(self, bars):\n    return np.where(bars.close > bars.close.mean(), 1.0, 0.0)")
    (peeks,) = findings(ahead)
    assert (peeks.line, peeks.code, peeks.is_fatal) == (7, "look-ahead", False)
    assert "turned round" in peeks.message


def test_an_uploaded_strategy_is_checked_for_look_ahead_behind_walls() -> None:
    checked = Checked(bars(), Assumptions(), is_fast=True)
    ahead = source("def generate_signals(self, bars):\n    return np.where(bars.close > bars.close.mean(), 1.0, 0.0)")
    report = confined_honesty(ahead, "Idea", parameters={}, checked=checked, confinement=confinement())
    found, level = report.findings  # it compares with a mean over two instruments, one of which is split, too
    assert (found.kind, level.kind) == (Kind.LOOK_AHEAD, Kind.ADJUSTED_PRICES)
    assert found.place is not None and found.place.line == 7, found
    assert "bars.close.mean()" in found.place.text
    fine = confined_honesty(CROSSING, "Idea", parameters={"fast": 7}, checked=checked, confinement=confinement())
    assert fine.is_clean and fine.strategy == "Idea(fast=7)"


def test_a_strategy_that_is_not_fit_is_not_tried() -> None:
    found = findings(source("import os\nprint(os.getcwd())\n\ndef on_bar(self, context, bar):\n    raise KeyError(1)"))
    assert [one.code for one in found] == ["forbidden-import"]


def test_a_file_that_kills_its_reader_has_failed_the_check() -> None:
    (found,) = findings(
        on_bar("np.frombuffer(b'x' * 8, np.int64)", "ctypes = np.ctypeslib.ctypes", "ctypes.string_at(0)")
    )
    assert found.code == "died"
    assert "SIGSEGV" in found.message
