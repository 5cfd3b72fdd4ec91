"""A book that takes over what an earlier one found out gives the same answers as one that finds it out itself."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.trading.risk import risk_desk as desk
from tests.unit.trading.risk.risk_desk import APPLE, NOW, OTHER, D
from tests.unit.trading.risk.test_gate_laws import books, requests, some_limits

from tradewright.trading.risk.book import Book
from tradewright.trading.risk.exposure import everything, valued
from tradewright.trading.risk.gate import Approved, Refused, check
from tradewright.trading.risk.limits import Limits
from tradewright.trading.risk.request import RiskRequest

MARKETS = desk.book().markets
MOVED = {**MARKETS, APPLE: desk.market(APPLE, mark=D(103))}


def told(answer: Approved | Refused) -> object:
    return answer.findings, getattr(answer, "reservation", None), getattr(answer, "ticket", None)


@settings(max_examples=60, deadline=None)
@given(books(), books(), requests(), requests(), some_limits(), st.booleans())
def test_what_is_taken_over_changes_no_answer(
    one: Book, other: Book, first: RiskRequest, second: RiskRequest, limits: Limits, has_moved: bool
) -> None:
    earlier = replace(one, markets=MARKETS)
    check(first, earlier, limits=limits, now_ns=NOW)
    everything(earlier)
    plain = replace(other, markets=MOVED if has_moved else MARKETS)
    knowing = replace(plain).knowing(earlier)
    assert everything(knowing) == everything(plain)
    assert told(check(second, knowing, limits=limits, now_ns=NOW)) == told(
        check(second, plain, limits=limits, now_ns=NOW)
    )


def test_only_what_stands_as_it_did_is_taken_over() -> None:
    earlier = desk.book(markets=MARKETS, positions=(desk.held(10), desk.held(20, OTHER)))
    everything(earlier)
    moved = replace(earlier, markets=MOVED).knowing(earlier)
    assert set(moved.memo.valued) == {OTHER}
    assert moved.memo.valued[OTHER] is valued(earlier, OTHER)
    sold = replace(earlier, positions=(desk.held(10), desk.held(5, OTHER))).knowing(earlier)
    assert set(sold.memo.valued) == {APPLE}
    working = replace(earlier, reservations=(desk.reserved("a", 5),)).knowing(earlier)
    assert set(working.memo.valued) == {OTHER}
