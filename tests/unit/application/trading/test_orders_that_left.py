"""Orders that have left the books of a session are told as those that have not, whoever is asked."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import pytest
from tests.contracts.databases import server_tables
from tests.unit.application.trading.trading_samples import (
    AAPL,
    FIRST,
    THIRD,
    ListeningTrader,
    kept_in,
    story,
    written,
)

from tradewright.adapters.disk.disk import RealDisk
from tradewright.adapters.projections.sqlite import SqliteTables
from tradewright.adapters.sessions.folders import SessionFolders
from tradewright.adapters.system.clock import ManualClock
from tradewright.application.control import TABLE
from tradewright.application.envelope import Envelope
from tradewright.application.messages import OWNER
from tradewright.application.trading import archive, handlers
from tradewright.application.trading.archive import Archive
from tradewright.application.trading.asking import ask_orders
from tradewright.application.trading.journal import journal_entries, order_trace
from tradewright.application.trading.messages import JournalEntries, Orders, OrderTrace, SessionShown
from tradewright.application.trading.projecting import Projector
from tradewright.application.trading.traders import Traders
from tradewright.application.trading.views import OrderView, SessionView
from tradewright.application.trading.wire import Wire, spelled
from tradewright.domain.errors import InputError
from tradewright.domain.identifiers import CorrelationId
from tradewright.domain.orders.request import OrderRequest
from tradewright.domain.orders.side import Side
from tradewright.engine.session import facts
from tradewright.engine.session.apply import apply
from tradewright.engine.session.state import SessionState
from tradewright.ports.control import ControlRequest
from tradewright.ports.sessions import KeptSession
from tradewright.ports.tables import TradingTables

LEG, FOREIGN = f"{FIRST}-S", "ext-V9"
PRUNED = facts.Pruned(1000, 900)


def whole() -> list[object]:
    """The story with a leg and somebody else's order, all ended but the one that works."""
    stop = OrderRequest(instrument=AAPL, side=Side.SELL, quantity=Decimal(50), reduces_only=True, closes_position=True)
    odd = OrderRequest(instrument="MSFT.XNAS", side=Side.SELL, quantity=Decimal("0.50"))
    return [
        *story(),
        facts.OrderAdopted(time_ns=70, client_order_id=LEG, venue_order_id="V7", request=stop,
                           strategy="moving_average", role=facts.Role.STOP_LOSS, life="working", parent=FIRST),
        facts.OrderAdopted(time_ns=71, client_order_id=FOREIGN, venue_order_id="V9", request=odd, strategy="external",
                           role=facts.Role.FOREIGN, life="working"),
        facts.OrderCanceled(72, LEG, "the position is closed"),
        facts.OrderExpired(73, FOREIGN, "its time is over"),
        facts.SliceClosed(80, 3, 12_002, {AAPL: Decimal(110)}),
    ]  # fmt: skip


@dataclass
class Answering:
    """A trader that runs, with the books that these facts lead to."""

    state: SessionState
    kept: KeptSession

    def ask(self, folder: Path, request: ControlRequest) -> bytes:
        query = Wire(TABLE).envelope_of(request).message
        trader = ListeningTrader(self.kept, self.state)
        if isinstance(query, SessionShown):
            return spelled(handlers.session_shown(query, trader=trader))
        assert isinstance(query, Orders)
        return spelled(handlers.orders(query, trader=trader))


def booked(*told: object) -> SessionState:
    state = SessionState()
    for fact in told:
        apply(state, fact)
    return state


@pytest.fixture
def kept(tmp_path: Path) -> KeptSession:
    made = kept_in(tmp_path)
    written(made, [*whole(), PRUNED])
    return made


@pytest.fixture
def traders(tmp_path: Path, kept: KeptSession) -> Iterator[Traders]:
    """The session runs."""
    folders = SessionFolders(tmp_path, RealDisk(tmp_path), ManualClock(10**12))
    line = Answering(booked(*whole(), PRUNED), kept)
    hold = folders.hold(kept.terms.session)
    yield Traders(folders, line, lambda one: RealDisk(one.folder / "journal"), line, Wire(TABLE))
    hold.release()


