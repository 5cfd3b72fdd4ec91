"""Plain Python and machine code have the same fills, endings, equity and state over random streams, bit for bit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.engine.ticks.gambler import Gambler
from tests.unit.engine.ticks.tick_samples import ASKS, BIDS, Event, clear, level, quote, stream, trade

from tradewright.domain.costs import Commission, Costs, PerShare, Slippage
from tradewright.engine.assumptions import Assumptions
from tradewright.engine.kernel.tick_run import TickMarket, run_ticks
from tradewright.engine.run import EndingColumns, FillColumns, Run
from tradewright.engine.tick_assumptions import TickAssumptions
from tradewright.quant.compiled import is_enabled
from tradewright.trading.ticks import Ticks

pytestmark = pytest.mark.skipif(not is_enabled(), reason="the compiler is off")
NAMES = ("AAA.SIM", "BBB.SIM")


def random_stream(seed: int, *, kinds: str, length: int = 250) -> Ticks:
    """Trades of both instruments, with the quotes or the book of the first where `kinds` says so."""
    random = np.random.default_rng(seed)
    at, middle = 0, [100.0, 50.0]
    events: list[Event] = []
    book: dict[int, dict[float, float]] = {BIDS: {}, ASKS: {}}
    while len(events) < length:
        at += int(random.integers(0, 3)) * int(random.integers(1, 3_000_000_000))
        i = int(random.integers(0, 2))
        middle[i] += 0.25 * int(random.integers(-1, 2))
        quantity, side = float(random.integers(1, 30)), int(random.integers(-1, 2))
        price = middle[i] + 0.25 * int(random.integers(-2, 3))
        if i == 1 or kinds in {"alone", "trades"} or random.random() < 0.4:
            events.append(trade(at, price, quantity, side, i))
        elif kinds == "quotes":
            bid, ask = middle[0] - 0.25 * int(random.integers(0, 3)), middle[0] + 0.25 * int(random.integers(0, 3))
            shown = float("nan") if random.random() < 0.2 else float(random.integers(0, 40))
            events.append(quote(at, bid, float(random.integers(0, 40)), ask, shown))
        else:
            at += 1
            events += book_events(at, random, middle[0], book)
    if kinds == "alone":  # plain Python passes quiet stretches of these by
        return stream(*(event for event in events if event[2] == 0))
    return stream(*events, instruments=NAMES)


def book_events(
    at: int, random: np.random.Generator, middle: float, book: dict[int, dict[float, float]]
) -> list[Event]:
    """A level that changes, or a new snapshot where the middle has moved into the book."""
    bids, asks = book[BIDS], book[ASKS]
    is_moved = any(price >= middle for price in bids) or any(price <= middle for price in asks)
    if is_moved or random.random() < 0.1:
        for side, prices in book.items():
            prices.clear()
            prices.update({middle - side * 0.25 * k: float(random.integers(1, 50)) for k in range(1, 6)})
        shown = [level(at, side, price, left) for side, prices in book.items() for price, left in prices.items()]
        return [clear(at), *shown]
    side = BIDS if random.random() < 0.5 else ASKS
    price = middle - side * 0.25 * int(random.integers(1, 6))
    left = float(random.integers(0, 40))
    book[side][price] = left
    return [level(at, side, price, left)]


def both(strategy: dict[str, object], market: TickMarket) -> tuple[tuple[Run, Gambler], tuple[Run, Gambler]]:
    """The run at both speeds."""
    plain, fast = Gambler(**strategy), Gambler(**strategy)
    return (run_ticks(plain, market, is_compiled=False), plain), (run_ticks(fast, market, is_compiled=True), fast)


def assert_same(one: Run, other: Run) -> None:
    """Bit for bit."""
    for columns, names in (("fills", FillColumns.__slots__), ("endings", EndingColumns.__slots__)):
        for name in names:
            mine, theirs = getattr(getattr(one, columns), name), getattr(getattr(other, columns), name)
            assert mine.tobytes() == theirs.tobytes(), f"{columns}.{name}"
    for name in ("equity", "mark", "change_row", "change_cash", "change_quantity", "quantity", "basis", "realized"):
        assert getattr(one, name).tobytes() == getattr(other, name).tobytes(), name
    assert (one.fees, one.slippage, one.closed_round_trips) == (other.fees, other.slippage, other.closed_round_trips)
    assert one.fill_times is not None and other.fill_times is not None
    assert one.fill_times.tolist() == other.fill_times.tolist()


@given(
    seed=st.integers(0, 10_000),
    kinds=st.sampled_from(["alone", "trades", "quotes", "book"]),
    latency=st.sampled_from([(0, 0), (1_000_000, 0), (0, 700_000_000), (2_000_000_000, 3_000_000_000)]),
    cancels_ahead=st.sampled_from([0.0, 0.3, 1.0]),
    costs=st.sampled_from([Costs(), Commission(bps=10), PerShare(0.01, minimum=1) + Slippage(bps=5)]),
    cash=st.sampled_from([500.0, 20_000.0, 1e6]),
    leverage=st.sampled_from([1.0, 4.0]),
    is_shy=st.booleans(),
)
@settings(max_examples=40)
def test_both_speeds_agree_over_random_streams(
    seed: int,
    kinds: str,
    latency: tuple[int, int],
    cancels_ahead: float,
    costs: Costs,
    cash: float,
    leverage: float,
    is_shy: bool,
) -> None:
    market = TickMarket(
        random_stream(seed, kinds=kinds),
        Assumptions(cash=cash, costs=costs, leverage=leverage, close_at_end=seed % 2 == 0),
        TickAssumptions(
            order_latency_ns=latency[0], answer_latency_ns=latency[1], cancels_ahead=cancels_ahead, unseen_ahead=3.0
        ),
    )
    (one, plain), (other, fast) = both({"seed": 1 + seed % 97, "is_shy": is_shy}, market)
    assert_same(one, other)
    assert {name: getattr(plain, name) for name in plain.fields} == {name: getattr(fast, name) for name in fast.fields}
    if len(one.fills):
        held = np.bincount(one.fills.instrument, weights=one.fills.quantity, minlength=len(one.quantity))
        assert held.tolist() == one.quantity.tolist()


def test_the_records_grow_when_there_is_more_than_room() -> None:
    ticks = random_stream(7, kinds="quotes", length=6_000)
    market = TickMarket(ticks, Assumptions(cash=1e9), TickAssumptions())
    (one, _), (other, _) = both({"eagerness": 1.0}, market)
    assert len(one.fills) > 1_000
    assert_same(one, other)


def test_a_run_can_be_repeated_on_the_same_market() -> None:
    market = TickMarket(random_stream(3, kinds="book"), Assumptions(cash=1e6), TickAssumptions())
    strategy = Gambler()
    assert_same(run_ticks(strategy, market, is_compiled=True), run_ticks(strategy, market, is_compiled=True))
