"""The warm-up is the market that a strategy sees before the first day on which it may trade.

This file decides whether there is enough of it, before anything of a session is made.
"""

from collections.abc import Callable
from datetime import date
from typing import Protocol

from tradewright.application.backtests.messages import LoadedBars, Market
from tradewright.domain.calendars import date_from_days, days_from_date
from tradewright.domain.errors import DataError
from tradewright.ports.sessions import TRADES, FeedTerms


class TradesBefore(Protocol):
    """Counts bars for which there are recorded trades."""

    def __call__(self, instruments: tuple[str, ...], feed: FeedTerms, *, bars: int) -> int:
        """Of how many bars there are trades before the feed's first day; no more are counted than `bars` or so."""
        ...


def require_warm_up(
    instruments: tuple[str, ...],
    feed: FeedTerms,
    *,
    bars: int,
    bars_of: Callable[[Market], LoadedBars],
    trades_before: TradesBefore,
) -> None:
    """DataError where so many bars do not lie before the feed's first day."""
    if not bars:
        return
    what, later = "bars", ""
    if feed.kind == TRADES:
        what, before = "trades", trades_before(instruments, feed, bars=bars)
    else:
        market = Market(symbols=instruments, timeframe=feed.interval, end=feed.last or None)
        days = bars_of(market).bars.session
        before = int((days < days_from_date(date.fromisoformat(feed.first))).sum())
        if bars < len(days):
            later = f"start on {date_from_days(int(days[bars]))} or later, "
    if before < bars:
        raise DataError(
            "there is too little history for the replay",
            expected=f"{'trades of ' if feed.kind == TRADES else ''}{bars} bars of {feed.interval} before {feed.first},"
            " for the strategy to warm up",
            found=str(before) if before else "none",
            remedy=f"{later or 'start later, '}import earlier {what}, or choose a strategy that looks back less",
        )
