from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray
from tests.integration.import_tools import StoppedClock, into, lines, write
from tests.integration.shared_file_mappings import EXPLICIT, Case
from tests.shared_data import shared

from tradewright.adapters.calendars.exchanges import ExchangeCalendars
from tradewright.adapters.files.local import LocalFiles
from tradewright.adapters.stores.delta import DeltaStore
from tradewright.application.data.importing import read_file
from tradewright.application.data.quality import DataQuality, QualityView, columns_of, data_quality
from tradewright.domain.calendars import venue_of
from tradewright.domain.errors import DataError, InputError, UnknownInstrument, UnknownVenue
from tradewright.domain.timeframe import Timeframe
from tradewright.ports.calendars import Schedule
from tradewright.ports.stores import NS, TABLES, Table
from tradewright.quant.quality.assessment import assess
from tradewright.quant.quality.findings import Severity

DAYS = [f"2024-01-{day:02}" for day in (2, 3, 4, 5, 8, 9, 10, 11, 12, 16, 17, 18, 19, 22, 23, 24, 25, 26, 29, 30, 31)]
HEADER = "Date,Open,High,Low,Close,Volume"


def daily(days: list[str], close: float = 10.0) -> str:
    return lines(
        HEADER, *(f"{day},{close},{close + 1},{close - 1},{close + n % 3 / 10},5" for n, day in enumerate(days))
    )


def views(store: DeltaStore, **options: object) -> dict[str, QualityView]:
    message = replace(DataQuality(), **options)  # type: ignore[arg-type]
    found = data_quality(message, store=store, calendars=ExchangeCalendars())
    return {view.instrument: view for view in found}


@pytest.fixture
def store(tmp_path: Path) -> DeltaStore:
    return DeltaStore(tmp_path / "store")


def test_a_series_without_a_hole_is_sound(tmp_path: Path, store: DeltaStore) -> None:
    into(store, write(tmp_path, daily(DAYS)), tmp_path)
    view = views(store)["T.XNYS"]
    assert (view.is_sound, view.score, view.sessions_present, view.sessions_expected) == (True, 100.0, 21, 21)
    assert (str(view.first), str(view.last)) == ("2024-01-02", "2024-01-31")


def test_missing_sessions_are_told_with_their_dates_and_holidays_are_not(tmp_path: Path, store: DeltaStore) -> None:
    into(store, write(tmp_path, daily([day for day in DAYS if day not in {"2024-01-09", "2024-01-10"}])), tmp_path)
    view = views(store)["T.XNYS"]
    assert view.findings.select("severity", "check", "rows", "reason").rows() == [
        ("warning", "gaps", 2, "no bar in 2 sessions: 2024-01-09 to 2024-01-10")
    ]
    assert (view.errors, view.warnings, view.sessions_present, view.sessions_expected) == (0, 1, 19, 21)
    assert view.score < 100


def test_findings_come_errors_first_with_session_and_stamp(tmp_path: Path, store: DeltaStore) -> None:
    text = daily(DAYS).replace("2024-01-19,10.0,11.0,9.0", "2024-01-19,10.0,11.0,0.1")
    into(store, write(tmp_path, text), tmp_path)
    view = views(store)["T.XNYS"]
    first = view.findings.row(0, named=True)
    assert (first["severity"], first["check"], str(first["session"])) == ("error", "units", "2024-01-19")
    assert f"{first['time']:%Y-%m-%d %H:%M}" == "2024-01-19 21:00"
    assert not view.is_sound


