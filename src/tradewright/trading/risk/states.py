"""A trading state says what may be sent at all: everything, only what reduces, only cancels, nothing.

This file decides the order of the states and which orders pass in each. Going down is automatic, going up is a named
person's decision, taken elsewhere.
"""

from enum import IntEnum

from tradewright.domain.orders.request import Origin


class TradingState(IntEnum):
    """How far trading is shut, from open to shut."""

    ACTIVE = 0
    """Every order is looked at."""
    REDUCE_ONLY = 1
    """Orders that shrink a position."""
    CANCEL_ONLY = 2
    """Cancels; a person or risk itself may still shrink a position."""
    KILLED = 3
    """Nothing but risk's own flattening, until a named person releases it."""

    def lets_pass(self, *, is_reducing: bool, origin: Origin) -> bool:
        """Whether an order of that origin may be looked at in this state."""
        match self:
            case TradingState.ACTIVE:
                return True
            case TradingState.REDUCE_ONLY:
                return is_reducing
            case TradingState.CANCEL_ONLY:
                return is_reducing and origin in {Origin.RISK, Origin.OPERATOR}
            case TradingState.KILLED:
                return is_reducing and origin is Origin.RISK

    def worse_of(self, other: "TradingState") -> "TradingState":
        """The one that is shut further: states only go down by themselves."""
        return max(self, other)
