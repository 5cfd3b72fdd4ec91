"""What comes by itself each day, done as a worker does it: right, and once, also where it is begun twice."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from proofs.asking.desk import desk, waits
from tests.integration.cli_tools import asked, prices

from tradewright.adapters.calendars.cron import ClockTimes
from tradewright.adapters.calendars.exchanges import ExchangeCalendars
from tradewright.adapters.system.clock import SystemClock
from tradewright.application.envelope import Envelope
from tradewright.application.messages import OWNER, Actor, Role
from tradewright.application.routine.messages import CheckStoredData, KeepBackup, SnapshotRisk, SummarizeDay
from tradewright.application.schedules.rules import Times
from tradewright.bootstrap.app import App, open_app
from tradewright.bootstrap.jobs import JOBS
from tradewright.bootstrap.scheduling import SHIPPED, UTC
from tradewright.domain.errors import InputError, Unauthorized
from tradewright.domain.identifiers import CorrelationId
from tradewright.ports.jobs import JobWish
from tradewright.ports.paging import Slot


@pytest.fixture
def project(tmp_path: Path) -> Iterator[App]:
    app = open_app(tmp_path)
    yield app
    app.state.close()


def done(app: App, message: object, wish: str = "one", actor: Actor = OWNER) -> Mapping[str, str]:
    """As a worker has it done; the same wish again is the same job, begun again."""
    found = app.answer(Envelope(message, actor, CorrelationId(wish)))
    assert isinstance(found, Mapping) and all(isinstance(one, str) for one in found.values())
    return found


def test_what_is_shipped_can_be_fired_and_can_be_done() -> None:
    times, now_ns = Times(ExchangeCalendars(), ClockTimes()), SystemClock().now_ns()
    for name, title, rule, after, message in SHIPPED:
        kind = type(message)
        assert JOBS.kind_of(f"{kind.__module__}:{kind.__qualname__}") and title, name
        if rule:
            assert times.next(rule, after_ns=now_ns, timezone=UTC) > now_ns
        else:
            assert after in {one[0] for one in SHIPPED}
    wished = JOBS.wish_of(
        "backup", KeepBackup(keep=3), title="x", subject="", envelope=Envelope(None, OWNER, CorrelationId("x"))
    )
    assert isinstance(wished, JobWish) and JOBS.envelope_of(wished).message == KeepBackup(keep=3)


def test_quality_of_all_data_is_looked_at_and_an_empty_store_is_no_failure(project: App) -> None:
    assert done(project, CheckStoredData()) == {"series": "0"}
    for symbol in ("SPY.ARCX", "IBM.XNYS"):
        asked("data", "import", str(prices(project.project)), "--symbol", symbol, folder=project.project)
    found = done(project, CheckStoredData())
    assert (found["series"], found["sound"]) == ("2", "2") and "of 100" in found["worst"]


def test_a_backup_is_made_once_a_day_and_the_oldest_go(project: App) -> None:
    folder = project.state_folder / "backups"
    folder.mkdir(parents=True)
    for name in ("20200101-daily.tar", "20200102-daily.tar", "20200103-daily.tar", "20200101T000000Z-whole.tar"):
        (folder / name).write_bytes(b"old")
    project.state.jobs.waiting()
    first = done(project, KeepBackup(keep=2))
    made = Path(first["path"])
    assert made.is_file() and first["removed"] == "2" and int(first["bytes"]) == made.stat().st_size
    before = made.read_bytes()
    again = done(project, KeepBackup(keep=2))
    assert (again["path"], again["was_there"], again["removed"]) == (str(made), "true", "0")
    assert made.read_bytes() == before
    kept = {"20200103-daily.tar", "20200101T000000Z-whole.tar", made.name}
    assert {one.name for one in folder.iterdir()} == kept
    with pytest.raises(InputError, match="at least one"):
        done(project, KeepBackup(keep=0))
    with pytest.raises(Unauthorized):
        done(project, KeepBackup(), actor=Actor("ada", frozenset({Role.TRADER})))


def test_nobody_trades_and_nothing_is_kept(project: App) -> None:
    assert done(project, SnapshotRisk()) == {"assessments": "0"}
    assert done(project, SummarizeDay())["sessions"] == "0"


@pytest.mark.slow
def test_running_sessions_are_assessed_once_a_wish_and_summed_up(tmp_path: Path) -> None:
    with desk(tmp_path, speed="1") as world:
        app = world.serving.app
        assert done(app, SnapshotRisk(), "first") == {"assessments": "1"}
        assert done(app, SnapshotRisk(), "first") == {"assessments": "0"}, "begun again after its worker died"
        assert done(app, SnapshotRisk(), "second") == {"assessments": "1"}
        kept = app.state.assessments.all(Slot(10)).items
        assert [(one.account, one.kind, one.correlation_id) for one in kept] == [
            ("paper", "portfolio", "second"),
            ("paper", "portfolio", "first"),
        ]
        order = {"symbol": "AAPL", "side": "BUY", "quantity": "10", "account": "paper"}
        world.told("POST", "/api/orders", json=order, headers={"Idempotency-Key": "one"}, status=201)
        waits(lambda: any("0 fills" not in line and "fills" in line for line in done(app, SummarizeDay()).values()))
        summary = done(app, SummarizeDay())
        lines = [line for line in summary.values() if line.startswith("account paper:")]
        assert len(lines) == 1 and "equity" in lines[0] and "USD" in lines[0]
