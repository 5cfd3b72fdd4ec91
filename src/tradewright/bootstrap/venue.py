"""The paper venue of an account, a process of its own: where it is, what it was opened with, what it is to play."""

import os
import signal
from threading import Event
from typing import Final

from tradewright.adapters.brokers.paper.broker import PaperBroker
from tradewright.adapters.brokers.paper.client import Place
from tradewright.adapters.brokers.paper.translate import Replay
from tradewright.adapters.sessions.locks import holder_of
from tradewright.bootstrap.trading import TradingParts
from tradewright.ports.sessions import AccountOpening, KeptSession

VENUE: Final = "venue"
LOCK: Final = "venue.lock"
"""The file in a venue's folder that its process holds."""
_LEAVES_WITHIN_S: Final = 5.0
_LOOK_S: Final = 0.02


def paper_venue(parts: TradingParts, kept: KeptSession) -> PaperBroker:
    """Broker and feed of a session; the venue is started where it does not run."""
    terms, feed = kept.terms, kept.terms.feed
    opening = AccountOpening(cash=terms.cash, currency=terms.currency, costs=terms.costs)
    replay = Replay(stretch=terms.session, start=feed.first, end=feed.last, speed=feed.speed)
    return PaperBroker(place_of(parts, terms.account, opening=opening), replay=replay)


def place_of(
    parts: TradingParts, account: str, *, opening: AccountOpening | None = None, client: str = "trader"
) -> Place:
    """Where an account is served; without an opening a venue that does not run is not started."""
    options = {}
    if opening is not None:
        options = {
            "project": str(parts.app.project),
            "cash": f"{opening.cash:f}",
            "currency": opening.currency,
            "lot": f"{parts.lot:f}",
            "costs": opening.costs,
        }
    return Place(
        folder=parts.accounts.folder(account) / VENUE,
        account=account,
        client=client,
        options={name: value for name, value in options.items() if value},
        starts=opening is not None,
    )


def dismiss_venue(parts: TradingParts, account: str) -> bool:
    """Let the venue of an account leave now instead of after a while without clients; its orders stay in the account.

    False where it has not gone within five seconds.
    """
    lock, waiting = parts.accounts.folder(account) / VENUE / LOCK, Event()
    process = holder_of(lock)
    if process:
        os.kill(process, signal.SIGTERM)
    for _ in range(int(_LEAVES_WITHIN_S / _LOOK_S)):
        if holder_of(lock) is None:
            return True
        waiting.wait(_LOOK_S)
    return False
