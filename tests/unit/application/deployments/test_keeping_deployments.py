"""What a keeper does about a session that is not as it is wanted, and what it says where it cannot."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from tests.unit.application.deployments.kept_world import World, deployment, keeper_of

from tradewright.adapters.system.randomness import SystemRandomness
from tradewright.application.deployments.keeping import MOST_RESTARTS, SECOND, next_day_after
from tradewright.bootstrap.keeping import PLACE, place_of
from tradewright.domain.errors import Conflict, NotFound
from tradewright.ports.deployments import Deployment, Wanted
from tradewright.ports.kill import KillNote
from tradewright.ports.sessions import SessionLife


@dataclass
class Rows:
    """Deployments in memory."""

    rows: dict[str, Deployment] = field(default_factory=dict)

    def add(self, deployment: Deployment) -> None:
        self.rows[deployment.id] = deployment

    def change(self, deployment: Deployment, *, was_ns: int) -> None:
        if self.find(deployment.id).changed_ns != was_ns:
            raise Conflict("changed meanwhile")
        self.rows[deployment.id] = deployment

    def find(self, deployment: str) -> Deployment:
        if deployment not in self.rows:
            raise NotFound(deployment)
        return self.rows[deployment]

    def all(self, *, wanted: Wanted | None = None) -> list[Deployment]:
        return [one for one in self.rows.values() if wanted in {None, one.wanted}]


@dataclass
class Desk:
    """A keeper, its world, and one deployment."""

    world: World = field(default_factory=World)
    rows: Rows = field(default_factory=Rows)

    def __post_init__(self) -> None:
        self.rows.add(deployment())
        self.keeper = keeper_of(self.world, self.rows)

    @property
    def row(self) -> Deployment:
        return self.rows.rows["dp_a"]

    def wants(self, wanted: Wanted) -> None:
        self.rows.add(replace(self.row, wanted=wanted, problem="", changed_ns=self.world.now_ns + 1))

    def looks(self, seconds: int) -> None:
        for _ in range(seconds):
            self.world.now_ns += SECOND
            self.keeper.step(self.world.now_ns)

    @property
    def session(self) -> str:
        return self.row.session

    def life(self) -> SessionLife:
        return self.world.sessions[self.session].life


def test_a_deployment_is_started_and_a_killed_trader_started_again() -> None:
    desk = Desk()
    desk.looks(1)
    assert desk.life() is SessionLife.RUNNING
    first = desk.session
    desk.world.dies(first)
    desk.looks(8)
    assert (desk.session, desk.life(), desk.row.restarts) == (first, SessionLife.RUNNING, 1)
    assert desk.row.problem == ""
    desk.looks(700)
    assert desk.row.restarts == 0


def test_one_that_keeps_dying_is_started_after_longer_pauses_and_then_left_alone() -> None:
    desk = Desk()
    desk.world.is_frail = True
    desk.looks(20)
    early = len(desk.world.said)
    assert 3 <= early <= 6
    desk.looks(2_000)
    assert len(desk.world.said) == MOST_RESTARTS + 1
    assert "left alone now" in desk.row.problem and "live start dp_a" in desk.row.problem
    assert len(desk.world.sessions) == 1


def test_what_stops_a_start_is_told_and_tried_again_up_to_a_limit() -> None:
    desk = Desk()
    desk.world.refusal = "there are no bars of AAPL"
    desk.looks(5)
    assert "no bars of AAPL" in desk.row.problem
    desk.looks(2_000)
    assert "left alone now" in desk.row.problem and desk.row.restarts == MOST_RESTARTS + 1
    desk.world.refusal = ""
    desk.looks(2_000)
    assert desk.world.sessions == {}
    desk.rows.add(replace(desk.row, restarts=0, problem="", changed_ns=desk.world.now_ns + 1))
    desk.looks(8)
    assert desk.life() is SessionLife.RUNNING and desk.row.problem == ""


def test_a_session_that_could_not_begin_is_left_and_another_tried() -> None:
    desk = Desk()
    desk.looks(1)
    first = desk.session
    desk.world.lives(first, SessionLife.FAILED, reason="the venue cannot be reached")
    desk.looks(1)
    assert "venue cannot be reached" in desk.row.problem
    desk.looks(10)
    assert desk.session != first and desk.life() is SessionLife.RUNNING


def test_a_killed_account_is_not_traded_and_said_to_be_killed() -> None:
    desk = Desk()
    note = KillNote(who="Ada", reason="enough")
    desk.world.shut["paper"] = note
    desk.looks(5)
    assert desk.world.sessions == {}
    assert "killed by Ada: enough" in desk.row.problem
    del desk.world.shut["paper"]
    desk.looks(7)
    assert desk.life() is SessionLife.RUNNING
    desk.world.shut["paper"] = note
    desk.looks(6)
    assert "killed by Ada" in desk.row.problem and desk.life() is SessionLife.RUNNING


def test_pause_and_resume_reach_the_strategy_and_a_pause_survives_a_restart() -> None:
    desk = Desk()
    desk.looks(1)
    desk.wants(Wanted.PAUSED)
    desk.looks(1)
    assert desk.world.strategies[desk.session][0] == "paused"
    desk.world.strategies[desk.session] = ("running", "")  # somebody resumes it beside us
    desk.looks(6)
    assert desk.world.strategies[desk.session][0] == "paused"
    desk.world.dies(desk.session)
    desk.looks(8)
    assert desk.life() is SessionLife.RUNNING and desk.world.strategies[desk.session][0] == "paused"
    desk.wants(Wanted.RUNNING)
    desk.looks(1)
    assert desk.world.strategies[desk.session][0] == "running"


def test_a_strategy_that_a_person_paused_stays_so_and_it_is_said() -> None:
    desk = Desk()
    desk.looks(1)
    desk.world.strategies[desk.session] = ("paused", "Ada: earnings today")
    desk.looks(12)
    assert desk.world.strategies[desk.session][0] == "paused"
    assert desk.row.problem == "its strategy is paused: Ada: earnings today"


@pytest.mark.parametrize(
    ("reason", "goes_on"), [("signal SIGTERM", True), ("the history is over", False), ("Ada: enough", False)]
)
def test_an_end_in_good_order_ends_the_deployment_unless_the_machine_wanted_it(reason: str, goes_on: bool) -> None:
    desk = Desk()
    desk.looks(2)
    desk.world.now_ns += SECOND
    desk.world.lives(desk.session, SessionLife.STOPPED, reason=reason)
    desk.looks(8)
    assert (desk.life() is SessionLife.RUNNING) == goes_on
    assert desk.row.wanted is (Wanted.RUNNING if goes_on else Wanted.STOPPED)
    assert (reason in desk.row.problem) != goes_on


def test_a_stopped_one_is_ended_and_goes_on_in_the_same_session_when_it_is_started() -> None:
    desk = Desk()
    desk.looks(1)
    first = desk.session
    desk.wants(Wanted.STOPPED)
    desk.looks(20)
    assert desk.life() is SessionLife.STOPPED and desk.world.said.count(f"stop {first}") == 1
    desk.wants(Wanted.RUNNING)
    desk.looks(3)
    assert (desk.session, desk.life(), desk.row.restarts) == (first, SessionLife.RUNNING, 0)


def test_deployments_of_another_mode_are_left_alone() -> None:
    desk = Desk()
    desk.rows.rows["dp_a"] = replace(desk.row, mode="live")
    desk.looks(5)
    assert desk.world.sessions == {}


def test_where_machines_share_a_database_each_keeps_the_sessions_on_its_own_disk() -> None:
    desk, elsewhere = Desk(), World()
    desk.looks(1)
    other = keeper_of(elsewhere, desk.rows, place="there")
    for seconds in range(1, 40):
        other.step(desk.world.now_ns + seconds * SECOND)
    assert elsewhere.sessions == {} and desk.row.problem == ""
    desk.looks(10)
    assert desk.life() is SessionLife.RUNNING


def test_a_state_folder_is_named_once_whoever_asks_first(tmp_path: Path) -> None:
    found = {place_of(tmp_path / "state", SystemRandomness()) for _ in range(5)}
    assert len(found) == 1 and found.pop().isalnum()
    assert [one.name for one in (tmp_path / "state").iterdir()] == [PLACE]


def test_a_new_session_begins_after_the_day_that_was_reached() -> None:
    assert next_day_after(0) == ""
    assert next_day_after(1_425_330_000 * SECOND) == "2015-03-03"
