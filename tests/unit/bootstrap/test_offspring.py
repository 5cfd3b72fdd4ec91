"""Processes that outlive their start are seen off once they end, with what they ended by."""

import os
import subprocess
import sys
import time

from tradewright.bootstrap.offspring import Offspring


def child(code: str) -> int:
    return os.posix_spawn(sys.executable, [sys.executable, "-c", code], dict(os.environ))


def until(offspring: Offspring, process: int) -> int:
    end = time.monotonic() + 60
    while (code := offspring.exit_code(process)) is None:
        assert time.monotonic() < end
        time.sleep(0.01)
    return code


def test_what_a_process_ended_by_is_known_after_others_were_started() -> None:
    offspring = Offspring()
    first = child("import sys; sys.exit(7)")
    offspring.adopt(first)
    assert until(offspring, first) == 7
    second = child("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    offspring.adopt(second)
    assert until(offspring, second) == -9
    assert offspring.exit_code(first) == 7


def test_none_that_has_ended_is_left_as_a_shadow() -> None:
    offspring = Offspring()
    process = child("pass")
    offspring.adopt(process)
    until(offspring, process)
    found = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True, check=False)
    assert found.stdout.strip() == ""


def test_one_that_is_not_ours_counts_as_ended() -> None:
    assert Offspring().exit_code(os.getppid()) == 0
