"""Every example runs as a newcomer runs it: from the project's folder, in a process of its own, on the shipped data."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("[0-9][0-9]_*.py"))
SAYS = {
    "01_first_backtest.py": ("MovingAverage(fast=20, slow=50, short=False)", "Final equity"),
    "02_store.py": ("3,270 new", "3,270 of 3,270", "1131 bars of IBM.XNYS", "mean_reversion"),
    "03_parameters.py": ("bars of the entry channel", "did you mean lookback?", "Breakout(lookback=120"),
    "04_own_column_strategy.py": ("BuyTheDip(trend=200, oversold=15.0, leave=5)", "LONG"),
    "05_own_event_strategy.py": ("Breakout(lookback=55, stop_atr=3.0)", "stop_loss"),
    "06_own_cost_model.py": ("Tiered(first=0.0035, then=0.002, border=300) + Slippage(bps=1)",),
    "07_own_indicator.py": ("columns and bar by bar are the same: True", "BuyWeakness(falls=4)"),
    "08_several_instruments.py": ("weights by calm", "strengths, own slots"),
    "09_raw_and_adjusted.py": ("known now 84.24, known before 84.84", "digest: True", "another: True"),
    "10_two_engines.py": ("fills are equal:    True", "equity is equal:    True", "one run:  True", "the same orders"),
    "11_parameter_sweep.py": ("90 combinations", "equals the single backtest: True", "in the years after"),
    "12_frames_and_statistics.py": ("Polars, pandas and numpy: True", "alpha and beta", "worst day in twenty"),
    "13_paper_session.py": ("sizes bound by         position 36", "slices, orders, fills  2,054, 45, 72", "not a cent"),
    "14_risk_limits.py": (
        "sent 21, bound by position",
        "sent 53, bound by position",
        "short: ",
        "0.0001 to 10",
        "from its first trading day on: True",
    ),
    "15_parity.py": (
        "no difference is True",
        "Forgetful: 280 differences, 0 of them unexplained",
        "answered otherwise",
    ),
    "31_perpetual.py": ("without funding: 112,690.71", "113,770.52", "funding 716.52"),
    "32_currencies.py": ("of that from rates of exchange: -14,022.29", "there is no rate from USD"),
    "40_futures_account.py": ("0 margin calls", "RegT()", "liquidated at", "liquidation_price"),
    "50_compiled_tick_strategy.py": ("Quoter(every=50, width=0.0004)", "at events fills", "SELL"),
}
"""What each shows when it does what it says."""


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder like a fresh clone: the examples and nothing that they have written."""
    folder = tmp_path_factory.mktemp("clone")
    shutil.copytree(ROOT / "examples", folder / "examples", ignore=shutil.ignore_patterns("out", "project"))
    return folder


def run(example: Path, *, clone: Path) -> subprocess.CompletedProcess[str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("TRADEWRIGHT_HOME")}
    return subprocess.run(
        [sys.executable, "-W", "error::UserWarning", f"examples/{example.name}"],
        cwd=clone, env=plain, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_example_runs_and_shows_what_it_teaches(example: Path, clone: Path) -> None:
    done = run(example, clone=clone)
    assert done.returncode == 0, done.stdout + done.stderr
    missing = [text for text in SAYS[example.name] if text not in done.stdout]
    assert not missing, f"{missing} not in\n{done.stdout}"


@pytest.mark.slow
@pytest.mark.parametrize("number", ["02", "09"])
def test_example_that_changes_a_store_runs_a_second_time(number: str, clone: Path) -> None:
    (example,) = (path for path in EXAMPLES if path.name.startswith(number))
    for _ in range(2):
        done = run(example, clone=clone)
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_first_example_leaves_a_tear_sheet_where_git_looks_away(clone: Path) -> None:
    assert run(EXAMPLES[0], clone=clone).returncode == 0
    assert "<html" in (clone / "examples" / "out" / "ibm.html").read_text(encoding="utf-8")[:500]
    assert {path.name for path in clone.iterdir()} <= {"examples", "tradewright-demo"}
    assert {path.name for path in (clone / "examples").iterdir() if path.is_dir()} <= {"data", "out", "project"}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_example_is_short_and_begins_with_what_it_teaches(example: Path) -> None:
    lines = example.read_text(encoding="utf-8").splitlines()
    assert len(lines) < 60
    assert re.match(r'"""[A-Z][^.]+[.:]', lines[0]), lines[0]


def test_examples_are_numbered_each_once_and_all_listed() -> None:
    numbers = [path.name[:2] for path in EXAMPLES]
    assert len(set(numbers)) == len(numbers)
    listed = (ROOT / "examples" / "README.md").read_text(encoding="utf-8")
    assert [path.name for path in EXAMPLES if f"| [{path.name}]({path.name}) |" not in listed] == []
    assert sorted(SAYS) == [path.name for path in EXAMPLES]
