"""The contract of brokers: what a venue does not take, or takes in part."""

import pytest
from tests.contracts.brokers.broker_bench import Bench, Desk
from tests.contracts.brokers.broker_cases import ENDED, BrokerCases

from tradewright.ports.broker import (
    ReportedLife,
    SubmitRejected,
)


class RefusalCases(BrokerCases):
    """Orders that are rejected, cut or not repeated."""

    def test_an_order_that_must_wait_is_rejected_where_it_would_not(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            if not bench.has_passive:
                pytest.skip("the venue takes no passive orders")
            await desk.move(100.0)
            desk.send("a", limit_price=105, is_passive=True)
            await desk.settle()
            assert desk.about(SubmitRejected, "a")

        self.play(bench, case)

    def test_an_instrument_that_is_not_there_is_rejected_with_a_reason(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            desk.send("a", instrument=bench.stranger)
            await desk.settle()
            (rejected,) = desk.about(SubmitRejected, "a")
            assert rejected.reason

        self.play(bench, case)

    def test_a_quantity_between_two_lots_is_rejected(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            if bench.lot == 0:
                pytest.skip("the venue trades any quantity")
            desk.send("a", str(bench.lot * 3 / 2))
            await desk.settle()
            assert desk.about(SubmitRejected, "a")

        self.play(bench, case)

    def test_a_rejected_order_is_not_at_the_venue(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            desk.send("a", instrument=bench.stranger)
            report = await desk.order("a")
            assert report is None or report.life is ReportedLife.REJECTED
            assert desk.name("a") not in [one.client_order_id for one in (await desk.open_orders()).reports]

        self.play(bench, case)

    def test_what_the_account_cannot_pay_is_not_filled_and_says_why(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            desk.send("a", 10_000_000)
            await desk.move(100.0)
            assert desk.filled("a") == 0
            reasons = [one.reason for one in desk.about(SubmitRejected, "a")]
            reasons += [one.reason for one in desk.reports("a") if one.life.value in ENDED]
            assert any(reasons)

        self.play(bench, case)

    def test_an_order_that_takes_less_fills_what_is_affordable(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            desk.send("a", 10_000_000, takes_less=True)
            await desk.move(100.0)
            filled = desk.filled("a")
            assert 0 < filled < 10_000_000
            assert desk.life("a") == "canceled"
            assert desk.reports("a")[-1].reason
            assert desk.reports("a")[-1].filled == filled
            desk.send("out", -float(filled), reduces_only=True)
            await desk.move(100.0)
            assert await desk.position() == 0

        self.play(bench, case)

    def test_an_order_that_only_reduces_never_turns_a_position(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            await desk.hold(10)
            desk.send("a", -25, reduces_only=True)
            await desk.move(100.0)
            assert desk.filled("a") == 10
            assert desk.life("a") == "canceled"
            assert await desk.position() == 0

        self.play(bench, case)

    def test_an_order_that_only_reduces_opens_nothing(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            desk.send("a", -5, reduces_only=True)
            await desk.move(100.0)
            assert desk.filled("a") == 0
            assert desk.about(SubmitRejected, "a") or desk.life("a") in ENDED

        self.play(bench, case)

    def test_the_same_order_twice_is_one_order(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            desk.send("a", limit_price=90)
            desk.send("a", limit_price=90)
            await desk.settle()
            reports = (await desk.open_orders()).reports
            assert [one.client_order_id for one in reports].count(desk.name("a")) == 1
            assert len({one.venue_order_id for one in desk.reports("a")}) == 1
            await desk.move(85.0)
            assert desk.filled("a") == 10

        self.play(bench, case)

    def test_another_order_under_a_used_id_is_rejected(self, bench: Bench) -> None:
        async def case(desk: Desk) -> None:
            desk.send("a", limit_price=90)
            desk.send("a", 20, limit_price=91)
            await desk.settle()
            assert desk.about(SubmitRejected, "a")
            report = await desk.order("a")
            assert report is not None
            assert report.request.quantity == 10

        self.play(bench, case)
