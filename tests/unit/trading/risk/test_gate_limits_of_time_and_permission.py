"""Every limit of rate, price, time and permission just under, at and over."""

import pytest
from tests.unit.trading.risk import risk_desk as desk
from tests.unit.trading.risk.gate_cases import LIMIT, MS, Row, decide, instrument, row, three
from tests.unit.trading.risk.risk_desk import APPLE, CLOSES, COIN, NOW, OPENS, OTHER, D, held, reserved, sent

from tradewright.domain.calendars import SECOND
from tradewright.domain.instruments.instrument import InstrumentStatus
from tradewright.domain.orders.request import OrderKind, Origin
from tradewright.domain.orders.side import Side
from tradewright.trading.risk.gate import Approved, Refused, check
from tradewright.trading.risk.states import TradingState

RATES = [
    *three(
        "orders_per_second",
        what="orders in a second",
        values=(3, 4, 5),
        at=lambda n: {"book": {"sent": tuple(sent(f"s{i}", quantity=D(i + 1)) for i in range(n))}},
        limit={"orders_per_second": 5},
    ),
    row(
        "an order of just under a second ago is counted",
        "orders_per_second",
        book={"sent": (sent("s", NOW - SECOND + 1, quantity=D(1)),)},
        limits={"orders_per_second": 1},
    ),
    row(
        "an order of a second ago is not counted",
        book={"sent": (sent("s", NOW - SECOND, quantity=D(1)),)},
        limits={"orders_per_second": 1},
    ),
    row(
        "an order from after a clock set back is counted",
        "orders_per_second",
        book={"sent": (sent("s", NOW + 5 * SECOND, quantity=D(1)),)},
        limits={"orders_per_second": 1},
    ),
    *three(
        "trades_per_day",
        what="trades of a day",
        values=(1, 2, 3),
        at=lambda n: {"book": {"sent": tuple(sent(f"s{i}", OPENS + i) for i in range(n))}},
        limit={"trades_per_day": 3},
    ),
    row(
        "an order of yesterday is no trade of today",
        book={"sent": (sent("s", OPENS - 1),)},
        limits={"trades_per_day": 1},
    ),
    row("the same order within the window", "duplicate", book={"sent": (sent("s", NOW - 1999 * MS),)}),
    row("the same order when the window has passed", book={"sent": (sent("s", NOW - 2000 * MS),)}),
    row("another quantity is another order", book={"sent": (sent("s", quantity=D(11)),)}),
    row("an id that was sent before", "order_id", book={"sent": (sent("new", OPENS),)}),
    row("an id that is working", "order_id", book={"reservations": (reserved("new", 10),)}),
    row("a second attempt of an order that was sent", request={"attempt": 2}, book={"sent": (sent("new", OPENS),)}),
    row("a second attempt of an order that never was", "order_id", request={"attempt": 2}),
]
PRICES = [
    *three(
        "price_collar",
        what="a buy above the mark",
        values=(D("102.99"), D(103), D("103.01")),
        at=lambda p: {"request": {"kind": LIMIT, "limit_price": p}},
        limit={},
    ),
    *three(
        "price_collar",
        what="a sell below the mark",
        values=(D("97.01"), D(97), D("96.99")),
        at=lambda p: {"request": {"side": Side.SELL, "kind": LIMIT, "limit_price": p, "protective_stop": D(102)}},
        limit={},
    ),
    row("a buy far below the mark pays nothing too much", request={"kind": LIMIT, "limit_price": D(80)}),
    row("a coin may be paid 5% more", request={"instrument": COIN, "kind": LIMIT, "limit_price": D(105)}),
    row(
        "a coin may not be paid more than 5% more",
        "price_collar",
        request={"instrument": COIN, "kind": LIMIT, "limit_price": D("105.01")},
    ),
    *three(
        "fat_finger",
        what="a price below the mark",
        values=(D("75.01"), D(75), D("74.99")),
        at=lambda p: {"request": {"kind": LIMIT, "limit_price": p, "protective_stop": None}},
        limit={},
    ),
    row("a protective stop with a digit too few", "fat_finger", request={"protective_stop": D("9.8")}),
    row(
        "a trailing offset with a digit too many",
        "fat_finger",
        request={"kind": OrderKind.TRAILING_STOP, "trailing_offset": D(26)},
    ),
]
TIME = [
    *three(
        "mark_age_ms",
        what="age of the mark",
        values=(89_999, 90_000, 90_001),
        at=lambda ms: {"book": {"markets": {APPLE: desk.market(marked_ns=NOW - ms * MS)}}},
        limit={},
    ),
    row(
        "a mark of yesterday's close is as old as today's session",
        now_ns=OPENS + 90 * SECOND,
        book={"markets": {APPLE: desk.market(marked_ns=CLOSES - 86_400 * SECOND)}, "valued_ns": OPENS},
    ),
    row(
        "a mark of yesterday's close ages with today's session",
        "mark_age_ms",
        now_ns=OPENS + 90 * SECOND + 1,
        book={"markets": {APPLE: desk.market(marked_ns=CLOSES - 86_400 * SECOND)}, "valued_ns": OPENS},
    ),
    *three(
        "book_age_ms",
        what="age of another position's mark",
        values=(899_999, 900_000, 900_001),
        at=lambda ms: {
            "book": {
                "positions": (held(1, OTHER),),
                "markets": {APPLE: desk.market(), OTHER: desk.market(OTHER, marked_ns=NOW - ms * MS)},
            }
        },
        limit={},
    ),
    *three(
        "book_age_ms",
        what="age of the account",
        values=(899_999, 900_000, 900_001),
        at=lambda ms: {"book": {"valued_ns": NOW - ms * MS}},
        limit={},
    ),
    row("executes at the close", request={"executes_ns": CLOSES}),
    row("executes just after the close", "market_hours", request={"executes_ns": CLOSES + 1}),
    row(
        "decided after the close, executes at the open",
        now_ns=OPENS - 1,
        request={"executes_ns": OPENS},
        book={"markets": {APPLE: desk.market(marked_ns=CLOSES - 86_400 * SECOND)}, "valued_ns": OPENS - 1},
    ),
    row("executes in the past", "market_hours", request={"executes_ns": NOW - 1}),
]
PERMISSIONS = [
    row("an instrument that is not listed", "instruments", limits={"instruments": frozenset({OTHER})}),
    row("an instrument that is halted", "instruments", book={"markets": {APPLE: desk.market(
        instrument=instrument(APPLE, status=InstrumentStatus.HALTED))}}),
    row("a sell of what is held", request={"side": Side.SELL, "quantity": D(10)}, book={"positions": (held(10),)},
        limits={"allows_short": False}),
    row("a sell of one more than is held", "short", request={"side": Side.SELL, "quantity": D(11),
        "protective_stop": D(102)}, book={"positions": (held(10),)}, limits={"allows_short": False}),
    row("a sell of what is on sale already", "short", request={"side": Side.SELL, "quantity": D(1)},
        book={"positions": (held(10),), "reservations": (reserved("s", 10, side=Side.SELL),)},
        limits={"allows_short": False}),
    row("a short that is allowed and can be borrowed", request={"side": Side.SELL, "protective_stop": D(102)}),
    row("a short that nobody lends", "short", request={"side": Side.SELL, "protective_stop": D(102)},
        book={"markets": {APPLE: desk.market(can_short=False)}}),
    row("reduce-only of what is held", request={"side": Side.SELL, "reduces_only": True},
        book={"positions": (held(10),)}),
    row("reduce-only of more than is held", "reduces_only", request={"side": Side.SELL, "reduces_only": True,
        "quantity": D(11)}, book={"positions": (held(10),)}),
    row("reduce-only beside another that closes all", "reduces_only", request={"side": Side.SELL,
        "reduces_only": True}, book={"positions": (held(10),), "reservations": (
            reserved("s", 10, side=Side.SELL, reduces_only=True),)}),
    row("target beside the stop of the same bracket", request={"side": Side.SELL, "reduces_only": True, "group": "b",
        "kind": LIMIT, "limit_price": D(110)}, book={"positions": (held(10),), "reservations": (
            reserved("s", 10, side=Side.SELL, reduces_only=True, group="b", prices=(D(98),)),)}),
]  # fmt: skip
STATES = [
    row(f"{'a reducing' if reduces else 'an opening'} order of {origin.value} while {state.name}",
        "" if passes else "trading_state",
        request={"side": Side.SELL if reduces else Side.BUY, "origin": origin},
        book={"state": state, "positions": (held(10),)})
    for state, reduces, origin, passes in [
        (TradingState.ACTIVE, False, Origin.STRATEGY, True),
        (TradingState.REDUCE_ONLY, False, Origin.STRATEGY, False),
        (TradingState.REDUCE_ONLY, True, Origin.STRATEGY, True),
        (TradingState.CANCEL_ONLY, True, Origin.STRATEGY, False),
        (TradingState.CANCEL_ONLY, True, Origin.OPERATOR, True),
        (TradingState.KILLED, False, Origin.RISK, False),
        (TradingState.KILLED, True, Origin.OPERATOR, False),
        (TradingState.KILLED, True, Origin.RISK, True),
    ]
]  # fmt: skip
ROWS = [*RATES, *PRICES, *TIME, *PERMISSIONS, *STATES]


@pytest.mark.parametrize("case", ROWS, ids=lambda case: case.name)
def test_limits_of_rate_price_time_and_permission(case: Row) -> None:
    decide(case)


@pytest.mark.parametrize(
    ("scope", "name"), [("momentum", "strategy"), (APPLE, "instrument")], ids=["a strategy", "an instrument"]
)
def test_the_kill_switch_of_a_part_stops_that_part(scope: str, name: str) -> None:
    book = desk.book(halts={scope: TradingState.KILLED})
    stopped = desk.request(strategy="momentum")
    free = desk.request(strategy="other", instrument=OTHER)
    assert isinstance(check(stopped, book, limits=desk.limits(), now_ns=NOW), Refused), name
    assert isinstance(check(free, book, limits=desk.limits(), now_ns=NOW), Approved)
