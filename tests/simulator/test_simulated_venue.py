"""The simulated venue's own book: orders, brackets, groups, protection, busts and splits, computed by hand."""

from decimal import Decimal

from simulator.log import Log
from simulator.streams import stream
from simulator.venue.book import Account, Listing, VenueOrder
from simulator.venue.market import Market
from simulator.venue.venue import Venue, VenueHabits

from tradewright.domain.identifiers import ClientOrderId
from tradewright.domain.orders.request import OrderKind, OrderRequest, TimeInForce
from tradewright.domain.orders.side import Side
from tradewright.domain.orders.ticket import Ticket
from tradewright.ports import broker
from tradewright.ports.broker import ReportedLife

ALFA = "ALFA.XSIM"


class Floor:
    """A venue whose prices are set by the test."""

    def __init__(self, **habits: object) -> None:
        listings = (Listing(ALFA),)
        self.log = Log()
        self.market = Market(listings, stream(1, "market"), 10, 0)
        self.account = Account({ALFA: listings[0]}, {"USD": Decimal(10_000)})
        self.events: list[broker.BrokerEvent] = []
        terms = VenueHabits(**{"fills_in_part": 0.0, **habits})  # type: ignore[arg-type]
        self.venue = Venue(self.log, stream(1, "venue"), self.market, self.account, terms, lambda: self.log.now_ns)
        self.venue.listeners.append(self.events.append)

    def price(self, ticks: int, *, is_first: bool = True, is_last: bool = False) -> None:
        self.log.now_ns += 1
        self.market.ticks[ALFA] = ticks
        self.venue.matching.tick({ALFA: self.market.price(ALFA)}, is_first=is_first, is_last=is_last)

    def send(self, name: str, side: Side = Side.BUY, quantity: int = 10, **terms: object) -> broker.BrokerEvent:
        request = OrderRequest(instrument=ALFA, side=side, quantity=Decimal(quantity), **terms)  # type: ignore[arg-type]
        ticket = Ticket(
            client_order_id=ClientOrderId(name), request=request, limits_version=1, epoch=1, attempt=1, minted_ns=0
        )
        return self.venue.handle(broker.SubmitOrder(ticket))[0]

    def order(self, name: str) -> VenueOrder:
        return self.account.named(name)[-1]


def test_cash_and_position_after_a_round_trip_are_as_by_hand() -> None:
    floor = Floor()
    floor.send("a")
    floor.price(10_000)  # 10 at 100.00, fee 0.10
    floor.send("b", Side.SELL, 4)
    floor.price(10_100)  # 4 at 101.00, fee 0.04
    assert floor.account.held(ALFA) == 6
    assert floor.account.cash["USD"] == Decimal("10000") - 1000 - Decimal("0.10") + 404 - Decimal("0.04")
    assert floor.order("a").life is ReportedLife.FILLED


def test_limits_and_stops_wait_for_their_price() -> None:
    floor = Floor()
    floor.send("limit", kind=OrderKind.LIMIT, limit_price=Decimal("99"))
    floor.send("stop", kind=OrderKind.STOP, stop_price=Decimal("101"))
    floor.send("trail", Side.SELL, kind=OrderKind.TRAILING_STOP, trailing_offset=Decimal("0.50"))
    floor.price(10_000)
    assert not floor.account.executions
    floor.price(10_100)
    assert floor.order("stop").life is ReportedLife.FILLED
    floor.price(10_050)
    assert floor.order("trail").life is ReportedLife.FILLED
    floor.price(9_900)
    assert floor.order("limit").life is ReportedLife.FILLED


def test_a_bracket_works_from_the_first_fill_and_its_legs_cancel_each_other() -> None:
    floor = Floor()
    floor.send("a", stop_loss=Decimal("95"), take_profit=Decimal("110"))
    floor.price(10_000)
    stop, target = floor.order("a-S"), floor.order("a-T")
    assert (stop.request.quantity, target.request.quantity, stop.parent) == (Decimal(10), Decimal(10), "a")
    floor.price(11_000)
    assert (target.life, stop.life) == (ReportedLife.FILLED, ReportedLife.CANCELED)
    assert floor.account.held(ALFA) == 0


def test_protection_follows_the_position_and_ends_with_it() -> None:
    floor = Floor()
    floor.send("a", stop_loss=Decimal("95"))
    floor.price(10_000)
    floor.send("b")
    floor.price(10_000)
    assert floor.order("a-S").request.quantity == 20
    floor.send("c", Side.SELL, 20)
    floor.price(10_000)
    assert floor.order("a-S").life is ReportedLife.CANCELED


def test_orders_that_only_reduce_never_open() -> None:
    floor = Floor()
    floor.send("a", Side.SELL, reduces_only=True)
    floor.price(10_000)
    assert floor.order("a").life is ReportedLife.CANCELED
    assert floor.account.held(ALFA) == 0


