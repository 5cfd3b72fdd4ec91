"""Every place and every test that the page on invariants names is there, and no invariant of the contract is left."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "concepts" / "invariants.md").read_text(encoding="utf-8")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ")]


def test_every_invariant_has_a_row_with_a_place_and_a_test() -> None:
    names = [f"I{number}" for number in range(1, 29)] + [f"L{number}" for number in range(1, 7)]
    names += [str(number) for number in range(1, 12)]
    for name in names:
        (row,) = [row for row in ROWS if row.startswith(f"| {name} |")]
        assert re.search(r"`[a-z_/]+\.py`", row) and re.search(r"`test_\w+`", row), row


def test_every_place_that_is_named_is_there() -> None:
    places = set(re.findall(r"`([a-z_/]+\.py)`", PAGE))
    assert [one for one in sorted(places) if not (ROOT / "src" / "tradewright" / one).is_file()] == []


def test_every_test_that_is_named_is_there() -> None:
    known = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        known |= set(re.findall(r"^(?:async )?def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE))
    assert sorted(set(re.findall(r"`(test_\w+)`", PAGE)) - known) == []