def test_known_splits_and_dividends_of_the_store_are_taken_into_account(tmp_path: Path, store: DeltaStore) -> None:
    into(
        store,
        write(tmp_path, lines(HEADER, *daily(DAYS[:10], 20.0).splitlines()[1:], *daily(DAYS[10:]).splitlines()[1:])),
        tmp_path,
    )
    assert views(store)["T.XNYS"].warnings > 0
    actions = pl.DataFrame(
        {
            "instrument": ["T.XNYS"] * 4,
            "source": ["test"] * 4,
            "session": ["2024-01-17", "2024-01-23", "2023-01-03", "2025-01-03"],
            "kind": ["split", "dividend", "split", "dividend"],
            "value": [2.0, 5.0, 3.0, 1.0],
        }
    ).with_columns(pl.col("session").str.to_date())
    moment = pl.col("session").cast(pl.Datetime("ns")).dt.replace_time_zone("UTC").alias("time")
    actions = actions.with_columns(moment, pl.lit(StoppedClock().now).cast(NS).alias("known_at"))
    store.append(Table.ACTIONS, actions.select(list(TABLES[Table.ACTIONS])))
    view = views(store)["T.XNYS"]
    assert view.findings.select("check", "reason").rows() == [
        ("dividends", "a dividend of 50% of the price, and the price does not fall")
    ]


def test_intraday_and_weekly_bars_are_judged_by_their_own_measure(tmp_path: Path, store: DeltaStore) -> None:
    minutes = [f"{day} {hour}:{minute:02}" for day in DAYS[:4] for hour in (10, 11) for minute in range(0, 60, 5)]
    into(store, write(tmp_path, daily(minutes)), tmp_path, symbol="M.XNYS")
    into(store, write(tmp_path, daily(["2024-01-08", "2024-01-15", "2024-01-22"])), tmp_path, symbol="W.XNYS")
    found = views(store)
    assert (found["M.XNYS"].timeframe, found["M.XNYS"].sessions_expected) == ("5m", 4)
    assert (found["W.XNYS"].timeframe, found["W.XNYS"].sessions_expected) == ("1w", None)
    assert list(views(store, timeframe="5m")) == ["M.XNYS"]
    assert list(views(store, symbols=("W",))) == ["W.XNYS"]
    assert list(views(store, source="file")) == ["M.XNYS", "W.XNYS"]


def test_what_is_not_there_is_told(tmp_path: Path, store: DeltaStore) -> None:
    with pytest.raises(DataError, match="no such bars"):
        views(store)
    into(store, write(tmp_path, daily(DAYS)), tmp_path, symbol="AAPL.XNAS")
    with pytest.raises(UnknownInstrument, match=r"did you mean AAPL\.XNAS"):
        views(store, symbols=("APPL",))
    with pytest.raises(DataError, match="no such bars"):
        views(store, source="elsewhere")
    with pytest.raises(InputError, match="not understood"):
        views(store, timeframe="often")


class NoCalendar:
    """Knows no venue."""

    def sessions(self, venue: str, *, first: int, last: int) -> NDArray[np.int32]:
        raise UnknownVenue(venue)

    def schedule(self, venue: str, *, first: int, last: int) -> Schedule:
        raise UnknownVenue(venue)


def test_without_a_calendar_gaps_are_not_judged(tmp_path: Path, store: DeltaStore) -> None:
    into(store, write(tmp_path, daily(DAYS[::5])), tmp_path, interval="1d")
    (view,) = data_quality(DataQuality(), store=store, calendars=NoCalendar())
    assert (view.sessions_expected, view.score) == (None, 100.0)


@pytest.mark.parametrize("case", EXPLICIT, ids=lambda case: case.file)
def test_the_shared_files_are_not_accused_of_errors(case: Case, tmp_path: Path) -> None:
    """Real data has holes and leaps (warnings); nothing in these files cannot be true."""
    rows, report = read_file(replace(case.message, path=str(shared(f"data/{case.file}"))), files=LocalFiles(tmp_path))
    if report.table is not Table.BARS or report.interval is None:
        return
    calendars = ExchangeCalendars()
    for (name,), series in rows.group_by("instrument", maintain_order=True):
        bars = columns_of(series)
        expected = calendars.sessions(venue_of(str(name)), first=int(bars.session[0]), last=int(bars.session[-1]))
        found = assess(bars, is_intraday=Timeframe.parse(report.interval).is_intraday, expected_sessions=expected)
        assert [one for one in found.findings if one.severity is Severity.ERROR] == []
        assert found.score >= 85