def test_a_name_is_taken_once_unless_the_venue_uses_names_again() -> None:
    strict, loose = Floor(), Floor(reuses_ids=True)
    for floor in (strict, loose):
        floor.send("a")
        assert isinstance(floor.send("a"), broker.SendUnclear)
        floor.price(10_000)
        floor.send("a")
    assert len(strict.account.named("a")) == 1
    assert len(loose.account.named("a")) == 2


def test_a_refused_name_stays_refused() -> None:
    floor = Floor(rejects=1.0)
    assert isinstance(floor.send("a"), broker.SubmitRejected)
    floor.venue.habits.rejects = 0.0
    assert isinstance(floor.send("a"), broker.SubmitRejected)


def test_a_fill_can_come_before_a_cancel_and_be_told_after_it() -> None:
    floor = Floor(fills_late=1.0)
    later: list[object] = []
    floor.venue.later = lambda _, call: later.append(call)
    floor.send("a", kind=OrderKind.LIMIT, limit_price=Decimal("90"), time_in_force=TimeInForce.GTC)
    answer = floor.venue.handle(broker.CancelOrder(ClientOrderId("a"), ALFA))[0]
    assert isinstance(answer, broker.OrderReport)
    assert (answer.life, answer.filled) == (ReportedLife.CANCELED, Decimal(0))
    assert floor.account.held(ALFA) > 0
    assert not any(isinstance(one, broker.Executed) for one in floor.events)
    assert not floor.venue.is_quiet
    assert callable(later[0])
    later[0]()
    assert any(isinstance(one, broker.Executed) for one in floor.events)


def test_a_bust_takes_everything_back() -> None:
    floor = Floor()
    floor.send("a")
    floor.price(10_000)
    floor.venue.bust_one()
    assert (floor.account.held(ALFA), floor.account.cash["USD"]) == (Decimal(0), Decimal(10_000))
    assert floor.order("a").life is ReportedLife.CANCELED


def test_a_split_multiplies_shares_and_divides_the_stop() -> None:
    floor = Floor(ratios=(Decimal(2),))
    floor.send("a", stop_loss=Decimal("95"))
    floor.price(10_000)
    floor.venue.split_one()
    assert floor.account.held(ALFA) == 20
    assert floor.order("a-S").request.stop_price == Decimal("47.50")
    assert floor.order("a-S").request.quantity == 20


def test_what_is_not_a_whole_share_after_a_split_is_paid() -> None:
    floor = Floor(ratios=(Decimal("0.5"),))
    floor.send("a", quantity=3)
    floor.price(10_000)
    before = floor.account.cash["USD"]
    floor.venue.split_one()
    assert floor.account.held(ALFA) == 1
    assert floor.account.cash["USD"] - before == Decimal("0.5") * 200


def test_everything_is_canceled_but_protection_where_that_is_kept() -> None:
    floor = Floor()
    floor.send("a", stop_loss=Decimal("95"))
    floor.price(10_000)
    floor.send("b", kind=OrderKind.LIMIT, limit_price=Decimal("90"))
    floor.venue.handle(broker.CancelEverything(keeps_protection=True))
    assert [one.client_order_id for one in floor.account.working()] == ["a-S"]
    floor.venue.handle(broker.CancelEverything())
    assert not list(floor.account.working())


def test_orders_of_a_day_end_with_it() -> None:
    floor = Floor()
    floor.send("a", kind=OrderKind.LIMIT, limit_price=Decimal("90"))
    floor.venue.matching.expire(ends_day=True)
    assert floor.order("a").life is ReportedLife.EXPIRED


def test_ioc_and_fok_leave_nothing_behind() -> None:
    floor = Floor()
    floor.send("a", kind=OrderKind.LIMIT, limit_price=Decimal("90"), time_in_force=TimeInForce.IOC)
    floor.send("b", kind=OrderKind.LIMIT, limit_price=Decimal("110"), time_in_force=TimeInForce.FOK)
    floor.price(10_000)
    assert (floor.order("a").life, floor.order("b").life) == (ReportedLife.CANCELED, ReportedLife.FILLED)


def test_a_replacement_keeps_the_order_and_its_name() -> None:
    floor = Floor()
    floor.send("a", kind=OrderKind.LIMIT, limit_price=Decimal("90"))
    request = OrderRequest(
        instrument=ALFA, side=Side.BUY, quantity=Decimal(5), kind=OrderKind.LIMIT, limit_price=Decimal("91")
    )
    ticket = Ticket(
        client_order_id=ClientOrderId("a"), request=request, limits_version=1, epoch=1, attempt=2, minted_ns=0
    )
    assert isinstance(floor.venue.handle(broker.ReplaceOrder(ticket))[0], broker.Replaced)
    assert (floor.order("a").request.quantity, floor.order("a").request.limit_price) == (Decimal(5), Decimal("91"))
    floor.price(9_100)
    assert isinstance(floor.venue.handle(broker.ReplaceOrder(ticket))[0], broker.ReplaceRejected)
