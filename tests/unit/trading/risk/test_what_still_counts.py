"""What can still fill counts, what cannot does not; session time is time in which the market is open."""

import pytest
from tests.unit.trading.risk import risk_desk as desk
from tests.unit.trading.risk.risk_desk import CLOSES, NOW, OPENS, D

from tradewright.domain.calendars import SECOND
from tradewright.domain.errors import InputError
from tradewright.domain.identifiers import ClientOrderId
from tradewright.domain.orders.life import OrderLife
from tradewright.domain.orders.order import Order
from tradewright.domain.orders.request import OrderKind
from tradewright.trading.risk.book import Reservation
from tradewright.trading.risk.hours import OpenHours
from tradewright.trading.risk.states import TradingState

COUNTS = {OrderLife.APPROVED, OrderLife.UNKNOWN, OrderLife.WORKING}
WITHOUT_FILLS = COUNTS | {OrderLife.DRAFT, OrderLife.REFUSED, OrderLife.CANCELED, OrderLife.REJECTED, OrderLife.LOST}


@pytest.mark.parametrize("life", sorted(WITHOUT_FILLS))
def test_an_order_in_flight_or_unknown_counts_in_full(life: OrderLife) -> None:
    wish = desk.order(kind=OrderKind.LIMIT, limit_price=D(99))
    found = Reservation.adopted(Order(ClientOrderId("a1"), wish, life))
    assert found.quantity == (D(10) if life in COUNTS else D(0))
    assert found.prices == (D(99),)


def test_session_time_passes_only_while_the_market_is_open() -> None:
    hours, day = desk.hours(), 86_400 * SECOND
    assert hours.open_time_ns(CLOSES - day, OPENS) == 0
    assert hours.open_time_ns(OPENS - day, NOW) == 2 * 3600 * SECOND + 3600 * SECOND
    assert hours.open_time_ns(NOW, OPENS) == 0
    assert hours.open_time_ns(NOW - 3 * day, NOW) is None
    assert hours.is_open(OPENS) and hours.is_open(CLOSES) and not hours.is_open(CLOSES + 1)


@pytest.mark.parametrize("sessions", [((5, 5),), ((5, 4),), ((0, 3), (2, 5)), ((8, 11),)])
def test_sessions_that_are_out_of_order_are_refused(sessions: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(InputError, match="sessions in order"):
        OpenHours(sessions, (0, 10))


def test_states_only_go_down_by_themselves() -> None:
    for one in TradingState:
        for other in TradingState:
            assert one.worse_of(other) == max(one, other)


@pytest.mark.parametrize(
    ("moment", "within", "is_near"),
    [
        (10, 11, True),
        (10, 10, False),
        (20, 1, True),
        (20, 0, False),
        (21, 99, False),
        (25, 99, False),
        (9, 99, False),
        (30, 30, False),
        (30, 31, True),
        (45, 15, False),
        (45, 16, True),
        (60, 1, True),
        (61, 99, False),
    ],
)
def test_sessions_without_a_gap_are_one_until_the_close(moment: int, within: int, is_near: bool) -> None:
    hours = OpenHours(((10, 20), (30, 40), (40, 50), (50, 60), (62, 70)), (0, 100))
    assert hours.is_near_close(moment, within_ns=within) is is_near


def test_session_time_is_cut_to_what_is_asked() -> None:
    hours = OpenHours(((10, 20), (30, 40), (50, 60)), (0, 100))
    told = [hours.open_time_ns(*span) for span in ((0, 100), (15, 35), (20, 30), (5, 10), (40, 55), (12, 13), (0, 5))]
    assert told == [30, 10, 0, 0, 5, 1, 0]
