"""Books from which old orders have left are the books that have them all, whatever is told afterwards and however late.

Two states book the same facts; from one of them orders leave at any moments. Executions and splits come in any order.
"""

import os
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from tradewright.domain.identifiers import ClientOrderId, ExecutionId
from tradewright.domain.money import Money
from tradewright.domain.orders.fill import Fill
from tradewright.domain.orders.request import OrderRequest
from tradewright.domain.orders.side import Side
from tradewright.engine.session import facts
from tradewright.engine.session.apply import apply
from tradewright.engine.session.dropped import execution_entries, order_entries
from tradewright.engine.session.facts import Fact, Role
from tradewright.engine.session.state import SessionState, decoded, encoded, state_digest
from tradewright.ports.hosts import StrategyTerms

CASES = int(os.environ.get("LAW_CASES", "60"))
NAMES = ("AAA.XNYS", "BBB.XNYS")
STRATEGIES = ("own", "external")
NOW_NS = 1_000_000

TRADE = st.tuples(st.sampled_from(NAMES), st.sampled_from(STRATEGIES), st.booleans(), st.integers(1, 9),
                  st.integers(90, 110), st.integers(-3, 3), st.integers(0, 9))  # fmt: skip
"""Instrument, strategy, buys or sells, quantity, price, how much later or earlier than its turn, and by its luck it is
taken back (0) or in another currency (1)."""
STEP = st.one_of(TRADE, TRADE, TRADE, st.sampled_from(("2", "0.5", "3")), st.just("prune"))
Trade = tuple[str, str, bool, int, int, int, int]


def begun() -> SessionState:
    state = SessionState(epoch=1)
    terms = StrategyTerms(strategy="s", parameters={}, instruments=NAMES, multipliers={}, lots={})
    each = tuple(
        facts.InstrumentTerms(instrument=name, currency="USD", multiplier=Decimal(1), lot=Decimal(1),
                              tick=Decimal("0.01"), asset_class="equity")
        for name in NAMES
    )  # fmt: skip
    apply(
        state,
        facts.SessionStarted(
            time_ns=0, session="s1", mode="paper", account="main", broker="b", strategy=terms, strategy_name="own",
            instruments=each, feed={}, opening_cash={"USD": Decimal(100_000)}, limits_version=1, engine_version="t",
        ),
    )  # fmt: skip
    return state


def story_of(number: int, trade: Trade, at_ns: int) -> list[Fact]:
    """An order that is adopted and filled, at a time of the venue; some executions are taken back."""
    name, strategy, buys, quantity, price, _, luck = trade
    side, order = Side.BUY if buys else Side.SELL, ClientOrderId(f"o{number}")
    request = OrderRequest(instrument=name, side=side, quantity=Decimal(quantity))
    fill = Fill(
        execution_id=ExecutionId(f"x{number}"), client_order_id=order, instrument=name, side=side,
        quantity=Decimal(quantity), price=Decimal(price), time_ns=at_ns,
        fee=Money.of("0.10", "EUR" if luck == 1 else "USD"),
    )  # fmt: skip
    found: list[Fact] = [
        facts.OrderAdopted(time_ns=at_ns, client_order_id=order, venue_order_id=f"v{number}", request=request,
                           strategy=strategy, role=Role.PLAIN, life="working"),
        facts.OrderFilled(at_ns, fill),
    ]  # fmt: skip
    if luck == 0:
        found += [facts.FillBusted(at_ns, order, fill.execution_id), facts.OrderCanceled(at_ns, order, "taken back")]
    return found


def books(state: SessionState) -> object:
    return state.positions, state.cash, state.split_paid, state.open, state.fill_times


@settings(max_examples=CASES, deadline=None)
@given(st.lists(STEP, min_size=4, max_size=40))
def test_books_without_their_old_orders_are_the_books_with_them(steps: list[Trade | str]) -> None:
    whole, less, replayed = begun(), begun(), begun()
    watermark, drops = 0, 0
    for turn, step in enumerate(steps, start=1):
        now_ns = turn * 10
        if step == "prune":
            before_ns = now_ns - 35  # what is told late here is at most that late
            if before_ns > watermark:
                watermark = before_ns
                for state in (less, replayed):
                    apply(state, facts.Pruned(now_ns, before_ns))
                drops = less.gone.orders
            continue
        told: list[Fact]
        if isinstance(step, str):
            told = [facts.SplitBooked(now_ns, f"s{turn}", NAMES[turn % 2], Decimal(step), Decimal(50), now_ns - 5)]
        else:
            told = story_of(turn, step, now_ns + 10 * step[5])
        for fact in told:
            for state in (whole, less, replayed):
                apply(state, fact)
        assert books(less) == books(whole)
    assert len(less.orders) + drops == len(whole.orders)
    assert all((name in less.orders) is not less.gone.has_order(name) for name in whole.orders)
    for name, fill in whole.executions.items():
        old = less.gone.execution(name)
        assert (old is None) is (name in less.executions)
        assert old is None or (old.instrument, old.is_busted) == (fill.instrument, name in whole.busted)
    assert state_digest(less) == state_digest(replayed) == state_digest(decoded(encoded(less)))
    assert decoded(encoded(less)) == less


@settings(max_examples=CASES, deadline=None)
@given(st.lists(st.sets(st.text(min_size=1, max_size=6)), max_size=5))
def test_ids_are_found_in_whatever_parts_they_came(parts: list[set[str]]) -> None:
    known: set[str] = set()
    orders = executions = b""
    for part in parts:
        fresh = part - known
        orders = order_entries(orders, fresh)
        executions = execution_entries(executions, [(name, len(name), len(name) % 2 == 0) for name in fresh])
        known |= fresh
    whole = order_entries(b"", known)
    assert orders == whole and len(orders) == 12 * len(known)
    assert executions == execution_entries(b"", [(name, len(name), len(name) % 2 == 0) for name in known])
