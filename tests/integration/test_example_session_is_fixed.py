"""The session that is shipped: the golden journal of this version, and the fixed example of parity."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pytest

from tradewright.adapters.disk.disk import RealDisk
from tradewright.adapters.disk.packed import PackedDisk, pack
from tradewright.bootstrap.example_session import NAME, example_bars, example_disk, make, play
from tradewright.domain.errors import StorageError
from tradewright.engine.runtime.journal.reader import read, replay, verify
from tradewright.engine.session.apply import apply
from tradewright.engine.session.books import Places
from tradewright.engine.session.facts import OrderFilled, OrderIntended, SessionStarted, catalogue
from tradewright.engine.session.recording import scenes
from tradewright.engine.session.state import SessionState, state_digest
from tradewright.interfaces.cli.main import main
from tradewright.trading.bars import Bars
from tradewright.trading.risk.policy_history import policy_from

SHIPPED = Path(__file__).parents[2] / "src/tradewright/adapters/files/shipped" / NAME
RECORDS = 924
DIGEST = "58f11a0a04a11160ad75b57e2831ba9e"
"""Of the state that the journal adds up to: a change of it is a change of what old journals mean."""
CASH = "99280.4902016410823375107622"


@pytest.fixture(scope="module")
def bars() -> Bars:
    return example_bars()


def test_the_golden_journal_is_replayed_to_the_state_it_always_had() -> None:
    disk = example_disk()
    assert verify(disk).is_sound
    state = SessionState()
    assert replay(read(disk, catalogue()), apply, state=state) == RECORDS
    assert state_digest(state) == DIGEST
    assert str(state.cash["USD"]) == CASH
    assert state.is_over and state.end == "feed: the history is over after slice 253"


def test_the_example_has_what_it_is_an_example_of() -> None:
    facts = [record.fact for record in read(example_disk(), catalogue())]
    fills = [fact for fact in facts if isinstance(fact, OrderFilled)]
    assert len(fills) > 10 and any(fact.fill.client_order_id.endswith("-S") for fact in fills)
    assert any(isinstance(fact, OrderIntended) and fact.bound for fact in facts)
    assert len(list(scenes(example_disk()))) == 253
    assert SHIPPED.stat().st_size < 300_000


def test_the_example_is_made_again_fact_by_fact(tmp_path: Path) -> None:
    make(tmp_path / NAME)
    made, shipped = PackedDisk(tmp_path / NAME), example_disk()
    assert list(scenes(made)) == list(scenes(shipped))
    for again, record in zip(read(made, catalogue()), read(shipped, catalogue()), strict=True):
        one, other = again.fact, record.fact
        if isinstance(one, SessionStarted) and isinstance(
            other, SessionStarted
        ):  # limits that came later are usual ones
            assert policy_from(one.limits) == policy_from(other.limits)
            one = replace(one, limits=other.limits)
        assert one == other


def test_the_example_is_its_backtest(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--project", str(tmp_path), "trade", "parity", "example", "--json"])
    told = json.loads(capsys.readouterr().out)
    assert left.value.code == 0
    assert told["is_equal"] and told["differences"] == [] and told["fills"] > 10 and told["orders"] > 5


def test_the_example_is_told_in_one_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--project", str(tmp_path), "trade", "parity", "example"])
    assert left.value.code == 0
    assert "Session example is its backtest: no difference" in capsys.readouterr().out


def test_a_difference_is_shown_with_its_cause_and_an_unexplained_one_fails(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, bars: Bars, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = Places(
        account=RealDisk(tmp_path / "a"), journal=RealDisk(tmp_path / "both"), session=RealDisk(tmp_path / "both")
    )
    dearer = bars.rows(0, 120)
    asyncio.run(play(dearer, places))
    content = {name: places.journal.read(name) for name in places.journal.list() if name != "lock"}
    with ZipFile(SHIPPED) as shipped:
        content["recording"] = shipped.read("recording")  # of more slices than this session had
    pack(content, tmp_path / NAME)
    mixed = PackedDisk(tmp_path / NAME)
    monkeypatch.setattr("tradewright.bootstrap.example_session.example_disk", lambda: mixed)
    with pytest.raises(SystemExit) as left:
        main(["--project", str(tmp_path), "trade", "parity", "example", "--all"])
    told = capsys.readouterr().out
    assert left.value.code == 1 and "unexplained" in told and "difference" in told


def test_a_packed_disk_is_only_read(tmp_path: Path) -> None:
    pack({"folder/b": b"2", "a": b"1"}, tmp_path / "packed")
    disk = PackedDisk(tmp_path / "packed")
    file = disk.open("a")
    assert (file.read(0, 5), file.length(), file.is_in_place(), disk.list("folder"), disk.free_bytes()) == (
        b"1", 1, True, ["b"], 0,
    )  # fmt: skip
    file.sync()
    file.close()
    disk.sync_folder()
    assert disk.exists("folder/b") and not disk.exists("c")
    for refused in (
        lambda: file.write(0, b""),
        lambda: file.preallocate(1),
        lambda: file.truncate(0),
        lambda: disk.open("c", create=True),
        lambda: disk.replace("a", b""),
        lambda: disk.rename("a", "c"),
        lambda: disk.remove("a"),
        lambda: disk.hold("a"),
        lambda: disk.read("c"),
        lambda: PackedDisk(tmp_path / "nothing"),
    ):
        with pytest.raises(StorageError):
            refused()
