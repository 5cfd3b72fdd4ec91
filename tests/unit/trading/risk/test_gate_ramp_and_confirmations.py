"""The first live orders of a strategy go out one at a time; what soft controls refuse a person may confirm."""

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.trading.risk import risk_desk as desk
from tests.unit.trading.risk.gate_cases import LIMIT, Row, decide, row, three
from tests.unit.trading.risk.risk_desk import APPLE, NOW, D, held, sent

from tradewright.domain.identifiers import ClientOrderId
from tradewright.domain.orders.side import Side
from tradewright.trading.risk.book import Begun
from tradewright.trading.risk.controls.table import SOFT, controls_of
from tradewright.trading.risk.gate import Approved, Refused, check
from tradewright.trading.risk.verdict import Verdict

OTHERS = (ClientOrderId("before"),)
RAMP: list[Row] = [
    *three(
        "ramp_orders",
        what="orders sent while one works, of those that go one at a time,",
        values=(11, 10, 9),
        at=lambda n: {"request": {"strategy": "s"}, "book": {"begun": {"s": Begun(n, OTHERS)}}},
        limit={"ramp_orders": 10},
    ),
    row("nothing works", request={"strategy": "s"}, book={"begun": {"s": Begun(3)}}, limits={"ramp_orders": 10}),
    row("a strategy of which nothing is known", request={"strategy": "s"}, book={"begun": {}},
        limits={"ramp_orders": 10}),
    row("a strategy where nothing is live", request={"strategy": "s"}, limits={"ramp_orders": 10}),
    row("a person is never new", book={"begun": {"s": Begun(0, OTHERS)}}, limits={"ramp_orders": 10}),
    row("another strategy is new", request={"strategy": "t"}, book={"begun": {"s": Begun(0, OTHERS)}},
        limits={"ramp_orders": 10}),
    row("a way out of a new strategy", request={"strategy": "s", "side": Side.SELL},
        book={"begun": {"s": Begun(0, OTHERS)}, "positions": (held(10),)}, limits={"ramp_orders": 10}),
    row("a ramp of no orders", request={"strategy": "s"}, book={"begun": {"s": Begun(0, OTHERS)}},
        limits={"ramp_orders": 0}),
]  # fmt: skip


@pytest.mark.parametrize("case", RAMP, ids=lambda case: case.name)
def test_the_first_orders_of_a_strategy_that_trades_live_go_one_at_a_time(case: Row) -> None:
    decide(case)


def asked(confirmed: dict[str, str] | None = None, **parts: Any) -> Approved | Refused:
    """A limit price of 103 at a mark of 100, with a collar of 2%."""
    request = {"kind": LIMIT, "limit_price": D(103), "confirmed": confirmed or {}, **parts.pop("request", {})}
    book = desk.book(**parts.pop("book", {}))
    limits = desk.limits(collar_shares=D("0.02"), **parts)
    return check(desk.request(executes_ns=NOW, **request), book, limits=limits, now_ns=NOW)


def reasons(answer: Approved | Refused) -> set[str]:
    return {one.control for one in answer.findings if one.is_refused}


def test_soft_controls_are_those_that_suspect_a_slip_and_bound_no_loss() -> None:
    assert SOFT == {"duplicate", "price_collar", "spread"} <= {one.name for one in controls_of(desk.limits())}


def test_what_a_soft_control_found_is_typed_as_a_person_reads_it() -> None:
    answer = asked()
    assert isinstance(answer, Refused) and [one.to_type for one in answer.reasons] == ["0.03"]
    twin = asked(request={"limit_price": D(100)}, book={"sent": (sent("s", NOW - 1, limit_price=D(100), kind=LIMIT),)})
    assert isinstance(twin, Refused) and [one.to_type for one in twin.reasons] == ["s"]


@pytest.mark.parametrize(("typed", "passes"), [("0.029999", False), ("0.03", True), ("0.030001", True)])
def test_a_typed_number_covers_what_is_found_up_to_it_and_no_more(typed: str, passes: bool) -> None:
    answer = asked({"price_collar": typed})
    assert isinstance(answer, Approved) is passes
    if passes:
        (confirmed,) = [one for one in answer.findings if one.verdict is Verdict.CONFIRMED]
        assert (confirmed.control, confirmed.value) == ("price_collar", Decimal("0.03"))


@pytest.mark.parametrize("typed", ["", "much", "NaN", "0.02x"])
def test_what_is_no_number_covers_nothing(typed: str) -> None:
    assert reasons(asked({"price_collar": typed})) == {"price_collar"}


def test_another_order_than_the_one_that_was_named_is_no_known_repeat() -> None:
    book = {"sent": (sent("s", NOW - 1, limit_price=D(100), kind=LIMIT),)}
    for typed, expected in (("s", set()), ("t", {"duplicate"}), ("", {"duplicate"})):
        assert reasons(asked({"duplicate": typed}, request={"limit_price": D(100)}, book=book)) == expected


@pytest.mark.parametrize("hard", ["order_quantity", "order_notional", "position", "fat_finger", "instruments"])
def test_no_number_overrides_a_hard_control(hard: str) -> None:
    parts: dict[str, dict[str, Any]] = {
        "order_quantity": {"order_quantity": D("0.5")},
        "order_notional": {"order_notional": D("0.5")},
        "position": {"position": D("0.0001")},
        "fat_finger": {"fat_finger": D("0.001")},
        "instruments": {"instruments": frozenset({"OTHER.XNAS"})},
    }
    found = asked({hard: "1000000", "price_collar": "0.03"}, **parts[hard])
    assert reasons(found) == {hard}
    assert APPLE not in parts[hard].get("instruments", ())


def test_nothing_typed_changes_no_answer() -> None:
    assert reasons(asked()) == {"price_collar"}
    assert isinstance(asked(request={"limit_price": D(101)}), Approved)
