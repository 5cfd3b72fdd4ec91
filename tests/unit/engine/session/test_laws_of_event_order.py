"""What the venue says may come in any order and more than once: the books that follow are the same.

Orders are sent, the venue's reports and executions are shuffled and repeated, and the core is told them as they come.
"""

import os
import random
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.engine.session.core_desk import A, B, Desk, buy, sell, trading_desk

from tradewright.domain.identifiers import ExecutionId, VenueOrderId
from tradewright.domain.money import Money
from tradewright.domain.orders.fill import Fill
from tradewright.engine.session.inputs import SendOrder
from tradewright.engine.session.state import SessionState, state_digest
from tradewright.engine.session.tracked import TrackedOrder
from tradewright.ports import broker

CASES = int(os.environ.get("LAW_CASES", "12"))
SHUFFLES = 5
TELLING = broker.OrderReport | broker.Executed

ORDER = st.tuples(st.booleans(), st.booleans(), st.integers(2, 6), st.integers(1, 3), st.booleans())
"""Buys or sells, the one or the other instrument, quantity, number of executions, whether it is filled whole."""
ORDERS = st.lists(ORDER, min_size=1, max_size=6)
Wish = tuple[bool, bool, int, int, bool]


def sent(wishes: list[Wish]) -> tuple[Desk, list[tuple[TrackedOrder, Wish]]]:
    """A desk with these orders at the venue, not answered yet; the gate refuses those that would trade with others."""
    desk, taken = trading_desk(), list[tuple[TrackedOrder, Wish]]()
    for name, price in ((A, "100"), (B, "50")):
        desk.send(SendOrder(number=0, who="law", request=buy(12, name)))
        desk.accept(desk.last)
        desk.fill(desk.last, price=price)
    for number, (buys, is_first, quantity, _, _) in enumerate(wishes):
        request = (buy if buys else sell)(quantity, A if is_first else B)
        before = len(desk.orders)
        desk.send(SendOrder(number=number, who="law", request=request))
        taken += [(tracked, wishes[number]) for tracked in desk.orders[before:]]
        desk.wait(50_000_000)
        desk.session_ns += 50_000_000
    return desk, taken


def told(taken: list[tuple[TrackedOrder, Wish]]) -> list[TELLING]:
    """All that the venue says of the orders that were sent, in the order in which it happened."""
    found: list[TELLING] = []
    for tracked, (_, _, _, parts, is_whole) in taken:
        found.append(_report(tracked, broker.ReportedLife.WORKING, Decimal(0)))
        total = int(tracked.order.request.quantity) - (0 if is_whole else 1)
        filled = 0
        for part in range(parts):
            share = total * (part + 1) // parts - total * part // parts
            filled += share
            if share:
                found.append(broker.Executed(_fill(tracked, share, part)))
        end = broker.ReportedLife.FILLED if is_whole else broker.ReportedLife.CANCELED
        found.append(_report(tracked, end, Decimal(filled)))
    return found


def _report(tracked: TrackedOrder, life: broker.ReportedLife, filled: Decimal) -> broker.OrderReport:
    return broker.OrderReport(
        client_order_id=tracked.id, venue_order_id=VenueOrderId(f"v-{tracked.id}"), request=tracked.order.request,
        life=life, filled=filled,
    )  # fmt: skip


def _fill(tracked: TrackedOrder, quantity: int, part: int) -> Fill:
    return Fill(
        execution_id=ExecutionId(f"{tracked.id}-{part}"), client_order_id=tracked.id, instrument=tracked.instrument,
        side=tracked.order.request.side, quantity=Decimal(quantity), price=Decimal(100 + part), time_ns=1,
        fee=Money.of("0.35", ("USD", "EUR", "BTC")[part]),
    )  # fmt: skip


def books(state: SessionState) -> dict[str, object]:
    """What must not depend on the order in which things were told."""
    return {
        "positions": state.net_positions(),
        "cash": {name: amount for name, amount in state.cash.items() if amount},
        "orders": {
            name: (one.order.life, one.order.filled, one.filled_value, sorted(one.order.executions), one.order.pending)
            for name, one in state.orders.items()
        },
        "executions": dict(sorted(state.executions.items())),
        "gains and fees": {name: _gain(state, name) for name in (A, B)},
        "open": sorted(state.open),
    }  # fmt: skip


def _gain(state: SessionState, name: str) -> tuple[Decimal, Decimal]:
    held = [of[name] for of in state.positions.values() if name in of]
    gain = sum((one.realized - one.cost_basis for one in held), Decimal(0))
    return gain, sum((one.fees for one in held), Decimal(0))


def test_the_gate_lets_such_orders_through() -> None:
    wishes = [
        (True, True, 6, 3, True),
        (False, False, 5, 2, False),
        (False, True, 4, 1, True),
        (True, True, 3, 1, True),
    ]
    desk, taken = sent(wishes)
    assert [wish for _, wish in taken] == wishes[:3]
    for event in told(taken):
        desk.give(event)
    assert len(desk.core.state.executions) == 8
    assert not desk.core.state.open


@settings(max_examples=CASES, deadline=None)
@given(ORDERS, st.integers(0, 1 << 32))
def test_shuffled_and_repeated_events_lead_to_the_same_books(wishes: list[Wish], seed: int) -> None:
    straight, taken = sent(wishes)
    for event in told(taken):
        straight.give(event)
    wanted, chance = books(straight.core.state), random.Random(seed)
    for _ in range(SHUFFLES):
        desk, taken = sent(wishes)
        events = told(taken)
        events += chance.choices(events, k=len(events) // 2)
        chance.shuffle(events)
        for event in events:
            desk.give(event)
        assert books(desk.core.state) == wanted


@settings(max_examples=CASES, deadline=None)
@given(ORDERS, st.integers(0, 1 << 32))
def test_repeated_events_leave_the_very_same_state(wishes: list[Wish], seed: int) -> None:
    (straight, taken), chance = sent(wishes), random.Random(seed)
    for event in told(taken):
        straight.give(event)
    wanted = state_digest(straight.core.state)
    for _ in range(SHUFFLES):
        desk, taken = sent(wishes)
        past: list[TELLING] = []
        for event in told(taken):
            desk.give(event, *chance.choices([*past, event], k=chance.randrange(3)))
            past.append(event)
        assert state_digest(desk.core.state) == wanted
