"""Canceling from outside: a connection to the broker of our own, for when the trader does not answer."""

import asyncio
from typing import Final

from tradewright.adapters.brokers.paper.broker import PaperBroker
from tradewright.bootstrap.guard_line import Clearing, Line
from tradewright.bootstrap.trading import TradingParts
from tradewright.bootstrap.venue import place_of

PATIENCE_S: Final = 5.0


def own_line(parts: TradingParts, account: str, *, client: str) -> Line:
    """A line to the broker of an account; a venue that does not run is not started."""
    return Line(PaperBroker(place_of(parts, account, client=client)))


def cancel_everything(parts: TradingParts, account: str) -> str:
    """Cancel what works for the account but for protection; what came of it, in words."""
    return asyncio.run(_canceled(own_line(parts, account, client="kill")))


async def _canceled(line: Line) -> str:
    try:
        if not await line.open():
            return f"the broker could not be reached by a connection of its own ({line.problem})"
        clearing = Clearing(line)
        is_proven = await clearing.until_proven(PATIENCE_S)
    finally:
        await line.close()
    told = "canceled by a connection of its own" if is_proven else "canceling by a connection of its own"
    return f"{told}: {clearing}"
