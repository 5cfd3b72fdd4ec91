"""A small run of the proof of decisions: every size is measured, and what is told is in thread time above nothing."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_checks_and_decisions_of_every_size_are_measured() -> None:
    command = [sys.executable, "-m", "proofs", "decision", "--checks", "5", "--decisions", "5", "--no-record"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode in {0, 1} and not done.stderr, done.stderr  # 1: a slow machine
    lines = re.findall(
        r"^  (check|decision).*, (\d+) held, .* p50 / p99 +([\d.]+) / ([\d.]+)", done.stdout, re.MULTILINE
    )
    assert [kind for kind, *_ in lines] == ["check"] * 3 + ["decision"] * 12, done.stdout
    assert {int(held) for _, held, *_ in lines} == {1, 10, 50}
    assert all(0 < float(middle) <= float(last) for *_, middle, last in lines)
