"""How the WebSocket door behaves: its limits, its patience, and the codes with which it closes."""

from dataclasses import dataclass
from typing import Final

FRAME_BYTES: Final = 65_536
"""The largest frame, in either direction; a single piece of news that is larger travels alone."""
FRAGMENTS: Final = 64
"""Parts that one message may come in."""
NO_TEXT: Final = 1003
"""Close: a message was bytes, not text."""
TOO_LARGE: Final = 1009
"""Close: a message is larger than a frame may be."""
MALFORMED: Final = 4400
"""Close: too many messages that cannot be used."""
NOT_IDENTIFIED: Final = 4401
"""Close: nobody is known by this, or no more, or with other rights."""
IDLE: Final = 4408
"""Close: nothing was said, and nothing is subscribed to."""
MISSED: Final = 4410
"""Close: news may have been missed, by all; a client that comes back is told the whole state."""
BEHIND: Final = 4413
"""Close: does not read as fast as news come."""
TOO_OFTEN: Final = 4429
"""Close: too many messages, or connections."""
CLOSED_WITHIN_S: Final = 5.0
"""How long the other end has to take a close; then the connection is torn down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamTerms:
    """Limits of each connection, and of all together."""

    messages_per_s: int = 20
    burst: int = 60
    """Messages that may come at once."""
    subscriptions: int = 50
    mistakes: int = 20
    """Messages that cannot be used, before the connection is closed."""
    per_key: int = 10
    """Connections of one key."""
    connections: int = 500
    strangers: int = 50
    """Connections of those who have not said yet who they are."""
    items: int = 2_000
    """News that may wait for one client."""
    waiting_bytes: int = 1_048_576
    entered_within_s: float = 5.0
    idle_s: float = 60.0
    """Without a subscription and without a word."""
    sent_within_s: float = 10.0
    """Until the network has to have taken a frame."""
    checked_every_s: float = 2.0
    """How often keys are looked at while they are connected."""
    kept: int = 10_000
    """Pieces of news for those who come back."""
    states: int = 20_000
    """Newest states of each topic."""
    ended: int = 1_000
    """Final states, or happenings, of each topic that a snapshot has."""
