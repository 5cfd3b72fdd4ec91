"""Every limit of what is on its way just under, at and over: baskets, working and unknown orders, rates of messages."""

from typing import Any

import pytest
from tests.unit.trading.risk import risk_desk as desk
from tests.unit.trading.risk.gate_cases import LIMIT, MS, Row, decide, quantity, row, three
from tests.unit.trading.risk.risk_desk import APPLE, CLOSES, COIN, NOW, OPENS, OTHER, D, held, reserved, sent

from tradewright.domain.calendars import SECOND
from tradewright.domain.orders.request import OrderKind, TimeInForce
from tradewright.domain.orders.side import Side
from tradewright.trading.risk.book import ParentOrder
from tradewright.trading.risk.controls.rates import messages_left
from tradewright.trading.risk.gate import check
from tradewright.trading.risk.sent import Moments

HOUR = 3600 * SECOND


def burst(number: int, time_ns: int = NOW, **changes: Any) -> tuple[Any, ...]:
    return tuple(sent(f"s{i}", time_ns, quantity=D(i + 1), **changes) for i in range(number))


def working(number: int, **changes: Any) -> tuple[Any, ...]:
    return tuple(reserved(f"r{i}", 1, prices=(D(90),), limit_price=D(90), **changes) for i in range(number))


BASKETS = [
    *three(
        "basket_notional",
        what="orders within the window",
        values=(99, 100, 101),
        at=lambda n: {**quantity(n), "book": {"sent": (sent("s", NOW - 9_999 * MS, notional=D(10_000)),)}},
        limit={"basket_notional": D("0.20")},
    ),
    row(
        "a basket of before the window",
        request={"quantity": D(200)},
        book={"sent": (sent("s", NOW - 10_000 * MS, notional=D(10_000)),)},
        limits={"basket_notional": D("0.20")},
    ),
    row(
        "a basket is measured by the equity of the morning",
        "basket_notional",
        request={"quantity": D(201)},
        book={"equity": D(200_000), "peak_equity": D(200_000)},
        limits={"basket_notional": D("0.20")},
    ),
    row(
        "ways out are no part of a basket",
        request={"quantity": D(200)},
        book={"sent": (sent("s", is_reducing=True, notional=D(10_000)),)},
        limits={"basket_notional": D("0.20")},
    ),
]
WORKING = [
    *three(
        "working_per_side",
        what="orders on a side",
        values=(8, 9, 10),
        at=lambda n: {"book": {"reservations": working(n)}},
        limit={},
    ),
    row(
        "orders on the other side are not counted",
        book={"positions": (held(50),), "reservations": working(10, side=Side.SELL, is_dormant=True)},
    ),
    row("orders of another instrument are not counted", book={"reservations": working(10, instrument=OTHER)}),
    row("orders that cannot fill any more are not counted", book={"reservations": (reserved("r", 0),)},
        limits={"working_orders": 1, "working_per_side": 1}),
    *three(
        "working_orders",
        what="orders of the account",
        values=(3, 4, 5),
        at=lambda n: {"book": {"reservations": working(n, instrument=OTHER)}},
        limit={"working_orders": 5},
    ),
    *three(
        "unknown_orders",
        what="orders of unknown outcome",
        values=(1, 2, 3),
        at=lambda n: {"book": {"reservations": working(n, is_unknown=True)}},
        limit={},
    ),
    row("an unknown order that is settled", book={"reservations": (reserved("r", 0, is_unknown=True),)},
        limits={"unknown_orders": 0}),
    *three(
        "unknown_notional",
        what="money of unknown outcome",
        values=(D("499.99"), D(500), D("500.01")),
        at=lambda p: {"book": {"reservations": (reserved("r", 10, instrument=COIN, prices=(p,), is_unknown=True),)}},
        limit={"unknown_notional": D("0.05")},
    ),
    row("unknown money at the mark above its price", "unknown_notional",
        book={"reservations": (reserved("r", 51, instrument=OTHER, prices=(D(90),), is_unknown=True),)},
        limits={"unknown_notional": D("0.05")}),
]  # fmt: skip


