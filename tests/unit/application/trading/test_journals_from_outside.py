import shutil
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from tests.unit.application.trading.trading_samples import FIRST, SECOND, kept_in, story, terms, written

from tradewright.adapters.disk.disk import RealDisk
from tradewright.adapters.projections.sqlite import SqliteTables
from tradewright.adapters.sessions.folders import SessionFolders
from tradewright.adapters.system.clock import ManualClock
from tradewright.application.control import TABLE
from tradewright.application.envelope import Envelope
from tradewright.application.messages import OWNER
from tradewright.application.trading.asking import ask_done, ask_orders, ask_portfolio, ask_positions, ask_shown
from tradewright.application.trading.following import Follower
from tradewright.application.trading.journal import journal_entries, journal_verify, order_trace
from tradewright.application.trading.messages import (
    JournalEntries,
    JournalVerify,
    Orders,
    OrderTrace,
    PauseStrategy,
    Portfolio,
    Positions,
    RebuildTables,
    SessionList,
    SessionShown,
)
from tradewright.application.trading.projecting import Projector, rebuild_tables
from tradewright.application.trading.starting import session_list
from tradewright.application.trading.tally import Tally
from tradewright.application.trading.traders import Traders
from tradewright.application.trading.views import SessionView
from tradewright.application.trading.wire import Wire, name_of, spelled
from tradewright.domain.errors import ControlError, InputError
from tradewright.domain.identifiers import CorrelationId
from tradewright.engine.runtime.journal.problems import JournalDamaged
from tradewright.engine.runtime.journal.writer import Journal
from tradewright.engine.session import facts
from tradewright.ports.control import ControlRequest, LineCut
from tradewright.ports.sessions import KeptSession


class Silent:
    """A line at which nobody answers."""

    def ask(self, folder: Path, request: ControlRequest) -> bytes:
        raise ControlError(f"{folder.name} is silent")


def journal_of(kept: KeptSession) -> RealDisk:
    return RealDisk(kept.folder / "journal")


def told(message: object) -> Envelope:
    return Envelope(message, OWNER, CorrelationId("c"))


@pytest.fixture
def traders(tmp_path: Path) -> Traders:
    folders = SessionFolders(tmp_path, RealDisk(tmp_path), ManualClock(10**12))
    return Traders(folders, Silent(), journal_of, Silent(), Wire(TABLE))


@pytest.fixture
def kept(tmp_path: Path) -> KeptSession:
    made = kept_in(tmp_path)
    written(made)
    return made


def test_a_session_that_is_gone_is_answered_from_its_journal(
    tmp_path: Path, traders: Traders, kept: KeptSession
) -> None:
    view = ask_shown(SessionShown(), traders=traders, envelope=told(SessionShown()), guard_notes=lambda kept: ())
    assert view.line.life == "crashed"
    assert view.counts is not None
    assert (view.counts.orders, view.counts.fills, view.counts.slices) == (2, 1, 2)
    assert view.counts.refusals == {"order_notional": 1}
    assert view.counts.bounds == {"position": 1}
    assert view.counts.incidents == {"DRIFT": 1}
    tables = SqliteTables(tmp_path / "t.sqlite")
    assert len(ask_orders(Orders(), traders=traders, tables=tables, envelope=told(Orders()))) == 2
    assert len(ask_positions(Positions(), traders=traders, envelope=told(Positions()))) == 1
    assert ask_portfolio(Portfolio(), traders=traders, envelope=told(Portfolio())).currency == "USD"
    with pytest.raises(InputError, match="no session is running"):
        ask_done(PauseStrategy(), traders=traders, envelope=told(PauseStrategy()))
    command = PauseStrategy(kept.terms.session)
    with pytest.raises(ControlError, match=r"crashed.*--resume"):
        ask_done(command, traders=traders, envelope=told(command))
    assert "order_notional: too much (send less)" in traders.refusal(kept, (SECOND,))
    bygone = traders.bygone(kept)
    for asked in (bygone.book, bygone.release):
        with pytest.raises(ControlError):
            asked()


def test_a_session_that_runs_and_says_nothing_is_an_error_and_not_a_guess(traders: Traders, kept: KeptSession) -> None:
    hold = traders.sessions.hold(kept.terms.session)
    with pytest.raises(ControlError, match="silent"):
        ask_portfolio(Portfolio(), traders=traders, envelope=told(Portfolio()))
    hold.release()


