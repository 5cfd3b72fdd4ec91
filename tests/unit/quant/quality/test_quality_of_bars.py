from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tradewright.quant.quality.adjustments import check_adjusted_close, check_dividends
from tradewright.quant.quality.assessment import assess
from tradewright.quant.quality.bars import (
    BarColumns,
    check_open_high_low_close,
    check_prices,
    check_stamps,
    check_volume,
)
from tradewright.quant.quality.findings import Check, Finding, Severity, runs, score
from tradewright.quant.quality.gaps import check_sessions, check_thin_sessions
from tradewright.quant.quality.jumps import (
    KnownSplit,
    check_outliers,
    check_splits,
    check_stale,
    check_units,
    usual_return,
)

DAY = 86_400_000_000_000
Floats = NDArray[np.float64]


def daily(close: Floats, *, session: NDArray[np.int32] | None = None) -> BarColumns:
    """Sound daily bars around these closes."""
    session = np.arange(len(close), dtype=np.int32) + 19_000 if session is None else session
    opens = np.concatenate((close[:1], close[:-1]))
    high, low = np.maximum(opens, close) * 1.001, np.minimum(opens, close) * 0.999
    return BarColumns(
        (session.astype(np.int64) + 1) * DAY, session, opens, high, low, close, np.full(len(close), 100.0)
    )


def walk(rows: int = 300, seed: int = 1) -> Floats:
    steps = np.random.default_rng(seed).normal(0, 0.01, rows)
    return np.asarray(100 * np.exp(np.cumsum(steps)), dtype=np.float64)


def rows_of(findings: list[Finding]) -> list[tuple[int, int]]:
    return [(finding.row, finding.last_row) for finding in findings]


def spoiled(bars: BarColumns, column: str, row: int, value: float) -> BarColumns:
    values = getattr(bars, column).copy()
    values[row] = value
    return replace(bars, **{column: values})


def test_sound_bars_get_full_marks() -> None:
    found = assess(daily(walk()), is_intraday=False)
    assert (found.score, found.findings) == (100.0, ())


@pytest.mark.parametrize(
    ("column", "value", "check", "reason"),
    [
        ("open", np.nan, Check.PRICES, "not a finite number"),
        ("close", np.inf, Check.PRICES, "not a finite number"),
        ("low", 0.0, Check.PRICES, "not positive"),
        ("low", -5.0, Check.PRICES, "not positive"),
        ("volume", -1.0, Check.VOLUME, "negative"),
        ("volume", np.nan, Check.VOLUME, "not a finite number"),
        ("high", 1.0, Check.OPEN_HIGH_LOW_CLOSE, "high is below low"),
        ("open", 150.0, Check.OPEN_HIGH_LOW_CLOSE, "above high"),
        ("close", 50.0, Check.OPEN_HIGH_LOW_CLOSE, "below low"),
    ],
)
def test_a_bar_that_cannot_be_is_an_error_on_its_row(column: str, value: float, check: Check, reason: str) -> None:
    found = assess(spoiled(daily(walk()), column, 40, value), is_intraday=False)
    errors = [one for one in found.findings if one.check is check and one.severity is Severity.ERROR]
    assert rows_of(errors) == [(40, 40)]
    assert reason in errors[0].reason
    assert found.score < 90


def test_rounding_noise_outside_high_and_low_is_no_error() -> None:
    bars = daily(walk())
    assert list(check_open_high_low_close(replace(bars, close=bars.high * (1 + 1e-9)))) == []


def test_neighbouring_bad_rows_are_one_finding() -> None:
    bars = daily(walk())
    volume = bars.volume.copy()
    volume[10:13] = -1
    assert rows_of(list(check_volume(replace(bars, volume=volume)))) == [(10, 12)]
    assert list(check_prices(bars)) == []


def test_volume_that_is_sometimes_zero_is_noted_and_always_zero_is_not() -> None:
    bars = daily(walk())
    (note,) = check_volume(spoiled(bars, "volume", 7, 0.0))
    assert (note.severity, note.row) == (Severity.NOTE, 7)
    assert list(check_volume(replace(bars, volume=np.zeros(len(bars))))) == []


def test_repeated_and_falling_stamps_are_errors() -> None:
    bars = daily(walk(10))
    time = bars.time.copy()
    time[4], time[7] = time[3], time[2]
    found = list(check_stamps(replace(bars, time=time)))
    assert [(one.row, one.reason) for one in found] == [
        (4, "the stamp is that of the bar before"),
        (7, "the stamp is before that of the bar before"),
    ]
    session = bars.session.copy()
    session[5] = session[0]
    assert rows_of(list(check_stamps(replace(bars, session=session)))) == [(5, 5)]


