"""The only orders that a guard can send: those that close a position for risk, one piece at a time, through the gate.

This file decides what the gate is shown for it: the positions that the venue told just now, and the markets, limits and
marks as the session's journal and recording have them. An order's number is written down before it leaves.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from tradewright.application.risk.kill_flatten import Piece, next_pieces
from tradewright.bootstrap.folders import session_disk
from tradewright.bootstrap.guard_line import Line
from tradewright.bootstrap.trading import TradingParts
from tradewright.domain.errors import NotSent, StorageError
from tradewright.domain.identifiers import AccountId
from tradewright.domain.orders.request import OrderRequest, Origin
from tradewright.domain.orders.ticket import Ticket
from tradewright.engine.session.markets import SessionMarkets
from tradewright.engine.session.naming import client_order_id
from tradewright.engine.session.recording import scenes
from tradewright.engine.session.state import SessionState
from tradewright.ports.broker import AccountAnswer, SubmitOrder
from tradewright.ports.feed import Slice
from tradewright.ports.sessions import KeptSession
from tradewright.trading.risk.account import AccountView, book_of
from tradewright.trading.risk.book import MarketView, OpenPosition
from tradewright.trading.risk.gate import Refused, check
from tradewright.trading.risk.limits import Limits
from tradewright.trading.risk.request import RiskRequest
from tradewright.trading.risk.states import TradingState

ENGINE: Final = "tw"


@dataclass(slots=True, kw_only=True)
class Flattening:
    """The closing of one account after its session was killed."""

    line: Line
    account: str
    state: SessionState
    limits: Limits
    markets: Mapping[str, MarketView]
    write: Callable[[str, str], int]
    """Keeps a code and a story durably; gives the number of the note."""
    rest: Mapping[str, Decimal] = field(default_factory=dict, init=False)
    """What was held when it was looked at last."""
    is_flat: bool = field(default=False, init=False)
    _refused: set[str] = field(default_factory=set, init=False)
    """Instruments whose refusal was told."""

    @classmethod
    def of(
        cls, parts: TradingParts, kept: KeptSession, *, line: Line, write: Callable[[str, str], int]
    ) -> "Flattening":
        """Over the journal and the recording of a session; errors of the journal as they come."""
        state = parts.traders.bygone(kept).state
        if state.started is None:
            raise StorageError(
                f"the journal of session {kept.terms.session} has no beginning",
                expected="what it trades, and on what terms",
                found="no fact",
                remedy="close the positions at the broker",
            )
        account = kept.terms.account
        return cls(
            line=line,
            account=account,
            state=state,
            limits=parts.policy_for(kept.terms.instruments).tightest(account=AccountId(account)),
            markets=_markets(state, [scene.shown.slice for scene in scenes(session_disk(kept))]),
            write=write,
        )

    async def step(self) -> None:
        """Look at the venue anew, and send the next piece of everything that has none on its way."""
        held, working = await self.line.account(), await self.line.orders()
        if held is None or working is None:
            return
        self.rest = {name: one for name, one in held.positions.items() if one}
        if not self.rest:
            if working:
                self.line.cancel_everything(keeps_protection=False)  # what protected has nothing to protect any more
            self.is_flat = not working
            return
        for request in next_pieces(self.rest, working, known=self._known()):
            self._close(request, held)

    def _known(self) -> dict[str, Piece]:
        lots = {one.instrument: one.lot for one in self.state.terms.instruments}
        return {name: Piece(market.day_quantity, lots.get(name, Decimal(1))) for name, market in self.markets.items()}

    def _close(self, request: OrderRequest, held: AccountAnswer) -> None:
        if request.instrument in self._refused:
            return
        story = f"{request.side} {request.quantity:f} {request.instrument} of {held.positions[request.instrument]:f}"
        number = self.write("CLOSING", story)
        name = client_order_id(self.state.terms.session, self.account, strategy="guard", intent=number, engine=ENGINE)
        asked = RiskRequest(client_order_id=name, order=request, executes_ns=None)
        answer = check(asked, book_of(self._view(held)), limits=self.limits, now_ns=self.state.now_ns)
        if isinstance(answer, Refused):
            self._refused.add(request.instrument)
            self.write("CLOSING_REFUSED", f"{story}: {answer}")
            return
        self._send(answer.ticket)

    def _send(self, ticket: Ticket) -> None:
        is_ours = ticket.request.reduces_only and ticket.request.origin is Origin.RISK
        assert is_ours, f"a guard opens nothing: {ticket.request}"
        try:
            self.line.broker.enqueue(SubmitOrder(ticket))
        except NotSent as proven:
            self.write("CLOSING_NOT_SENT", f"{ticket.client_order_id}: {proven}")

    def _view(self, held: AccountAnswer) -> AccountView:
        state = self.state
        return AccountView(
            account=AccountId(self.account),
            now_ns=state.now_ns,
            cash=held.cash.get(state.currency),
            peak_equity=state.peak_equity,
            day_equity=state.day_equity,
            day_began_ns=state.day_began_ns,
            positions=tuple(OpenPosition(instrument=name, quantity=one) for name, one in self.rest.items()),
            reservations=(),
            markets=self.markets,
            epoch=state.epoch,
            state=TradingState.KILLED,
        )


def _markets(state: SessionState, seen: Sequence[Slice]) -> dict[str, MarketView]:
    """What the session knew of its markets; nothing where nothing was recorded."""
    markets = SessionMarkets(state.terms.instruments)
    for one in seen:
        markets.take(one)
    found = {}
    for terms in state.terms.instruments if seen else ():
        name = terms.instrument
        view = markets.view(name, mark=state.marks.get(name), marked_ns=state.marked_ns.get(name), now_ns=state.now_ns)
        if view is not None:
            found[name] = view
    return found
