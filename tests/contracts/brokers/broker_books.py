"""The contract of brokers: questions, executions, positions and cash."""

from decimal import Decimal

import pytest
from tests.contracts.brokers.broker_bench import Bench, Desk
from tests.contracts.brokers.broker_cases import BrokerCases

from tradewright.ports.broker import (
    Executed,
    OrderReport,
    ReportedLife,
)


class BookCases(BrokerCases):
    """Questions and books."""

    def test_a_known_order_is_answered_with_how_it_stands(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            await desk.hold(10)
            report = await desk.order("entry")
            assert report is not None
            assert (report.life, report.filled) == (ReportedLife.FILLED, Decimal(10))

        self.play(bench, case)

    def test_an_unknown_order_is_answered_with_nothing(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            assert await desk.order("never") is None

        self.play(bench, case)

    def test_open_orders_are_all_that_works_and_say_that_they_are_all(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            desk.send("a", limit_price=90)
            desk.send("b", limit_price=91)
            answer = await desk.open_orders()
            assert answer.is_complete
            assert {one.client_order_id for one in answer.reports} == {desk.name("a"), desk.name("b")}

        self.play(bench, case)

    def test_fills_are_found_from_their_very_moment_on(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            await desk.hold(10)
            await desk.move(101.0)
            await desk.hold(5, "more")
            (first,), (second,) = desk.fills("entry"), desk.fills("more")
            assert first.time_ns < second.time_ns
            since = {fill.execution_id for fill in (await desk.fills_since(second.time_ns)).fills}
            assert second.execution_id in since
            assert first.execution_id not in since

        self.play(bench, case)

    def test_executions_keep_their_names_however_often_they_are_told(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            await desk.hold(10)
            for _ in range(2):
                told = [one for one in (await desk.fills_since(0)).fills if one.client_order_id == desk.name("entry")]
                assert told == desk.fills("entry")

        self.play(bench, case)

    def test_no_two_executions_share_a_name(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            await desk.hold(10)
            await desk.hold(5, "more")
            fills = (await desk.fills_since(0)).fills
            assert len({fill.execution_id for fill in fills}) == len(fills)

        self.play(bench, case)

    def test_a_position_is_the_sum_of_its_executions(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            await desk.hold(10)
            await desk.hold(-4, "out")
            await desk.hold(7, "in")
            told = [event.fill for event in desk.events if isinstance(event, Executed)]
            mine = {fill.execution_id: fill for fill in told if fill.instrument == bench.instrument}
            assert await desk.position() == sum(fill.signed_quantity for fill in mine.values()) == 13

        self.play(bench, case)

    def test_cash_falls_by_price_and_fee_and_by_nothing_else(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            before = (await desk.account()).cash
            await desk.hold(10)
            after = (await desk.account()).cash
            (fill,) = desk.fills("entry")
            currency = fill.fee.currency
            assert after[currency] == before[currency] - fill.quantity * fill.price - fill.fee.amount

        self.play(bench, case)

    def test_numbers_are_exact_decimals(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            if bench.lot > Decimal("0.1"):
                pytest.skip("the venue trades no parts")
            desk.send("a", "0.1")
            desk.send("b", "0.2")
            await desk.move(100.1)
            assert desk.filled("a") + desk.filled("b") == Decimal("0.3")
            assert [fill.price for fill in desk.fills("a")] == [Decimal("100.1")]
            assert await desk.position() == Decimal("0.3")

        self.play(bench, case)

    def test_every_report_of_an_order_names_the_same_venue_order(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            desk.send("a", limit_price=95)
            desk.send("b", limit_price=95)
            await desk.move(90.0)
            names = {short: {one.venue_order_id for one in self.told(desk, short)} for short in "ab"}
            assert [len(one) for one in names.values()] == [1, 1]
            assert names["a"] != names["b"]

        self.play(bench, case)

    def told(self, desk: Desk, short: str) -> list[OrderReport]:
        """Every report of an order."""
        reports = desk.reports(short)
        assert reports
        return reports
