"""Prints are cut into portions, orders meet them moment by moment, and everything is played once."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.simulation.paper.paper_samples import executions, lives
from tests.unit.simulation.paper.tape_samples import COIN, DAY, MINUTE, OPENS, OTHER, Desk, portions, prints, walk

from tradewright.domain.calendars import DAY as DAY_NS
from tradewright.domain.calendars import SECOND, session_close_ns, session_open_ns
from tradewright.domain.errors import InputError, StorageError
from tradewright.domain.market.actions import ActionKind, CorporateAction
from tradewright.domain.orders.request import OrderKind, TimeInForce
from tradewright.ports import trades
from tradewright.ports.feed import FeedEnded, FeedLost
from tradewright.ports.trades import TradePortion
from tradewright.simulation.paper import tape as tape_module
from tradewright.simulation.paper.pace import Pace
from tradewright.simulation.paper.player import MOST_AHEAD, Player
from tradewright.simulation.paper.tape import Print

STEP = 0.01


class ByMoment(tape_module.Tape):
    """Never puts moments together."""

    def _quiet_length(self, prints: list[Print]) -> int:
        return 0


KINDS = (OrderKind.MARKET, OrderKind.LIMIT, OrderKind.STOP, OrderKind.STOP_LIMIT, OrderKind.TRAILING_STOP)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(1, 300),
    st.integers(0, 99),
    st.sampled_from(["max", "1", "35", "7x", "600x"]),
    st.integers(1, 3),
)
def test_portions_hold_every_print_once_and_none_reaches_over_a_close(
    count: int, seed: int, pace: str, width: int
) -> None:
    names = (COIN, OTHER, "THIRD.BINANCE")[:width]
    recorded = walk(count, seed=seed, width=width)
    found = portions(Desk(names).tape(recorded, pace=pace))
    told = [
        row for one in found for row in zip(one.times_ns, one.places, one.prices, one.quantities, one.ids, strict=True)
    ]
    assert told == recorded
    assert [one.number for one in found] == list(range(1, len(found) + 1))
    for one, after in pairwise(found):
        assert one.until_ns < after.until_ns
        assert all(stamp >= one.until_ns for stamp in after.times_ns)
    for one in found:
        assert not one.times_ns or (one.times_ns[-1] < one.until_ns <= (one.times_ns[0] // MINUTE + 1) * MINUTE)
    assert found[-1].until_ns % MINUTE == 0, "the last bar has been given its time"


def test_a_pace_makes_small_portions_and_time_passes_between_them() -> None:
    recorded = prints((0, 100), (1, 101), (1, 102), (61, 103), (200, 104))
    for pace, sizes, pauses in (
        ("10", [1, 2, 1, 1], [0.2, 0.1, 0.1, 0.0]),
        ("max", [3, 1, 1], [0.0, 0.0, 0.0]),
    ):
        desk = Desk()
        tape, waits = desk.tape(recorded, pace=pace), []
        found = []
        while isinstance(one := tape.next(), TradePortion):
            found.append(len(one.times_ns))
            waits.append(round(tape.pause_s(Pace.parse(pace), one), 6))
        assert (found, waits) == (sizes, pauses)


def test_a_pace_holds_whatever_playing_takes_and_catches_up_no_more_than_the_patience() -> None:
    now = [50.0]
    pace = Pace.parse("10", patience_s=5)
    tape = Desk().tape(prints(*((n, 100) for n in range(40))), pace="10", clock=lambda: now[0])
    waits = []
    for late in (0, 0.03, 0.25, 0, 20, 0):
        one = tape.next()
        assert isinstance(one, TradePortion)
        now[0] += late
        waits.append(round(tape.pause_s(pace, one), 6))
        now[0] += waits[-1]
    assert waits == [0.1, 0.07, 0.0, 0.0, 0.0, 0.0]


def test_at_a_multiple_of_real_time_a_bar_ends_when_its_time_has_come() -> None:
    desk = Desk()
    tape, pace = desk.tape(prints((0, 100), (3, 101), (130, 102)), pace="10x"), Pace.parse("10x")
    found, waits = [], []
    while isinstance(one := tape.next(), TradePortion):
        found.append(((one.until_ns - OPENS) / SECOND, len(one.times_ns)))
        waits.append(tape.pause_s(pace, one))
    assert found == [(1, 1), (4, 1), (60, 0), (131, 1), (180, 0)]
    assert waits == [0.3, 5.6, 7.1, 4.9, 0.0]


def test_an_order_meets_the_first_moment_after_it_came() -> None:
    desk = Desk()
    tape = desk.tape(prints((0, 100), (60, 101), (60, 103), (61, 90)))
    desk.send("early", 2)
    tape.next()
    assert executions(desk.events) == [("early", Decimal(2), Decimal(100))]
    desk.send("market", 1)
    desk.send("limit", -1, limit_price=102)
    desk.send("stop", -1, stop_price=95)
    tape.next()
    assert executions(desk.events)[1:] == [
        ("market", Decimal(1), Decimal(101)),
        ("limit", Decimal(-1), Decimal(102)),
        ("stop", Decimal(-1), Decimal(90)),
    ]


def test_a_moment_is_one_row_and_quiet_moments_are_one_row_together() -> None:
    desk = Desk()
    desk.send("far", 1, limit_price=50)
    portions(desk.tape(prints((0, 100), (1, 103), (2, 99), (2, 98), (3, 101))))
    (row,) = [one.slice for one in desk.rows()]
    assert (row.number, row.time_ns) == (1, OPENS + 3 * SECOND)
    assert row.bars[0] is not None
    assert (row.bars[0].open, row.bars[0].high, row.bars[0].low, row.bars[0].close) == (100, 103, 98, 101)
    assert row.bars[0].volume == 5
    touched = Desk()
    touched.send("near", -1, limit_price=103, reduces_only=False)
    portions(touched.tape(prints((0, 100), (1, 102), (2, 104), (2, 98), (3, 101))))
    assert [(one.slice.time_ns - OPENS) // SECOND for one in touched.rows()] == [1, 2, 3]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.data())
def test_quiet_moments_in_one_row_come_to_what_they_come_to_one_by_one(seed: int, data: st.DataObject) -> None:
    recorded = walk(60, seed=seed, step_s=5)
    wishes = data.draw(
        st.lists(
            st.tuples(st.integers(0, 6), st.sampled_from(KINDS), st.sampled_from([3, -2]), st.integers(-60, 60)),
            min_size=1,
            max_size=6,
        )
    )
    merged, single = Desk(), Desk()
    for desk, tape in ((merged, merged.tape(recorded)), (single, single.tape(recorded, kind=ByMoment))):
        for turn in range(7):
            for n, (when, kind, quantity, off) in enumerate(wishes):
                if when == turn:
                    _wish(desk, f"o{n}", kind, quantity=quantity, price=round(100 + off * STEP * 4, 2))
            if isinstance(tape.next(), FeedEnded):
                break
    assert executions(merged.events) == executions(single.events)
    assert lives(merged.events) == lives(single.events)
    assert len(merged.rows()) <= len(single.rows())


def _wish(desk: Desk, name: str, kind: OrderKind, *, quantity: float, price: float) -> None:
    terms: dict[str, object] = {"kind": kind}
    if kind in {OrderKind.LIMIT, OrderKind.STOP_LIMIT}:
        terms["limit_price"] = price
    if kind in {OrderKind.STOP, OrderKind.STOP_LIMIT}:
        terms["stop_price"] = round(price + 0.1, 2)
    if kind is OrderKind.TRAILING_STOP:
        terms["trailing_offset"] = 0.3
    if kind is OrderKind.MARKET and quantity > 0:
        terms |= {"stop_loss": 98.5, "take_profit": 101.5}
    desk.send(name, quantity, **terms)


def test_an_order_for_this_moment_alone_ends_with_it() -> None:
    desk = Desk()
    desk.send("now", 1, limit_price=90, time_in_force=TimeInForce.IOC)
    tape = desk.tape(prints((0, 100), (1, 89), (70, 80)))
    tape.next()
    assert executions(desk.events) == []
    assert lives(desk.events)[-1][:2] == ("now", "canceled")


def test_prints_that_are_not_believed_fill_nothing_and_are_shown() -> None:
    desk = Desk()
    desk.send("stop", -1, stop_price=50)
    recorded = prints((0, 100), (1, 1), (2, 101))
    recorded.append((OPENS + 3 * SECOND, 0, None, 1.0, "x"))
    tape = desk.tape(recorded, believes=lambda one: one[2] is not None and one[2] > 10)
    (portion,) = portions(tape)
    assert list(portion.prices) == [100, 1, 101, None]
    assert executions(desk.events) == []
    nothing = Desk()
    portions(nothing.tape(recorded, believes=lambda _: False))
    assert nothing.rows() == []


def test_what_was_played_is_shown_again_and_not_played_again() -> None:
    recorded = walk(200, seed=5)
    desk = Desk()
    tape = desk.tape(recorded)
    for _ in range(4):
        tape.next()
    played, reached = desk.exchange.played, desk.exchange.venue.time_ns
    assert desk.open(goes_on=True)
    since = reached - 2 * MINUTE
    again = portions(desk.tape([one for one in recorded if one[0] >= since], since_ns=since))
    assert min(again[0].times_ns) >= since
    stamps = [one.slice.time_ns for one in desk.rows()]
    assert stamps == sorted(set(stamps))
    assert desk.rows()[played].slice.time_ns > reached
    with pytest.raises(InputError, match="cannot go on"):
        desk.open("another", goes_on=True)


def test_trading_hours_end_days_and_prints_outside_them_are_counted() -> None:
    share, monday = "AAA.XNYS", DAY
    opens, closes = session_open_ns(monday, "XNYS"), session_close_ns(monday, "XNYS")
    tuesday = session_open_ns(monday + 1, "XNYS")
    saturday = closes + 5 * DAY_NS
    stamps = (opens - 1, opens, closes - 1, closes, saturday, tuesday)
    recorded: list[Print] = [(stamp, 0, 100.0, 1.0, str(stamp)) for stamp in sorted(stamps)]
    desk = Desk((share,))
    found = portions(desk.tape(recorded))
    assert [(one.session - DAY, len(one.times_ns), one.outside, one.ends_day) for one in found] == [
        (0, 1, 1, False),
        (0, 1, 1, True),
        (1, 1, 1, True),
    ]
    assert (found[0].next_open_ns, found[0].next_close_ns) == (found[0].until_ns, closes)
    assert (found[1].until_ns, found[1].next_open_ns) == (closes, tuesday)
    assert found[1].next_close_ns == session_close_ns(monday + 1, "XNYS")
    assert (found[2].next_open_ns, found[2].next_close_ns) == (None, None)
    assert [one.slice.ends_day for one in desk.rows()] == [False, True, True]


def test_venues_with_other_hours_cut_where_either_has_a_bar_end() -> None:
    names = ("AAA.XNYS", COIN)
    opens = session_open_ns(DAY, "XNYS")
    half = opens - 30 * MINUTE  # 13:00 UTC, and XNYS opens at 13:30
    recorded: list[Print] = [
        (half + 10 * MINUTE, 1, 50.0, 1.0, "a"),
        (opens + MINUTE, 0, 100.0, 1.0, "b"),
        (opens + 31 * MINUTE, 1, 51.0, 1.0, "c"),
        (opens + 61 * MINUTE, 0, 101.0, 1.0, "d"),
    ]
    found = portions(Desk(names, interval_ns=60 * MINUTE).tape(recorded))
    assert [(one.until_ns - opens) // MINUTE for one in found] == [0, 30, 60, 90]
    assert [one.places for one in found] == [(1,), (0,), (1,), (0,)]


def test_the_warm_up_moves_marks_and_no_money_and_takes_no_time() -> None:
    desk = Desk()
    recorded = [*prints((0, 100), (70, 101)), *prints((0, 120), begins=OPENS + DAY_NS)]
    tape, pace = desk.tape(recorded, first=DAY + 1, pace="1x"), Pace.parse("1x")
    desk.send("early", 1)
    first, second, third = tape.next(), tape.next(), tape.next()
    assert isinstance(first, TradePortion) and isinstance(second, TradePortion) and isinstance(third, TradePortion)
    assert (first.is_warm_up, second.is_warm_up, third.is_warm_up) == (True, True, False)
    assert tape.pause_s(pace, first) == tape.pause_s(pace, second) == 0
    assert executions(desk.events) == [("early", Decimal(1), Decimal(120))]


def test_a_split_comes_once_with_the_first_prints_of_its_day() -> None:
    split = CorporateAction(DAY + 1, COIN, ActionKind.SPLIT, 2.0)
    old = CorporateAction(DAY, COIN, ActionKind.SPLIT, 3.0)
    recorded = [*prints((0, 100), (70, 100)), *prints((0, 50), (70, 50), begins=OPENS + DAY_NS)]
    desk = Desk()
    tape = desk.tape(recorded, actions=(old, split))
    desk.send("in", 10)
    found = portions(tape)
    assert [one.actions for one in found] == [(), (), (split,), ()]
    assert desk.exchange.venue.positions() == {COIN: Decimal(20)}
    for since, told in ((OPENS + DAY_NS, (split,)), (OPENS + DAY_NS + 1, ())):
        desk.open(goes_on=True)
        rest = [one for one in recorded if one[0] >= since]
        assert portions(desk.tape(rest, since_ns=since, actions=(old, split)))[0].actions == told
    assert desk.exchange.venue.positions() == {COIN: Decimal(20)}


def test_a_recording_that_cannot_be_read_on_loses_the_feed(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Iterator[Print]:
        yield from prints((0, 100))
        raise StorageError("the disk is gone")

    tape = Desk().tape(broken())
    assert isinstance(tape.next(), TradePortion)
    assert tape.next() == FeedLost("the disk is gone")
    monkeypatch.setattr(tape_module, "MOST_OF_A_MOMENT", 3)
    lost = Desk().tape(prints(*((0, 100) for _ in range(9)))).next()
    assert isinstance(lost, FeedLost)
    assert "finer stamps" in lost.reason


def test_a_moment_is_never_cut_in_two() -> None:
    many = prints(*((1, 100) for _ in range(trades.MOST_TRADES + 5)), (2, 100))
    found = portions(Desk().tape(many))
    assert [len(one.times_ns) for one in found] == [trades.MOST_TRADES + 5, 1]


class Ring:
    """Timers that ring by hand."""

    def __init__(self) -> None:
        self.rings: list[list[object]] = []

    def later(self, delay_s: float, do: object) -> "Ring.Timer":
        self.rings.append([delay_s, do])
        return Ring.Timer(self.rings, self.rings[-1])

    def ring(self) -> bool:
        if not self.rings:
            return False
        _, do = self.rings.pop(0)
        assert callable(do)
        do()
        return True

    class Timer:
        def __init__(self, rings: list[list[object]], own: list[object]) -> None:
            self._rings, self._own = rings, own

        def cancel(self) -> None:
            self._rings[:] = [one for one in self._rings if one is not self._own]


def test_a_client_that_does_not_acknowledge_is_shown_so_many_portions_and_no_more() -> None:
    desk, ring, shown = Desk(), Ring(), list[object]()
    player = Player(desk.exchange, later=ring.later, pace=Pace.parse("max"))
    player.play(desk.tape(prints(*((60 * n, 100) for n in range(30)))), shown.append)
    while ring.ring():
        pass
    assert len(shown) == MOST_AHEAD
    player.acknowledge(MOST_AHEAD - 1)
    assert len(shown) == MOST_AHEAD
    player.acknowledge(MOST_AHEAD)
    assert len(shown) == MOST_AHEAD + 1
    while ring.ring():
        player.acknowledge(10_000)
    assert isinstance(shown[-1], FeedEnded)
    assert not player.is_playing
    later: list[object] = []
    player.play(desk.tape(prints((0, 100), begins=OPENS + DAY_NS)), later.append)
    player.lose()
    assert [type(one) for one in later] == [FeedLost]
