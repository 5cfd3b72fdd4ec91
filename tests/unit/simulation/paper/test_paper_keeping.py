"""A paper account comes back from its file as it was, and a damaged file is refused."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.unit.engine.engine_samples import bars_of, flat_rows
from tests.unit.simulation.paper.paper_samples import AAA, request, terms

from tradewright.adapters.disk.disk import RealDisk
from tradewright.application.backtests.costs import costs_of
from tradewright.domain.costs import Commission, Costs, PerShare, Spread
from tradewright.domain.errors import StorageError
from tradewright.domain.identifiers import ClientOrderId, ExecutionId
from tradewright.ports.disk import OpenFile
from tradewright.ports.feed import Subscription
from tradewright.simulation.paper import keeping
from tradewright.simulation.paper.exchange import Exchange
from tradewright.simulation.paper.history import HistorySource
from tradewright.simulation.paper.inputs import (
    Busted,
    CancelAllAsked,
    CancelAsked,
    PlacedByHand,
    ReplaceAsked,
    RestsWiped,
    Submitted,
)
from tradewright.simulation.paper.keeping import FILE, AccountFile, open_account, recall
from tradewright.simulation.paper.terms import AccountTerms
from tradewright.simulation.paper.venue import PaperVenue

WANTED = Subscription(instruments=(AAA,), interval="1d", warm_up_bars=1)
ME = ClientOrderId("a")


def opened(folder: Path, **changes: Any) -> Exchange:
    """An exchange over the account kept in the folder."""
    file, held, records = open_account(RealDisk(folder), terms(**changes), read_costs=costs_of)
    exchange = Exchange(PaperVenue(held), HistorySource(bars_of(flat_rows(8))), keep=file.keep)
    recall(exchange, records)
    return exchange


def busy(exchange: Exchange) -> None:
    """One of every input."""
    exchange.subscribe(WANTED, "s1")
    exchange.next()
    exchange.next()
    exchange.take(Submitted(ME, request(10, stop_loss=90)))
    exchange.next()
    exchange.take(Submitted(ClientOrderId("b"), request(5, limit_price=80)))
    exchange.take(ReplaceAsked(ClientOrderId("b"), request(6, limit_price=81)))
    exchange.take(CancelAsked(ClientOrderId("b")))
    exchange.take(PlacedByHand(request(3)))
    exchange.next()
    exchange.take(Busted(ExecutionId("main-E2")))
    exchange.take(Submitted(ClientOrderId("c"), request(5, limit_price=80)))
    exchange.take(RestsWiped())
    exchange.take(CancelAllAsked(keeps_protection=True))
    while not hasattr(exchange.next(), "last"):
        pass


def books(exchange: Exchange) -> Any:
    venue = exchange.venue
    reports = [order.report() for order in venue.book.orders]
    return reports, venue.book.fills, venue.book.busted, venue.cash, venue.positions(), exchange.played, venue.terms


def test_every_input_comes_back(tmp_path: Path) -> None:
    exchange = opened(tmp_path, costs=PerShare(0.005, minimum=1) + Spread(bps=2), lots={"X.XNYS": Decimal("0.1")})
    busy(exchange)
    again = opened(tmp_path)
    assert books(again) == books(exchange)
    assert again.venue.terms.costs == PerShare(0.005, minimum=1) + Spread(bps=2)


def test_the_terms_are_those_of_the_opening(tmp_path: Path) -> None:
    opened(tmp_path, cash=Decimal("123.45"))
    assert opened(tmp_path, cash=Decimal(9), costs=Commission(bps=5)).venue.terms == terms(cash=Decimal("123.45"))


def test_a_resumed_stretch_goes_on_and_plays_nothing_twice(tmp_path: Path) -> None:
    exchange = opened(tmp_path)
    exchange.subscribe(WANTED, "s1")
    for _ in range(4):
        exchange.next()
    again = opened(tmp_path)
    again.subscribe(WANTED, "s1")
    assert again.played == 4
    before = (tmp_path / FILE).stat().st_size
    for _ in range(4):
        again.next()
    assert (tmp_path / FILE).stat().st_size == before


@pytest.mark.parametrize("cut", [1, 3, 19, 25, 60])
def test_a_torn_end_is_cut_and_what_was_before_it_stands(tmp_path: Path, cut: int) -> None:
    exchange = opened(tmp_path)
    busy(exchange)
    path = tmp_path / FILE
    content = path.read_bytes()
    path.write_bytes(content[:-cut])
    again = opened(tmp_path)
    assert len(again.venue.book.orders) == len(exchange.venue.book.orders)
    again.take(CancelAllAsked())
    assert books(opened(tmp_path)) == books(again)


def test_a_file_that_never_got_its_first_record_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"TWPA\0\0")
    assert opened(tmp_path, cash=Decimal(7)).venue.cash == 7
    assert opened(tmp_path).venue.cash == 7


def test_every_flipped_bit_before_the_last_record_is_refused(tmp_path: Path) -> None:
    exchange = opened(tmp_path)
    exchange.subscribe(WANTED, "s1")
    for _ in range(3):
        exchange.next()
    path = tmp_path / FILE
    content = path.read_bytes()
    last = content.rindex(keeping.MAGIC)
    for place in range(0, last, 7):
        path.write_bytes(content[:place] + bytes([content[place] ^ 4]) + content[place + 1 :])
        with pytest.raises(StorageError, match="damaged"):
            opened(tmp_path)


def test_rules_that_lead_elsewhere_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    busy(opened(tmp_path))
    monkeypatch.setattr(AccountTerms, "lot_of", lambda self, instrument: Decimal(4))
    with pytest.raises(StorageError, match="another history"):
        opened(tmp_path)


def test_a_later_schema_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(tmp_path)
    monkeypatch.setattr(keeping, "SCHEMA", 2)
    with pytest.raises(StorageError, match="schema"):
        opened(tmp_path)


def test_after_a_failed_write_nothing_is_kept_any_more(tmp_path: Path) -> None:
    class Full:
        def __init__(self, file: OpenFile) -> None:
            self.file = file

        def write(self, offset: int, content: bytes) -> None:
            raise StorageError("no space left")

        def __getattr__(self, name: str) -> Any:
            return getattr(self.file, name)

    full: Any = Full(RealDisk(tmp_path).open("x", create=True))
    file = AccountFile(full, length=0, number=0)
    with pytest.raises(StorageError, match="no space"):
        file.keep(CancelAllAsked(), [])
    with pytest.raises(StorageError, match="cannot be trusted"):
        file.keep(CancelAllAsked(), [])
    file.close()


@pytest.mark.parametrize(
    "changes",
    [
        {"cash": Decimal(-1)}, {"leverage": Decimal(0)}, {"lot": Decimal("NaN")}, {"participation": Decimal(2)},
        {"multipliers": {"X": Decimal(0)}},
    ],
)  # fmt: skip
def test_terms_that_make_no_sense_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(Exception, match="of a paper account cannot be used"):
        terms(**changes)


def test_no_costs_are_no_costs_when_they_come_back(tmp_path: Path) -> None:
    opened(tmp_path)
    assert opened(tmp_path).venue.terms.costs == Costs()
