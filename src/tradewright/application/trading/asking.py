"""Messages about one session, asked from outside of it: find the session, ask its trader or its journal, pass on."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from tradewright.application.envelope import Envelope
from tradewright.application.trading import handlers
from tradewright.application.trading.archive import has_reached, left_orders, newest_first
from tradewright.application.trading.messages import (
    CancelOrders,
    ChangeOrder,
    ClosePosition,
    Orders,
    PauseStrategy,
    Portfolio,
    Positions,
    ResumeStrategy,
    SeeAlert,
    SessionShown,
    StopSession,
    SubmitOrder,
)
from tradewright.application.trading.traders import Traders
from tradewright.application.trading.views import (
    Done,
    GuardNoteView,
    OrderView,
    PortfolioView,
    PositionView,
    SessionView,
)
from tradewright.domain.errors import ControlError
from tradewright.ports.control import LineCut
from tradewright.ports.kill import GuardNote
from tradewright.ports.sessions import KeptSession, SessionLife
from tradewright.ports.tables import TradingTables

NOTES: Final = 8
"""Notes of a guard that are shown."""

Wish = (
    SubmitOrder | ChangeOrder | CancelOrders | ClosePosition | PauseStrategy | ResumeStrategy | StopSession | SeeAlert
)


def ask_shown(
    query: SessionShown,
    *,
    traders: Traders,
    guard_notes: Callable[[KeptSession], Sequence[GuardNote]],
    envelope: Envelope,
) -> SessionView:
    """Of the trader, with what its journal counts; of a session that is gone, all from the journal. What the guard has
    written down can be read whether anybody lives or not."""
    kept = traders.which(query.session)
    view = _looked(traders, kept, envelope) or handlers.session_shown(query, trader=traders.bygone(kept))
    assert isinstance(view, SessionView)
    notes = tuple(
        GuardNoteView(time_ns=one.time_ns, code=one.code, story=one.story, is_alarm=one.is_alarm)
        for one in guard_notes(kept)[-NOTES:]
    )
    return replace(view, counts=traders.counts(kept), guard=notes)


def ask_orders(query: Orders, *, traders: Traders, tables: TradingTables, envelope: Envelope) -> tuple[OrderView, ...]:
    """Of the trader, and of the tables what has left its books; all of the journal where one of them cannot tell."""
    kept = traders.which(query.session)
    answer = _looked(traders, kept, envelope)
    assert answer is None or isinstance(answer, tuple)
    if answer is not None and query.is_open:
        return answer
    whole = SessionShown(kept.terms.session)
    shown = None if answer is None else _looked(traders, kept, replace(envelope, message=whole))
    if isinstance(shown, SessionView) and not shown.dropped:
        return answer or ()
    if isinstance(shown, SessionView) and has_reached(tables, shown):
        return newest_first(answer or (), left_orders(tables, shown, query=query), limit=query.limit)
    return handlers.orders(query, trader=traders.bygone(kept))


def ask_positions(query: Positions, *, traders: Traders, envelope: Envelope) -> tuple[PositionView, ...]:
    """Positions."""
    kept = traders.which(query.session)
    answer = _looked(traders, kept, envelope)
    assert answer is None or isinstance(answer, tuple)
    return handlers.positions(query, trader=traders.bygone(kept)) if answer is None else answer


def ask_portfolio(query: Portfolio, *, traders: Traders, envelope: Envelope) -> PortfolioView:
    """The account."""
    kept = traders.which(query.session)
    view = _looked(traders, kept, envelope) or handlers.portfolio(query, trader=traders.bygone(kept))
    assert isinstance(view, PortfolioView)
    return view


def _looked(traders: Traders, kept: KeptSession, envelope: Envelope) -> object | None:
    """What the trader answers; None where there is none any more, also when it has left while it was asked."""
    if kept.life is not SessionLife.RUNNING:
        return None
    try:
        return traders.ask(kept, envelope)
    except LineCut:
        return None
    except ControlError:
        if traders.sessions.find(kept.terms.session).life is SessionLife.RUNNING:
            raise
        return None


def ask_done(command: Wish, *, traders: Traders, envelope: Envelope) -> Done:
    """A command; where the gate refused, with every reason that it wrote down."""
    kept = traders.which(command.session, is_running=True)
    done = traders.ask(kept, envelope)
    assert isinstance(done, Done)
    if done.is_done or not done.orders or done.to_type:
        return done
    reasons = traders.refusal(kept, done.orders)
    return replace(done, story=f"risk refused it: {reasons}") if reasons else done
