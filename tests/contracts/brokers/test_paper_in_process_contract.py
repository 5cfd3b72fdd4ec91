"""The paper venue in this process keeps the contract of brokers."""

import itertools
from collections.abc import Iterator

import pytest
from tests.contracts.brokers.broker_bench import Bench
from tests.contracts.brokers.broker_contract import BrokerContract
from tests.contracts.brokers.paper_market import ScriptedMarket

from tradewright.domain.identifiers import AccountId
from tradewright.domain.orders.request import OrderRequest
from tradewright.ports.broker import Broker
from tradewright.simulation.paper.exchange import Exchange
from tradewright.simulation.paper.in_process import InProcessPaper
from tradewright.simulation.paper.inputs import Input, PlacedByHand
from tradewright.simulation.paper.terms import AccountTerms
from tradewright.simulation.paper.venue import PaperVenue

_COUNT = itertools.count(1)


class InProcessBench(ScriptedMarket):
    """An exchange of its own; a lost connection is opened again by us, as the trader does with this broker."""

    def __init__(self, exchange: Exchange) -> None:
        super().__init__(f"T{next(_COUNT)}.XNYS")
        self.exchange = exchange
        for given in self.opening():
            exchange.take(given)

    def broker(self) -> Broker:
        return InProcessPaper(self.exchange)

    async def inject(self, given: Input) -> None:
        self.exchange.take(given)

    async def place_by_hand(self, request: OrderRequest) -> None:
        self.exchange.take(PlacedByHand(request))

    async def drop(self, broker: Broker) -> None:
        assert isinstance(broker, InProcessPaper)
        sink = broker.sink
        assert sink is not None
        broker.drop("the cable")
        await broker.connect(sink)


@pytest.fixture(scope="module")
def exchange() -> Exchange:
    return Exchange(PaperVenue(AccountTerms(account=AccountId("main"), lot=ScriptedMarket.lot)))


class TestPaperInProcess(BrokerContract):
    """All cases, on one account that gets used."""

    @pytest.fixture
    def bench(self, exchange: Exchange) -> Iterator[Bench]:
        yield InProcessBench(exchange)