def test_missing_sessions_are_gaps_and_bars_of_other_days_are_told() -> None:
    expected = np.arange(19_000, 19_050, dtype=np.int32)
    have = np.delete(expected, [10, 11, 30])
    found = list(check_sessions(daily(walk(47), session=have), expected))
    assert [(one.check, one.row, one.rows) for one in found] == [(Check.GAPS, 10, 2), (Check.GAPS, 28, 1)]
    assert "2 sessions: 2022-01-18 to 2022-01-19" in found[0].reason
    closed = np.delete(expected, [20])
    (off,) = check_sessions(daily(walk(50)), closed)
    assert (off.check, off.row) == (Check.OFF_SESSION, 20)
    assert list(check_sessions(daily(walk(0)), expected)) == []


def test_days_before_the_first_and_after_the_last_bar_are_no_gap() -> None:
    expected = np.arange(18_900, 19_200, dtype=np.int32)
    assert list(check_sessions(daily(walk(50)), expected)) == []


def test_an_intraday_session_with_half_its_bars_is_told() -> None:
    session = np.repeat(np.arange(19_000, 19_010, dtype=np.int32), 10)
    keep = np.ones(100, dtype=bool)
    keep[53:60] = False
    session = session[keep]
    bars = replace(daily(walk(93), session=session), time=np.arange(93, dtype=np.int64))
    (thin,) = check_thin_sessions(bars)
    assert (thin.row, thin.rows, thin.severity) == (50, 7, Severity.WARNING)
    assert list(check_thin_sessions(daily(walk(2)))) == []


@pytest.mark.parametrize("factor", [100.0, 0.01, 10.0, 12345.0])
def test_a_price_in_the_wrong_unit_is_an_error_on_its_rows(factor: float) -> None:
    close = walk()
    close[50:53] *= factor
    errors = [one for one in check_units(daily(close)) if one.severity is Severity.ERROR]
    assert min(one.row for one in errors) == 50
    assert max(one.last_row for one in errors) in {52, 53}  # the open after it is the close before


def test_a_single_price_a_hundred_times_off_is_an_error_and_a_swept_book_a_warning() -> None:
    bars = daily(walk())
    (slip,) = check_units(spoiled(bars, "low", 60, float(bars.low[60]) / 100))
    assert (slip.row, slip.severity) == (60, Severity.ERROR)
    (sweep,) = check_units(spoiled(bars, "low", 60, float(bars.low[60]) / 30_000))
    assert (sweep.row, sweep.severity) == (60, Severity.WARNING)


def test_a_new_level_is_no_slip_of_the_unit() -> None:
    close = walk()
    close[150:] *= 12
    assert list(check_units(daily(close))) == []


def test_large_series_are_checked_in_pieces() -> None:
    close = np.tile(walk(1000), 210)
    close[150_000] *= 100
    bars = daily(close, session=np.arange(210_000, dtype=np.int32))
    assert {one.row for one in check_units(bars)} == {150_000}


def test_a_move_far_beyond_the_usual_is_a_warning() -> None:
    close = walk()
    close[100:] *= 0.8
    (outlier,) = check_outliers(daily(close))
    assert (outlier.row, outlier.severity) == (100, Severity.WARNING)
    assert "-2" in outlier.reason


def test_a_known_split_is_no_outlier_in_raw_prices() -> None:
    close = walk()
    close[100:] /= 2
    split = [KnownSplit(100, 2.0)]
    assert list(check_outliers(daily(close), split, prices="raw")) == []
    assert list(check_splits(daily(close), split, prices="raw")) == []
    assert list(check_outliers(daily(close), split, prices="split-adjusted")) != []


def test_a_leap_like_a_split_that_nobody_knows_is_a_warning() -> None:
    close = walk()
    close[100:] /= 2 * (close[100] / close[99])
    (finding,) = check_splits(daily(close), [], prices="raw")
    assert (finding.check, finding.severity, finding.row) == (Check.SPLIT_LIKE, Severity.WARNING, 100)
    assert "2 for 1" in finding.reason


def test_a_split_applied_to_some_rows_only_is_an_error_on_them() -> None:
    split = [KnownSplit(100, 4.0)]
    forgotten = walk()
    forgotten[:100] *= 4
    (finding,) = check_splits(daily(forgotten), split, prices="split-adjusted")
    assert (finding.check, finding.severity) == (Check.SPLITS, Severity.ERROR)
    assert (finding.row, finding.last_row) == (0, 100)
    one_row = walk()
    one_row[97] *= 4
    (finding,) = check_splits(daily(one_row), split, prices="split-adjusted")
    assert (finding.row, finding.last_row) == (97, 97)


def test_prices_called_raw_that_are_adjusted_are_an_error() -> None:
    (finding,) = check_splits(daily(walk()), [KnownSplit(100, 4.0)], prices="raw")
    assert finding.check is Check.SPLITS


def test_a_halving_long_after_a_split_is_not_laid_to_it() -> None:
    close = walk()
    close[200:] *= 0.5
    found = list(check_splits(daily(close), [KnownSplit(100, 2.0)], prices="split-adjusted"))
    assert {one.severity for one in found} <= {Severity.WARNING}


