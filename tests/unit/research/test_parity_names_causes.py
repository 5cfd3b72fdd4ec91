"""What disturbs a session is found again, with its name: each cause is made to happen once."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from tests.unit.research.played_sessions import Happening, Host, Played, Setting, play, roomy, walk

from tradewright.domain.errors import DataError, InputError
from tradewright.domain.orders.request import OrderRequest
from tradewright.domain.orders.side import Side
from tradewright.engine.session import facts
from tradewright.engine.session.facts import StrategyLife
from tradewright.engine.session.inputs import AdoptLimits, Asked, SendOrder, SetStrategyLife, SetTradingState
from tradewright.engine.session.rules import SessionRules
from tradewright.engine.session.shell import Session
from tradewright.ports.feed import FeedGap
from tradewright.ports.kill import KillNote
from tradewright.research.parity import compare
from tradewright.research.parity_report import Cause, Matter, ParityReport
from tradewright.research.parity_session import session_story
from tradewright.simulation.broker import SimulatedBroker
from tradewright.simulation.paper.faults import Faults
from tradewright.simulation.paper.inputs import PlacedByHand
from tradewright.trading.bars import Bars
from tradewright.trading.risk.states import TradingState
from tradewright.trading.strategies.strategy import Speaks, Strategy

D = Decimal
A, B = "AAA.XNYS", "BBB.XNYS"
WIDTH, ROWS, WARM = 2, 50, 25


class Swinging(Strategy):
    """In and out of the market every other day: there is an order after most slices."""

    def warm_up_bars(self) -> int:
        return WARM

    def generate_signals(self, bars: Bars) -> Any:
        days = np.arange(len(bars))[:, None]
        return np.where((days // 2) % 2 == 0, 0.02, 0.01) * np.ones((1, len(bars.instruments)))


class Moody(Strategy):
    """Says something else each time that it is made."""

    speaks = Speaks.WEIGHTS
    made = 0

    def __init__(self) -> None:
        super().__init__()
        type(self).made += 1
        self.mood = 0.01 * type(self).made

    def warm_up_bars(self) -> int:
        return WARM

    def generate_signals(self, bars: Bars) -> Any:
        return np.full(bars.closes.shape, self.mood)


class Clairvoyant(Strategy):
    """Buys before a rise: it looks at the last bar that it can see."""

    speaks = Speaks.WEIGHTS

    def warm_up_bars(self) -> int:
        return WARM

    def generate_signals(self, bars: Bars) -> Any:
        return np.where(bars.closes < bars.closes[-1:], 0.03, 0.0)


def bars() -> Bars:
    return walk(7, ROWS, WIDTH)


def setting(happens: Happening = lambda session, host, number: None, **more: Any) -> Setting:
    return Setting(policy=roomy(bars()), happens=happens, **more)


def played(
    happens: Happening = lambda session, host, number: None, make: Callable[[], Strategy] = Swinging, **more: Any
) -> tuple[Played, ParityReport]:
    done = play(make(), bars(), setting(happens, **more))
    return done, done.parity(make)


def at(slice_number: int, deed: Callable[[Session, Host], None]) -> Happening:
    return lambda session, host, number: deed(session, host) if number == slice_number else None


def asking(command: Asked) -> Callable[[Session, Host], None]:
    tasks: list[Any] = []

    def ask(session: Session, host: Host) -> None:
        tasks.append(asyncio.get_running_loop().create_task(session.ask(command)))

    return ask


def require(report: ParityReport, cause: Cause, *, also: frozenset[Cause] = frozenset()) -> None:
    """The cause is named, everything else follows, and nothing stays unexplained."""
    assert report.differences, "nothing differed"
    roots = {one.cause for one in report.differences if not one.follows}
    assert cause in roots and roots <= {cause, *also}, roots
    assert not report.unexplained
    assert all(one.follows < one.number for one in report.differences)


def test_without_a_disturbance_there_is_no_difference() -> None:
    done, report = played()
    assert report.is_equal and report.causes == {} and report.orders > 20 and report.fills > 20
    assert report.slices == ROWS - WARM
    assert not any(isinstance(fact, facts.OrderRefused) for fact in done.facts)


def test_an_answer_that_comes_too_late_is_named() -> None:
    def be_slow(session: Session, host: Host, number: int) -> None:
        host.is_slow_at = {35}

    _, report = played(be_slow, patience_s=0.05)
    require(report, Cause.LATE_ANSWER)
    assert report.differences[0].slice == 35 and "has closed since" in report.differences[0].evidence


def test_a_pause_is_named_and_what_comes_after_it_follows() -> None:
    def pause(session: Session, host: Host, number: int) -> None:
        life = {33: StrategyLife.PAUSED, 38: StrategyLife.RUNNING}.get(number)
        if life is not None:
            asking(SetStrategyLife(number=0, who="ada", life=life, reason="earnings"))(session, host)

    _, report = played(pause)
    require(report, Cause.PAUSED)
    first = report.differences[0]
    assert first.matter is Matter.ORDER and not first.session and first.backtest


def test_an_order_by_hand_is_named() -> None:
    request = OrderRequest(instrument=A, side=Side.BUY, quantity=D(3))
    _, report = played(at(34, asking(SendOrder(number=0, who="ada", request=request))))
    require(report, Cause.BY_HAND)
    assert report.differences[0].session == "buy 3 for operator" and report.differences[0].instrument == A


def test_shut_trading_is_named() -> None:
    shut = SetTradingState(number=0, who="ada", state=TradingState.REDUCE_ONLY, reason="news")
    _, report = played(at(34, asking(shut)))
    require(report, Cause.SHUT)
    assert "reduce_only by ada: news" in {one.evidence for one in report.differences}


def test_the_kill_switch_is_named() -> None:
    _, report = played(at(34, lambda session, host: session.kill(KillNote("ada", "enough", 1))))
    require(report, Cause.KILLED, also=frozenset({Cause.NOT_SENT}))


def test_an_order_that_the_venue_rejects_is_named() -> None:
    _, report = played(faults=Faults(seed=5, reject=0.1))
    require(report, Cause.REJECTED)


def test_orders_that_reach_the_venue_late_are_named() -> None:
    _, report = played(faults=Faults(seed=5, latency_slices=2), patience_s=0.02)
    assert Cause.LATENCY in report.causes and not report.unexplained


def test_a_foreign_order_is_named() -> None:
    def place(session: Session, host: Host) -> None:
        order = OrderRequest(instrument=B, side=Side.BUY, quantity=D(5))
        session.world.broker.inject(PlacedByHand(order))  # type: ignore[attr-defined]  # the paper venue's own door

    done, report = played(at(34, place))
    assert any(isinstance(fact, facts.OrderAdopted) for fact in done.facts)
    require(report, Cause.FOREIGN, also=frozenset({Cause.SHUT, Cause.FROZEN}))


def test_other_limits_are_no_difference_because_the_backtest_takes_them_up_at_the_same_moment() -> None:
    narrow = roomy(bars(), position=D("0.006"))
    narrow = replace(narrow, version=2)
    _, report = played(at(34, asking(AdoptLimits(number=0, who="ada", policy=narrow))))
    assert report.is_equal, report.differences[0]
    done = play(Swinging(), bars(), setting(at(34, asking(AdoptLimits(number=0, who="ada", policy=narrow)))))
    cut = [fact for fact in done.facts if isinstance(fact, facts.OrderIntended) and fact.bound == "position"]
    assert cut and min(fact.slice for fact in cut) >= 34


def test_limits_that_the_journal_does_not_hold_are_named() -> None:
    narrow = replace(roomy(bars(), position=D("0.006")), version=2)
    done = play(Swinging(), bars(), setting(at(34, asking(AdoptLimits(number=0, who="ada", policy=narrow)))))
    done.facts[:] = [replace(fact, policy="") if isinstance(fact, facts.LimitsAdopted) else fact for fact in done.facts]
    require(done.parity(Swinging), Cause.LIMITS)


def test_a_gap_in_the_feed_is_named() -> None:
    done = play(Swinging(), bars(), setting())
    done.scenes[:] = [scene for scene in done.scenes if scene.shown.slice.number not in {36, 37}]
    place = next(n for n, fact in enumerate(done.facts) if isinstance(fact, facts.SliceClosed) and fact.slice == 36)
    done.facts.insert(place, facts.IncidentRaised(1, "GAP", "", str(FeedGap(36, 37, "the line was cut"))))
    require(done.parity(Swinging), Cause.GAP, also=frozenset({Cause.STRATEGY}))  # the strategy had seen them


def test_an_execution_that_is_taken_back_is_named() -> None:
    _, report = played(faults=Faults(seed=3, bust=0.05))
    require(report, Cause.BUSTED, also=frozenset({Cause.SHUT, Cause.FROZEN, Cause.KILLED}))


def test_a_strategy_that_answers_otherwise_is_named() -> None:
    Moody.made = 0
    _, report = played(make=Moody)
    require(report, Cause.STRATEGY)


def test_a_strategy_that_looks_ahead_is_named() -> None:
    _, report = played(make=Clairvoyant)
    require(report, Cause.LOOK_AHEAD)


def test_what_nothing_explains_is_called_so() -> None:
    done = play(Swinging(), bars(), setting())
    place, filled = next((n, fact) for n, fact in enumerate(done.facts) if isinstance(fact, facts.OrderFilled))
    done.facts[place] = replace(filled, fill=replace(filled.fill, price=filled.fill.price + 1))
    report = done.parity(Swinging)
    first = report.unexplained[0]
    assert (first.matter, first.cause, first.follows) == (Matter.FILL, Cause.UNEXPLAINED, 0)


def test_a_real_venue_fills_otherwise_and_in_parts() -> None:
    done = play(Swinging(), bars(), setting())
    done.facts[:] = [
        replace(fact, broker="elsewhere") if isinstance(fact, facts.SessionStarted) else fact for fact in done.facts
    ]
    places = [n for n, fact in enumerate(done.facts) if isinstance(fact, facts.OrderFilled)]
    fill = done.facts[places[0]].fill  # type: ignore[attr-defined]
    done.facts[places[0]] = facts.OrderFilled(1, replace(fill, price=fill.price + 1))
    report = done.parity(Swinging)
    assert report.differences[0].cause is Cause.VENUE and not report.unexplained


def test_a_journal_without_a_session_or_a_recording_cannot_be_compared() -> None:
    done = play(Swinging(), bars(), setting())
    terms: dict[str, Any] = {"strategy": Swinging, "costs": done.costs, "broker_factory": SimulatedBroker}
    with pytest.raises(DataError, match="no recording"):
        compare(done.facts, [], **terms)
    with pytest.raises(DataError, match="no session in it"):
        compare([], done.scenes, **terms)
    bare = [replace(fact, limits="") if isinstance(fact, facts.SessionStarted) else fact for fact in done.facts]
    with pytest.raises(InputError, match="by which limits"):
        compare(bare, done.scenes, **terms)
    assert compare(bare, done.scenes, limits=roomy(bars()), **terms).is_equal


def test_rules_of_a_running_clock_do_not_change_the_words() -> None:
    _, report = played(rules=SessionRules(clips=True))
    assert report.is_equal


def test_what_was_booked_before_the_account_was_told_is_of_its_opening() -> None:
    done, _ = played()
    start = next(fact for fact in done.facts if isinstance(fact, facts.SessionStarted))
    rest = [fact for fact in done.facts if not isinstance(fact, facts.Reconciled)]
    late = next(place for place, fact in enumerate(rest) if isinstance(fact, facts.SliceClosed) and fact.slice == 3)
    cash = sum(start.opening_cash.values(), D(0))
    before = facts.CashBooked(start.time_ns, "paper-M2", "dividend", A, bars().currency, D("12.72"))
    opening = facts.CashBooked(start.time_ns, "opening", facts.OPENING, "", bars().currency, cash - D("12.72"))
    story = [*rest[: late + 1], opening, facts.Reconciled(start.time_ns, ()), *rest[late + 1 :]]
    at_start = story.index(start)
    told = [*story[:at_start], replace(start, opening_cash={}), before, *story[at_start + 1 :]]
    report = replace(done, facts=told).parity(Swinging)
    assert report.is_equal and report.fills > 20


def test_what_was_told_too_late_to_be_booked_is_named_where_it_was_and_where_it_came() -> None:
    done, _ = played(rules=SessionRules(keeps_orders=0, keeps_days=2))
    fill = next(fact.fill for fact in done.facts if isinstance(fact, facts.OrderFilled))
    place = next(i for i, fact in enumerate(done.facts) if isinstance(fact, facts.Pruned)) + 1
    refused = facts.ReportRefused(
        time_ns=fill.time_ns, what="execution", identity="late", client_order_id=fill.client_order_id,
        instrument=fill.instrument, story="execution late came too late", fill=fill,
    )  # fmt: skip
    report = replace(done, facts=[*done.facts[:place], refused, *done.facts[place:]]).parity(Swinging)
    require(report, Cause.TOO_LATE)
    story = session_story([*done.facts[:place], refused, *done.facts[place:]], done.scenes)
    at_ns = next(one for one in story.slices if one.time_ns >= fill.time_ns)
    clue = story.evidence.of(at_ns.number, fill.instrument)
    assert clue is not None and clue.cause is Cause.TOO_LATE
