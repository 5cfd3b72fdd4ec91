"""What a guard does at the venue: cancel and prove it, tell what cannot be proven, close what is held, never more."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from tests import virtual_time
from tests.unit.engine.engine_samples import bars_of, flat_rows
from tests.unit.engine.session.test_core_account import holding_desk
from tests.unit.simulation.paper.paper_samples import AAA, request, terms

from tradewright.adapters.disk.disk import RealDisk
from tradewright.adapters.system.clock import ManualClock
from tradewright.application.risk.kill_watch import SECOND_NS, Cause, Judgement
from tradewright.bootstrap import guard_duty
from tradewright.bootstrap.app import open_app
from tradewright.bootstrap.guard_duty import Duty
from tradewright.bootstrap.guard_flattening import Flattening
from tradewright.bootstrap.guard_line import LOOKS, Clearing, Line
from tradewright.bootstrap.guarding import cancel_everything
from tradewright.domain.errors import BrokerError, StorageError
from tradewright.domain.identifiers import ClientOrderId, InstrumentId
from tradewright.domain.instruments.instrument import AssetClass, Instrument
from tradewright.engine.session.recording import Recording
from tradewright.ports import feed, hosts
from tradewright.ports.broker import CancelEverything
from tradewright.ports.feed import Subscription
from tradewright.ports.kill import KillMode
from tradewright.simulation.paper.exchange import Exchange
from tradewright.simulation.paper.faults import Faults
from tradewright.simulation.paper.history import HistorySource
from tradewright.simulation.paper.in_process import InProcessPaper
from tradewright.simulation.paper.inputs import PlacedByHand, Submitted
from tradewright.simulation.paper.venue import PaperVenue
from tradewright.trading.risk.book import MarketView
from tradewright.trading.risk.limits import shipped_limits
from tradewright.trading.risk.policy import LimitsPolicy

BOOTSTRAP = Path(guard_duty.__file__).parent


def exchange(*, held: int = 0, orders: int = 3) -> Exchange:
    """An account with orders that wait, and a position with a stop under it."""
    made = Exchange(PaperVenue(terms()), HistorySource(bars_of(flat_rows(60))))
    made.subscribe(Subscription(instruments=(AAA,), interval="1d", warm_up_bars=0), "s")
    made.next()
    if held:
        made.take(Submitted(ClientOrderId("entry"), request(held)))
        made.next()
        stop = request(-held, stop_price=50, reduces_only=True, closes_position=True)
        made.take(Submitted(ClientOrderId("stop"), stop))
    for number in range(orders):
        made.take(Submitted(ClientOrderId(f"o{number}"), request(10, limit_price=60)))
    if orders:
        made.take(PlacedByHand(request(5, limit_price=55)))
    return made


def line_to(made: Exchange, **faults: float) -> Line:
    return Line(InProcessPaper(made, faults=Faults(seed=3, **faults)))  # type: ignore[arg-type]


def run(work: Callable[[], Awaitable[None]]) -> None:
    async def lived() -> None:
        await work()

    virtual_time.run(lived())


@dataclass
class Told:
    """What a guard has written down."""

    notes: list[tuple[str, str, bool]] = field(default_factory=list)

    def __call__(self, code: str, story: str, *, is_alarm: bool = False) -> None:
        self.notes.append((code, story, is_alarm))

    def write(self, code: str, story: str) -> int:
        self(code, story)
        return len(self.notes)

    @property
    def codes(self) -> list[str]:
        return [code for code, _, _ in self.notes]


def working(made: Exchange) -> list[str]:
    return [str(order.report().client_order_id or "by hand") for order in made.venue.book.working()]


def test_what_could_open_goes_whoever_sent_it_and_protection_stays() -> None:
    made = exchange(held=10)

    async def clear() -> None:
        line = line_to(made)
        clearing = Clearing(line)
        assert await clearing.until_proven(5)
        assert (clearing.canceled, str(clearing)) == (4, "1 orders that protect work on")
        assert clearing.rounds == LOOKS
        await line.close()

    run(clear)
    assert working(made) == ["stop"]


def test_nothing_is_kept_where_nothing_is_to_be_protected() -> None:
    made = exchange(held=10)

    async def clear() -> None:
        line = line_to(made)
        assert await Clearing(line, keeps_protection=False).until_proven(5)
        await line.close()

    run(clear)
    assert working(made) == []


@pytest.mark.parametrize("faults", [{"unanswered": 0.6}, {"truncated": 0.6}, {"drop": 0.5, "duplicate": 0.3}])
def test_no_answer_and_half_an_answer_prove_nothing_and_are_asked_again(faults: dict[str, float]) -> None:
    made = exchange()

    async def clear() -> None:
        line = line_to(made, **faults)
        assert await Clearing(line).until_proven(20)
        await line.close()

    run(clear)
    assert working(made) == []


def test_an_account_that_answers_nothing_is_never_called_cleared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tradewright.bootstrap.guard_line.ANSWER_S", 0.05)
    made = exchange()

    async def clear() -> None:
        line = line_to(made, unanswered=1.0)
        clearing = Clearing(line)
        assert not await clearing.until_proven(0.3)
        assert "could not be proven" in str(clearing)
        assert "has not answered" in str(clearing)
        await line.close()

    run(clear)


def test_an_order_that_arrives_late_is_found_by_the_next_look() -> None:
    made = exchange()

    async def clear() -> None:
        line = line_to(made)
        clearing = Clearing(line)
        assert await clearing.until_proven(5)
        made.take(Submitted(ClientOrderId("late"), request(10, limit_price=60)))
        clearing.again()
        await clearing.round()
        assert not clearing.is_proven
        assert await clearing.until_proven(5)
        await line.close()

    run(clear)
    assert working(made) == []


class Unreachable(InProcessPaper):
    """A broker that cannot be reached."""

    async def connect(self, sink: object) -> None:
        raise BrokerError("nobody listens")


def test_a_broker_that_cannot_be_reached_is_told_once_and_tried_on() -> None:
    told, clock = Told(), ManualClock()

    async def act() -> None:
        line = Line(Unreachable(exchange()))
        duty = Duty(
            Judgement(Cause.KILLED, KillMode.CANCEL, "killed"), line=line, clock=clock, tell=told,
            flattening=lambda: pytest.fail("nothing is to be closed"),
        )  # fmt: skip
        for _ in range(12):
            await duty.step()
            clock.advance(SECOND_NS)
        assert not duty.is_finished
        assert not line.is_connected
        await line.close()

    run(act)
    assert told.codes == ["NOT_CLEARED"]
    assert "nobody listens" in told.notes[0][1]
    assert told.notes[0][2]


@pytest.mark.parametrize(("mode", "left"), [(KillMode.STOP, 4), (KillMode.CANCEL, 0)])
def test_a_duty_does_what_its_mode_says_and_says_it_once(mode: KillMode, left: int) -> None:
    told, clock, made = Told(), ManualClock(), exchange()

    async def act() -> None:
        line = line_to(made)
        duty = Duty(
            Judgement(Cause.SILENT, mode, "silent"), line=line, clock=clock, tell=told,
            flattening=lambda: pytest.fail("nothing is to be closed"),
        )  # fmt: skip
        for _ in range(6):
            await duty.step()
            clock.advance(SECOND_NS)
        assert duty.is_finished
        await line.close()

    run(act)
    assert len(working(made)) == left
    assert told.codes == ([] if mode is KillMode.STOP else ["CLEARED"])


def flattening(line: Line, told: Told, *, day_quantity: int | None) -> Flattening:
    desk = holding_desk()
    market = MarketView(
        instrument=Instrument(InstrumentId(AAA), "USD", AssetClass.EQUITY, tick=Decimal("0.01")),
        mark=Decimal(100), marked_ns=desk.core.state.now_ns,
        day_quantity=None if day_quantity is None else Decimal(day_quantity),
    )  # fmt: skip
    return Flattening(
        line=line, account="main", state=desk.core.state, limits=shipped_limits(frozenset({AAA})),
        markets={AAA: market}, write=told.write,
    )  # fmt: skip


@pytest.mark.parametrize(("day_quantity", "pieces"), [(None, [40]), (200, [10, 10, 10, 10]), (600, [30, 10])])
def test_what_is_held_is_closed_in_pieces_and_then_nothing_works(day_quantity: int | None, pieces: list[int]) -> None:
    told, clock, made = Told(), ManualClock(), exchange(held=40)

    async def act() -> None:
        line = line_to(made)
        duty = Duty(
            Judgement(Cause.KILLED, KillMode.FLATTEN, "killed"), line=line, clock=clock, tell=told,
            flattening=lambda: flattening(line, told, day_quantity=day_quantity),
        )  # fmt: skip
        for number in range(40):
            await duty.step()
            clock.advance(SECOND_NS)
            if number % 3 == 2:
                made.next()
            if duty.is_finished:
                break
        assert duty.is_finished
        await line.close()

    run(act)
    assert made.venue.positions() == {}
    assert working(made) == []
    sold = [fill.quantity for fill in made.venue.book.fills if fill.signed_quantity < 0]
    assert sold == pieces
    assert told.codes == ["CLEARED", *["CLOSING"] * len(pieces), "FLAT"]


def test_closing_that_waits_for_the_market_ends_and_leaves_its_orders() -> None:
    told, clock, made = Told(), ManualClock(), exchange(held=40, orders=0)

    async def act() -> None:
        line = line_to(made)
        duty = Duty(
            Judgement(Cause.KILLED, KillMode.FLATTEN, "killed"), line=line, clock=clock, tell=told,
            flattening=lambda: flattening(line, told, day_quantity=None),
        )  # fmt: skip
        for _ in range(20):
            await duty.step()
            clock.advance(SECOND_NS)
        assert duty.is_finished
        await line.close()

    run(act)
    assert made.venue.positions() == {AAA: Decimal(40)}
    assert len(working(made)) == 2
    assert told.codes == ["CLEARED", "CLOSING"]


def test_a_journal_that_cannot_be_read_leaves_positions_as_they_are() -> None:
    told, clock, made = Told(), ManualClock(), exchange(held=40)

    def broken() -> Flattening:
        raise StorageError("the journal is damaged")

    async def act() -> None:
        line = line_to(made)
        judgement = Judgement(Cause.KILLED, KillMode.FLATTEN, "killed")
        duty = Duty(judgement, line=line, clock=clock, tell=told, flattening=broken)
        for _ in range(6):
            await duty.step()
            clock.advance(SECOND_NS)
        assert duty.is_finished
        await line.close()

    run(act)
    assert told.codes == ["CLEARED", "CANNOT_FLATTEN"]
    assert made.venue.positions() == {AAA: Decimal(40)}


def test_what_the_gate_is_shown_comes_from_journal_and_recording(tmp_path: Path) -> None:
    desk = holding_desk()
    recording = Recording.open(RealDisk(tmp_path), until=0)
    for number in range(1, 26):
        bars = (feed.SliceBar(100.0, 101.0, 99.0, 100.0, 5_000.0), None)
        piece = feed.Slice(
            number=number, time_ns=number * 10**15, session=number, bars=bars, ends_day=True,
            next_open_ns=number * 10**15 + 1, next_close_ns=(number + 1) * 10**15,
        )  # fmt: skip
        recording.show(hosts.Shown(slice=piece, cash=0.0, equity=0.0, positions={}, working={}))
    recording.close()
    parts = SimpleNamespace(
        traders=SimpleNamespace(bygone=lambda _: SimpleNamespace(state=desk.core.state)),
        policy_for=lambda names: LimitsPolicy(everywhere=shipped_limits(frozenset(names))),
    )
    kept = SimpleNamespace(folder=tmp_path, terms=SimpleNamespace(account="main", session="s1", instruments=("x",)))
    made = Flattening.of(cast(Any, parts), cast(Any, kept), line=line_to(exchange()), write=Told().write)
    held = made.markets["AAA.XNYS"]
    assert held.day_quantity == Decimal(5_000)
    assert held.mark == desk.core.state.marks["AAA.XNYS"]
    desk.core.state.started = None
    with pytest.raises(StorageError, match="no beginning"):
        Flattening.of(cast(Any, parts), cast(Any, kept), line=line_to(exchange()), write=Told().write)


def test_an_account_without_a_venue_is_told_of_in_words(tmp_path: Path) -> None:
    parts = open_app(tmp_path).trading
    assert "could not be reached by a connection of its own" in cancel_everything(parts, "none")
    assert "is not served" in cancel_everything(parts, "none")


def test_the_gate_has_the_last_word_on_closing_orders() -> None:
    told, made = Told(), exchange(held=40, orders=0)

    async def act() -> None:
        line = line_to(made)
        closing = flattening(line, told, day_quantity=None)
        closing.markets = {}
        await closing.step()
        await closing.step()
        assert not closing.is_flat
        await line.close()

    run(act)
    assert set(told.codes) <= {"CLOSING", "CLOSING_REFUSED"}
    assert made.venue.positions() == {AAA: Decimal(40)}


def test_a_guard_knows_no_way_to_send_an_order_but_the_one_that_closes() -> None:
    senders = [path.name for path in sorted(BOOTSTRAP.glob("guard*.py")) if "SubmitOrder" in path.read_text("utf-8")]
    assert senders == ["guard_flattening.py"]
    text = (BOOTSTRAP / "guard_flattening.py").read_text("utf-8")
    assert len(re.findall(r"enqueue\(SubmitOrder\(", text)) == 1
    assert "reduces_only and ticket.request.origin is Origin.RISK" in text
    assert CancelEverything(keeps_protection=True).keeps_protection
