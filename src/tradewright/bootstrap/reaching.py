"""Reaching a broker once, to prove that it can be reached: connect, ask, leave."""

import asyncio
from typing import Final, TypeVar

from tradewright.adapters.brokers.paper.broker import PaperBroker
from tradewright.adapters.system.clock import SystemClock
from tradewright.application.brokers.views import ConnectionView
from tradewright.bootstrap.trading import TradingParts
from tradewright.bootstrap.venue import place_of
from tradewright.domain.errors import BrokerError
from tradewright.ports.broker import (
    AccountAnswer,
    AskAccount,
    AskFills,
    AskOpenOrders,
    BrokerEvent,
    FillsAnswer,
    OpenOrdersAnswer,
)

PATIENCE_S: Final = 10.0
_Answer = TypeVar("_Answer")


def reach_paper(parts: TradingParts, account: str, *, asks: bool) -> ConnectionView:
    """What the connection proved; BrokerError where it did not come about. The venue is started where it must be."""
    return asyncio.run(_reached(parts, account, asks=asks))


async def _reached(parts: TradingParts, account: str, *, asks: bool) -> ConnectionView:
    clock, events = SystemClock(), asyncio.Queue[BrokerEvent]()
    opening = parts.accounts.opening(account)
    broker = PaperBroker(place_of(parts, account, opening=opening, client="test"))
    began = clock.monotonic_ns()
    await broker.connect(events.put_nowait)
    connected_ms = (clock.monotonic_ns() - began) / 1e6
    try:
        orders: OpenOrdersAnswer | None = None
        fills: FillsAnswer | None = None
        held: AccountAnswer | None = None
        began = clock.monotonic_ns()
        if asks:
            for question in (AskOpenOrders(1), AskFills(2, 0), AskAccount(3)):
                broker.enqueue(question)
            orders = await _answer(events, OpenOrdersAnswer)
            fills = await _answer(events, FillsAnswer)
            held = await _answer(events, AccountAnswer)
        traits = broker.traits
        return ConnectionView(
            broker=traits.name,
            account=traits.account,
            environment=traits.environment.value,
            has_brackets=traits.has_brackets,
            has_groups=traits.has_groups,
            connected_ms=round(connected_ms, 3),
            open_orders=None if orders is None else len(orders.reports),
            positions=None if held is None else {name: one for name, one in held.positions.items() if one},
            cash=None if held is None else dict(held.cash),
            fills=None if fills is None else len(fills.fills),
            answered_ms=round((clock.monotonic_ns() - began) / 1e6, 3) if asks else None,
        )
    finally:
        await broker.close()


async def _answer(events: "asyncio.Queue[BrokerEvent]", kind: type[_Answer]) -> _Answer:
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not isinstance(event := await events.get(), kind):
                pass
    except TimeoutError as silent:
        raise BrokerError(f"the paper venue gave no {kind.__name__}", found=f"nothing in {PATIENCE_S:g} s") from silent
    return event
