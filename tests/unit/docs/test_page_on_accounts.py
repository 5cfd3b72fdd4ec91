"""Every rule of the page on accounts names a test, and there is one of that name."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "concepts" / "accounts.md").read_text(encoding="utf-8")


def test_each_test_that_the_page_names_is_there() -> None:
    named = set(re.findall(r"`(test_[a-z0-9_]+)`", PAGE))
    defined = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_[a-z0-9_]+)\(", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert len(named) > 20 and named <= defined, sorted(named - defined)


def test_each_rule_in_a_table_names_a_test() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| rule | test |")]
    silent = [line for line in rows if "`test_" not in line]
    assert rows and not silent, silent


def test_each_file_that_the_page_names_is_there() -> None:
    missing = [name for name in re.findall(r"`((?:tests|examples|src)/[\w/.]+)`", PAGE) if not (ROOT / name).exists()]
    assert not missing, missing
