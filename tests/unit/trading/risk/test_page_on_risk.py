"""The page on risk has every control and every limit as the code has them."""

from pathlib import Path

from tests.unit.trading.risk.risk_desk import APPLE

from tradewright.trading.risk.controls.table import controls_of
from tradewright.trading.risk.drawdown import DrawdownLevels
from tradewright.trading.risk.limits import BOUNDS, shipped_limits

PAGE = Path(__file__).resolve().parents[4] / "docs" / "concepts" / "risk.md"


def is_told(table: list[str]) -> None:
    assert "\n".join(table) in PAGE.read_text(encoding="utf-8"), f"{PAGE.name} should hold:\n\n" + "\n".join(table)


def test_the_page_has_every_control() -> None:
    rows = [
        f"| `{one.name}` | {(one.__doc__ or '').splitlines()[0]} | {'yes' if one.binds_reducing else 'no'} |"
        for one in controls_of(shipped_limits(frozenset({APPLE})))
    ]
    is_told(["| control | what it is | binds what only reduces |", "|---|---|---|", *rows])


def test_the_page_has_every_limit_with_its_ceiling() -> None:
    rows = [f"| `{name}` | {one.shipped:f} | {one.least:f} | {one.most:f} |" for name, one in BOUNDS.items()]
    is_told(["| limit | shipped | from | ceiling |", "|---|---|---|---|", *rows])


def test_the_page_has_the_levels_of_drawdown() -> None:
    levels = DrawdownLevels()
    rows = [f"| {one.name} | {one.depth * 100:.0f}% | {one.scale} |" for one in levels.all[1:-1]]
    is_told(
        [
            "| level | from | sizes are scaled by |",
            "|---|---|---|",
            *rows,
            f"| stop | {levels.stop * 100:.0f}% | nothing new |",
        ]
    )
