"""The tear sheet in a real browser, opened from disk: it draws, follows, sorts, searches, prints, asks no network."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import polars as pl
import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from tests.unit.interfaces.reports.sample_views import random_walk, view_of

from tradewright.application.backtests.views import BacktestView
from tradewright.interfaces.reports.comparison import write_comparison
from tradewright.interfaces.reports.html import write_html

PATIENCE_S = 60.0
EVIL = "</script><script>document.title='broken'</script><img src=x onerror=\"document.title='broken'\">"
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Where chromium is; skipped without one on a developer's machine, failed with the remedy in CI."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found:
        return found
    remedy = "chromium is not in PATH; install it (Debian: apt-get install -y chromium)"
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(remedy)
    pytest.skip(remedy)


@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=list(QUIET), headless=True)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def run() -> BacktestView:
    walks = [random_walk("AAPL.XNAS", bars=1300, seed=3), random_walk("IBM.XNYS", bars=1300, seed=8)]
    return view_of(walks, short=True)


@pytest.fixture(scope="module")
def sheet(run: BacktestView, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_html(run, tmp_path_factory.mktemp("sheet") / "sheet.html")


class Visit:
    """A page that is open, with everything it complained of and asked for."""

    def __init__(
        self, browser: Browser, path: Path, *, width: int = 1280, scheme: str = "light", listens: bool = False
    ) -> None:
        dark = scheme == "dark"
        self.context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light"
        )
        self.context.set_default_timeout(1000 * PATIENCE_S)
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        if listens:
            self.page.add_init_script(LISTEN)
        self.page.goto(path.as_uri())
        self.page.wait_for_selector("html[data-ready=true]", state="attached")

    def __enter__(self) -> "Visit":
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()

    def until(self, happened: Callable[[], bool]) -> None:
        """Wait; the page goes on meanwhile."""
        end = time.monotonic() + PATIENCE_S
        while not happened():
            assert time.monotonic() < end, "it has not happened in time"
            self.page.wait_for_timeout(50)

    def picture(self, chart: str) -> bytes:
        """A chart as it looks once it moves no more."""
        seen = [b"", self.page.locator(f"#chart-{chart}").screenshot()]
        while seen[-1] != seen[-2]:
            self.page.wait_for_timeout(50)
            seen.append(self.page.locator(f"#chart-{chart}").screenshot())
        return seen[-1]

    def is_drawn(self, chart: str) -> bool:
        """True when the canvases of a chart hold more than one color."""
        script = """name => [...document.querySelectorAll(`#chart-${name} canvas`)].some(canvas => {
            if (!canvas.width || !canvas.height) return false;
            const image = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
            const pixels = new Uint32Array(image.data.buffer);
            return pixels.some(pixel => pixel !== pixels[0]);
        })"""
        return bool(self.page.evaluate(script, chart))

    def draws(self, *charts: str) -> None:
        """Wait until each of them is drawn."""
        for chart in charts:
            self.until(partial(self.is_drawn, chart))

    def says(self, place: str) -> str:
        return self.page.inner_text(place)

    def background(self) -> str:
        return str(self.page.evaluate("getComputedStyle(document.body).backgroundColor"))


CHARTS = ("equity", "drawdown", "exposure", "rolling-sharpe", "rolling-volatility", "rolling-beta", "price")


def test_every_chart_is_drawn_without_a_complaint_or_a_request(browser: Browser, sheet: Path) -> None:
    with Visit(browser, sheet) as visit:
        visit.draws(*CHARTS)
        for name in ("years", "distribution-daily", "distribution-monthly", "trip-distribution"):
            assert visit.page.locator(f"#chart-{name} svg rect").count() > 2
        assert visit.page.locator("#chart-mae svg circle").count() > 10
        assert visit.complaints == []
        assert visit.requests == [sheet.as_uri()]


def test_the_page_follows_the_system_and_the_switch_wins(browser: Browser, sheet: Path) -> None:
    with Visit(browser, sheet, scheme="dark") as visit:
        assert visit.background() == "rgb(15, 20, 26)"
        visit.page.click("#themes button[data-theme=light]")
        assert visit.background() == "rgb(245, 246, 248)"
        visit.page.reload()
        visit.page.wait_for_selector("html[data-ready=true]", state="attached")
        assert visit.background() == "rgb(245, 246, 248)"
        visit.page.click("#themes button[data-theme=auto]")
        assert visit.background() == "rgb(15, 20, 26)"


def test_nothing_is_wider_than_a_phone(browser: Browser, sheet: Path) -> None:
    with Visit(browser, sheet, width=390) as visit:
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= 390
        visit.draws("equity")


def test_the_cursor_is_in_all_charts_at_once(browser: Browser, sheet: Path) -> None:
    with Visit(browser, sheet) as visit:
        last = visit.page.inner_text("#legend-drawdown .when")
        visit.page.locator("#chart-equity").scroll_into_view_if_needed()
        box = visit.page.locator("#chart-equity").bounding_box()
        assert box is not None
        visit.draws("equity", "drawdown", "exposure", "rolling-sharpe", "price")
        visit.page.mouse.move(box["x"] + box["width"] / 3, box["y"] + box["height"] / 2)
        visit.until(lambda: visit.says("#legend-equity .when") != last)
        legends = [f"#legend-{name} .when" for name in ("drawdown", "exposure", "rolling-sharpe", "price")]
        visit.until(lambda: {visit.says(one) for one in legends} == {visit.says("#legend-equity .when")})


def test_a_range_button_zooms_every_chart(browser: Browser, sheet: Path) -> None:
    with Visit(browser, sheet) as visit:
        visit.page.mouse.move(1, 1)
        visit.draws("price")
        before = visit.picture("price")
        visit.page.click("#ranges button[data-months='6']")
        visit.until(lambda: visit.picture("price") != before)
        assert visit.page.get_attribute("#ranges button[data-months='6']", "aria-pressed") == "true"
        visit.page.click("#ranges button[data-months='all']")
        visit.page.mouse.move(1, 1)  # away from the charts, so that no cursor is drawn
        visit.until(lambda: visit.picture("price") == before)


LISTEN = """
window.drawn = {};
let library;
Object.defineProperty(window, 'LightweightCharts', {
  get: () => library,
  set: (made) => {
    library = { ...made, createChart: (place, ...more) => (window.drawn[place.id] = made.createChart(place, ...more)) };
  },
});
"""
"""Before the page runs: keep its charts where a test finds them."""


@pytest.mark.parametrize("least", [1.0, 3_000.0])
def test_an_axis_of_what_is_never_negative_does_not_go_below_zero(
    browser: Browser, run: BacktestView, tmp_path: Path, least: float
) -> None:
    rows = run.equity.height
    grown = pl.Series("equity", [least + 900_000.0 * (row / rows) ** 3 for row in range(rows)])
    rich = replace(run, equity=run.equity.with_columns(grown, benchmark=pl.lit(50_000.0)))
    lowest = """(id) => {
        const chart = drawn[id];
        return chart.panes()[0].getSeries().at(-1).coordinateToPrice(chart.paneSize().height);
    }"""
    with Visit(browser, write_html(rich, tmp_path / "sheet.html"), listens=True) as visit:
        visit.draws("equity", "drawdown")
        whole = visit.page.evaluate(lowest, "chart-equity")
        assert -0.04 * 900_000 < whole <= least
        assert visit.page.evaluate(lowest, "chart-drawdown") < 0
        visit.page.click("#ranges button[data-months='6']")
        visit.until(lambda: visit.page.evaluate(lowest, "chart-equity") != whole)
        visit.picture("equity")
        assert visit.page.evaluate(lowest, "chart-equity") > -0.04 * 50_000


def test_the_log_switch_changes_the_equity_chart(browser: Browser, sheet: Path) -> None:
    with Visit(browser, sheet) as visit:
        visit.draws("equity")
        before = visit.picture("equity")
        visit.page.check("#log")
        visit.until(lambda: visit.picture("equity") != before)


def test_the_list_sorts_searches_and_turns_pages(browser: Browser, sheet: Path, run: BacktestView) -> None:
    with Visit(browser, sheet) as visit:
        page = visit.page
        assert page.locator("#trip-rows tr").count() == 25
        page.click(".trips button[data-sort=pnl]")
        worst = page.locator("#trip-rows tr").first.locator("td").nth(8).inner_text()
        expected = run.round_trips["pnl"].min()
        assert isinstance(expected, float)
        assert worst == f"{expected:,.2f}".replace("-", "−")
        page.click("#trip-next")
        assert page.inner_text("#trip-page").startswith("Page 2 of")
        page.fill("#trip-search", "IBM")
        assert set(page.locator("#trip-rows tr td:nth-child(2)").all_inner_texts()) == {"IBM.XNYS"}
        page.fill("#trip-search", "no such words")
        assert page.locator("#trip-rows tr").count() == 0


def test_a_click_on_a_round_trip_jumps_to_its_bar(browser: Browser, sheet: Path) -> None:
    with Visit(browser, sheet) as visit:
        page = visit.page
        page.fill("#trip-search", "IBM")
        visit.draws("price")
        before = visit.picture("price")
        page.locator("#trip-rows tr").nth(3).click()
        visit.until(lambda: page.locator("#symbol option:checked").inner_text() == "IBM.XNYS")
        top = "document.getElementById('chart-price').getBoundingClientRect().top"
        visit.until(lambda: 0 <= page.evaluate(top) <= 700)
        visit.until(lambda: visit.picture("price") != before)


def test_months_switch_between_strategy_benchmark_and_difference(browser: Browser, sheet: Path) -> None:
    with Visit(browser, sheet) as visit:
        visit.page.click("#months button[data-show=Benchmark]")
        assert visit.page.is_visible("[data-view=Benchmark]")
        assert not visit.page.is_visible("[data-view=Strategy]")


def test_paper_gets_light_colors_and_still_pictures_of_all_charts(browser: Browser, sheet: Path) -> None:
    with Visit(browser, sheet, scheme="dark") as visit:
        visit.page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert visit.page.locator("canvas.still").count() == len(CHARTS)
        assert visit.background() == "rgb(245, 246, 248)"
        visit.page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert visit.page.locator("canvas.still").count() == 0
        assert visit.background() == "rgb(15, 20, 26)"
        assert len(visit.page.pdf(format="A4")) > 50_000
        assert visit.complaints == []


def test_a_hostile_run_changes_nothing_in_the_browser(browser: Browser, run: BacktestView, tmp_path: Path) -> None:
    trips = run.round_trips.with_columns(exit_reason=run.round_trips["exit_reason"].fill_null("") + EVIL)
    bad = replace(run, strategy=EVIL, strategy_expression=EVIL, round_trips=trips, warnings=(EVIL,))
    with Visit(browser, write_html(bad, tmp_path / "bad.html")) as visit:
        assert visit.page.title() != "broken"
        assert visit.page.locator("img").count() == 0
        assert EVIL in visit.page.locator("#trip-rows td").last.inner_text()
        assert visit.complaints == []


def test_a_minute_run_without_benchmark_is_drawn(browser: Browser, tmp_path: Path) -> None:
    walk = random_walk("BTC.KRAKEN", bars=30_000, seed=4, minutes=1)
    view = view_of([walk], timeframe="1m", benchmark=False, fast=60, slow=300)
    with Visit(browser, write_html(view, tmp_path / "minutes.html")) as visit:
        visit.draws("equity", "price")
        assert visit.page.locator("#chart-rolling-beta").count() == 0
        assert visit.complaints == []


def test_a_comparison_draws_one_line_a_run(browser: Browser, run: BacktestView, tmp_path: Path) -> None:
    other = replace(run, strategy_expression="Other()", equity=run.equity.head(900))
    with Visit(browser, write_comparison([run, other], tmp_path / "two.html"), scheme="dark") as visit:
        visit.draws("equity", "drawdown")
        assert visit.page.locator("#legend-equity .entry").count() == 2
        assert visit.complaints == []
