"""The paper venue of a long soak, a process of its own: `python -m proofs.soaking.venue FOLDER DAYS`.

This file decides the history that it plays: every session of the exchange's calendar, a bar every five minutes.
"""

import asyncio
import math
import os
import random
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from tradewright.adapters.calendars.exchanges import ExchangeCalendars
from tradewright.domain.calendars import days_from_date
from tradewright.domain.identifiers import AccountId
from tradewright.domain.market.actions import ActionKind, CorporateAction
from tradewright.ports import feed
from tradewright.simulation.paper.exchange import Exchange
from tradewright.simulation.paper.terms import AccountTerms
from tradewright.simulation.paper.venue import PaperVenue
from tradewright.venues.paper.server import PaperServer, Serving

ACCOUNT = "a1"
NAMES = ("S0.XNYS", "S1.XNYS")
FIRST = date(2024, 9, 16)
"""Clocks change twice within six months; Thanksgiving and Christmas with their half days."""
WARM_UP_DAYS = 30
BAR_NS = 300_000_000_000


@dataclass
class Months:
    """A slice source over real sessions."""

    instruments: tuple[str, ...]
    days: int

    def slices(self, wanted: feed.Subscription) -> Iterator[feed.Slice]:
        """The warm-up in days, then bars of five minutes."""
        first = days_from_date(FIRST)
        schedule = ExchangeCalendars().schedule("XNYS", first=first - 90, last=first + 2 * self.days + 60)
        opens, closes = [int(one) for one in schedule.opens], [int(one) for one in schedule.closes]
        start = next(n for n, day in enumerate(schedule.sessions) if day >= first)
        chance, prices, number = random.Random(5), [100.0] * len(self.instruments), 0
        for place in range(start - WARM_UP_DAYS, start + self.days):
            day, is_warm_up = int(schedule.sessions[place]), place < start
            ends = [closes[place]] if is_warm_up else range(opens[place] + BAR_NS, closes[place] + 1, BAR_NS)
            actions = () if is_warm_up else self._actions(place - start, day, prices)
            for end in ends:
                number += 1
                last = end == ends[-1]
                yield feed.Slice(
                    number=number, time_ns=end, session=day, bars=tuple(self._bars(prices, chance, last)),
                    actions=actions, next_open_ns=opens[place + 1] if last else end,
                    next_close_ns=closes[place + 1] if last else closes[place], ends_day=last, is_warm_up=is_warm_up,
                )  # fmt: skip
                actions = ()

    def _actions(self, day: int, session: int, prices: list[float]) -> tuple[CorporateAction, ...]:
        """Every tenth day something: a split of two for one, or a reverse one, or a dividend."""
        if not day or day % 10:
            return ()
        place, ratio = 0, 2.0 if (day // 10) % 2 else 0.5
        name = self.instruments[place]
        if (day // 10) % 3 == 0:
            return (CorporateAction(instrument=name, ex_session=session, kind=ActionKind.DIVIDEND, value=0.25),)
        prices[place] = round(prices[place] / ratio, 2)
        return (CorporateAction(instrument=name, ex_session=session, kind=ActionKind.SPLIT, value=ratio),)

    def _bars(self, prices: list[float], chance: random.Random, is_last: bool) -> Iterator[feed.SliceBar]:
        for place, opens in enumerate(prices):
            close = prices[place] = max(5.0, round(opens * math.exp(chance.gauss(0, 0.001)), 2))
            yield feed.SliceBar(opens, max(opens, close), min(opens, close), close, 1e6 if is_last else 2e5)


def main(arguments: list[str]) -> int:
    """Serve until somebody asks to end."""
    folder, days = Path(arguments[0]), int(arguments[1])
    os.chdir(folder)  # a socket's path has to be short
    exchange = Exchange(PaperVenue(AccountTerms(account=AccountId(ACCOUNT), cash=Decimal(1_000_000))))
    source = Months(NAMES, days)
    server = PaperServer(folder, exchange, source_of=lambda _: source, serving=Serving())

    async def serve() -> None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, server.leave)
        await server.serve()

    asyncio.run(serve())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
