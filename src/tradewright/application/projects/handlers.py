"""Answers about the project folder: set it up, examine it, say what it holds."""

import platform
from collections.abc import Callable, Sequence
from importlib import metadata

from tradewright.application.projects.messages import InitializeProject, ProjectDiagnosis, ProjectStatus
from tradewright.application.projects.template import GITIGNORE, settings_text
from tradewright.application.projects.views import Check, Diagnosis, Initialized, SettingLine, StatusView, Verdict
from tradewright.domain.errors import StorageError, TradewrightError
from tradewright.ports.runs import RunStore
from tradewright.ports.stores import MarketStore, Table
from tradewright.ports.workspace import Workspace

SETTINGS_FILE = "tradewright.toml"
LEAST_FREE_BYTES = 500_000_000
LIBRARIES = ("numpy", "polars", "numba", "deltalake", "duckdb", "exchange_calendars")
OPTIONAL = {"matplotlib": "PNG charts and notebook plots; pip install 'tradewright[plots]'"}


def initialize_project(command: InitializeProject, *, workspace: Workspace) -> Initialized:
    """Write the settings file and the list of files that version control leaves out; keep what is there."""
    written, kept = [], []
    chosen = {"backtest.cash": command.cash, "backtest.commission_bps": command.commission_bps}
    texts = {SETTINGS_FILE: settings_text({name: value for name, value in chosen.items() if value is not None})}
    for name, text in (texts | {".gitignore": GITIGNORE}).items():
        try:
            workspace.write(name, text)
            written.append(name)
        except FileExistsError:
            kept.append(name)
    return Initialized(str(workspace.facts().folder), tuple(written), tuple(kept))


def project_status(
    _query: ProjectStatus, *, workspace: Workspace, state: Workspace, store: MarketStore, runs: RunStore
) -> StatusView:
    """What the folder holds."""
    facts = workspace.facts()
    coverage = store.coverage(Table.BARS)
    summaries = runs.summaries()
    files, size = state.size("store")
    times = (coverage.get_column("first").min(), coverage.get_column("last").max()) if len(coverage) else (None, None)
    return StatusView(
        project=str(facts.folder),
        is_initialized=workspace.has(SETTINGS_FILE),
        instruments=coverage.get_column("instrument").n_unique() if len(coverage) else 0,
        bars=int(coverage.get_column("rows").sum()) if len(coverage) else 0,
        timeframes=tuple(sorted(coverage.get_column("interval").unique())) if len(coverage) else (),
        first=None if times[0] is None else str(times[0])[:10],
        last=None if times[1] is None else str(times[1])[:10],
        backtests=len(summaries),
        latest_backtest=summaries[0].run_id if summaries else None,
        store_files=files,
        store_bytes=size,
        free_bytes=facts.free_bytes,
    )


def project_diagnosis(
    query: ProjectDiagnosis,
    *,
    workspace: Workspace,
    store_of: Callable[[], MarketStore],
    runs_of: Callable[[], RunStore],
    inspected: Callable[[], tuple[Sequence[SettingLine], Sequence[str]]],
    examined: Callable[[bool], Sequence[Check]],
) -> Diagnosis:
    """Look at everything that can be wrong; nothing is changed. Broken settings are no reason to stop."""
    lines, problems = inspected()
    checks = [_python(), *_libraries(), *_folder(workspace), _settings(workspace, problems)]
    checks += [_readable("market data", lambda: f"{len(store_of().coverage(Table.BARS))} series of bars")]
    checks += [_readable("backtests", lambda: _kept(runs_of()))]
    checks += examined(query.is_production)
    return Diagnosis(str(workspace.facts().folder), tuple(checks), tuple(lines))


def _python() -> Check:
    return Check("Python", Verdict.OK, f"{platform.python_version()} on {platform.system()} {platform.machine()}")


def _libraries() -> list[Check]:
    checks = []
    for name in LIBRARIES:
        try:
            checks.append(Check(name, Verdict.OK, metadata.version(name)))
        except metadata.PackageNotFoundError:
            checks.append(Check(name, Verdict.PROBLEM, "not installed", f"pip install {name}"))
    for name, remedy in OPTIONAL.items():
        try:
            checks.append(Check(name, Verdict.OK, metadata.version(name)))
        except metadata.PackageNotFoundError:
            checks.append(Check(name, Verdict.WARNING, "not installed", remedy))
    return checks


def _folder(workspace: Workspace) -> list[Check]:
    facts = workspace.facts()
    writable = Check("project folder", Verdict.OK, str(facts.folder))
    if not facts.is_writable:
        remedy = "choose another folder with --project, or change its permissions"
        writable = Check("project folder", Verdict.PROBLEM, f"{facts.folder} cannot be written", remedy)
    free = f"{facts.free_bytes / 1e9:,.1f} GB free"
    if facts.free_bytes >= LEAST_FREE_BYTES:
        return [writable, Check("disk", Verdict.OK, free)]
    return [writable, Check("disk", Verdict.WARNING, free, "free some space; an import stops when the disk is full")]


def _settings(workspace: Workspace, problems: Sequence[str]) -> Check:
    if problems:
        return Check("settings", Verdict.PROBLEM, "; ".join(problems), f"correct {SETTINGS_FILE} or the variable")
    if workspace.has(SETTINGS_FILE):
        return Check("settings", Verdict.OK, SETTINGS_FILE)
    return Check("settings", Verdict.OK, f"defaults (no {SETTINGS_FILE}; `tradewright init` writes one)")


def _kept(runs: RunStore) -> str:
    """How many there are; a StorageError that names those that cannot be read."""
    ids = set(runs.ids())
    damaged = sorted(ids - {record.run_id for record in runs.summaries()})
    if damaged:
        raise StorageError(
            f"{len(damaged)} of {len(ids)} kept runs cannot be read: {', '.join(damaged[:5])}",
            remedy="run these backtests again, or delete their folders",
        )
    return f"{len(ids)} kept"


def _readable(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name, Verdict.OK, look())
    except TradewrightError as problem:
        return Check(name, Verdict.PROBLEM, problem.problem, problem.remedy)
