"""The page on the state names every table that there is, and no other."""

import re
from pathlib import Path

from tradewright.adapters.database.schema import METADATA

PAGE = (Path(__file__).resolve().parents[4] / "docs" / "concepts" / "state.md").read_text(encoding="utf-8")


def test_the_page_names_every_table() -> None:
    lines = PAGE.partition("## Tables")[2].partition("Money is NUMERIC")[0].splitlines()
    named = {name for line in lines for name in re.findall(r"`(\w+)`", line.split("|")[1] if "|" in line else "")}
    assert named == set(METADATA.tables)
