"""A venue's trading hours say when its session opens and closes, in its own time zone.

This file decides how a bar of a session is stamped (by the regular close) and to which session a moment belongs
(ADR 2). It knows regular hours only; holidays and half days are the business of the calendar port. A session is given
as days since 1970-01-01, a moment as nanoseconds UTC.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

from tradewright.domain.errors import UnknownVenue
from tradewright.domain.identifiers import near_matches

SECOND = 1_000_000_000
DAY = 86_400 * SECOND
EPOCH = date(1970, 1, 1)

_WEEKDAYS = (True, True, True, True, True, False, False)
_EVERY_DAY = (True,) * 7
_EPOCH_WEEKDAY = EPOCH.weekday()


@dataclass(frozen=True, slots=True)
class Hours:
    """Regular open and close, in minutes from local midnight of the session's date.

    Negative is the evening before, 1440 the midnight after.

    >>> Hours(9 * 60 + 30, 16 * 60).length_minutes
    390
    """

    open_minutes: int
    close_minutes: int
    first_session: int | None = None
    """First session these hours hold for (days since 1970-01-01); None means since ever."""

    @property
    def length_minutes(self) -> int:
        """From open to close."""
        return self.close_minutes - self.open_minutes


@dataclass(frozen=True, slots=True)
class TradingHours:
    """The regular hours of one venue, oldest first; the oldest hold since ever.

    >>> trading_hours("XNYS").timezone
    'America/New_York'
    >>> trading_hours("BINANCE").is_continuous
    True
    """

    venue: str
    timezone: str
    hours: tuple[Hours, ...]
    weekdays: tuple[bool, ...] = _WEEKDAYS
    """Whether a session can fall on Monday ... Sunday."""
    currency: str = ""
    """What its instruments are priced in; empty where each pair names its own (see `currency_of`)."""

    def on(self, session: int) -> Hours:
        """The hours that hold on that session."""
        begun = (
            hours for hours in reversed(self.hours) if hours.first_session is None or hours.first_session <= session
        )
        return next(begun)

    @property
    def opens_the_evening_before(self) -> bool:
        """True for futures and currencies, whose Monday begins on Sunday."""
        return self.hours[-1].open_minutes < 0

    @property
    def is_continuous(self) -> bool:
        """True where a session ends when the next one begins, every day of the week."""
        return all(self.weekdays) and self.hours[-1].length_minutes == 1440

    def can_trade_on(self, session: int) -> bool:
        """False on the venue's weekend; holidays are not known here."""
        return self.weekdays[(session + _EPOCH_WEEKDAY) % 7]

    @property
    def sessions_per_year(self) -> int:
        """365 where every day is a session, else 252: the usual scaling of daily returns."""
        return 365 if all(self.weekdays) else 252


