"""The contract of brokers: every kind of order, and how long each works."""

from decimal import Decimal

from tests.contracts.brokers.broker_bench import Bench, Desk
from tests.contracts.brokers.broker_cases import ENDED, BrokerCases

from tradewright.domain.orders.request import OrderKind, TimeInForce
from tradewright.domain.orders.side import Side
from tradewright.ports.broker import (
    ReportedLife,
)


class OrderCases(BrokerCases):
    """Orders that fill, wait or expire."""

    def test_an_order_that_is_taken_is_reported_working_under_both_ids(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            request = desk.send("a", limit_price=90)
            await desk.settle()
            (report,) = desk.reports("a")
            assert report.life is ReportedLife.WORKING
            assert report.venue_order_id
            assert report.filled == 0
            assert (report.request.side, report.request.quantity, report.request.limit_price) == (
                request.side, request.quantity, request.limit_price,
            )  # fmt: skip

        self.play(bench, case)

    def test_a_market_order_fills_and_the_execution_says_what_happened(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            desk.send("a", 10)
            await desk.move(100.0)
            (fill,) = desk.fills("a")
            assert (fill.instrument, fill.side, fill.quantity) == (bench.instrument, Side.BUY, Decimal(10))
            assert fill.price > 0
            assert fill.time_ns > 0
            assert fill.execution_id
            assert fill.fee.amount >= 0

        self.play(bench, case)

    def test_a_limit_order_waits_until_its_price_is_reached(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            desk.send("a", limit_price=95)
            await desk.move(100.0, 101.0, 96.0, 100.0)
            assert desk.filled("a") == 0
            await desk.move(100.0, 101.0, 94.0, 100.0)
            assert [fill.price for fill in desk.fills("a")] == [Decimal(95)]

        self.play(bench, case)

    def test_a_limit_order_fills_better_where_the_market_opens_better(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            desk.send("a", limit_price=95)
            await desk.move(90.0, 92.0, 89.0, 91.0)
            assert [fill.price for fill in desk.fills("a")] == [Decimal(90)]

        self.play(bench, case)

    def test_a_stop_order_wakes_at_its_price(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            self.needs(bench, OrderKind.STOP)
            desk.send("a", stop_price=105)
            await desk.move(100.0, 104.0, 99.0, 103.0)
            assert desk.filled("a") == 0
            await desk.move(103.0, 106.0, 102.0, 105.0)
            (fill,) = desk.fills("a")
            assert fill.price >= Decimal(105)

        self.play(bench, case)

    def test_a_stop_order_fills_at_the_open_when_the_market_gaps_through_it(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            self.needs(bench, OrderKind.STOP)
            desk.send("a", stop_price=105)
            await desk.move(110.0)
            (fill,) = desk.fills("a")
            assert fill.price >= Decimal(110)

        self.play(bench, case)

    def test_a_stop_limit_order_never_pays_more_than_its_limit(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            self.needs(bench, OrderKind.STOP_LIMIT)
            desk.send("a", stop_price=105, limit_price=106)
            await desk.move(110.0, 112.0, 108.0, 110.0)
            assert desk.filled("a") == 0
            await desk.move(110.0, 111.0, 104.0, 105.0)
            (fill,) = desk.fills("a")
            assert fill.price <= Decimal(106)

        self.play(bench, case)

    def test_a_trailing_stop_follows_the_best_price(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            self.needs(bench, OrderKind.TRAILING_STOP)
            await desk.hold(10)
            desk.send("a", -10, kind=OrderKind.TRAILING_STOP, trailing_offset=5, reduces_only=True)
            await desk.move(100.0, 120.0, 100.0, 119.0)
            await desk.move(118.0, 119.0, 110.0, 112.0)
            (fill,) = desk.fills("a")
            assert Decimal(100) < fill.price <= Decimal(115)

        self.play(bench, case)

    def test_an_order_for_the_day_expires_with_it(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            self.needs(bench, TimeInForce.DAY)
            desk.send("a", limit_price=90, time_in_force=TimeInForce.DAY)
            await desk.move(100.0, is_last=True)
            await desk.move(85.0, is_last=True)
            assert desk.filled("a") == 0
            assert desk.life("a") in {"expired", "canceled"}

        self.play(bench, case)

    def test_an_order_until_canceled_works_over_many_days(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            desk.send("a", limit_price=90)
            for _ in range(5):
                await desk.move(100.0, is_last=True)
            await desk.move(89.0)
            assert desk.filled("a") == 10

        self.play(bench, case)

    def test_an_order_that_fills_at_once_or_never_does_not_wait(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            for short, force in (("a", TimeInForce.IOC), ("b", TimeInForce.FOK)):
                if force in bench.forces:
                    desk.send(short, limit_price=90, time_in_force=force)
                    await desk.move(100.0, 101.0, 99.0, 100.0)
                    assert desk.filled(short) == 0
                    assert desk.life(short) in ENDED

        self.play(bench, case)

    def test_an_order_that_has_to_fill_at_once_does_where_it_can(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            for short, force in (("a", TimeInForce.IOC), ("b", TimeInForce.FOK)):
                if force in bench.forces:
                    desk.send(short, limit_price=110, time_in_force=force)
                    await desk.move(100.0)
                    assert desk.filled(short) == 10

        self.play(bench, case)

    def test_an_order_until_a_moment_expires_after_it(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            self.needs(bench, TimeInForce.GTD)
            await desk.hold(1)
            (fill,) = desk.fills("entry")
            moment = fill.time_ns + 1
            desk.send("a", limit_price=90, time_in_force=TimeInForce.GTD, expires_ns=moment)
            await desk.move(100.0)
            await desk.move(80.0)
            assert desk.filled("a") == 0
            assert desk.life("a") in {"expired", "canceled"}

        self.play(bench, case)

    def test_an_order_for_the_open_fills_there(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            self.needs(bench, TimeInForce.AT_OPEN)
            await desk.move(100.0, is_last=True)
            desk.send("a", time_in_force=TimeInForce.AT_OPEN)
            await desk.move(103.0, 110.0, 100.0, 108.0)
            assert [fill.price for fill in desk.fills("a")] == [Decimal(103)]

        self.play(bench, case)

    def test_an_order_for_the_close_fills_there(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            self.needs(bench, TimeInForce.AT_CLOSE)
            desk.send("a", time_in_force=TimeInForce.AT_CLOSE)
            await desk.move(100.0, 110.0, 99.0, 108.0, is_last=True)
            assert [fill.price for fill in desk.fills("a")] == [Decimal(108)]

        self.play(bench, case)
