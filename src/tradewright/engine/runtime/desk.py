"""The desk carries out what was decided: it hands requests to the broker, applies the answers, and writes the tape."""

from collections.abc import Iterable
from typing import Any

from tradewright.domain.errors import StrategyError
from tradewright.engine.runtime.apply import apply
from tradewright.engine.runtime.decide import Protect, Request, Supersede
from tradewright.engine.runtime.gatekeeping import BacktestGate
from tradewright.engine.runtime.state import State
from tradewright.engine.tape import Tape
from tradewright.ports.historical import Carried, Ended, Filled, HistoricalBroker, NewOrder

CHANGEABLE = ("quantity", "limit", "trigger", "trail", "trail_share", "loss", "gain")


class Desk:
    """Between the engine's state and the broker; keeps the fills and endings of the run.

    Before the first bar a request is a StrategyError; in the warm-up (before `first_row`) and once trading is over
    (history ended, or the account was ruined) requests go nowhere, because nothing could come of them.
    """

    __slots__ = (
        "broker",
        "carried",
        "endings",
        "fills",
        "first_row",
        "gate",
        "has_sent",
        "row",
        "sent",
        "state",
        "tape",
    )

    def __init__(self, state: State, broker: HistoricalBroker, tape: Tape | None = None, *, first_row: int = 0) -> None:
        self.state = state
        self.broker = broker
        self.tape = tape
        self.row = -1
        self.first_row = first_row
        self.gate: BacktestGate | None = None
        """Judges every order before it is sent; None: a run without limits."""
        self.has_sent = False
        self.sent: dict[int, NewOrder] = {}
        """Working orders as they were sent or replaced, by id."""
        self.fills: list[Filled] = []
        self.endings: list[Ended] = []
        self.carried: list[Carried] = []

    def carry_out(self, requests: Iterable[Request]) -> None:
        """Hand requests to the broker, one by one."""
        for request in requests:
            if isinstance(request, NewOrder):
                self.submit(request)
            elif isinstance(request, Protect):
                self.protect(request.instrument, loss=request.loss, gain=request.gain)
            else:
                self.supersede(request)

    def submit(self, order: NewOrder) -> int:
        """Send an order; gives its id, 0 when trading is over or the gate refused it."""
        self.has_sent = True
        if not self._is_trading():
            return 0
        if self.gate is not None:
            admitted = self.gate.admit(order, row=self.row)
            if admitted is None:
                return 0
            order = admitted
        if self.tape is not None:
            self.tape.submit(self.row, order)
        identity = self.broker.submit(order, row=self.row)
        if self.gate is not None:
            self.gate.took(identity)
        self.state.working[identity] = order.instrument
        self.sent[identity] = order
        return identity

    def require(self, what: str) -> None:
        """StrategyError for an instruction that cannot be carried out here, before anything is sent; here all can."""

    def replace(self, order: int, changes: NewOrder) -> bool:
        """Give a working order other terms, where 0 leaves them; False where the gate refused them."""
        self.has_sent = True
        sent = self.sent.get(order)
        if not self._is_trading() or sent is None:
            return False
        after = sent._replace(**{name: getattr(changes, name) for name in CHANGEABLE if getattr(changes, name) > 0})
        if self.gate is not None:
            admitted = self.gate.admit_in_place(order, after, row=self.row)
            if admitted is None:
                return False
            if admitted.quantity != after.quantity:
                after, changes = admitted, changes._replace(quantity=admitted.quantity)
        if self.tape is not None:
            self.tape.replace(self.row, order, terms=changes)
        self.broker.replace(order, changes, row=self.row)
        self.sent[order] = after
        return True

    def supersede(self, request: Supersede) -> None:
        """End waiting target orders."""
        self.has_sent = True
        if not self._is_trading():
            return
        if self.tape is not None:
            self.tape.supersede(self.row, request.instrument)
        if self.gate is not None:
            self.gate.supersedes(request.instrument)
        self.broker.supersede(request.instrument, row=self.row)

    def protect(self, instrument: int, *, loss: Any, gain: Any) -> None:
        """Set or move protection."""
        self.has_sent = True
        if not self._is_trading():
            return
        if self.tape is not None:
            self.tape.protect(self.row, instrument, loss=loss, gain=gain)
        if self.gate is not None:
            self.gate.protects(instrument, loss=loss)
        self.broker.protect(instrument, row=self.row, loss=loss, gain=gain)

    def cancel(self, order: int) -> None:
        """Cancel an order."""
        self.has_sent = True
        if not self._is_trading():
            return
        if self.tape is not None:
            self.tape.cancel(self.row, order)
        if self.gate is not None:
            self.gate.cancels(order)
        self.broker.cancel(order, row=self.row)

    def _is_trading(self) -> bool:
        if self.row < 0:
            raise StrategyError(
                "the strategy trades before the first bar",
                expected="orders from on_bar or on_fill",
                found="an order in on_start",
                remedy="move it to on_bar",
            )
        return self.row >= self.first_row and not self.state.is_over

    def take_reports(self) -> None:
        """Apply what the broker has to say."""
        changed = False
        for report in self.broker.reports():
            apply(self.state, report)
            if self.gate is not None:
                self.gate.heard(report)
            if isinstance(report, Filled):
                self.fills.append(report)
                sent = self.sent.pop(report.order, None)
                if sent is not None and report.remaining > 0:
                    self.sent[report.order] = sent._replace(quantity=report.remaining)
                changed = True
            elif isinstance(report, Ended):
                self.endings.append(report)
                self.sent.pop(report.order, None)
            else:
                if isinstance(report, Carried):
                    self.carried.append(report)
                changed = True
        if changed:
            self.state.note(self.row)
