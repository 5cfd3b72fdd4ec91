"""The contract of brokers: legs, groups and what closes a position."""

from dataclasses import replace
from decimal import Decimal

import pytest
from tests.contracts.brokers.broker_bench import Bench, Desk
from tests.contracts.brokers.broker_cases import BrokerCases

from tradewright.domain.orders.side import Side
from tradewright.ports.broker import (
    ReportedLife,
)


class ProtectionCases(BrokerCases):
    """Brackets, groups, protection."""

    def test_legs_come_with_the_fill_and_are_named_after_their_parent(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            self.needs_brackets(desk)
            desk.send("a", stop_loss=90, take_profit=120)
            await desk.settle()
            assert desk.life("a-S") == ""
            await desk.move(100.0)
            (stop,), (target,) = desk.reports("a-S"), desk.reports("a-T")
            assert (stop.life, target.life) == (ReportedLife.WORKING, ReportedLife.WORKING)
            assert stop.parent == target.parent == desk.name("a")
            assert (stop.request.stop_price, target.request.limit_price) == (Decimal(90), Decimal(120))
            assert stop.request.side is target.request.side is Side.SELL
            assert stop.request.quantity == target.request.quantity == 10

        self.play(bench, case)

    def test_the_stop_leg_ends_the_target_leg(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            self.needs_brackets(desk)
            desk.send("a", stop_loss=90, take_profit=120)
            await desk.move(100.0)
            await desk.move(95.0, 96.0, 88.0, 89.0)
            assert desk.filled("a-S") == 10
            assert desk.life("a-T") == "canceled"
            assert await desk.position() == 0

        self.play(bench, case)

    def test_the_target_leg_ends_the_stop_leg(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            self.needs_brackets(desk)
            desk.send("a", stop_loss=90, take_profit=120)
            await desk.move(100.0)
            await desk.move(115.0, 125.0, 114.0, 121.0)
            assert desk.filled("a-T") == 10
            assert desk.life("a-S") == "canceled"
            assert await desk.position() == 0

        self.play(bench, case)

    def test_legs_live_at_the_venue_and_not_in_the_connection(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            self.needs_brackets(desk)
            desk.send("a", stop_loss=90)
            await desk.move(100.0)
            await self.lose(desk)
            await desk.move(85.0)
            assert await desk.position() == 0

        self.play(bench, case)

    def test_a_leg_can_be_moved(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            self.needs_brackets(desk)
            desk.send("a", stop_loss=90)
            await desk.move(100.0)
            (leg,) = desk.reports("a-S")
            desk.change("a-S", replace(leg.request, stop_price=Decimal(97)))
            await desk.move(98.0, 99.0, 96.0, 97.0)
            assert [fill.price for fill in desk.fills("a-S")] == [Decimal(97)]

        self.play(bench, case)

    def test_an_entry_that_never_fills_has_no_legs(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            self.needs_brackets(desk)
            desk.send("a", limit_price=80, stop_loss=70)
            desk.cancel("a")
            await desk.move(100.0)
            assert desk.reports("a-S") == []

        self.play(bench, case)

    def test_orders_of_a_group_end_each_other(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            if not desk.broker.traits.has_groups:
                pytest.skip("the venue has no groups")
            desk.send("a", 10, limit_price=95, group=desk.prefix)
            desk.send("b", 10, stop_price=110, group=desk.prefix)
            await desk.move(100.0, 101.0, 94.0, 100.0)
            assert desk.filled("a") == 10
            assert desk.life("b") == "canceled"
            await desk.move(115.0)
            assert desk.filled("b") == 0

        self.play(bench, case)

    def test_protection_closes_whatever_is_held_when_it_goes_off(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            await desk.hold(10)
            desk.send("stop", -10, stop_price=90, reduces_only=True, closes_position=True)
            await desk.hold(15, "more")
            await desk.move(85.0)
            assert desk.filled("stop") == 25
            assert await desk.position() == 0
            report = await desk.order("stop")
            assert report is not None
            assert report.filled == report.request.quantity == 25

        self.play(bench, case)
