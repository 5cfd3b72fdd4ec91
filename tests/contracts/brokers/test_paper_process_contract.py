"""The paper venue as a process of its own, reached over its socket, keeps the contract of brokers."""

import asyncio
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.contracts.brokers.broker_bench import Bench
from tests.contracts.brokers.broker_contract import BrokerContract
from tests.contracts.brokers.paper_market import ScriptedMarket
from tests.contracts.brokers.paper_process import VenueProcess

from tradewright.adapters.brokers.paper.broker import PaperBroker
from tradewright.domain.orders.request import OrderRequest
from tradewright.ports.broker import Broker
from tradewright.simulation.paper.inputs import Input, PlacedByHand

_COUNT = itertools.count(1)


class ProcessBench(ScriptedMarket):
    """One process for all cases; a second connection moves the market, a cut wire is opened again by the broker."""

    def __init__(self, venue: VenueProcess) -> None:
        super().__init__(f"P{next(_COUNT)}.XNYS")
        self.venue = venue
        for given in self.opening():
            venue.inject(given)

    def broker(self) -> Broker:
        return self.venue.broker()

    async def inject(self, given: Input) -> None:
        await asyncio.to_thread(self.venue.inject, given)

    async def place_by_hand(self, request: OrderRequest) -> None:
        await self.inject(PlacedByHand(request))

    async def drop(self, broker: Broker) -> None:
        assert isinstance(broker, PaperBroker)
        broker.cut()


@pytest.fixture(scope="module")
def venue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VenueProcess]:
    folder: Path = tmp_path_factory.mktemp("venue")
    made = VenueProcess(folder / "main", injections="", lot=str(ScriptedMarket.lot), project=str(folder))
    made.start()
    yield made
    made.end()


class TestPaperProcess(BrokerContract):
    """All cases, on one account of one process."""

    @pytest.fixture
    def bench(self, venue: VenueProcess) -> Iterator[Bench]:
        yield ProcessBench(venue)
