"""Places at which a trader can be told to die: spelled, refused where money is real, and reached at their time."""

import asyncio
import os
import signal
from decimal import Decimal
from pathlib import Path

import pytest
from tests import virtual_time

from tradewright.adapters.disk.disk import RealDisk
from tradewright.bootstrap.failpoints import PLACES, DyingDisk, FailPoint
from tradewright.domain.errors import InputError
from tradewright.domain.identifiers import AccountId
from tradewright.engine.session.books import Books, Places
from tradewright.ports.broker import AccountAnswer, AskAccount, BrokerEvent
from tradewright.simulation.paper.exchange import Exchange
from tradewright.simulation.paper.in_process import InProcessPaper
from tradewright.simulation.paper.terms import AccountTerms
from tradewright.simulation.paper.venue import PaperVenue


class Died(BaseException):
    """In place of a signal that nothing survives."""


@pytest.fixture(autouse=True)
def deaths(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    found: list[int] = []

    def died(process: int, number: int) -> None:
        assert (process, number) == (os.getpid(), signal.SIGKILL)
        found.append(number)
        raise Died

    monkeypatch.setattr("tradewright.bootstrap.failpoints.os.kill", died)
    return found


def places(folder: Path) -> Places:
    return Places(
        account=RealDisk(folder / "account"), journal=RealDisk(folder / "journal"), session=RealDisk(folder / "session")
    )


def test_nothing_told_is_no_fail_point() -> None:
    assert FailPoint.told("", mode="paper") is None
    assert FailPoint.told("", mode="live") is None


def test_a_fail_point_has_a_name_and_a_number() -> None:
    assert FailPoint.told("send_after", mode="paper") == FailPoint("send_after", 1)
    assert FailPoint.told("send_after:3", mode="paper") == FailPoint("send_after", 3)


@pytest.mark.parametrize("text", ["nowhere", "send_after:0", "send_after:x", ":2", "send_after:-1"])
def test_a_fail_point_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"cannot be used.*send_after"):
        FailPoint.told(text, mode="paper")


def test_live_trading_refuses_every_fail_point() -> None:
    with pytest.raises(InputError, match=r"unset TRADEWRIGHT_FAIL_POINT"):
        FailPoint.told("send_after", mode="live")


def test_it_dies_at_the_third_time_it_is_there() -> None:
    point = FailPoint("promised", 3)
    point.reach("promised")
    point.reach("journal_synced")
    point.reach("promised")
    with pytest.raises(Died):
        point.reach("promised")


@pytest.mark.parametrize(
    "name",
    [
        "journal_unwritten", "journal_half_written", "journal_unsynced", "journal_synced", "anchor_half_written",
        "anchor_unsynced", "promised",
    ],
)  # fmt: skip
def test_books_that_die_while_they_are_opened_open_again(tmp_path: Path, name: str) -> None:
    with pytest.raises(Died):
        Books.open(FailPoint(name).places(places(tmp_path)), opened_ns=1)
    books = Books.open(places(tmp_path), opened_ns=2)
    assert books.is_new
    books.close()


@pytest.mark.parametrize("name", ["snapshot_half_written", "snapshot_unrenamed", "snapshot_renamed"])
def test_a_death_at_a_snapshot_leaves_books_that_open(tmp_path: Path, name: str) -> None:
    books = Books.open(FailPoint(name).places(places(tmp_path)), opened_ns=1)
    with pytest.raises(Died):
        books.snapshot()
    books.close()
    again = Books.open(FailPoint("journal_read", 2).places(places(tmp_path)), opened_ns=2)
    assert again.replayed == (0 if name == "snapshot_renamed" else 1)
    again.close()
    with pytest.raises(Died):
        Books.open(FailPoint("journal_read").places(places(tmp_path)), opened_ns=3)


def test_other_files_and_names_are_left_alone(tmp_path: Path) -> None:
    disk = DyingDisk(tmp_path, FailPoint("snapshot_renamed"))
    disk.open("heartbeat", create=True).close()
    disk.replace("other", b"content")
    assert disk.read("other") == b"content"


def test_a_venue_dies_around_what_it_is_told() -> None:
    async def told(name: str) -> list[BrokerEvent]:
        exchange = Exchange(PaperVenue(AccountTerms(account=AccountId("a1"), cash=Decimal(1000))))
        venue, heard = FailPoint(name).venue(InProcessPaper(exchange)), list[BrokerEvent]()
        assert venue.traits.account == "a1"
        await venue.connect(heard.append)
        venue.enqueue(AskAccount(1))
        await asyncio.sleep(0.01)
        venue.acknowledge(1)
        await venue.close()
        return heard

    heard = virtual_time.run(told("send_before"))
    assert any(isinstance(one, AccountAnswer) for one in heard)
    for name in ("reconcile_asked", "slice_unacknowledged", "stop_begun", "stop_closed"):
        with pytest.raises(Died):
            virtual_time.run(told(name))
    assert set(PLACES) > {"reconcile_asked", "stop_closed"}