def resting(side: Side, price: int | str, **changes: Any) -> dict[str, Any]:
    one = reserved("r", 5, side=side, prices=(D(price),), limit_price=D(price), **changes)
    return {"positions": (held(5),), "reservations": (one,)}


SELF_TRADES = [
    *three(
        "self_trade",
        what="a limit order to buy below an own offer",
        values=(D("100.99"), D(101), D("101.01")),
        at=lambda p: {"request": {"kind": LIMIT, "limit_price": p}, "book": resting(Side.SELL, 101)},
        limit={},
        over_at=True,
    ),
    *three(
        "self_trade",
        what="a limit order to sell above an own bid",
        values=(D("99.01"), D(99), D("98.99")),
        at=lambda p: {
            "request": {"kind": LIMIT, "limit_price": p, "side": Side.SELL, "protective_stop": D(102)},
            "book": resting(Side.BUY, 99),
        },
        limit={},
        over_at=True,
    ),
    *three(
        "self_trade",
        what="a market order reaches as far as the collar",
        values=(D("103.01"), D(103), D("102.99")),
        at=lambda p: {"book": resting(Side.SELL, p)},
        limit={},
        over_at=True,
    ),
    row("a coin reaches further", "self_trade", request={"instrument": COIN},
        book={"reservations": (reserved("r", 5, side=Side.SELL, instrument=COIN, limit_price=D(105)),)}),
    row("a market order in flight on the other side", "self_trade",
        book={"reservations": (reserved("r", 5, side=Side.SELL),)}),
    row("an own stop that still waits", book=resting(Side.SELL, 98, is_dormant=True)),
    row("a stop of its own that still waits", request={"kind": OrderKind.STOP, "stop_price": D(102)},
        book=resting(Side.SELL, 101)),
    row("an own offer of another instrument", book=resting(Side.SELL, 100, instrument=OTHER)),
    row("an own offer that cannot fill any more", book={"reservations": (reserved("r", 0, side=Side.SELL),)}),
    row("a way out that meets an own bid", request={"side": Side.SELL, "quantity": D(5)},
        book=resting(Side.BUY, 100)),
]  # fmt: skip
PARENTS = [
    *three(
        "parent",
        what="parts of an order",
        values=(54, 55, 56),
        at=lambda n: {
            "request": {"quantity": D(n), "parent": "p"},
            "book": {
                "parents": {"p": ParentOrder(D(100), D(25))},
                "reservations": (reserved("r", 20, parent="p"), reserved("q", 50, parent="other")),
            },
        },
        limit={},
    ),
    row("a part of an order that nobody knows", "parent", request={"parent": "p"}),
    row("a part of an order without a quantity", "parent", request={"parent": "p"},
        book={"parents": {"p": ParentOrder(D("NaN"), D(0))}}),
    row("a part of an order of which nobody knows what is filled", "parent", request={"parent": "p"},
        book={"parents": {"p": ParentOrder(D(100), D("NaN"))}}),
    row("a way out that is more than the order", "parent", request={"parent": "p", "side": Side.SELL},
        book={"parents": {"p": ParentOrder(D(9), D(0))}, "positions": (held(10),)}),
]  # fmt: skip
RATES = [
    *three(
        "orders_per_minute",
        what="orders in a minute",
        values=(3, 4, 5),
        at=lambda n: {"book": {"sent": burst(n, NOW - 60 * SECOND + 1)}},
        limit={"orders_per_minute": 5},
    ),
    row("an order of a minute ago", book={"sent": burst(1, NOW - 60 * SECOND)}, limits={"orders_per_minute": 1}),
    row("ways out in a minute", book={"sent": burst(5, NOW - 2 * SECOND, is_reducing=True)},
        limits={"orders_per_minute": 1}),
    *three(
        "messages_per_second",
        what="messages in a second, less the reserve",
        values=(6, 7, 8),
        at=lambda n: {"book": {"messages": Moments([NOW - SECOND, *[NOW - SECOND + 1] * n])}},
        limit={"messages_per_second": 10, "message_reserve": D("0.20")},
    ),
    row("orders are messages too", "messages_per_second",
        book={"messages": Moments([NOW] * 4), "sent": burst(4, NOW - SECOND + 1)},
        limits={"messages_per_second": 10}),
    row("a way out may use the reserve", request={"side": Side.SELL}, book={"positions": (held(10),),
        "messages": Moments([NOW] * 9)}, limits={"messages_per_second": 10}),
    row("a way out may not use more than the reserve", "messages_per_second", request={"side": Side.SELL},
        book={"positions": (held(10),), "messages": Moments([NOW] * 10)}, limits={"messages_per_second": 10}),
    *three(
        "messages_per_fill",
        what="messages for a fill",
        values=(18, 19, 20),
        at=lambda n: {"book": {"messages": Moments([NOW - HOUR, *[NOW - HOUR + 1] * n]),
                               "fills": Moments([NOW - HOUR, NOW - HOUR + 1, NOW])}},
        limit={"messages_per_fill": 10, "messages_judged_from": 10},
    ),
    row("messages without a fill count as for one", "messages_per_fill", book={"messages": Moments([OPENS + 1] * 10)},
        limits={"messages_per_fill": 10, "messages_judged_from": 10}),
    row("orders are messages of the hour", "messages_per_fill", book={"sent": burst(10, OPENS + 1)},
        limits={"messages_per_fill": 10, "messages_judged_from": 10}),
    *three(
        "messages_per_fill",
        what="too few messages to tell",
        values=(97, 98, 99),
        at=lambda n: {"book": {"messages": Moments([NOW - 2 * SECOND] * n)}},
        limit={"messages_per_fill": 10},
    ),
]  # fmt: skip
PRICES = [
    *three(
        "own_travel",
        what="a market order after cheaper ones",
        values=(D("97.66"), D("97.65625"), D("97.65")),
        at=lambda p: {
            "book": {"sent": (sent("s", NOW - 59_999 * MS, price=p), sent("t", NOW - 9 * SECOND, price=D(100)))}
        },
        limit={"own_travel": D("0.024")},
    ),
    row("cheaper ones before the window", book={"sent": (sent("s", NOW - 60 * SECOND, price=D(90)),)},
        limits={"own_travel": D("0.01")}),
    row("dearer ones before", book={"sent": (sent("s", NOW - 9 * SECOND, price=D(110)),)},
        limits={"own_travel": D("0.01")}),
    row("sells that chase the price down", "own_travel", request={"side": Side.SELL, "protective_stop": D(102)},
        book={"sent": (sent("s", NOW - 9 * SECOND, side=Side.SELL, price=D(102)),)},
        limits={"own_travel": D("0.01")}),
    row("sells of another instrument", request={"side": Side.SELL, "protective_stop": D(102)},
        book={"sent": (sent("s", NOW - 9 * SECOND, side=Side.SELL, instrument=OTHER, price=D(102)),)},
        limits={"own_travel": D("0.01")}),
    row("an order that waits chases nothing", request={"kind": LIMIT, "limit_price": D("99.99")},
        book={"sent": (sent("s", NOW - 9 * SECOND, price=D(90)),)}, limits={"own_travel": D("0.01")}),
    row("a limit order at the mark chases", "own_travel", request={"kind": LIMIT, "limit_price": D(100)},
        book={"sent": (sent("s", NOW - 9 * SECOND, price=D(90)),)}, limits={"own_travel": D("0.01")}),
    row("a stop that waits chases nothing", request={"kind": OrderKind.STOP, "stop_price": D(102)},
        book={"sent": (sent("s", NOW - 9 * SECOND, price=D(90)),)}, limits={"own_travel": D("0.01")}),
    row("an order that waited before is no price", book={"sent": (sent("s", NOW - 9 * SECOND),)},
        limits={"own_travel": D("0.01")}),
    *three(
        "spread",
        what="a market order at a spread",
        values=(D("100.49"), D("100.50"), D("100.51")),
        at=lambda ask: {"book": {"markets": {APPLE: desk.market(bid=D("99.50"), ask=ask)}}},
        limit={},
    ),
    row("a limit order at a wide spread", request={"kind": LIMIT, "limit_price": D(100)},
        book={"markets": {APPLE: desk.market(bid=D(90), ask=D(110))}}),
    row("one side of a quote is no quote", "spread", book={"markets": {APPLE: desk.market(bid=D(99))}}),
    row("a quote that is no number", "spread", book={"markets": {APPLE: desk.market(bid=D(99), ask=D("NaN"))}}),
    row("a crossed quote has no spread", book={"markets": {APPLE: desk.market(bid=D(101), ask=D(100))}}),
]  # fmt: skip
CLOSE = [
    *three(
        "near_close",
        what="moment before the close",
        values=(CLOSES - 300_001 * MS, CLOSES - 300_000 * MS, CLOSES - 300_000 * MS + 1),
        at=lambda ns: {"request": {"executes_ns": ns}},
        limit={"near_close_ms": 300_000},
    ),
    row("an order for the closing auction", request={"executes_ns": CLOSES, "time_in_force": TimeInForce.AT_CLOSE},
        limits={"near_close_ms": 300_000}),
    row("decided after the close for the next open", now_ns=CLOSES - 86_400 * SECOND, request={"executes_ns": OPENS},
        book={"markets": {APPLE: desk.market(marked_ns=CLOSES - 86_400 * SECOND)},
              "valued_ns": CLOSES - 86_400 * SECOND},
        limits={"near_close_ms": 300_000}),
    row("a way out before the close", request={"executes_ns": CLOSES, "side": Side.SELL},
        book={"positions": (held(10),)}, limits={"near_close_ms": 300_000}),
]  # fmt: skip
NEW = [
    *three(
        "position",
        what="position of a new strategy",
        values=(12, 13, 14),
        at=lambda n: {"request": {"quantity": D(n), "strategy": "s"}, "book": {"live_days": {"s": 4}}},
        limit={"position": D("0.052")},
    ),
    row("a strategy that is not known to be live is new", "position", request={"quantity": D(14), "strategy": "s"},
        book={"live_days": {}}, limits={"position": D("0.052")}),
    row("a strategy after its first days", request={"quantity": D(52), "strategy": "s"},
        book={"live_days": {"s": 5}}, limits={"position": D("0.052")}),
    row("no strategy is new where nothing is live", request={"quantity": D(52), "strategy": "s"},
        limits={"position": D("0.052")}),
    row("a person is never new", request={"quantity": D(52)}, book={"live_days": {}},
        limits={"position": D("0.052")}),
    row("newness and drawdown multiply", "position", request={"quantity": D(10), "strategy": "s"},
        book={"live_days": {}, "peak_equity": D(106_000)}, limits={"position": D("0.052")}),
]  # fmt: skip
SMALLEST = [
    *three(
        "smallest_order",
        what="quantity that is traded at least",
        values=(11, 10, 9),
        at=lambda n: {**quantity(n), "book": {"markets": {APPLE: desk.market(instrument=desk.instrument(
            smallest_quantity=D(10)))}}},
        limit={},
    ),
    *three(
        "smallest_order",
        what="money that is traded at least",
        values=(11, 10, 9),
        at=lambda n: {**quantity(n), "book": {"markets": {APPLE: desk.market(instrument=desk.instrument(
            smallest_notional=D(1000)))}}},
        limit={},
    ),
    row("money at the limit price", "smallest_order", request={"kind": LIMIT, "limit_price": D(99)},
        book={"markets": {APPLE: desk.market(instrument=desk.instrument(smallest_notional=D(1000)))}}),
    row("dust can be closed", request={"side": Side.SELL, "quantity": D(9)}, book={"positions": (held(9),),
        "markets": {APPLE: desk.market(instrument=desk.instrument(smallest_quantity=D(10)))}}),
    row("a trailing offset between ticks", "grid",
        request={"kind": OrderKind.TRAILING_STOP, "trailing_offset": D("1.005")}),
]  # fmt: skip
ROWS = [
    *BASKETS, *WORKING, *SELF_TRADES, *PARENTS, *RATES, *PRICES, *CLOSE, *NEW, *SMALLEST,
]  # fmt: skip


