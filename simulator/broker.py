"""The trader's own end of the wire: the Broker port over the simulated network.

This file decides what an adapter must: a request without an answer in `PATIENCE_NS` is unclear, a question without
one is no answer, and a connection that broke is made again with growing pauses.
"""

import asyncio
from itertools import count

import msgspec

from simulator.log import Log
from simulator.loop import Process, SimLoop
from simulator.network import SECOND, SETTLES_NS, Connection, Question, Wire
from tradewright.domain.errors import BrokerError, NotSent
from tradewright.domain.identifiers import AccountId
from tradewright.ports import broker
from tradewright.ports.broker import BrokerEvent, BrokerTraits, Environment, Sink

PATIENCE_NS = 5 * SECOND


class SimBroker:
    """One account at the simulated venue, as one process sees it."""

    def __init__(self, loop: SimLoop, wire: Wire, process: Process, *, log: Log) -> None:
        self._loop, self._wire, self._process, self._log = loop, wire, process, log
        self._sink: Sink | None = None
        self._connection: Connection | None = None
        self._keys = count(1)
        self._waiting: dict[int, broker.Command] = {}
        self._is_closed = False
        self._reconnecting: asyncio.Task[None] | None = None

    @property
    def traits(self) -> BrokerTraits:
        """What it is and can."""
        return BrokerTraits(
            name="simulated",
            environment=Environment.PAPER,
            account=AccountId("sim"),
            has_brackets=True,
            has_groups=True,
            settles_within_ns=SETTLES_NS,
        )

    async def connect(self, sink: Sink) -> None:
        """Open the connection; BrokerError where the venue cannot be reached for long."""
        self._sink = sink
        for _ in range(60):
            await asyncio.sleep(0.5)
            if self._wire.is_up:
                self._connected()
                return
        raise BrokerError("the simulated venue cannot be reached", remedy="try again")

    def _connected(self) -> None:
        if self._process.is_dead or self._is_closed:
            return
        self._connection = Connection(self._process, self._told, self._lost)
        self._wire.connect(self._connection)
        self._process.is_connected = True
        self._told(broker.Connected())

    def _told(self, event: BrokerEvent) -> None:
        if self._sink is not None and not (self._is_closed or self._process.is_dead):
            self._sink(event)

    def _lost(self, reason: str) -> None:
        connection, self._connection = self._connection, None
        if connection is None or self._is_closed:
            return
        self._wire.leave(connection)
        self._process.is_connected = False
        self._log.add("disconnected", self._process.name)
        self._told(broker.Disconnected(reason))
        for key in list(self._waiting):
            self._give_up(key, reason)
        self._reconnecting = asyncio.get_running_loop().create_task(self._reconnect(), name="reconnect")

    async def _reconnect(self) -> None:
        pause = 0.5
        while not self._wire.is_up:
            await asyncio.sleep(pause)
            pause = min(pause * 2, 4.0)
        self._connected()

    def enqueue(self, command: broker.Command) -> None:
        """Hand a command over; `NotSent` without a connection."""
        if self._process.is_dead:
            return
        connection = self._connection
        if connection is None or self._is_closed:
            raise NotSent("a command was not sent", found="no connection")
        if self._wire.struck(self._wire.faults.refuses, "N1 refused before the first byte"):
            raise NotSent("a command was not sent", found="connection refused")
        self._note(command)
        key = next(self._keys)
        self._waiting[key] = command
        self._wire.request(connection, command, lambda event: self._replied(key, event))
        self._loop.at(self._loop.now_ns + PATIENCE_NS, self._give_up, key, "no answer in time", process=self._process)

    def _note(self, command: broker.Command) -> None:
        name = self._process.name
        match command:
            case broker.SubmitOrder(ticket=ticket) | broker.ReplaceOrder(ticket=ticket):
                self._log.add(
                    "sent" if isinstance(command, broker.SubmitOrder) else "replacing",
                    name,
                    client_order_id=str(ticket.client_order_id),
                    request=msgspec.to_builtins(ticket.request),
                    attempt=ticket.attempt,
                    epoch=ticket.epoch,
                    limits_version=ticket.limits_version,
                )
            case broker.CancelOrder(client_order_id=order):
                self._log.add("canceling", name, client_order_id=str(order))
            case broker.CancelEverything(keeps_protection=keeps):
                self._log.add("canceling_everything", name, keeps_protection=keeps)
            case _:
                self._log.counts["questions"] += 1

    def _replied(self, key: int, event: BrokerEvent) -> None:
        self._waiting.pop(key, None)
        self._told(event)

    def _give_up(self, key: int, reason: str) -> None:
        command = self._waiting.pop(key, None)
        match command:
            case None | broker.CancelEverything():
                return
            case broker.SubmitOrder(ticket=ticket) | broker.ReplaceOrder(ticket=ticket):
                self._log.hit("N2 outcome unknown")
                self._told(broker.SendUnclear(ticket.client_order_id, reason))
            case broker.CancelOrder(client_order_id=order):
                self._told(broker.SendUnclear(order, reason))
            case _:
                assert isinstance(command, Question)
                self._told(broker.NoAnswer(command.number, reason))

    async def close(self) -> None:
        """Close; orders at the venue stay. Twice is allowed."""
        self._is_closed = True
        if self._reconnecting is not None:
            self._reconnecting.cancel()
            await asyncio.gather(self._reconnecting, return_exceptions=True)
        if self._connection is not None:
            self._wire.leave(self._connection)
            self._connection = None