def _clock(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def _venue(
    venue: str, timezone: str, opens: str, closes: str, *later: tuple[str, str, str], currency: str = "USD"
) -> tuple[str, TradingHours]:
    first = Hours(_clock(opens), _clock(closes))
    changed = (Hours(_clock(o), _clock(c), days_from_date(date.fromisoformat(since))) for since, o, c in later)
    return venue, TradingHours(venue, timezone, (first, *changed), currency=currency)


def _evening(
    venue: str, timezone: str, opens_before: str, closes: str, *, currency: str = "USD"
) -> tuple[str, TradingHours]:
    hours = Hours(_clock(opens_before) - 1440, _clock(closes))
    return venue, TradingHours(venue, timezone, (hours,), currency=currency)


def _always(venue: str) -> tuple[str, TradingHours]:
    return venue, TradingHours(venue, "UTC", (Hours(0, 1440),), _EVERY_DAY)


def days_from_date(day: date) -> int:
    """Days since 1970-01-01 of a date."""
    return (day - EPOCH).days


def date_from_days(session: int) -> date:
    """The date of a session given in days since 1970-01-01."""
    return EPOCH + timedelta(days=int(session))


VENUES = MappingProxyType(
    dict(
        [
            _venue("XNYS", "America/New_York", "09:30", "16:00"),
            _venue("XNAS", "America/New_York", "09:30", "16:00"),
            _venue("ARCX", "America/New_York", "09:30", "16:00"),
            _venue("XASE", "America/New_York", "09:30", "16:00"),
            _venue("BATS", "America/New_York", "09:30", "16:00"),
            _venue("IEXG", "America/New_York", "09:30", "16:00"),
            _venue("XCBO", "America/Chicago", "08:30", "15:00"),
            _venue("XTSE", "America/Toronto", "09:30", "16:00", currency="CAD"),
            _venue("BVMF", "America/Sao_Paulo", "10:00", "17:00", ("2019-11-04", "10:00", "18:00"), currency="BRL"),
            _venue("XLON", "Europe/London", "08:00", "16:30", currency="GBP"),
            _venue("XETR", "Europe/Berlin", "09:00", "17:30", currency="EUR"),
            _venue("XPAR", "Europe/Paris", "09:00", "17:30", currency="EUR"),
            _venue("XAMS", "Europe/Amsterdam", "09:00", "17:30", currency="EUR"),
            _venue("XBRU", "Europe/Brussels", "09:00", "17:30", currency="EUR"),
            _venue("XMIL", "Europe/Rome", "09:00", "17:30", currency="EUR"),
            _venue("XMAD", "Europe/Madrid", "09:00", "17:30", currency="EUR"),
            _venue("XSWX", "Europe/Zurich", "09:00", "17:30", currency="CHF"),
            _venue("XSTO", "Europe/Stockholm", "09:00", "17:30", currency="SEK"),
            _venue("XASX", "Australia/Sydney", "10:00", "16:00", currency="AUD"),
            _venue("XTKS", "Asia/Tokyo", "09:00", "15:00", ("2024-11-05", "09:00", "15:30"), currency="JPY"),
            _venue("XHKG", "Asia/Hong_Kong", "10:00", "16:00", ("2011-03-07", "09:30", "16:00"), currency="HKD"),
            _venue("XSHG", "Asia/Shanghai", "09:30", "15:00", currency="CNY"),
            _venue("XSES", "Asia/Singapore", "09:00", "17:00", currency="SGD"),
            _venue("XBOM", "Asia/Kolkata", "09:15", "15:30", currency="INR"),
            _venue("XNSE", "Asia/Kolkata", "09:15", "15:30", currency="INR"),
            _evening("XCME", "America/Chicago", "17:00", "16:00"),
            _evening("XCBT", "America/Chicago", "17:00", "16:00"),
            _evening("XNYM", "America/Chicago", "17:00", "16:00"),
            _evening("XCEC", "America/Chicago", "17:00", "16:00"),
            _venue("XEUR", "Europe/Berlin", "07:50", "22:00", ("2018-12-10", "01:10", "22:00"), currency="EUR"),
            _evening("FX", "America/New_York", "17:00", "17:00", currency=""),
            *(_always(name) for name in ("BINANCE", "BINANCEUSDM", "BITFINEX", "BITMEX", "BITSTAMP", "BYBIT")),
            *(_always(name) for name in ("COINBASE", "DERIBIT", "DYDX", "GEMINI", "HUOBI", "HYPERLIQUID", "KRAKEN")),
            _always("OKX"),
        ]
    )
)
"""Regular hours by venue code. Hours as the venues publish them; changes since 1990 are listed. Where a venue quotes in
a part of its currency (pence in London), prices are taken as the data has them."""


def trading_hours(venue: str) -> TradingHours:
    """The regular hours of a venue; `UnknownVenue` names the codes that look like it."""
    found = VENUES.get(venue.upper())
    if found is None:
        near = near_matches(venue, VENUES)
        raise UnknownVenue(venue, near=near, remedy="" if near else f"known are {', '.join(sorted(VENUES))}")
    return found


def venue_of(instrument: str) -> str:
    """The venue of an instrument id: the part after the last dot."""
    return instrument.rpartition(".")[2]


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _moment(session: int, minutes: int, timezone: str) -> int:
    """Nanoseconds UTC of a local clock time; the first of the two when clocks go back."""
    days, minute = divmod(session * 1440 + minutes, 1440)
    if timezone == "UTC":
        return days * DAY + minute * 60 * SECOND
    local = datetime.combine(date_from_days(days), datetime.min.time(), _zone(timezone)) + timedelta(minutes=minute)
    offset = local.utcoffset()
    assert offset is not None
    return days * DAY + (minute * 60 - offset.days * 86_400 - offset.seconds) * SECOND


def session_open_ns(session: int, venue: str) -> int:
    """When the session opens by regular hours, in nanoseconds UTC."""
    hours = trading_hours(venue)
    return _moment(int(session), hours.on(session).open_minutes, hours.timezone)


def session_close_ns(session: int, venue: str) -> int:
    """When the session closes by regular hours, in nanoseconds UTC: the stamp of a daily bar.

    >>> session_close_ns(days_from_date(date(2024, 7, 1)), "XNAS") // SECOND   # 20:00 UTC in summer
    1719864000
    """
    hours = trading_hours(venue)
    return _moment(int(session), hours.on(session).close_minutes, hours.timezone)


def session_opens_ns(sessions: Iterable[int], venue: str) -> list[int]:
    """`session_open_ns` of many sessions; each date is computed once."""
    sessions = list(sessions)
    known = {session: session_open_ns(session, venue) for session in set(sessions)}
    return [known[session] for session in sessions]


def session_closes_ns(sessions: Iterable[int], venue: str) -> list[int]:
    """`session_close_ns` of many sessions; each date is computed once."""
    sessions = list(sessions)
    known = {session: session_close_ns(session, venue) for session in set(sessions)}
    return [known[session] for session in sessions]


def session_of(time_ns: int, venue: str, *, is_close: bool = True) -> int:
    """The session a moment belongs to, as days since 1970-01-01.

    A day is the local date; at a venue that opens the evening before it begins with that open, and the weekend belongs
    to Monday. `is_close` is for stamps of bars: a bar that closes just when a day ends belongs to the day that ends.
    Pass False for trades and quotes, where that instant begins the next day.
    """
    return _window(int(time_ns) - is_close, trading_hours(venue))[2]


def sessions_of(times_ns: Iterable[int], venue: str, *, is_close: bool = True) -> list[int]:
    """`session_of` of many moments, best in ascending order: a day's borders are computed once while it lasts."""
    hours = trading_hours(venue)
    sessions: list[int] = []
    begins, ends, session = 0, 0, 0
    for time_ns in times_ns:
        moment = int(time_ns) - is_close
        if not begins <= moment < ends:
            begins, ends, session = _window(moment, hours)
        sessions.append(session)
    return sessions


def _window(moment: int, hours: TradingHours) -> tuple[int, int, int]:
    """(begin, end, session) of the day that holds `moment`; the end is not part of it."""
    shift = min(0, hours.hours[-1].open_minutes)
    day = moment // DAY
    while _moment(day, shift, hours.timezone) > moment:
        day -= 1
    while _moment(day + 1, shift, hours.timezone) <= moment:
        day += 1
    session = day
    while hours.opens_the_evening_before and not hours.can_trade_on(session):
        session += 1
    return _moment(day, shift, hours.timezone), _moment(day + 1, shift, hours.timezone), session
