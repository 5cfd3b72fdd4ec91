"""The feed of a session that trades on ticks: made over the venue's trades, and looked at for `trade show`."""

from collections.abc import Callable
from dataclasses import asdict

from tradewright.adapters.buses.local import LocalBus
from tradewright.adapters.system.clock import SystemClock
from tradewright.application.trading.views import TickView
from tradewright.engine.session.books import dealt_with
from tradewright.engine.session.effects import Alert, Severity
from tradewright.engine.session.shell_ticks import TickFeed
from tradewright.engine.session.state import SessionState
from tradewright.engine.session.ticks import Stood
from tradewright.ports.feed import Feed
from tradewright.ports.trades import TradeFeed


def tick_feed(trades: TradeFeed, state: SessionState, *, tell: Callable[[Alert], None]) -> TickFeed:
    """Slices from trades, from where the books say that the session stands."""
    return TickFeed(
        trades,
        LocalBus(),
        stood=stood(state),
        monotonic_ns=SystemClock().monotonic_ns,
        tell=lambda code, instrument, story: tell(Alert(Severity.WARNING, code, instrument, story)),
    )


def stood(state: SessionState) -> Stood | None:
    """Where the session was killed; None where it has dealt with nothing. Each slice marks what it has bars of, so the
    newest mark is of its end."""
    if not state.slice or not state.marked_ns:
        return None
    marks = {name: float(price) for name, price in state.marks.items()}
    return Stood(state.slice, max(state.marked_ns.values()), dealt_with(state) == state.slice, marks)


def tick_view(feed: Feed) -> TickView | None:
    """What came of the trades; None for a session on bars, or before it has begun."""
    if not isinstance(feed, TickFeed) or (counts := feed.counts()) is None:
        return None
    pace = feed.pace()
    return TickView(per_second=pace.per_second, lag_ns=pace.lag_ns, waiting=pace.waiting, **asdict(counts))
