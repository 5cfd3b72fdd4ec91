"""Supervision of cash, rates and alerts of an account, and of single instruments and strategies."""

from decimal import Decimal
from typing import Any, ClassVar

import pytest
from tests.unit.trading.risk import risk_desk as desk
from tests.unit.trading.risk.risk_desk import APPLE, OTHER, D, renamed

from tradewright.domain.calendars import SECOND
from tradewright.domain.identifiers import StrategyId
from tradewright.domain.orders.side import Side
from tradewright.trading.risk.basket import ApprovedBasket, RefusedBasket, check_basket
from tradewright.trading.risk.states import TradingState
from tradewright.trading.risk.supervisory import (
    Action,
    CashDrift,
    Course,
    RateBreaches,
    RiskEvent,
    SupervisoryRule,
    UnacknowledgedAlert,
    supervise,
)
from tradewright.trading.risk.watching import (
    MissingStop,
    PositionDrift,
    RepeatedFills,
    SeenFill,
    SeenPosition,
    StrategyCourse,
    StrategyLoss,
    Unprotected,
    halted,
)

NOW = 10_000 * SECOND
ACTIVE, REDUCE, CANCEL, KILLED = TradingState
RULES: tuple[SupervisoryRule, ...] = (CashDrift(), RateBreaches(), UnacknowledgedAlert())
STRATEGY = StrategyId("momentum")

CASES: list[tuple[str, dict[str, Any], TradingState, list[tuple[str, Action]]]] = [
    ("all is well", {"cash": D(10), "venue_cash": D(10)}, ACTIVE, []),
    ("the venue has not told", {"cash": D(10)}, ACTIVE, []),
    ("a cent apart", {"cash": D("10.01"), "venue_cash": D(10)}, ACTIVE, []),
    ("more than a cent apart", {"cash": D("10"), "venue_cash": D("10.011")}, ACTIVE, [("cash_drift", Action.ALERT)]),
    ("a thousandth of equity apart", {"cash": D(110), "venue_cash": D(10)}, ACTIVE, [("cash_drift", Action.ALERT)]),
    ("more than that", {"cash": D("110.01"), "venue_cash": D(10)}, CANCEL, [("cash_drift", Action.SHUT)]),
    ("apart, and equity not known", {"cash": D(11), "venue_cash": D(10), "equity": None}, CANCEL,
     [("cash_drift", Action.SHUT)]),
    ("our cash not known", {"cash": None, "venue_cash": D(10)}, REDUCE, [("cash_drift", Action.SHUT)]),
    ("the venue's cash no number", {"cash": D(1), "venue_cash": D("NaN")}, REDUCE, [("cash_drift", Action.SHUT)]),
    ("two breaches of a rate", {"rate_breaches_ns": (NOW, NOW)}, ACTIVE, []),
    ("three breaches of a rate", {"rate_breaches_ns": (NOW - 60 * SECOND + 1, NOW, NOW)}, REDUCE,
     [("rate_breaches", Action.SHUT)]),
    ("three breaches, one a minute ago", {"rate_breaches_ns": (NOW - 60 * SECOND, NOW, NOW)}, ACTIVE, []),
    ("an alert just now", {"alerts_since_ns": (NOW,)}, ACTIVE, []),
    ("an alert of before the clock was set back", {"alerts_since_ns": (NOW + SECOND,)}, ACTIVE, []),
    ("an alert just under two minutes", {"alerts_since_ns": (NOW - 120 * SECOND + 1, NOW)}, ACTIVE, []),
    ("an alert of two minutes", {"alerts_since_ns": (NOW, NOW - 120 * SECOND)}, REDUCE,
     [("unacknowledged_alert", Action.SHUT)]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "changes", "state", "events"), CASES, ids=[one[0] for one in CASES])
def test_an_account_is_shut_as_far_as_it_must_be(
    name: str, changes: dict[str, Any], state: TradingState, events: list[tuple[str, Action]]
) -> None:
    parts: dict[str, Any] = {"equity": D(100_000), "day_equity": D(100_000), "peak_equity": D(100_000)}
    found, told = supervise(RULES, Course(**{**parts, **changes}), state=ACTIVE, now_ns=NOW)
    assert (found, [(one.rule, one.action) for one in told]) == (state, events), name


def position(ours: Any, venues: Any, instrument: str = APPLE) -> SeenPosition:
    return SeenPosition(instrument=instrument, ours=ours, venues=venues)


@pytest.mark.parametrize(
    ("ours", "venues", "is_frozen"),
    [(D(10), D(10), False), (D(10), D("10.1"), True), (D(0), D(-1), True), (D(10), None, True), (None, D(1), True),
     (D("NaN"), D(1), True)],
)  # fmt: skip
def test_an_instrument_that_the_venue_holds_otherwise_is_frozen(ours: Any, venues: Any, is_frozen: bool) -> None:
    events = PositionDrift().watch([position(D(1), D(1), OTHER), position(ours, venues)])
    assert [(one.scope, one.state) for one in events] == ([(APPLE, CANCEL)] if is_frozen else [])
    assert halted({}, events) == ({APPLE: CANCEL} if is_frozen else {})


