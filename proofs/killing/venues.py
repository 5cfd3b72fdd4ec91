"""G22: 200 working orders at three venues, each a process of its own 20 ms away that loses acknowledgements."""

import asyncio
import contextlib
import json
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from tradewright.adapters.brokers.paper.broker import PaperBroker
from tradewright.adapters.brokers.paper.client import Place, reach
from tradewright.adapters.brokers.paper.translate import heard, hello
from tradewright.bootstrap.guard_line import Clearing, Line
from tradewright.domain.identifiers import ClientOrderId
from tradewright.domain.orders.request import OrderKind, OrderRequest, TimeInForce
from tradewright.domain.orders.side import Side
from tradewright.domain.orders.ticket import Ticket
from tradewright.ports.broker import (
    AccountAnswer,
    AskAccount,
    AskOpenOrders,
    BrokerEvent,
    CancelEverything,
    Command,
    NoAnswer,
    OpenOrdersAnswer,
    OrderReport,
    ReportedLife,
    SubmitOrder,
)
from tradewright.ports.feed import Slice, SliceBar
from tradewright.simulation.paper.inputs import MarketOpened, SlicePlayed

NAME = "AAA.XNYS"
VENUES = 3
ROUND_TRIP_MS = 20
FAULTS = {"latency_ms": ROUND_TRIP_MS, "drop": 0.1, "unanswered": 0.05, "seed": 11}
"""Per command; every tenth report is lost, every twentieth question is not answered."""
WITHIN_S = 5.0
_DAY_NS = 86_400_000_000_000


@dataclass(slots=True)
class Cleared:
    """What was found."""

    wire_ms: list[float] = field(default_factory=list)
    """From the kill to the last venue's cancel on the wire."""
    proven_ms: list[float] = field(default_factory=list)
    """To the last venue's second clean answer."""
    unproven: int = 0
    left: int = 0
    """Orders that a question of somebody else still found."""
    orders: int = 0


class Stamped(PaperBroker):
    """Says when it handed a cancel over."""

    sent_s = 0.0

    def enqueue(self, command: Command) -> None:
        """As it is, with the time."""
        super().enqueue(command)
        if isinstance(command, CancelEverything) and not self.sent_s:
            self.sent_s = time.perf_counter()


class Trader:
    """Whoever sent the orders: a connection that is not the guard's."""

    def __init__(self, place: Place) -> None:
        self.broker = PaperBroker(place)
        self.answers: asyncio.Queue[OpenOrdersAnswer] = asyncio.Queue()
        self.questions = self.sent = 0

    def hear(self, event: BrokerEvent) -> None:
        """Answers are waited for."""
        if isinstance(event, OpenOrdersAnswer):
            self.answers.put_nowait(event)

    def send(self, count: int) -> None:
        """So many orders that wait far below the market."""
        for _ in range(count):
            self.sent += 1
            request = OrderRequest(
                instrument=NAME, side=Side.BUY, quantity=Decimal(1), kind=OrderKind.LIMIT, limit_price=Decimal(50),
                time_in_force=TimeInForce.GTC,
            )  # fmt: skip
            ticket = Ticket(
                client_order_id=ClientOrderId(f"proof-{self.sent}"), request=request, limits_version=1, epoch=1,
                attempt=1, minted_ns=0,
            )  # fmt: skip
            self.broker.enqueue(SubmitOrder(ticket))

    async def working(self) -> tuple[OrderReport, ...]:
        """What works, asked until it is answered."""
        while True:
            self.questions += 1
            self.broker.enqueue(AskOpenOrders(self.questions))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1.0):
                    while (answer := await self.answers.get()).number != self.questions:
                        pass
                    return tuple(one for one in answer.reports if one.life is ReportedLife.WORKING)


async def cleared_again_and_again(folder: Path, trials: int, *, orders: int) -> Cleared:
    """So many orders at three venues, and all of them canceled."""
    places = [_place(folder / f"v{number}") for number in range(VENUES)]
    traders = [Trader(place) for place in places]
    found = Cleared(orders=orders)
    try:
        for place, trader in zip(places, traders, strict=True):
            await trader.broker.connect(trader.hear)
            await _open_market(place)
        for _ in range(trials):
            await _trial(places, traders, found)
    finally:
        for trader in traders:
            await trader.broker.close()
        for place in places:
            with contextlib.suppress(OSError, ValueError):
                os.kill(int((place.folder / "venue.lock").read_text("ascii")), signal.SIGKILL)
    return found


async def _trial(places: list[Place], traders: list[Trader], found: Cleared) -> None:
    for trader, count in zip(traders, _shares(found.orders), strict=True):
        trader.send(count)
        while len(await trader.working()) < count:
            pass
    brokers = [Stamped(place) for place in places]
    lines = [Line(broker) for broker in brokers]
    try:
        for line in lines:
            await line.open()
        began = time.perf_counter()
        proven = await asyncio.gather(*(Clearing(line).until_proven(WITHIN_S) for line in lines))
        found.proven_ms.append((time.perf_counter() - began) * 1000)
        found.wire_ms.append((max(one.sent_s for one in brokers) - began) * 1000)
        found.unproven += proven.count(False)
        found.left += sum([len(await trader.working()) for trader in traders])
    finally:
        for line in lines:
            await line.close()


def _shares(orders: int) -> list[int]:
    return [orders // VENUES + (number < orders % VENUES) for number in range(VENUES)]


def _place(folder: Path) -> Place:
    options = {"injections": "", "faults": json.dumps(FAULTS), "project": str(folder.parent)}
    return Place(folder=folder, account="main", client="proof", options=options)


async def _open_market(place: Place) -> None:
    """One bar at 100."""
    wire = await reach(place)
    wire.send(hello("main", "market"))
    await wire.receive()
    bar = Slice(
        number=1, time_ns=20_000 * _DAY_NS, session=20_000, bars=(SliceBar(100.0, 100.0, 100.0, 100.0, 1e6),),
        next_open_ns=20_000 * _DAY_NS + 1,
    )  # fmt: skip
    for given in _market(bar):
        wire.send(msgspec.json.encode({"kind": type(given).__name__, "body": given}))
    wire.send(msgspec.json.encode({"kind": "AskAccount", "body": AskAccount(1)}))
    while not isinstance(heard(await wire.receive()), AccountAnswer | NoAnswer):  # then all before it was taken
        pass
    wire.cut()


def _market(bar: Slice) -> Iterator[Any]:
    yield MarketOpened("proof", (NAME,), "1d", 0)
    yield SlicePlayed(bar)
