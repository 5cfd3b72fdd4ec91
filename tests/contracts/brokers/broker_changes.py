"""The contract of brokers: cancels and replacements."""

from dataclasses import replace
from decimal import Decimal

from tests.contracts.brokers.broker_bench import Bench, Desk
from tests.contracts.brokers.broker_cases import BrokerCases

from tradewright.ports.broker import (
    CancelEverything,
    CancelRejected,
    Replaced,
    ReplaceRejected,
)


class ChangeCases(BrokerCases):
    """Cancels, of one order and of all, and replacements."""

    def test_a_canceled_order_is_reported_and_never_fills(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            desk.send("a", limit_price=95)
            desk.cancel("a")
            await desk.move(90.0)
            assert desk.life("a") == "canceled"
            assert desk.filled("a") == 0

        self.play(bench, case)

    def test_a_cancel_that_comes_too_late_is_rejected(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            await desk.hold(10)
            desk.cancel("entry")
            await desk.settle()
            assert desk.about(CancelRejected, "entry")

        self.play(bench, case)

    def test_a_cancel_of_an_unknown_order_is_rejected(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            desk.cancel("never")
            await desk.settle()
            assert desk.about(CancelRejected, "never")

        self.play(bench, case)

    def test_a_second_cancel_is_rejected_and_changes_nothing(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            desk.send("a", limit_price=95)
            desk.cancel("a")
            desk.cancel("a")
            await desk.settle()
            assert desk.life("a") == "canceled"
            assert len(desk.about(CancelRejected, "a")) == 1

        self.play(bench, case)

    def test_everything_is_canceled_at_once(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            for short, price in (("a", 90), ("b", 91), ("c", 92)):
                desk.send(short, limit_price=price)
            desk.broker.enqueue(CancelEverything())
            await desk.settle()
            assert [desk.life(short) for short in "abc"] == ["canceled"] * 3
            assert (await desk.open_orders()).reports == ()

        self.play(bench, case)

    def test_everything_holds_what_others_placed(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            await bench.place_by_hand(desk.request(7, limit_price=80))
            (foreign,) = (one for one in (await desk.open_orders()).reports if one.client_order_id is None)
            assert foreign.request.quantity == 7
            desk.broker.enqueue(CancelEverything())
            await desk.settle()
            assert (await desk.open_orders()).reports == ()

        self.play(bench, case)

    def test_everything_canceled_twice_is_canceled_once(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            desk.send("a", limit_price=90)
            desk.broker.enqueue(CancelEverything())
            await desk.settle()
            before = len(desk.reports("a"))
            desk.broker.enqueue(CancelEverything())
            await desk.settle()
            assert len(desk.reports("a")) == before

        self.play(bench, case)

    def test_everything_may_leave_protection_in_place(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            await desk.hold(10)
            desk.send("stop", -10, stop_price=90, reduces_only=True, closes_position=True)
            desk.send("more", 5, limit_price=80)
            desk.broker.enqueue(CancelEverything(keeps_protection=True))
            await desk.settle()
            assert (desk.life("stop"), desk.life("more")) == ("working", "canceled")

        self.play(bench, case)

    def test_a_replaced_price_is_the_one_it_fills_at(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            request = desk.send("a", limit_price=80)
            desk.change("a", replace(request, limit_price=Decimal(95)))
            await desk.move(100.0, 101.0, 94.0, 100.0)
            assert desk.about(Replaced, "a")
            assert [fill.price for fill in desk.fills("a")] == [Decimal(95)]

        self.play(bench, case)

    def test_a_replaced_quantity_is_what_fills(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            request = desk.send("a", 10, limit_price=95)
            desk.change("a", replace(request, quantity=Decimal(4)))
            await desk.move(90.0)
            assert desk.filled("a") == 4

        self.play(bench, case)

    def test_an_order_that_ended_cannot_be_replaced(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            await desk.hold(10)
            desk.change("entry", desk.request(20))
            await desk.settle()
            assert desk.about(ReplaceRejected, "entry")

        self.play(bench, case)

    def test_a_replacement_that_is_rejected_leaves_the_order_as_it_was(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            desk.send("a", 10, limit_price=95)
            desk.change("a", desk.request(-10, limit_price=95))
            await desk.move(90.0)
            assert desk.about(ReplaceRejected, "a")
            assert [fill.signed_quantity for fill in desk.fills("a")] == [Decimal(10)]

        self.play(bench, case)
