"""The contract of brokers: connecting, losing the connection, and what stands meanwhile."""

import asyncio
from decimal import Decimal

import pytest
from tests.contracts.brokers.broker_bench import Bench, Desk
from tests.contracts.brokers.broker_cases import BrokerCases

from tradewright.domain.errors import BrokerError, NotSent
from tradewright.ports.broker import (
    AskAccount,
    Connected,
    Disconnected,
    Environment,
    ReportedLife,
    SendUnclear,
)


class ConnectionCases(BrokerCases):
    """Connections."""

    def test_connecting_tells_that_it_is_connected_before_all_else(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            assert isinstance(desk.events[0], Connected)

        self.play(bench, case)

    def test_traits_say_environment_account_and_how_long_a_command_may_take(self, bench: Bench) -> None:
        traits = bench.broker().traits
        assert traits.environment is Environment.PAPER
        assert traits.name
        assert traits.account
        assert traits.settles_within_ns > 0

    def test_connecting_twice_is_refused(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            with pytest.raises(BrokerError):
                await desk.broker.connect(desk.events.append)

        self.play(bench, case)

    def test_closing_twice_is_allowed(self, bench: Bench) -> None:
        async def case() -> None:
            broker = bench.broker()
            await broker.connect(lambda event: None)
            await broker.close()
            await broker.close()

        asyncio.run(case())

    def test_a_command_before_connecting_is_proven_not_sent(self, bench: Bench) -> None:
        with pytest.raises(NotSent):
            bench.broker().enqueue(AskAccount(1))

    def test_a_command_after_closing_is_proven_not_sent(self, bench: Bench) -> None:
        async def case() -> None:
            broker = bench.broker()
            await broker.connect(lambda event: None)
            await broker.close()
            with pytest.raises(NotSent):
                broker.enqueue(AskAccount(1))

        asyncio.run(case())

    def test_nothing_is_told_within_the_call_that_hands_a_command_over(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            before = len(desk.events)
            desk.send("a")
            assert len(desk.events) == before

        self.play(bench, case)

    def test_a_lost_connection_is_told_and_so_is_its_return(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            await self.lose(desk)
            told = [type(event) for event in desk.events if isinstance(event, Connected | Disconnected)]
            assert told == [Connected, Disconnected, Connected]

        self.play(bench, case)

    def test_questions_are_answered_after_a_reconnection(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            await self.lose(desk)
            assert (await desk.account()).is_complete

        self.play(bench, case)

    def test_an_order_works_on_over_a_lost_connection(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            desk.send("a", limit_price=90)
            await desk.settle()
            await self.lose(desk)
            report = await desk.order("a")
            assert report is not None
            assert report.life is ReportedLife.WORKING

        self.play(bench, case)

    def test_an_order_works_on_when_the_broker_is_closed(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            desk.send("a", limit_price=90)
            await desk.settle()
            await desk.broker.close()
            other = Desk(bench, bench.broker(), desk.prefix)
            await other.open()
            names = [report.client_order_id for report in (await other.open_orders()).reports]
            assert desk.name("a") in names
            desk.broker = other.broker
            desk.events = other.events
            desk.questions = other.questions

        self.play(bench, case)

    def test_a_fill_that_came_while_nobody_listened_is_found_by_asking(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            desk.send("a")
            await desk.settle()
            await desk.broker.close()
            await bench.move((100.0, 100.0, 100.0, 100.0), is_last=True)
            other = Desk(bench, bench.broker(), desk.prefix)
            await other.open()
            found = [fill for fill in (await other.fills_since(0)).fills if fill.client_order_id == desk.name("a")]
            assert [fill.quantity for fill in found] == [Decimal(10)]
            desk.broker, desk.events, desk.questions = other.broker, other.events, other.questions

        self.play(bench, case)

    def test_an_order_caught_by_a_lost_connection_is_unclear_or_answered(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            desk.send("a", limit_price=90)
            await self.lose(desk)
            await desk.settle()
            unclear = desk.about(SendUnclear, "a")
            assert unclear or desk.reports("a")
            report = await desk.order("a")
            assert report is None or report.life is ReportedLife.WORKING

        self.play(bench, case)