@pytest.fixture(params=["sqlite", "postgresql"])
def tables(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TradingTables]:
    if request.param == "sqlite":
        made: TradingTables = SqliteTables(tmp_path / "t.sqlite")
    else:
        made = server_tables(request.getfixturevalue("migrated"))
    yield made
    made.close()


def expected(query: Orders) -> tuple[OrderView, ...]:
    """As a trader tells them that has let none leave."""
    return handlers.orders(query, trader=ListeningTrader(kept_of(), booked(*whole())))


def kept_of() -> KeptSession:
    return KeptSession.__new__(KeptSession)


def asked(query: Orders, traders: Traders, tables: TradingTables) -> tuple[OrderView, ...]:
    return ask_orders(query, traders=traders, tables=tables, envelope=Envelope(query, OWNER, CorrelationId("c")))


QUERIES = (
    Orders(),
    Orders(limit=2),
    Orders(limit=0),
    Orders(life="canceled"),
    Orders(life="filled"),
    Orders(symbol="AAPL"),
    Orders(symbol="AAPL", life="working"),
    Orders(is_open=True),
)


@pytest.mark.parametrize("query", QUERIES)
def test_a_running_session_tells_them_from_the_tables(
    query: Orders, traders: Traders, tables: TradingTables, kept: KeptSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    Projector(kept, traders.journal_of, tables).step()
    monkeypatch.setattr(archive, "PAGE", 2)
    monkeypatch.setattr(Traders, "bygone", None)  # nobody replays the journal
    assert asked(query, traders, tables) == expected(query)


@pytest.mark.parametrize("query", QUERIES)
def test_tables_that_lag_behind_are_passed_over_for_the_journal(
    query: Orders, traders: Traders, tables: TradingTables
) -> None:
    assert asked(query, traders, tables) == expected(query)


def test_a_foreign_order_that_left_is_found_by_its_symbol(
    traders: Traders, tables: TradingTables, kept: KeptSession
) -> None:
    (view,) = asked(Orders(life="expired"), traders, tables)
    assert (view.order, view.instrument, view.quantity, view.remark) == (
        FOREIGN, "MSFT.XNAS", Decimal("0.50"), "its time is over",
    )  # fmt: skip


def test_its_story_is_told_as_before(traders: Traders) -> None:
    view = order_trace(OrderTrace(LEG), traders=traders)
    assert (view.order.life, view.order.parent) == ("canceled", FIRST)
    assert [one.kind for one in view.facts] == ["OrderAdopted", "OrderCanceled"]
    page = journal_entries(JournalEntries(order=FIRST, kind="OrderFilled"), traders=traders)
    assert len(page.facts) == 1


def test_the_session_says_how_many_left(traders: Traders, kept: KeptSession) -> None:
    view = handlers.session_shown(SessionShown(), trader=traders.bygone(kept))
    assert isinstance(view, SessionView) and (view.dropped, view.dropped_before_ns) == (3, 900)


def test_a_command_about_one_says_that_it_ended_long_ago(traders: Traders, kept: KeptSession) -> None:
    state = booked(*whole(), PRUNED)
    with pytest.raises(InputError, match=r"ended long ago.*trade order tw00"):
        handlers.order_of(state, FIRST)
    with pytest.raises(InputError, match="is not known"):
        handlers.order_of(state, "tw00-zzzz")
    assert handlers.order_of(state, THIRD[:8]).id == THIRD


def test_an_archive_has_every_order_oldest_first() -> None:
    plain, less = Archive(), Archive()
    for fact in whole():
        plain.take(fact)
        less.take(fact)
    less.take(PRUNED)
    assert less.orders() == plain.orders() == list(plain.state.orders.values())
    assert set(less.left) == {FIRST, LEG, FOREIGN} and set(less.state.orders) == {THIRD}


def test_tables_that_know_nothing_of_a_session_have_not_come_far_enough(
    traders: Traders, tables: TradingTables, kept: KeptSession
) -> None:
    view = handlers.session_shown(SessionShown(), trader=traders.bygone(kept))
    assert not archive.has_reached(tables, view)
    Projector(kept, traders.journal_of, tables).step()
    assert archive.has_reached(tables, view)
    assert not archive.has_reached(tables, replace(view, dropped_before_ns=2000))
