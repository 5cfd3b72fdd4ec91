from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from tradewright.application.data.dates import known_by, session_range
from tradewright.domain.calendars import DAY
from tradewright.domain.errors import InputError


def test_a_year_or_a_month_means_all_of_it() -> None:
    found = session_range("2012", "2012-02")
    assert (found.first, found.last) == (date(2012, 1, 1), date(2012, 2, 29))
    assert session_range("2011-05", "2012").last == date(2012, 12, 31)


def test_dates_moments_and_text_say_the_same() -> None:
    assert session_range(date(2012, 3, 4), datetime(2012, 3, 5, 12)) == session_range("2012-03-04", "2012-3-5")


def test_no_bound_is_no_bound() -> None:
    found = session_range(None, None)
    assert (found.start_ns, found.end_ns) == (None, None)
    assert str(found) == "the beginning to the end"
    assert str(session_range("2012", None)) == "2012-01-01 to the end"


def test_the_stamps_of_a_session_lie_within_the_bounds() -> None:
    found = session_range("2012-03-04", "2012-03-04")
    evening_before = datetime(2012, 3, 3, 22, tzinfo=UTC).timestamp() * 1e9
    midnight_after = datetime(2012, 3, 5, tzinfo=UTC).timestamp() * 1e9
    assert found.start_ns is not None and found.end_ns is not None
    assert found.start_ns < evening_before and midnight_after < found.end_ns


@pytest.mark.parametrize("text", ["yesterday", "2012-13", "2012-02-30", "01/02/2012", "", "20120101"])
def test_what_is_no_date_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InputError, match="is no date"):
        session_range(text, None)


def test_a_start_after_the_end_is_refused() -> None:
    with pytest.raises(InputError, match="start 2013-01-01, end 2012-12-31"):
        session_range("2013", "2012")


def test_a_date_of_knowledge_means_its_end() -> None:
    end = (date(2012, 6, 30) - date(1970, 1, 1)).days * DAY + DAY - 1
    assert known_by("2012-06-30") == known_by(date(2012, 6, 30)) == known_by("2012-06") == end
    assert known_by(None) is None
    assert known_by(7) == 7


def test_a_moment_of_knowledge_is_utc_unless_it_says_otherwise() -> None:
    plain = known_by("2012-06-30T16:00:00")
    assert plain == known_by(datetime(2012, 6, 30, 16, tzinfo=UTC)) == known_by("2012-06-30T18:00:00+02:00")
    assert plain == known_by(datetime(2012, 6, 30, 18, tzinfo=timezone(timedelta(hours=2))))
    assert known_by("1960-01-01T00:00:00.000001") == -315619199999998001


def test_what_is_no_moment_is_refused() -> None:
    with pytest.raises(InputError, match="is no moment"):
        known_by("soon")
