from datetime import date

import polars as pl
from rich.console import Console

from tradewright.application.data.quality import QualityView
from tradewright.interfaces.terminal.quality import quality_table


def view(expected: int | None) -> QualityView:
    return QualityView(
        "AAPL.XNAS",
        "1d",
        "wiki",
        3_270,
        date(2000, 3, 1),
        date(2013, 3, 1),
        99.0,
        0,
        1,
        0,
        expected,
        3_268,
        pl.DataFrame(),
    )


def lines(*views: QualityView, width: int) -> list[str]:
    console = Console(width=width, force_terminal=True, color_system=None)
    with console.capture() as captured:
        console.print(quality_table(views, width=width))
    return captured.get().splitlines()


def test_a_wide_screen_has_one_line_a_series() -> None:
    shown = lines(view(3_270), view(None), width=120)
    assert len(shown) == 3
    assert "1d from wiki" in shown[1] and "2000-03-01 2013-03-01" in shown[1] and "3,268 of 3,270" in shown[1]
    assert "3,268 of -" in shown[2]


def test_a_screen_of_80_columns_keeps_the_columns_and_tells_what_is_missing() -> None:
    shown = lines(view(3_270), view(None), width=80)
    assert max(map(len, shown)) <= 80
    assert len(shown) == 5
    assert shown[1].split() == ["AAPL.XNAS", "1d", "wiki", "3,270", "2000-03-01", "2", "99.0", "0", "1", "0"]
    assert shown[2].split() == ["2013-03-01"]
    assert shown[3].split()[5] == "-"
