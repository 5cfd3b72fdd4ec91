from importlib import metadata
from pathlib import Path

import pytest

from tradewright.adapters.runs.folder import RunFolder
from tradewright.adapters.stores.delta import DeltaStore
from tradewright.adapters.workspace.folder import FolderWorkspace
from tradewright.application.projects import handlers
from tradewright.application.projects.messages import InitializeProject, ProjectDiagnosis, ProjectStatus
from tradewright.application.projects.views import Diagnosis, Verdict
from tradewright.domain.errors import StorageError
from tradewright.settings import load


def diagnosis(folder: Path, *, problems: tuple[str, ...] = ()) -> Diagnosis:
    return handlers.project_diagnosis(
        ProjectDiagnosis(),
        workspace=FolderWorkspace(folder),
        store_of=lambda: DeltaStore(folder / "store"),
        runs_of=lambda: RunFolder(folder / "runs"),
        inspected=lambda: ([], problems),
        examined=lambda _is_production: (),
    )


def verdict(found: Diagnosis, name: str) -> Verdict:
    return next(check.verdict for check in found.checks if check.name == name)


def test_a_new_project_has_settings_that_load_and_hold_what_was_chosen(tmp_path: Path) -> None:
    command = InitializeProject(cash=5000.0, commission_bps=10.0)
    done = handlers.initialize_project(command, workspace=FolderWorkspace(tmp_path))
    assert done.written == ("tradewright.toml", ".gitignore")
    settings = load(tmp_path, environment={})
    assert (settings.backtest.cash, settings.backtest.commission_bps) == (5000, 10)
    assert load(tmp_path / "nothing", environment={}).backtest.fill == settings.backtest.fill


def test_every_remark_of_the_settings_file_can_be_turned_into_a_setting(tmp_path: Path) -> None:
    handlers.initialize_project(InitializeProject(), workspace=FolderWorkspace(tmp_path))
    path = tmp_path / "tradewright.toml"
    lines = path.read_text().splitlines()
    path.write_text("\n".join(line.removeprefix("# ") if " = " in line else line for line in lines))
    assert load(tmp_path, environment={}) == load(tmp_path / "nothing", environment={})


def test_an_empty_project_is_healthy_and_says_that_it_is_empty(tmp_path: Path) -> None:
    assert diagnosis(tmp_path).is_healthy
    status = handlers.project_status(
        ProjectStatus(),
        workspace=FolderWorkspace(tmp_path),
        state=FolderWorkspace(tmp_path),
        store=DeltaStore(tmp_path / "store"),
        runs=RunFolder(tmp_path / "runs"),
    )
    assert (status.bars, status.first, status.latest_backtest, status.is_initialized) == (0, None, None, False)


def test_what_is_wrong_is_told_with_the_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        if name in {"numba", "matplotlib"}:
            raise metadata.PackageNotFoundError(name)
        return "1.0"

    def broken(_store: DeltaStore, _table: object) -> None:
        raise StorageError("the store is damaged", remedy="restore it")

    monkeypatch.setattr(metadata, "version", version)
    monkeypatch.setattr(DeltaStore, "coverage", broken)
    monkeypatch.setattr(handlers, "LEAST_FREE_BYTES", 10**18)
    found = diagnosis(tmp_path, problems=("backtest.cash = -1",))
    assert not found.is_healthy
    for name in ("numba", "settings", "market data"):
        assert verdict(found, name) is Verdict.PROBLEM
    for name in ("matplotlib", "disk"):
        assert verdict(found, name) is Verdict.WARNING
    assert all(check.remedy for check in found.checks if check.verdict is not Verdict.OK)


def test_a_folder_that_cannot_be_written_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert verdict(diagnosis(tmp_path / "file" / "project"), "project folder") is Verdict.PROBLEM
