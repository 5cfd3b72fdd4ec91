"""How a case of the contract of brokers is played, and what its cases share."""

import asyncio
import itertools
from collections.abc import Iterator

import pytest
from tests.contracts.brokers.broker_bench import Bench, Case, Desk

from tradewright.domain.orders.request import OrderKind, TimeInForce
from tradewright.ports.broker import (
    CancelEverything,
    Connected,
)

_COUNT = itertools.count(1)
ENDED = frozenset({"canceled", "expired", "rejected"})


class BrokerCases:
    """How a case is played; the fixture `bench` comes with the test of a broker."""

    @pytest.fixture
    def bench(self) -> Iterator[Bench]:
        """A broker under test; a new one for each case."""
        raise NotImplementedError("the test of a broker has a fixture `bench`")

    def play(self, bench: Bench, case: Case) -> None:
        """Run a case from a connected desk, and leave nothing working behind."""

        async def played() -> None:
            desk = Desk(bench, bench.broker(), f"c{next(_COUNT)}")
            await desk.open()
            await desk.settle()
            try:
                await case(desk)
                if (await desk.account()).is_complete:
                    desk.broker.enqueue(CancelEverything())
                    await desk.settle()
            finally:
                await desk.broker.close()

        asyncio.run(played())

    async def lose(self, desk: Desk) -> None:
        """Lose the connection, and have it back."""
        before = len(desk.events)
        await desk.bench.drop(desk.broker)
        await desk.heard(Connected, lambda event: event in desk.events[before:])

    def needs(self, bench: Bench, what: OrderKind | TimeInForce) -> None:
        """Skip a case about what the venue does not take."""
        if what not in bench.kinds and what not in bench.forces:
            pytest.skip(f"the venue takes no {what} order")

    def needs_brackets(self, desk: Desk) -> None:
        """Skip a case about legs where the venue has none."""
        if not desk.broker.traits.has_brackets:
            pytest.skip("the venue has no brackets")
