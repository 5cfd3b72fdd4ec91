"""An input is whatever changes a paper account: what a client asks, what the market does, what an operator injects.

This file decides which inputs there are. The account is the fold of its inputs, so they are all that has to be kept.
"""

from dataclasses import dataclass
from typing import assert_never

from tradewright.domain.identifiers import ClientOrderId, ExecutionId, VenueOrderId
from tradewright.domain.orders.request import OrderRequest
from tradewright.ports.broker import BrokerEvent
from tradewright.ports.feed import Slice
from tradewright.simulation.paper.venue import PaperVenue


@dataclass(frozen=True, slots=True)
class MarketOpened:
    """A stretch of history begins; `stretch` names the trading session that it is played for."""

    stretch: str
    instruments: tuple[str, ...]
    interval: str
    warm_up_bars: int
    period: str = ""
    """Which part of history, as the client spelled it."""


@dataclass(frozen=True, slots=True)
class SlicePlayed:
    """The market's next slice."""

    slice: Slice


@dataclass(frozen=True, slots=True)
class MarketEnded:
    """The history is over: the close of its last row."""

    last: int


@dataclass(frozen=True, slots=True)
class Submitted:
    """A client sent an order."""

    client_order_id: ClientOrderId
    request: OrderRequest


@dataclass(frozen=True, slots=True)
class ReplaceAsked:
    """A client wants other terms."""

    client_order_id: ClientOrderId
    request: OrderRequest


@dataclass(frozen=True, slots=True)
class CancelAsked:
    """A client wants an order canceled."""

    client_order_id: ClientOrderId
    venue_order_id: VenueOrderId | None = None


@dataclass(frozen=True, slots=True)
class CancelAllAsked:
    """A client wants everything canceled."""

    keeps_protection: bool = False


@dataclass(frozen=True, slots=True)
class PlacedByHand:
    """Somebody placed an order in the account without us."""

    request: OrderRequest


@dataclass(frozen=True, slots=True)
class Busted:
    """The venue takes an execution back."""

    execution_id: ExecutionId


@dataclass(frozen=True, slots=True)
class RestsWiped:
    """The venue restarted and forgot the orders that waited, telling nobody."""


Input = (
    MarketOpened | SlicePlayed | MarketEnded | Submitted | ReplaceAsked | CancelAsked | CancelAllAsked | PlacedByHand
    | Busted | RestsWiped
)  # fmt: skip


def handle(venue: PaperVenue, given: Input) -> list[BrokerEvent]:
    """What the venue answers to an input."""
    match given:
        case MarketOpened():
            return venue.open_market(given.instruments)
        case SlicePlayed():
            return venue.advance(given.slice)
        case MarketEnded():
            return venue.close()
        case Submitted():
            return venue.submit(given.client_order_id, given.request)
        case ReplaceAsked():
            return venue.replace(given.client_order_id, given.request)
        case CancelAsked():
            return venue.cancel(given.client_order_id, given.venue_order_id)
        case CancelAllAsked():
            return venue.cancel_everything(keeps_protection=given.keeps_protection)
        case PlacedByHand():
            return venue.place_by_hand(given.request)
        case Busted():
            return venue.bust(given.execution_id)
        case RestsWiped():
            return venue.wipe()
        case _:
            assert_never(given)
