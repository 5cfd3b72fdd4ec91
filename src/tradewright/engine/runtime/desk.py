"""The desk carries out what was decided: it hands requests to the broker, applies the answers, and writes the tape."""

from collections.abc import Iterable
from typing import Any

from tradewright.engine.runtime.apply import apply
from tradewright.engine.runtime.decide import Protect, Request, Supersede
from tradewright.engine.runtime.state import State
from tradewright.engine.tape import Tape
from tradewright.ports.broker import Ended, Filled, HistoricalBroker, NewOrder


class Desk:
    """Between the engine's state and the broker; keeps the fills and endings of the run."""

    __slots__ = ("broker", "endings", "fills", "row", "state", "tape")

    def __init__(self, state: State, broker: HistoricalBroker, tape: Tape | None = None) -> None:
        self.state = state
        self.broker = broker
        self.tape = tape
        self.row = -1
        self.fills: list[Filled] = []
        self.endings: list[Ended] = []

    def carry_out(self, requests: Iterable[Request]) -> None:
        """Hand requests to the broker, one by one."""
        for request in requests:
            if isinstance(request, NewOrder):
                self.submit(request)
            elif isinstance(request, Protect):
                self.protect(request.instrument, request.loss, request.gain)
            else:
                self.supersede(request)

    def submit(self, order: NewOrder) -> int:
        """Send an order."""
        if self.tape is not None:
            self.tape.submit(self.row, order)
        identity = self.broker.submit(order)
        self.state.working[identity] = order.instrument
        return identity

    def supersede(self, request: Supersede) -> None:
        """End waiting target orders."""
        if self.tape is not None:
            self.tape.supersede(self.row, request.instrument)
        self.broker.supersede(request.instrument)

    def protect(self, instrument: int, loss: Any, gain: Any) -> None:
        """Set or move protection."""
        if self.tape is not None:
            self.tape.protect(self.row, instrument, loss, gain)
        self.broker.protect(instrument, loss, gain)

    def cancel(self, order: int) -> None:
        """Cancel an order."""
        if self.tape is not None:
            self.tape.cancel(self.row, order)
        self.broker.cancel(order)

    def take_reports(self) -> int:
        """Apply what the broker has to say; returns how many fills came."""
        count = 0
        changed = False
        for report in self.broker.reports():
            apply(self.state, report)
            if isinstance(report, Filled):
                self.fills.append(report)
                count += 1
                changed = True
            elif isinstance(report, Ended):
                self.endings.append(report)
            else:
                changed = True
        if changed:
            self.state.note(self.row)
        return count
