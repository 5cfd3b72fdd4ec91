"""The parts of the paper venue's process that only bootstrap may name: its disk, and the bars and prints it replays."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from tradewright.bootstrap.app import App
from tradewright.domain.calendars import days_from_date, session_close_ns, session_open_ns, venue_of
from tradewright.lazy import load

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
    first, last = (days_from_date(date.fromisoformat(one)) if one else None for one in (feed.first, feed.last))
    venues = {venue_of(name) for name in found.instruments}
    begin_ns = 0 if first is None else min(session_open_ns(first, one) for one in venues)
    end_ns = 2**62 if last is None else max(session_close_ns(last, one) for one in venues)
    found.require(begin_ns, end_ns)
    return found.instruments


def _recorded(state_folder: Path, instruments: tuple[str, ...]) -> "RecordedTrades":
    store = load("tradewright.adapters.stores.delta").DeltaStore(state_folder / "store")
    found: RecordedTrades = load("tradewright.bootstrap.tapes").recorded(store, instruments)
    return found