@pytest.mark.parametrize("case", ROWS, ids=lambda case: case.name)
def test_limits_of_what_is_on_its_way(case: Row) -> None:
    decide(case)


def test_cancels_have_messages_left_when_nothing_else_has() -> None:
    limits = desk.limits(messages_per_second=10)
    full = desk.book(messages=Moments([NOW] * 8))
    assert messages_left(full, limits=limits, now_ns=NOW, is_cancel=False) == 0
    assert messages_left(full, limits=limits, now_ns=NOW, is_cancel=True) == 2
    assert messages_left(full, limits=limits, now_ns=NOW + SECOND - 1, is_cancel=False) == 0
    assert messages_left(full, limits=limits, now_ns=NOW + SECOND, is_cancel=False) == 8
    over = desk.book(messages=Moments([NOW] * 11), sent=(sent("s"),))
    assert messages_left(over, limits=limits, now_ns=NOW, is_cancel=True) == 0


def findings(control: str, market: dict[str, Any], **request: Any) -> Any:
    book = desk.book(markets={APPLE: desk.market(instrument=desk.instrument(**market))})
    answer = check(desk.request(**request), book, limits=desk.limits(), now_ns=NOW)
    return next(one for one in answer.findings if one.control == control)


def test_what_is_off_the_grid_is_told_with_the_nearest_that_risks_less() -> None:
    coarse: dict[str, Any] = {"lot": D(5), "tick": D("0.05")}
    bought = findings("grid", coarse, quantity=D(12), kind=LIMIT, limit_price=D("99.98"))
    assert bought.value == "quantity 12 (try 10), price 99.98 (try 99.95)"
    sold = findings("grid", coarse, side=Side.SELL, quantity=D(10), kind=LIMIT, limit_price=D("100.02"))
    assert sold.value == "price 100.02 (try 100.05)"
    trailed = findings("grid", coarse, quantity=D(10), kind=OrderKind.TRAILING_STOP, trailing_offset=D("1.03"))
    assert trailed.value == "trailing offset 1.03 (try 1.00)"
    assert findings("grid", coarse, quantity=D(10)).value == "on the grid"


def test_what_is_too_small_is_told_with_the_smallest_that_is_not() -> None:
    units = findings("smallest_order", {"lot": D(5), "smallest_quantity": D(12)}, quantity=D(10))
    assert (units.is_refused, units.limit, units.remedy) == (True, "12", "send nothing, or 15")
    exact = findings("smallest_order", {"lot": D(5), "smallest_quantity": D(20)}, quantity=D(10))
    assert exact.remedy == "send nothing, or 20"
    money = findings("smallest_order", {"multiplier": D(4), "smallest_notional": D(6000)}, quantity=D(14))
    assert (money.is_refused, money.limit, money.remedy) == (True, "15", "send nothing, or 15")
    dear: dict[str, Any] = {"kind": LIMIT, "limit_price": D(80), "quantity": D(18)}
    at_its_price = findings("smallest_order", {"multiplier": D(4), "smallest_notional": D(6000)}, **dear)
    assert (at_its_price.is_refused, at_its_price.remedy) == (True, "send nothing, or 19")
    assert not findings("smallest_order", {"smallest_quantity": D(10)}, quantity=D(10)).is_refused
