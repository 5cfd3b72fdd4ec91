"""The life of an order says where it is between the wish and the end, as far as we know.

This file decides the states and what each means for exposure and for the journal; the legal steps between them are
`transitions.py`. A pending cancel or replace is no state of the life: it is kept beside it (`pending.py`), so that it
never overwrites what is known about fills.
"""

from enum import StrEnum


class OrderLife(StrEnum):
    """Where an order is.

    >>> OrderLife.UNKNOWN.reserves_exposure, OrderLife.UNKNOWN.is_final
    (True, False)
    """

    DRAFT = "draft"
    """Built in memory."""
    REFUSED = "refused"
    """Our own risk said no; never on the wire."""
    APPROVED = "approved"
    """The gate passed it and one durable record holds it; no byte has left yet."""
    UNKNOWN = "unknown"
    """A send was tried, or a crash came after approval, and no definite outcome is known."""
    WORKING = "working"
    """The venue acknowledged it; nothing is filled."""
    PARTIALLY_FILLED = "partially_filled"
    """Filled in part and still working."""
    FILLED = "filled"
    """Nothing remains."""
    CANCELED = "canceled"
    """The venue says it works no longer; it may be filled in part."""
    EXPIRED = "expired"
    """Its time in force ended; it may be filled in part."""
    REJECTED = "rejected"
    """The venue proved that it said no; nothing is filled."""
    REPLACED = "replaced"
    """A successor with a new client order id took over."""
    LOST = "lost"
    """Proven absent at the venue; watched for the rest of the trading day."""

    @property
    def is_final(self) -> bool:
        """True where no quantity works any more. Final does not mean deaf: a late fill is still booked."""
        return self in _FINAL

    @property
    def reserves_exposure(self) -> bool:
        """True where the remaining quantity could still be filled, for all we know."""
        return self in _RESERVING

    @property
    def is_at_venue(self) -> bool:
        """True where the venue has confirmed that it works."""
        return self in {OrderLife.WORKING, OrderLife.PARTIALLY_FILLED}

    @property
    def must_be_durable_first(self) -> bool:
        """True where the record must be on disk before anything else happens: approval, before any byte leaves."""
        return self is OrderLife.APPROVED


_FINAL = frozenset(
    {
        OrderLife.REFUSED,
        OrderLife.FILLED,
        OrderLife.CANCELED,
        OrderLife.EXPIRED,
        OrderLife.REJECTED,
        OrderLife.REPLACED,
        OrderLife.LOST,
    }
)
_RESERVING = frozenset(
    {OrderLife.APPROVED, OrderLife.UNKNOWN, OrderLife.WORKING, OrderLife.PARTIALLY_FILLED},
)