def test_a_drift_is_told_with_both_sides() -> None:
    (event,) = PositionDrift().watch([position(D(10), D(12))])
    assert (event.value, event.reason) == (D(2), "we hold 10 of AAPL.XNAS, the venue 12")
    (event,) = PositionDrift().watch([position(D(10), None)])
    assert (event.value, event.reason) == (None, "the venue's position in AAPL.XNAS is not known")


@pytest.mark.parametrize(("waited_ns", "is_late"), [(5 * SECOND - 1, False), (5 * SECOND, True), (-SECOND, False)])
def test_a_position_has_five_seconds_to_get_its_stop(waited_ns: int, is_late: bool) -> None:
    events = MissingStop().watch([Unprotected(instrument=APPLE, since_ns=NOW - waited_ns)], now_ns=NOW)
    assert [(one.scope, one.action, one.state) for one in events] == (
        [(APPLE, Action.PROTECT, REDUCE)] if is_late else []
    )


def fills(count: int, *, time_ns: int = NOW, **changes: Any) -> list[SeenFill]:
    parts: dict[str, Any] = {"time_ns": time_ns, "strategy": STRATEGY, "instrument": APPLE, "side": Side.BUY}
    return [SeenFill(**{**parts, **changes}) for _ in range(count)]


@pytest.mark.parametrize(
    ("seen", "is_off"),
    [
        (fills(9), False),
        (fills(10), True),
        (fills(9) + fills(1, time_ns=NOW - 60 * SECOND), False),
        (fills(9) + fills(1, time_ns=NOW - 60 * SECOND + 1), True),
        (fills(5) + fills(5, side=Side.SELL), False),
        (fills(5) + fills(5, instrument=OTHER), False),
        (fills(5) + fills(5, strategy=StrategyId("other")), False),
    ],
)
def test_a_strategy_that_fills_again_and_again_is_switched_off(seen: list[SeenFill], is_off: bool) -> None:
    events = RepeatedFills().watch(seen, now_ns=NOW)
    assert [(one.scope, one.state) for one in events] == ([(STRATEGY, REDUCE)] if is_off else [])


@pytest.mark.parametrize(
    ("pnl", "day_equity", "is_off"),
    [(D("-999.99"), D(100_000), False), (D(-1000), D(100_000), True), (D(5000), D(100_000), False),
     (None, D(100_000), True), (D(0), None, True)],
)  # fmt: skip
def test_a_strategy_that_lost_its_part_is_switched_off(pnl: Any, day_equity: Any, is_off: bool) -> None:
    events = StrategyLoss().watch([StrategyCourse(strategy=STRATEGY, pnl=pnl)], day_equity=day_equity)
    assert [(one.scope, one.state) for one in events] == ([(STRATEGY, REDUCE)] if is_off else [])
    assert all(one.reason for one in events)


def test_scopes_only_go_down_and_alerts_shut_nothing() -> None:
    def event(state: TradingState, action: Action = Action.SHUT, scope: str = APPLE) -> RiskEvent:
        return RiskEvent(rule="r", value=D(1), limit=D(1), state=state, reason="x", scope=scope, action=action)

    before = {APPLE: CANCEL, OTHER: REDUCE}
    after = halted(before, [event(REDUCE), event(KILLED, Action.ALERT, OTHER), event(KILLED, scope="")])
    assert after == before
    assert halted(before, [event(KILLED)]) == {APPLE: KILLED, OTHER: REDUCE}
    shut, _ = supervise((_Scoped(),), Course(equity=D(1), day_equity=D(1), peak_equity=D(1)), state=ACTIVE, now_ns=NOW)
    assert shut is ACTIVE


class _Scoped:
    name: ClassVar[str] = "scoped"

    def watch(self, course: Course, *, now_ns: int) -> RiskEvent | None:
        return RiskEvent(rule="r", value=Decimal(1), limit=Decimal(1), state=KILLED, reason="x", scope=APPLE)


def test_a_basket_passes_whole_or_not_at_all() -> None:
    wishes = [desk.request(f"w{n}", quantity=D(40 + n)) for n in range(3)]
    book, limits = desk.book(), desk.limits(position=D("0.10"))
    answer = check_basket(wishes, book, limits=limits, now_ns=desk.NOW)
    assert isinstance(answer, RefusedBasket) and answer.request is wishes[2]
    assert [one.control for one in answer.refused.reasons] == ["position"]
    assert len(book.reservations) == len(book.sent) == 0
    both = check_basket(wishes[:2], book, limits=limits, now_ns=desk.NOW)
    assert isinstance(both, ApprovedBasket) and len(both.approvals) == len(both.book.reservations) == 2
    again = check_basket([renamed(wishes[0], "x")], both.book, limits=limits, now_ns=desk.NOW)
    assert isinstance(again, RefusedBasket)
    nothing = check_basket([], book, limits=limits, now_ns=desk.NOW)
    assert isinstance(nothing, ApprovedBasket) and nothing.book is book
