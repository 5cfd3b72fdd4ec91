"""Experience is how long a strategy has traded live: a session that begins is told, for new strategies are held short.

This file decides how earlier sessions count: each knows what came before it, so that the one that knows most is right.
Sessions on several accounts at once know nothing of one another: then less is counted than there was, never more.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from tradewright.engine.session.state import SessionState


class Experience(NamedTuple):
    """What a strategy has behind it in live trading."""

    days: int
    """Trading days."""
    orders: int


NO_EXPERIENCE: Final = Experience(0, 0)


def experience(earlier: Iterable[SessionState], *, before: int) -> Experience:
    """Of the sessions of one strategy, as of a session date (days since 1970); those on paper count for nothing."""
    live = [one for one in earlier if one.started is not None and one.is_live and one.day > 0]
    days = max((one.live_days + (one.day < before) for one in live), default=0)
    return Experience(days, max((one.live_orders for one in live), default=0))
