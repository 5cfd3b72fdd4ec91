"""A corporate action changes what a share is: a split multiplies shares, a dividend pays cash per share.

Both take effect before the open of their ex-date; prices in the store stay raw (ADR 7).
"""

from dataclasses import dataclass
from enum import StrEnum


class ActionKind(StrEnum):
    """What happened to the share.

    >>> ActionKind("split").name
    'SPLIT'
    """

    SPLIT = "split"
    DIVIDEND = "dividend"


@dataclass(frozen=True, slots=True, order=True)
class CorporateAction:
    """One split or dividend of one instrument.

    >>> CorporateAction(11123, "AAPL.XNAS", ActionKind.SPLIT, 2.0).value
    2.0
    """

    ex_session: int
    """Ex-date as days since 1970-01-01."""
    instrument: str
    kind: ActionKind
    value: float
    """Split: new shares per old share. Dividend: cash per share, in the instrument's currency."""
    paid_session: int = 0
    """Dividend: the date on which it is paid, as `ex_session`; 0: on its ex-date."""

    def __post_init__(self) -> None:
        if not 0 < self.value < float("inf"):
            raise ValueError(f"{self.kind} of {self.instrument}: value must be positive and finite, found {self.value}")
        if self.paid_session and (self.kind is ActionKind.SPLIT or self.paid_session < self.ex_session):
            raise ValueError(
                f"{self.kind} of {self.instrument}: only a dividend is paid, on its ex-date or later; "
                f"found day {self.paid_session} for an ex-date on day {self.ex_session}"
            )

    def __repr__(self) -> str:
        """What is not stated is not told: identities of data are made of this."""
        paid = f", paid_session={self.paid_session!r}" if self.paid_session else ""
        told = (
            f"ex_session={self.ex_session!r}, instrument={self.instrument!r}, kind={self.kind!r}, value={self.value!r}"
        )
        return f"CorporateAction({told}{paid})"
