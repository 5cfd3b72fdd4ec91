"""The page as text: complete, self-contained, and harmless whatever the names in a run are."""

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest
from tests.unit.interfaces.reports.sample_views import REJECTIONS, random_walk, typed, view_of

from tradewright.application.backtests.sheet import tear_sheet
from tradewright.application.backtests.views import BacktestView
from tradewright.interfaces.reports.comparison import render_comparison, write_comparison
from tradewright.interfaces.reports.html import render_html, write_html
from tradewright.interfaces.reports.payload import Limits, payload_of

EVIL = "</script><script>alert('x')</script><img src=x onerror=alert(1)>&\"'\u2028"


class Page(HTMLParser):
    """Elements, ids and the text of script elements of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.scripts: list[str] = []
        self.types: list[str | None] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        self.ids += [value for name, value in attrs if name == "id" and value]
        if tag not in {"input", "br", "meta", "hr"}:
            self.open.append(tag)
        if tag == "script":
            self.scripts.append("")
            self.types.append(dict(attrs).get("type"))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script":
            self.scripts[-1] += data
        else:
            self.texts.append(data)


@pytest.fixture(scope="module")
def text(view: BacktestView) -> str:
    return render_html(tear_sheet(view))


def test_the_page_is_well_formed_and_every_id_occurs_once(text: str) -> None:
    page = Page(text)
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))
    chapters = {"growth", "returns", "risk", "trading", "statistics", "review", "warnings", "assumptions"}
    assert chapters <= set(page.ids)


def test_the_page_loads_nothing_from_anywhere(text: str) -> None:
    loads = [value for _, name, value in Page(text).attributes if name in {"src", "srcset", "data"}]
    assert loads == []
    assert "@import" not in text
    links = {
        value for tag, name, value in Page(text).attributes if name == "href" and value and not value.startswith("#")
    }
    assert links == {"https://www.tradingview.com/"}


def test_the_policy_allows_exactly_the_scripts_of_the_page(text: str) -> None:
    page = Page(text)
    policy = next(
        value or ""
        for tag, name, value in page.attributes
        if (tag, name) == ("meta", "content") and "default-src" in (value or "")
    )
    assert policy.startswith("default-src 'none'")
    for script, kind in zip(page.scripts, page.types, strict=True):
        digest = b64encode(sha256(script.encode()).digest()).decode()
        assert (f"'sha256-{digest}'" in policy) == (kind is None)
    assert "unsafe-eval" not in policy


def test_no_element_has_an_inline_handler(text: str) -> None:
    assert not [name for _, name, _ in Page(text).attributes if name.startswith("on")]


def test_the_page_names_run_data_engine_rules_and_risk(text: str, view: BacktestView) -> None:
    words = " ".join(Page(text).texts)
    for fact in (
        view.run_id,
        view.data_digest,
        view.strategy_expression,
        view.fill_rule,
        "Percent(bps=10)",
        "AAPL.XNAS, IBM.XNYS",
    ):
        assert fact in words
    assert "Past results say nothing certain about the future" in words
    assert "a year has 252 of them" in words
    assert "TradingView" in words


def test_undefined_statistics_are_a_dash_never_nan(text: str) -> None:
    words = " ".join(Page(text).texts)
    assert "nan" not in words.lower().split()
    assert "None" not in words.split()


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from strings(item)


def evil(view: BacktestView) -> BacktestView:
    symbol = pl.lit(EVIL).alias("symbol")
    return replace(
        view,
        strategy=EVIL,
        strategy_expression=EVIL,
        run_id=EVIL,
        symbols=(EVIL,),
        benchmark=EVIL,
        parameters={EVIL: EVIL},
        assumptions={"costs": EVIL, EVIL: {EVIL: [EVIL]}, "prices": EVIL},
        stats=dict(view.stats) | {EVIL: 1.0},
        warnings=(EVIL,),
        fills=view.fills.with_columns(symbol, pl.lit(EVIL).alias("reason")),
        prices=view.prices.filter(pl.col("symbol") == "AAPL.XNAS").with_columns(symbol),
        round_trips=view.round_trips.with_columns(symbol, pl.lit(EVIL).alias("exit_reason")),
        rejections=typed([{"time": datetime(2020, 1, 1), "symbol": EVIL, "order": EVIL, "reason": EVIL}], REJECTIONS),
    )


@pytest.mark.parametrize("kind", ["sheet", "comparison"])
def test_a_hostile_name_stays_text_everywhere(view: BacktestView, kind: str) -> None:
    bad = evil(view)
    page = Page(render_html(tear_sheet(bad)) if kind == "sheet" else render_comparison([bad, bad]))
    assert page.open == []
    assert "img" not in page.tags
    assert page.tags.count("script") == 3
    assert EVIL in list(strings(json.loads(page.scripts[0]))) or kind == "comparison"
    assert EVIL in page.texts or kind == "comparison"
    assert not [name for _, name, _ in page.attributes if name.startswith("on")]


def test_large_runs_are_thinned_and_the_page_says_so() -> None:
    walk = random_walk("BTC.KRAKEN", bars=60_000, seed=4, minutes=1)
    view = view_of([walk], timeframe="1m", fast=12, slow=30)
    sheet = tear_sheet(view)
    text = render_html(sheet)
    assert len(text) < 3_000_000
    payload = payload_of(sheet, Limits(points=1_000, bars_of_one=500, round_trips=50))
    account = payload.data["account"]
    assert isinstance(account, dict)
    assert len(account["time"]) <= 1_000
    assert max(account["equity"]) == pytest.approx(view.equity["equity"].max(), rel=1e-8)
    assert min(account["drawdown"]) == pytest.approx(sheet.curve["drawdown"].min(), rel=1e-5)
    assert any("each bar of the price chart joins" in note for note in payload.notes)
    assert any("The list has the last 50 of" in note for note in payload.notes)
    assert any("of 60,000 bars" in note for note in payload.notes)


def test_joined_bars_keep_highest_lowest_and_all_fills(view: BacktestView) -> None:
    payload = payload_of(tear_sheet(view), Limits(bars_of_one=100))
    symbols = payload.data["symbols"]
    assert isinstance(symbols, list)
    for symbol in symbols:
        prices = view.prices.filter(pl.col("symbol") == symbol["name"])
        assert max(symbol["high"]) == pytest.approx(prices["high"].max(), rel=1e-6)
        assert min(symbol["low"]) == pytest.approx(prices["low"].min(), rel=1e-6)
        assert sum(symbol["volume"]) == pytest.approx(prices["volume"].sum(), rel=1e-5)
        assert sum(symbol["marks"]["count"]) == len(view.fills.filter(pl.col("symbol") == symbol["name"]))


def test_a_mark_sits_on_the_bar_of_its_fill(view: BacktestView) -> None:
    symbols = payload_of(tear_sheet(view), Limits()).data["symbols"]
    assert isinstance(symbols, list)
    chart = next(symbol for symbol in symbols if symbol["name"] == "IBM.XNYS")
    fills = view.fills.filter(pl.col("symbol") == "IBM.XNYS")
    assert chart["marks"]["bar"] == fills["bar"].to_list()
    midnight = datetime.combine(fills["session"][0], time(), tzinfo=UTC)
    assert chart["time"][chart["marks"]["bar"][0]] == midnight.timestamp()


def test_the_price_chart_is_limited_to_the_instruments_with_most_fills(view: BacktestView) -> None:
    payload = payload_of(tear_sheet(view), Limits(symbols=1))
    symbols = payload.data["symbols"]
    assert isinstance(symbols, list)
    assert len(symbols) == 1
    assert any("the run had 1 more" in note for note in payload.notes)


def test_a_short_run_without_benchmark_or_trips_has_a_page(lonely_view: BacktestView) -> None:
    empty = replace(
        lonely_view,
        fills=lonely_view.fills.head(0),
        round_trips=lonely_view.round_trips.head(0),
        rejections=lonely_view.rejections.head(0),
        prices=lonely_view.prices.head(0),
        warnings=(),
        parameters={},
        equity=lonely_view.equity.head(6),
    )
    words = " ".join(Page(render_html(tear_sheet(empty))).texts)
    assert "The run has no round trips." in words
    assert "No order was rejected." in words
    assert "too few for rolling figures" in words
    assert "no bars to draw a price chart from" in words


def test_a_flat_run_says_that_it_never_fell(lonely_view: BacktestView) -> None:
    flat = lonely_view.equity.with_columns(equity=pl.lit(lonely_view.cash))
    assert "Equity never fell below a peak." in render_html(tear_sheet(replace(lonely_view, equity=flat)))


def test_the_file_is_written_whole_with_its_folders(view: BacktestView, tmp_path: Path) -> None:
    path = write_html(view, tmp_path / "reports" / "run.html")
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert [found.name for found in path.parent.iterdir()] == ["run.html"]
    assert path.stat().st_size < 3_000_000


def test_a_folder_as_path_is_refused_with_what_to_do(view: BacktestView, tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError, match="a file name is expected"):
        write_html(view, tmp_path)


def test_the_same_run_gives_the_same_bytes(view: BacktestView, text: str) -> None:
    assert render_html(tear_sheet(view)) == text


def test_a_comparison_shows_statistics_side_by_side_and_what_differs(view: BacktestView, tmp_path: Path) -> None:
    other = replace(view, strategy_expression="MovingAverage(fast=10, slow=30)", parameters={"fast": 10, "slow": 30})
    text = write_comparison([view, other], tmp_path / "two.html").read_text(encoding="utf-8")
    words = " ".join(Page(text).texts)
    assert "A · MovingAverage(fast=20, slow=50)" in words
    assert "B · MovingAverage(fast=10, slow=30)" in words
    differences = text[text.index('id="settings"') :]
    assert ">Fast<" in differences
    assert ">Costs<" not in differences


def test_a_comparison_of_equal_runs_says_so(view: BacktestView) -> None:
    assert "The runs have the same settings." in render_comparison([view, view])


def test_a_comparison_of_one_run_is_refused(view: BacktestView) -> None:
    with pytest.raises(ValueError, match="2 to 8 runs, found 1"):
        render_comparison([view])


def test_statistics_without_description_are_shown_under_their_own_name(view: BacktestView) -> None:
    text = render_html(tear_sheet(replace(view, stats=dict(view.stats) | {"my_own_figure": 0.12345})))
    assert "My own figure" in text
    assert re.search(r"0\.1235|0\.1234", text)
