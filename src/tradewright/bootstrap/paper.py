"""The parts of the paper venue's process that only bootstrap may name: its disk, and the bars and prints it replays."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from tradewright.bootstrap.app import App
from tradewright.domain.calendars import days_from_date
from tradewright.domain.timeframe import Timeframe
from tradewright.lazy import load
from tradewright.simulation.paper.hours import Hours

if TYPE_CHECKING:
    from tradewright.bootstrap.tapes import RecordedTrades
    from tradewright.ports.disk import Disk
    from tradewright.ports.sessions import FeedTerms


class LoadedFrom(Protocol):
    """Loads the bars of a replay."""

    def __call__(self, instruments: tuple[str, ...], interval: str, *, end: str | None) -> object:
        """Bars of instruments over an interval, up to a date or all there is."""
        ...


def paper_disk(folder: Path) -> "Disk":
    """The disk of an account's folder."""
    made: Disk = load("tradewright.adapters.disk.disk").RealDisk(folder)
    return made


def paper_bars(app: App, file: str | None = None) -> LoadedFrom:
    """Loads bars for a replay: of the store, or of a file in its place."""

    def load_bars(instruments: tuple[str, ...], interval: str, *, end: str | None) -> object:
        if file is None:
            messages = load("tradewright.application.data.messages")
            return app.ask(messages.LoadBars(instruments, interval, end=end), answer=object)
        messages = load("tradewright.application.backtests.messages")
        asked = messages.BarsOfFiles(paths=((file, None),), symbols=instruments, timeframe=interval, end=end)
        return app.ask(asked, answer=messages.LoadedBars).bars

    return load_bars


class TradesFrom(Protocol):
    """Finds the recorded prints of a replay."""

    def __call__(self, instruments: tuple[str, ...], *, begin_ns: int, end_ns: int) -> "RecordedTrades":
        """The prints of instruments that have some between two moments; DataError names one that has none."""
        ...


def paper_trades(app: App) -> TradesFrom:
    """Finds the prints of the store."""

    def load_trades(instruments: tuple[str, ...], *, begin_ns: int, end_ns: int) -> "RecordedTrades":
        found = _recorded(app.state_folder, instruments)
        found.require(begin_ns, end_ns)
        return found

    return load_trades


def traded(state_folder: Path, symbols: tuple[str, ...], *, feed: "FeedTerms") -> tuple[str, ...]:
    """Ids of instruments that have recorded trades in the feed's days; DataError names one that has none."""
    found = _recorded(state_folder, symbols)
    hours, first = _hours(found, feed), days_from_date(date.fromisoformat(feed.first))
    last_ns = hours.closes(days_from_date(date.fromisoformat(feed.last))) if feed.last else 2**62
    found.require(hours.opens(first), last_ns)
    return found.instruments


def traded_before(state_folder: Path, instruments: tuple[str, ...], *, feed: "FeedTerms", bars: int) -> int:
    """Of how many bars there are recorded trades before the feed's first day; no more are counted than are needed."""
    found = _recorded(state_folder, instruments)
    hours, first = _hours(found, feed), days_from_date(date.fromisoformat(feed.first))

    def bar_of(place: int, time_ns: int) -> int | None:
        session = hours.session_at(place, time_ns)
        return None if session is None else hours.bar_ends(session, time_ns)

    return found.warm_up(hours.opens(first), bars=bars, bar_of=bar_of)[1]


def _hours(found: "RecordedTrades", feed: "FeedTerms") -> Hours:
    return Hours(found.instruments, Timeframe.parse(feed.interval).nanoseconds)


def _recorded(state_folder: Path, instruments: tuple[str, ...]) -> "RecordedTrades":
    store = load("tradewright.adapters.stores.delta").DeltaStore(state_folder / "store")
    found: RecordedTrades = load("tradewright.bootstrap.tapes").recorded(store, instruments)
    return found