def test_a_price_that_stands_still_is_a_warning_after_some_bars() -> None:
    bars = daily(walk())
    values = {name: getattr(bars, name).copy() for name in ("open", "high", "low", "close")}
    for column in values.values():
        column[50:60] = bars.close[49]
    (finding,) = check_stale(replace(bars, **values), longest=5)
    assert (finding.row, finding.last_row) == (50, 59)
    assert list(check_stale(replace(bars, **values), longest=10)) == []


def test_the_usual_return_of_a_price_that_hardly_moves_is_one_percent() -> None:
    returns = np.zeros(100)
    returns[50] = 0.8
    assert usual_return(returns).max() == 0.01


def adjusted(close: Floats, dividend: Floats) -> Floats:
    """The adjusted close by 1 - dividend / close before, from the last row backwards."""
    factor = np.ones(len(close))
    for row in range(len(close) - 1, 0, -1):
        factor[row - 1] = factor[row] * (1 - dividend[row] / close[row - 1])
    return close * factor


def test_an_adjusted_close_that_follows_from_its_dividends_is_sound() -> None:
    close, dividend = walk(), np.zeros(300)
    dividend[[60, 120, 180]] = (0.5, 0.7, 3.0)
    assert list(check_adjusted_close(close, adjusted(close, dividend), dividend=dividend)) == []
    assert list(check_adjusted_close(close[:1], close[:1], dividend=dividend[:1])) == []


@pytest.mark.parametrize(
    ("told", "applied", "reason"),
    [
        (0.7, 0.0, "is missing"),
        (0.7, 0.007, "adjusted for 0.007"),
        (0.7, 3.5, "adjusted for 3.5"),
        (0.0, 0.7, "without a dividend"),
    ],
)
def test_an_adjustment_that_tells_another_story_is_an_error(told: float, applied: float, reason: str) -> None:
    close, dividend, other = walk(), np.zeros(300), np.zeros(300)
    dividend[120], other[120] = told, applied
    (finding,) = check_adjusted_close(close, adjusted(close, other), dividend=dividend)
    assert (finding.row, finding.severity) == (120, Severity.ERROR)
    assert reason in finding.reason


def test_weekly_steps_may_follow_a_row_later() -> None:
    close, dividend, later = walk(), np.zeros(300), np.zeros(300)
    dividend[120], later[121] = 0.7, 0.7
    assert len(list(check_adjusted_close(close, adjusted(close, later), dividend=dividend))) == 2
    assert list(check_adjusted_close(close, adjusted(close, later), dividend=dividend, slack_rows=1)) == []


def test_dividends_no_company_pays_are_errors() -> None:
    close, dividend = walk(), np.zeros(300)
    dividend[[0, 50, 52, 100, 150]] = (1.0, 0.5, 0.5, 40.0, 400.0)
    bars = daily(close)
    found = {one.row: one.reason for one in check_dividends(bars.close, bars.low, dividend)}
    assert set(found) == {52, 100, 150}
    assert "right after" in found[52]
    assert "does not fall" in found[100]
    assert "on a share worth" in found[150]


def test_a_large_dividend_that_the_price_shows_is_sound() -> None:
    close, dividend = walk(), np.zeros(300)
    close[100:] *= 0.7
    dividend[100] = 0.3 * close[99]
    bars = daily(close)
    assert list(check_dividends(bars.close, bars.low, dividend)) == []


def finding(severity: Severity, rows: int, check: Check = Check.PRICES) -> Finding:
    return Finding(check, severity, 0, rows - 1, "")


def test_the_score_weighs_checks_and_the_share_of_rows() -> None:
    assert score([], 0) == 0.0
    assert score([finding(Severity.NOTE, 500)], 1000) == 100.0
    assert score([finding(Severity.ERROR, 1)], 1000) == 100 - 10 - 3
    assert score([finding(Severity.ERROR, 500)], 1000) == 60.0
    assert score([finding(Severity.WARNING, 10)], 1000) == round(100 - 1 - 0.9, 1)
    assert score([finding(Severity.WARNING, 500), finding(Severity.ERROR, 500)], 1000) == 50.0
    assert score([finding(Severity.ERROR, 500, check) for check in list(Check)[:4]], 1000) == 0.0


@given(st.lists(st.booleans(), max_size=60))
def test_runs_cover_exactly_the_flags(flags: list[bool]) -> None:
    covered = np.zeros(len(flags), dtype=bool)
    for first, last in runs(np.array(flags, dtype=bool)):
        assert covered[first : last + 1].sum() == 0
        covered[first : last + 1] = True
    assert covered.tolist() == flags


@given(st.integers(0, 400), st.floats(0.1, 1e4))
def test_the_score_of_bars_does_not_depend_on_the_currency(row: int, scale: float) -> None:
    close = walk(401)
    close[row] *= 100
    bars = daily(close)
    scaled = daily(close * scale)
    assert assess(bars, is_intraday=False).score == assess(scaled, is_intraday=False).score