def test_a_session_that_leaves_while_it_is_asked_is_answered_from_its_journal(
    traders: Traders, kept: KeptSession
) -> None:
    class Leaving:
        def ask(self, folder: Path, request: ControlRequest) -> bytes:
            raise LineCut(f"{folder.name} ended while it was asked")

    traders.line = Leaving()
    hold = traders.sessions.hold(kept.terms.session)
    assert ask_portfolio(Portfolio(), traders=traders, envelope=told(Portfolio())).currency == "USD"
    command = PauseStrategy(kept.terms.session)
    with pytest.raises(LineCut):
        ask_done(command, traders=traders, envelope=told(command))
    hold.release()


def test_which_session_is_meant(traders: Traders, kept: KeptSession) -> None:
    other = traders.sessions.create(replace(terms("20261121-breakout-wxyz"), created_ns=2))
    assert traders.which("").terms.session == other.terms.session
    first = traders.sessions.hold(kept.terms.session)
    assert traders.which("").terms.session == kept.terms.session
    second = traders.sessions.hold(other.terms.session)
    with pytest.raises(InputError, match="several sessions run"):
        traders.which("")
    assert len(session_list(SessionList(is_running=True), sessions=traders.sessions)) == 2
    first.release()
    second.release()
    with pytest.raises(InputError, match="no books yet"):
        ask_portfolio(Portfolio("20261121"), traders=traders, envelope=told(Portfolio("20261121")))


def test_facts_are_found_by_order_cause_and_kind(traders: Traders, kept: KeptSession) -> None:
    every = journal_entries(JournalEntries(), traders=traders).facts
    assert [one.sequence for one in every] == list(range(1, len(story()) + 2))
    assert every[1].fields["feed"] == {"password": "(hidden)"}
    alert = next(one for one in every if one.kind == "AlertRaised")
    assert alert.fields["story"] == "see https://***@host"
    of_order = journal_entries(JournalEntries(order=FIRST[:8]), traders=traders).facts
    assert [one.kind for one in of_order] == ["OrderIntended", "OrderHandedOver", "OrderAccepted", "OrderFilled"]
    caused = journal_entries(JournalEntries(correlation_id="c2"), traders=traders).facts
    assert [one.kind for one in caused] == ["OrderRefused"]
    page = journal_entries(JournalEntries(kind="sliceclosed", limit=1), traders=traders)
    assert (len(page.facts), page.has_more) == (1, True)
    rest = journal_entries(JournalEntries(kind="SliceClosed", after=page.facts[0].sequence), traders=traders)
    assert (len(rest.facts), rest.has_more) == (1, False)
    with pytest.raises(InputError, match="no such fact"):
        journal_entries(JournalEntries(kind="Odd"), traders=traders)


def test_the_story_of_an_order_begins_with_the_wish(traders: Traders, kept: KeptSession) -> None:
    view = order_trace(OrderTrace(FIRST[:8]), traders=traders)
    assert [one.kind for one in view.facts] == [
        "StrategyProposed", "OrderIntended", "OrderHandedOver", "OrderAccepted", "OrderFilled",
    ]  # fmt: skip
    assert view.order.life == "filled"


def test_a_journal_is_proven_or_its_damage_named(traders: Traders, kept: KeptSession) -> None:
    sound = journal_verify(JournalVerify(), traders=traders)
    assert (sound.is_sound, sound.epoch, len(sound.digest)) == (True, 1, 32)
    segment = kept.folder / "journal" / "segment-00000001.journal"
    content = bytearray(segment.read_bytes())
    content[300] ^= 1
    segment.write_bytes(content)
    damaged = journal_verify(JournalVerify(), traders=traders)
    assert not damaged.is_sound
    assert "segment-00000001" in damaged.damage
    with pytest.raises(JournalDamaged):
        list(Follower(journal_of(kept), facts.catalogue()).new())


