"""What has happened takes the state of trading down, and never up."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewright.domain.calendars import SECOND
from tradewright.trading.risk.states import TradingState
from tradewright.trading.risk.supervisory import (
    Course,
    DrawdownReached,
    LossOfTheDay,
    LossSpeed,
    RejectedPart,
    SupervisoryRule,
    supervise,
)

D = Decimal
NOW = 10_000 * SECOND
RULES: tuple[SupervisoryRule, ...] = (
    LossOfTheDay(D("0.02")), DrawdownReached(D("0.15")), LossSpeed(), RejectedPart(),
)  # fmt: skip
ACTIVE, REDUCE, KILLED = TradingState.ACTIVE, TradingState.REDUCE_ONLY, TradingState.KILLED


def course(**changes: Any) -> Course:
    parts: dict[str, Any] = {"equity": D(100_000), "day_equity": D(100_000), "peak_equity": D(100_000)}
    return Course(**{**parts, **changes})


CASES: list[tuple[str, dict[str, Any], TradingState, set[str]]] = [
    ("all is well", {}, ACTIVE, set()),
    ("just under the loss of the day", {"equity": D("98000.01")}, ACTIVE, set()),
    ("at the loss of the day", {"equity": D(98_000)}, REDUCE, {"daily_loss"}),
    ("just under one and a half times it", {"equity": D("97000.01")}, REDUCE, {"daily_loss"}),
    ("at one and a half times it", {"equity": D(97_000)}, KILLED, {"daily_loss"}),
    ("just under the drawdown", {"peak_equity": D(100_000) / D("0.8500001")}, ACTIVE, set()),
    ("at the drawdown", {"equity": D(85_000), "day_equity": D(85_000)}, REDUCE, {"drawdown"}),
    ("lost just too slowly", {"equities": ((NOW - 60 * SECOND, D("100499.99")),)}, ACTIVE, set()),
    ("lost half a percent in a minute", {"equities": ((NOW - 60 * SECOND, D(100_500)),)}, KILLED, {"loss_speed"}),
    ("lost it a moment longer ago", {"equities": ((NOW - 60 * SECOND - 1, D(100_500)),)}, ACTIVE, set()),
    ("a fifth rejected", {"answers": (False,) * 10 + (True,) * 40}, ACTIVE, set()),
    ("more than a fifth rejected", {"answers": (False,) * 11 + (True,) * 39}, REDUCE, {"rejected"}),
    ("rejections long ago", {"answers": (False,) * 11 + (True,) * 50}, ACTIVE, set()),
    ("too few orders to tell", {"answers": (False,) * 49}, ACTIVE, set()),
    ("equity not known", {"equity": None}, REDUCE, {"daily_loss", "drawdown", "loss_speed"}),
    ("equity no number", {"equity": D("NaN")}, REDUCE, {"daily_loss", "drawdown", "loss_speed"}),
    ("the morning not known", {"day_equity": None}, REDUCE, {"daily_loss", "loss_speed"}),
    ("the last minutes no numbers", {"equities": ((NOW, D("NaN")),)}, REDUCE, {"loss_speed"}),
]


@pytest.mark.parametrize(("name", "changes", "state", "rules"), CASES, ids=[one[0] for one in CASES])
def test_a_course_leads_to_a_state(name: str, changes: dict[str, Any], state: TradingState, rules: set[str]) -> None:
    found, events = supervise(RULES, course(**changes), state=ACTIVE, now_ns=NOW)
    assert (found, {event.rule for event in events}) == (state, rules), name
    assert all(event.reason for event in events)


money = st.one_of(st.none(), st.integers(50_000, 150_000).map(D))


@settings(max_examples=60, deadline=None)
@given(money, money, money, st.sampled_from(list(TradingState)))
def test_supervision_never_opens_what_was_shut(
    equity: Decimal | None, day: Decimal | None, peak: Decimal | None, state: TradingState
) -> None:
    watched = course(equity=equity, day_equity=day, peak_equity=peak)
    found, events = supervise(RULES, watched, state=state, now_ns=NOW)
    assert found == max([state, *(event.state for event in events)])
