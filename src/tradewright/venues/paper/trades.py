"""Recorded prints from the store as the tape of an account.

This file decides where a tape begins: for a new trading session as early as its warm-up needs; for one that goes on
where it stands, or where the account stands if that is earlier.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from tradewright.domain.calendars import date_from_days, days_from_date
from tradewright.domain.errors import DataError, InputError
from tradewright.domain.market.actions import CorporateAction
from tradewright.domain.timeframe import Timeframe
from tradewright.simulation.paper.exchange import Exchange
from tradewright.simulation.paper.hours import Hours
from tradewright.simulation.paper.inputs import MarketOpened
from tradewright.simulation.paper.pace import Pace
from tradewright.simulation.paper.tape import Believes, Print, Recording, Tape
from tradewright.venues.paper.protocol import SubscribeTrades


class Recorded(Protocol):
    """The prints of some instruments: bootstrap reads them from the store."""

    def prints(self, begin_ns: int, end_ns: int) -> Iterator[Print]:
        """In the order of their stamps, the end left out."""
        ...

    def warm_up(self, before_ns: int, *, bars: int, bar_of: Callable[[int, int], int | None]) -> tuple[int, int]:
        """(From when on so many bars before a moment begin, how many there are at most.)"""
        ...

    def actions(self) -> tuple[CorporateAction, ...]:
        """Splits and dividends."""
        ...

    def believes(self) -> Believes:
        """Which prints bars believe."""
        ...


class TradeLoading(Protocol):
    """Finds the prints of instruments in a period: bootstrap answers."""

    def __call__(self, instruments: tuple[str, ...], *, begin_ns: int, end_ns: int) -> Recorded:
        """DataError for what is not there."""
        ...


@dataclass(frozen=True, slots=True)
class StoreTrades:
    """Implements the connection's `TradeSource` over the store."""

    load: TradeLoading
    wanted: SubscribeTrades

    def tape(self, exchange: Exchange, pace: Pace, *, taken_over: Callable[[], None]) -> Tape:
        """The tape from where the trading session stands; InputError or DataError for what there is not."""
        wanted, asked = self.wanted, self.wanted.subscription
        hours = Hours(asked.instruments, Timeframe.parse(asked.interval).nanoseconds)
        first = days_from_date(_date(wanted.start))
        end_ns = hours.closes(days_from_date(_date(wanted.end))) if wanted.end else 2**62
        trades = self.load(asked.instruments, begin_ns=hours.opens(first), end_ns=end_ns)
        begin_ns = asked.since_ns or self._warm_up(trades, hours, hours.opens(first))
        period = f"{wanted.start}/{wanted.end}"
        market = MarketOpened(wanted.stretch, asked.instruments, f"trades {asked.interval}", asked.warm_up_bars, period)
        is_same = exchange.open_tape(market, goes_on=asked.since_ns > 0, taken_over=taken_over)
        if asked.since_ns and is_same:
            begin_ns = min(begin_ns, exchange.venue.time_ns + 1)
        recording = Recording(
            instruments=asked.instruments,
            hours=hours,
            prints=trades.prints(begin_ns, end_ns),
            first_session=first,
            believes=trades.believes(),
            actions=trades.actions(),
            shown_from_ns=asked.since_ns,
            clock=asyncio.get_running_loop().time,
        )
        return Tape(exchange, recording, pace=pace)

    def _warm_up(self, trades: Recorded, hours: Hours, opens_ns: int) -> int:
        """From when on the tape is needed."""
        bars = self.wanted.subscription.warm_up_bars

        def bar_of(place: int, time_ns: int) -> int | None:
            session = hours.session_at(place, time_ns)
            return None if session is None else hours.bar_ends(session, time_ns)

        begin_ns, found = trades.warm_up(opens_ns, bars=bars, bar_of=bar_of)
        if found < bars:
            day = date_from_days(days_from_date(_date(self.wanted.start)))
            raise DataError(
                "there is too little history for the replay",
                expected=f"trades of {bars} bars of {self.wanted.subscription.interval} before {day}",
                found=f"trades of {found}",
                remedy="start later, import earlier trades, or choose a strategy that looks back less",
            )
        return begin_ns


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError("a day of a replay cannot be read", expected="a date, as 2005-01-31", found=text) from None