def test_a_follower_gives_every_promised_fact_once_also_over_segments(tmp_path: Path) -> None:
    kept = kept_in(tmp_path)
    disk = journal_of(kept)
    follower = Follower(disk, facts.catalogue())
    assert list(follower.new()) == []
    journal = Journal.open(disk, facts.catalogue(), opened_ns=1, segment_bytes=1 << 12)
    found = []
    for number in range(60):
        journal.append(facts.IncidentRaised(number, "X", "", "y" * 100))
        if number % 7 == 0:
            journal.commit()
            found += [record.sequence for record in follower.new()]
    assert follower.sequence == journal.committed < journal.sequence
    journal.commit()
    found += [record.sequence for record in follower.new()]
    assert found == list(range(1, 62))
    assert len(disk.list()) > 4
    journal.close()


def test_a_tally_remembers_the_last_refusals_only() -> None:
    tally = Tally()
    refused = next(one for one in story() if isinstance(one, facts.OrderRefused))
    for number in range(300):
        tally.add(replace(refused, client_order_id=str(number)))
    tally.add(facts.FillBusted(1, "a", "b"))
    tally.add(facts.OrderRejected(1, "a", "no"))
    assert len(tally.reasons) == 200
    counts = tally.counts()
    assert (counts.refusals, counts.fills, counts.rejected) == ({"order_notional": 300}, -1, 1)


def test_tables_follow_the_journal_and_can_be_made_anew(tmp_path: Path, traders: Traders, kept: KeptSession) -> None:
    tables = SqliteTables(tmp_path / "t.sqlite")
    projector = Projector(kept, journal_of, tables)
    assert projector.step() == len(story()) + 1
    assert projector.step() == 0
    assert Projector(kept, journal_of, tables).step() == len(story()) + 1
    fills = "SELECT quantity, price, fee, is_busted FROM fills"
    assert tables.ask(fills) == [{"quantity": "50", "price": "100.10", "fee": "1.00", "is_busted": 0}]
    orders = tables.ask("SELECT life, filled FROM orders ORDER BY client_order_id")
    assert [one["life"] for one in orders] == ["filled", "working"]
    assert tables.ask("SELECT quantity, cost_basis FROM positions") == [{"quantity": "50", "cost_basis": "5005.00"}]
    assert [one["equity"] for one in tables.ask("SELECT equity FROM performance_snapshots")][-1] == "100494.00"
    assert {one["what"] for one in tables.ask("SELECT what FROM risk_events")} == {"refused", "DRIFT", "state 1"}
    before = {
        name: tables.ask(f"SELECT * FROM {name}") for name in ("orders", "fills", "journal", "alerts", "sessions")
    }
    assert "hunter2" not in str(before)
    built = rebuild_tables(RebuildTables(), traders=traders, tables=tables)
    assert (built.facts, built.problems) == (len(story()) + 1, ())
    assert {name: tables.ask(f"SELECT * FROM {name}") for name in before} == before
    segment = kept.folder / "journal" / "segment-00000001.journal"
    segment.write_bytes(b"\0" * len(segment.read_bytes()))
    assert rebuild_tables(RebuildTables(), traders=traders, tables=tables).problems
    tables.close()
    shutil.rmtree(kept.folder / "journal")


def test_only_what_is_in_the_table_travels() -> None:
    wire = Wire(TABLE)
    for message in (PauseStrategy("a", "b"), Orders(is_open=True), SessionShown()):
        back = wire.envelope_of(wire.request_of(told(message)))
        assert back.message == message
        assert back.actor.name == "owner"
    with pytest.raises(LookupError):
        wire.request_of(told(SessionList()))
    for name, content in (
        (name_of(SessionList), b"{}"),
        ("os:system", b"{}"),
        (name_of(PauseStrategy), b"[]"),
        (name_of(PauseStrategy), b'{"session": 5}'),
        (name_of(PauseStrategy), b"\xff"),
    ):
        with pytest.raises(InputError):
            wire.envelope_of(ControlRequest(name=name, content=content, actor="a", correlation_id="c"))
    with pytest.raises(InputError, match="no answer"):
        wire.answer_to(SessionShown(), b"{}")


def test_a_view_comes_over_the_line_as_it_was(traders: Traders, kept: KeptSession) -> None:
    view = ask_shown(SessionShown(), traders=traders, envelope=told(SessionShown()), guard_notes=lambda kept: ())
    assert Wire(TABLE).answer_to(SessionShown(), spelled(view)) == view
    assert msgspec.json.decode(spelled(view), type=SessionView).portfolio.equity == view.portfolio.equity
