"""What was handed to a broker and is not answered yet: every adapter has to name it when its connection drops.

This file decides which event answers which command. A fill answers an order, for it proves that the order arrived; it
does not answer a cancel.
"""

from tradewright.domain.identifiers import ClientOrderId
from tradewright.ports.broker import (
    BrokerEvent,
    CancelOrder,
    CancelRejected,
    Command,
    Executed,
    OrderAnswer,
    OrderReport,
    Replaced,
    ReplaceOrder,
    ReplaceRejected,
    ReportedLife,
    SendUnclear,
    SubmitOrder,
    SubmitRejected,
)

Concerned = tuple[type[Command], ClientOrderId]


class Outstanding:
    """Commands about orders, from when they were handed over to when their answer came."""

    __slots__ = ("_commands",)

    def __init__(self) -> None:
        self._commands: dict[Concerned, None] = {}

    def __len__(self) -> int:
        return len(self._commands)

    def add(self, command: Command) -> None:
        """A command is handed over; questions are nothing to wait for, they are asked again."""
        match command:
            case SubmitOrder() | ReplaceOrder():
                self._commands[type(command), command.ticket.client_order_id] = None
            case CancelOrder():
                self._commands[CancelOrder, command.client_order_id] = None

    def hear(self, event: BrokerEvent) -> None:
        """An event came: what it answers is outstanding no more."""
        for answered in _answered(event):
            self._commands.pop(answered, None)

    def unclear(self, reason: str) -> list[SendUnclear]:
        """What nobody can tell of any more, each order once, in the order of sending; afterwards nothing is left."""
        orders = dict.fromkeys(order for _, order in self._commands)
        self._commands.clear()
        return [SendUnclear(order, reason) for order in orders]


def _answered(event: BrokerEvent) -> tuple[Concerned, ...]:
    match event:
        case Executed():
            return ((SubmitOrder, event.fill.client_order_id),)
        case SubmitRejected():
            return ((SubmitOrder, event.client_order_id),)
        case CancelRejected():
            return ((CancelOrder, event.client_order_id),)
        case Replaced() | ReplaceRejected():
            return ((ReplaceOrder, event.client_order_id),)
        case OrderAnswer(report=OrderReport() as report) | (OrderReport() as report):
            order = report.client_order_id
            if order is None:
                return ()
            if report.life is ReportedLife.WORKING:
                return ((SubmitOrder, order),)
            return (SubmitOrder, order), (CancelOrder, order), (ReplaceOrder, order)
        case _:
            return ()
