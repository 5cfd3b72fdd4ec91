"""A session runs a scripted scenario from the first slice to the last, and again after its end."""

import asyncio
from pathlib import Path

from tests.unit.engine.journal.faulty_disk import FaultyDisk
from tests.unit.engine.session.memory_ports import Scene, places_on, real_places

from tradewright.engine.session.books import Books
from tradewright.engine.session.exits import Exit, ExitCause
from tradewright.engine.session.state import state_digest
from tradewright.ports import broker


def run(scene: Scene, books: Books) -> Exit:
    async def story() -> Exit:
        return await scene.session(books).run()

    return asyncio.run(story())


def test_a_session_trades_every_slice_and_ends_with_the_feed() -> None:
    disk, scene = FaultyDisk(), Scene()
    books = scene.books(places_on(disk))
    end = run(scene, books)
    assert (end.cause, end.reason, end.notes) == (ExitCause.ORDERLY, "the feed ended", ())
    assert scene.feed.acknowledged == [1, 2, 3, 4, 5]
    orders = [one for one in scene.venue.sends if isinstance(one, broker.SubmitOrder)]
    assert [one.ticket.client_order_id for one in orders] == ["o1", "o2", "o3", "o4", "o5"]
    assert scene.broker.is_closed
    assert scene.feed.is_closed
    assert scene.host.is_closed
    assert not disk.held


def test_what_is_read_back_is_what_was_known_at_the_end(tmp_path: Path) -> None:
    scene = Scene()
    books = scene.books(real_places(tmp_path))
    assert run(scene, books).cause is ExitCause.ORDERLY
    again = scene.books(real_places(tmp_path))
    again.state.epoch = books.state.epoch
    assert state_digest(again.state) == state_digest(books.state)
    again.close()
