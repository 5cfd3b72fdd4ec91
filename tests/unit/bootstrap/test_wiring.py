from pathlib import Path

import pytest

import tradewright
from tradewright.application.messages import MessageKind, Role
from tradewright.application.projects.messages import ProjectStatus
from tradewright.application.projects.views import StatusView
from tradewright.application.strategies.messages import KnownStrategies
from tradewright.bootstrap import (
    DEFAULT_VENUE,
    ENGINE_ROOMS,
    SETTINGS_FILE,
    STATE_FOLDER,
    App,
    engine_version,
    find_project,
    open_app,
    routes,
)
from tradewright.domain.errors import InputError
from tradewright.settings import FILE_NAME, Settings


def test_every_message_has_a_handler_whose_dependencies_can_be_made(tmp_path: Path) -> None:
    App(tmp_path).dispatcher.check()


def test_whatever_is_asked_needs_a_role_but_for_the_login() -> None:
    found = {route.name.rpartition(":")[2]: route for route in routes()}
    assert {name for name, route in found.items() if route.role is None} == {"LogIn"}
    viewers = {name for name, one in found.items() if one.kind is MessageKind.COMMAND and one.role is Role.VIEWER}
    assert viewers <= {"ExportData", "LogOut", "ValidateOrder", "AssessRisk", "IssueTicket"}


def test_an_answer_of_the_wrong_type_is_a_defect(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="should answer dict"):
        App(tmp_path).ask(KnownStrategies(), answer=dict)


def test_without_settings_the_defaults_hold_and_are_those_of_the_settings(tmp_path: Path) -> None:
    bare = App(tmp_path)
    assert bare.state_folder == Settings().state_folder(tmp_path) == tmp_path / STATE_FOLDER
    assert Settings().data.default_venue == DEFAULT_VENUE
    assert FILE_NAME == SETTINGS_FILE
    assert bare.reports == tmp_path / "reports"


def test_state_and_reports_go_where_the_environment_says(tmp_path: Path) -> None:
    app = App(tmp_path, environment={"TRADEWRIGHT_HOME": str(tmp_path / "elsewhere")})
    assert app.state_folder == tmp_path / "elsewhere"
    assert app.reports == tmp_path / "elsewhere" / "reports"
    assert app.ask(ProjectStatus(), answer=StatusView).bars == 0


def test_settings_that_cannot_be_used_are_wrong_input(tmp_path: Path) -> None:
    (tmp_path / SETTINGS_FILE).write_text("[backtest]\ncash = -1\n")
    with pytest.raises(InputError, match=r"backtest\.cash"):
        _ = App(tmp_path).settings


def test_flags_go_before_the_environment_and_that_before_the_file(tmp_path: Path) -> None:
    (tmp_path / SETTINGS_FILE).write_text("[backtest]\ncash = 1.0\nlot = 1.0\ncommission_bps = 1.0\n")
    environment = {"TRADEWRIGHT_BACKTEST_CASH": "2", "TRADEWRIGHT_BACKTEST_LOT": "2"}
    chosen = App(tmp_path, environment=environment, flags={"backtest.cash": 3.0}).settings.backtest
    assert (chosen.cash, chosen.lot, chosen.commission_bps) == (3, 2, 1)


def test_a_project_is_found_from_a_folder_below_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    below = tmp_path / "project" / "a" / "b"
    below.mkdir(parents=True)
    assert find_project(below) == below
    (tmp_path / "project" / SETTINGS_FILE).write_text("")
    assert find_project(below) == tmp_path / "project"
    (tmp_path / "project" / "a" / STATE_FOLDER).mkdir()
    assert find_project(below) == tmp_path / "project" / "a"
    monkeypatch.chdir(below)
    assert open_app().project == tmp_path / "project" / "a"
    assert open_app(Path("x")).project == below / "x"


def test_the_engine_is_named_by_the_version_and_its_code() -> None:
    version, _, digest = engine_version().partition("+")
    assert version == tradewright.__version__
    assert len(digest) == 10
    package = Path(tradewright.__file__).parent
    assert all((package / room).is_dir() for room in ENGINE_ROOMS)
