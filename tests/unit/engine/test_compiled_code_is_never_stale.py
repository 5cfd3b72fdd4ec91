"""An edit in a helper of the kernel is seen by the next process, although compiled code is kept on disk."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[3] / "src" / "tradewright"
ASK = """
from tradewright.domain.matching.plan import delta_to
from tradewright.quant.compiled import compiled, share_parts
share_parts(delta_to)
print(compiled(delta_to)(0.5, 1000.0, 100.0, 1.0, 1.0, 2.0), delta_to(0.5, 1000.0, 100.0, 1.0, 1.0, 2.0))
"""


def ask(folder: Path) -> str:
    environment = {
        name: value for name, value in os.environ.items() if name != "NUMBA_DISABLE_JIT" and "COVERAGE" not in name
    }
    environment |= {"PYTHONPATH": str(folder), "TRADEWRIGHT_KERNEL_CACHE": str(folder / "cache")}
    answer = subprocess.run(
        [sys.executable, "-c", ASK], env=environment, cwd=folder, capture_output=True, text=True, check=True
    )
    return answer.stdout.strip()


@pytest.mark.slow
def test_an_edit_in_a_helper_of_another_file_changes_the_compiled_answer(tmp_path: Path) -> None:
    copy = tmp_path / "tradewright"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__", "*.csv*", "*.parquet", "*.js"))
    # 500 at 100 are 5 lots; 2 are held.
    assert ask(tmp_path) == "3.0 3.0"
    kept = list((tmp_path / "cache").glob("*/**/*.nbc"))
    assert kept
    assert ask(tmp_path) == "3.0 3.0"
    assert list((tmp_path / "cache").glob("*/**/*.nbc")) == kept

    helper = copy / "domain" / "arithmetic" / "rounding.py"
    text = helper.read_text(encoding="utf-8")
    assert text.count("return steps_down(quantity, lot) * lot") == 1
    helper.write_text(
        text.replace("return steps_down(quantity, lot) * lot", "return steps_down(quantity, lot) * lot * 10")
    )
    assert ask(tmp_path) == "48.0 48.0"
