"""Months of history at full speed: every session of the exchange's calendar, a bar every five minutes.

This file decides what is in it: changes of clocks, holidays and half days as they were, and now and then a split.
"""

import asyncio
import math
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from simulator.checker.journal import whole

from proofs.desk.desk import Desk
from proofs.folding import findings_of, folded
from proofs.report import Report
from proofs.soaking.vitals import resident_bytes, slope
from tradewright.adapters.calendars.exchanges import ExchangeCalendars
from tradewright.adapters.disk.disk import RealDisk
from tradewright.domain.calendars import days_from_date
from tradewright.domain.identifiers import AccountId
from tradewright.domain.market.actions import ActionKind, CorporateAction
from tradewright.engine.session.effects import Severity
from tradewright.engine.session.exits import Exit
from tradewright.engine.session.world import Pace
from tradewright.ports import feed
from tradewright.simulation.paper.exchange import Exchange
from tradewright.simulation.paper.terms import AccountTerms
from tradewright.simulation.paper.venue import PaperVenue

FIRST = date(2024, 9, 16)
"""Clocks change twice within six months; Thanksgiving and Christmas with their half days."""
WARM_UP_DAYS = 30
BAR_NS = 300_000_000_000
MIB = 1 << 20
WEEK = 5


@dataclass
class Months:
    """A slice source over real sessions."""

    instruments: tuple[str, ...]
    days: int
    sizes: list[tuple[int, int]] = field(default_factory=list)
    """(trading day, memory of the process), as days begin."""

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
            if not is_warm_up:
                self.sizes.append((place - start, resident_bytes()))
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


def soak_months(folder: Path, *, days: int) -> Report:
    """Trade them."""
    names = ("S0.XNYS", "S1.XNYS")
    months = Months(names, days)
    desk = Desk(instruments=names, orders=2, pace=Pace(slow_commit_ns=None))
    desk.exchange = Exchange(PaperVenue(AccountTerms(account=AccountId("a1"), cash=Decimal(1_000_000))), months)
    began = time.monotonic()

    async def lived() -> Exit:
        return await desk.live(desk.books(lambda name: RealDisk(folder / name), segment_bytes=1 << 24))

    end = asyncio.run(lived())
    report = Report("soak virtual", "G26")
    fold = folded(whole({one.name: one.read_bytes() for one in (folder / "journal").iterdir()}))
    venue = desk.exchange.venue
    report.say("trading days, slices", f"{len(months.sizes)}, {desk.exchange.played:,}")
    report.say("orders, executions", f"{len(fold.orders):,}, {len(fold.fills):,}")
    report.say("splits booked", sum(len(one) for one in fold.splits.values()))
    settled = [(day / WEEK, float(size)) for day, size in months.sizes[len(months.sizes) // 5 :]]
    grows = slope(settled) / MIB
    report.say("memory for a simulated week, MiB", f"{grows:.2f}", goal="1", is_met=grows < 1)
    per_order = grows * MIB / 1024 / max(1.0, len(fold.orders) / (len(months.sizes) / WEEK))
    report.say("... for each order that was sent, KiB", f"{per_order:.2f}")
    report.say("seconds", f"{time.monotonic() - began:.0f}")
    found = findings_of(fold)
    if fold.net() != dict(venue.positions()) or fold.cash.get("USD") != venue.cash:
        found.append(f"books {fold.net()} {fold.cash}, venue {dict(venue.positions())} {venue.cash}")
    if end.cause.value != "orderly":
        found.append(f"it ended {end.cause.value}: {end.reason}")
    found += [f"{one.code} {one.subject}: {one.story}" for one in desk.alerts if one.severity is Severity.CRITICAL]
    report.findings = found[:20]
    report.numbers = {"days": days, "resident": [size for _, size in months.sizes], "orders": len(fold.orders)}
    return report
