"""The contract of brokers: what happened in the account without us, orders of others and executions taken back."""

from decimal import Decimal

import pytest
from tests.contracts.brokers.broker_bench import Bench, Desk
from tests.contracts.brokers.broker_cases import BrokerCases

from tradewright.domain.identifiers import ClientOrderId, foreign_order_id
from tradewright.domain.orders.fill import Fill
from tradewright.ports.broker import (
    AskOrder,
    CancelOrder,
    Executed,
    ExecutionBusted,
    FillsAnswer,
    OrderAnswer,
    OrderReport,
    ReportedLife,
)


class ForeignCases(BrokerCases):
    """Orders that nobody here sent, and executions that the venue takes back."""

    def test_an_order_placed_by_hand_is_told_without_an_id_of_ours(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            report = await self.placed(desk, limit_price=80)
            assert report.client_order_id is None

        self.play(bench, case)

    def test_an_order_placed_by_hand_is_asked_for_and_canceled_by_its_foreign_name(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            report = await self.placed(desk, limit_price=80)
            name = foreign_order_id(report.venue_order_id)
            answer = await self.asked_for(desk, name)
            assert answer.client_order_id == name
            assert answer.report is not None
            assert (answer.report.venue_order_id, answer.report.client_order_id) == (report.venue_order_id, None)
            desk.broker.enqueue(CancelOrder(name, bench.instrument, report.venue_order_id))
            await desk.settle()
            ended = await self.asked_for(desk, name)
            assert ended.report is not None
            assert ended.report.life is ReportedLife.CANCELED

        self.play(bench, case)

    def test_an_execution_of_an_order_placed_by_hand_goes_by_its_foreign_name_wherever_it_is_told(
        self, bench: Bench
    ) -> None:
        async def case(desk: Desk) -> None:
            report = await self.placed(desk)
            await desk.move(100.0)
            (told,) = self.executions(desk)
            assert told.client_order_id == foreign_order_id(report.venue_order_id)
            assert told.venue_order_id == report.venue_order_id
            listed = [one for one in (await desk.fills_since(0)).fills if one.instrument == bench.instrument]
            assert listed == [told]

        self.play(bench, case)

    def test_an_execution_that_is_taken_back_is_told_and_books_are_as_if_it_had_not_been(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            self.needs_busts(bench)
            before = (await desk.account()).cash
            await desk.hold(10)
            (fill,) = desk.fills("entry")
            await bench.take_back(fill.execution_id)
            told = await desk.heard(ExecutionBusted)
            assert (told.client_order_id, told.execution_id) == (desk.name("entry"), fill.execution_id)
            assert await desk.position() == 0
            assert (await desk.account()).cash == before

        self.play(bench, case)

    def test_a_list_of_executions_tells_which_were_taken_back_from_their_very_moment_on(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            self.needs_busts(bench)
            await desk.hold(10)
            await desk.move(101.0)
            await desk.hold(5, "more")
            (first,), (second,) = desk.fills("entry"), desk.fills("more")
            for fill in (first, second):
                await bench.take_back(fill.execution_id)
            whole, later = await desk.fills_since(first.time_ns), await desk.fills_since(second.time_ns)
            assert not {first.execution_id, second.execution_id} & {one.execution_id for one in whole.fills}
            both = {ExecutionBusted(one.client_order_id, one.execution_id) for one in (first, second)}
            assert both <= set(whole.busted)
            assert both & set(later.busted) == {ExecutionBusted(second.client_order_id, second.execution_id)}

        self.play(bench, case)

    def test_an_execution_that_was_taken_back_while_nobody_listened_is_found_by_asking(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            self.needs_busts(bench)
            await desk.hold(10)
            (fill,) = desk.fills("entry")
            await desk.broker.close()
            await bench.take_back(fill.execution_id)
            desk.broker, desk.events = bench.broker(), []
            await desk.open()
            answer: FillsAnswer = await desk.fills_since(fill.time_ns)
            assert answer.is_complete
            assert ExecutionBusted(fill.client_order_id, fill.execution_id) in answer.busted

        self.play(bench, case)

    def needs_busts(self, bench: Bench) -> None:
        """Skip a case where the venue takes nothing back."""
        if not bench.has_busts:
            pytest.skip("the venue takes no execution back")

    def executions(self, desk: Desk) -> list[Fill]:
        """Executions of the bench's instrument that were told, each once."""
        told = [event.fill for event in desk.events if isinstance(event, Executed)]
        return list({one.execution_id: one for one in told if one.instrument == desk.bench.instrument}.values())

    async def placed(self, desk: Desk, **terms: object) -> OrderReport:
        """An order of 7 that somebody places by hand."""
        await desk.bench.place_by_hand(desk.request(7, **terms))
        (found,) = [one for one in (await desk.open_orders()).reports if one.client_order_id is None]
        assert found.request.quantity == Decimal(7)
        return found

    async def asked_for(self, desk: Desk, name: ClientOrderId) -> OrderAnswer:
        """What the venue says of an order of that name."""
        return await desk.asked(lambda number: AskOrder(number, name), OrderAnswer)
