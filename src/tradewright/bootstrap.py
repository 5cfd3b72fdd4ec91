"""The one place where concrete things meet: a project folder and its settings become a wired application.

Nothing is loaded before a message needs it: a backtest of a file opens no store, and `--help` loads nothing at all.
"""

import hashlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeVar

from tradewright.lazy import load

if TYPE_CHECKING:
    import polars as pl

    from tradewright.adapters.runs.folder import RunFolder
    from tradewright.adapters.workspace.folder import FolderWorkspace
    from tradewright.application.backtests.messages import LoadedBars, Market
    from tradewright.application.dispatcher import AuditRecord, Dispatcher, Route
    from tradewright.application.projects.views import SettingLine
    from tradewright.settings import Settings

Answer = TypeVar("Answer")
Progress = Callable[[int, int | None], None]

SETTINGS_FILE: Final = "tradewright.toml"
STATE_FOLDER: Final = ".tradewright"
DEFAULT_VENUE: Final = "XNYS"
ENGINE_ROOMS: Final = ("quant", "domain", "trading", "engine", "simulation")
"""Rooms whose code can change a number of a run."""

_APPLICATION: Final = "tradewright.application"
ROUTES: Final = (
    # messages, handlers, then what is asked, what answers it, and who may ask
    (
        "backtests.messages",
        "backtests.handlers",
        (
            ("RunBacktest", "run_backtest", "command", "trader"),
            ("KeepBacktest", "keep_backtest", "command", "trader"),
            ("KeptBacktests", "kept_backtests", "query", "viewer"),
            ("KeptBacktest", "kept_backtest", "query", "viewer"),
            ("BacktestComparison", "backtest_comparison", "query", "viewer"),
        ),
    ),
    ("backtests.messages", "backtests.loading", (("BarsOfFiles", "bars_of_files", "query", "viewer"),)),
    ("sweeps.messages", "sweeps.handlers", (("SweepStrategy", "sweep_strategy", "query", "trader"),)),
    (
        "strategies.messages",
        "strategies.handlers",
        (
            ("KnownStrategies", "known_strategies", "query", "viewer"),
            ("StrategyDetails", "strategy_details", "query", "trader"),
            ("WriteStrategy", "write_strategy", "command", "trader"),
        ),
    ),
    ("indicators.messages", "indicators.handlers", (("KnownIndicators", "known_indicators", "query", "viewer"),)),
    (
        "projects.messages",
        "projects.handlers",
        (
            ("InitializeProject", "initialize_project", "command", "admin"),
            ("ProjectDiagnosis", "project_diagnosis", "query", "viewer"),
            ("ProjectStatus", "project_status", "query", "viewer"),
        ),
    ),
    (
        "data.messages",
        "data.reading",
        (
            ("LoadBars", "load_bars", "query", "viewer"),
            ("StoredData", "stored_data", "query", "viewer"),
            ("StoredRows", "stored_rows", "query", "viewer"),
            ("StoreVersions", "store_versions", "query", "viewer"),
            ("SqlQuestion", "sql_answer", "query", "viewer"),
            ("CompactStore", "compact_store", "command", "trader"),
            ("CleanStore", "clean_store", "command", "admin"),
        ),
    ),
    ("data.messages", "data.exporting", (("ExportData", "export_data", "command", "viewer"),)),
    ("data.importing_request", "data.importing", (("ImportFile", "import_file", "command", "trader"),)),
    ("data.demo", "data.demo", (("ImportDemo", "import_demo", "command", "trader"),)),
    ("data.quality", "data.quality", (("DataQuality", "data_quality", "query", "viewer"),)),
)


class App:
    """A wired application over one project folder; each part is made when a message first needs it."""

    def __init__(
        self,
        project: Path,
        *,
        environment: Mapping[str, str] = MappingProxyType({}),
        flags: Mapping[str, object] = MappingProxyType({}),
        frames: "Mapping[str, pl.DataFrame] | None" = None,
    ) -> None:
        """`flags` are settings by name that go before others; `frames` are tables in memory in place of files."""
        self.project = project
        self._environment = environment
        self._flags = flags
        self._frames = frames
        self._progress: Progress | None = None

    def ask(self, message: object, *, answer: type[Answer], progress: Progress | None = None) -> Answer:
        """The answer to a message of the owner of this machine; `progress` is told how far long work is."""
        envelopes, messages = load(f"{_APPLICATION}.envelope"), load(f"{_APPLICATION}.messages")
        correlation = load("tradewright.adapters.system.randomness").SystemRandomness().token()
        envelope = envelopes.Envelope(message, messages.OWNER, correlation)
        before = self._progress
        self._progress = progress or before
        try:
            return self.dispatcher.ask(envelope, answer=answer)
        finally:
            self._progress = before

    @cached_property
    def dispatcher(self) -> "Dispatcher":
        """The gate that every message passes."""
        dispatching, clock = load(f"{_APPLICATION}.dispatcher"), load("tradewright.adapters.system.clock").SystemClock()
        made: Dispatcher = dispatching.Dispatcher(
            routes(),
            providers=self._providers() | {"clock": lambda: clock},
            repeats=load(f"{_APPLICATION}.repeats").RecentAnswers(),
            clock=clock,
            audit=_audit,
        )
        return made

    @cached_property
    def settings(self) -> "Settings":
        """The settings; InputError that lists every problem."""
        settings = load("tradewright.settings")
        try:
            found: Settings = settings.load(self.project, environment=self._environment, flags=self._flags)
        except settings.SettingsError as problem:
            where = "`tradewright doctor` shows each setting and where it comes from"
            remedy = "" if problem.is_typed else where
            raise load("tradewright.domain.errors").InputError(str(problem), remedy=remedy) from problem
        return found

    @cached_property
    def state_folder(self) -> Path:
        """Where market data and runs are kept."""
        return self.project / STATE_FOLDER if self._is_bare else self.settings.state_folder(self.project)

    @cached_property
    def reports(self) -> Path:
        """Where tear sheets go: `reports` in the project folder, or where the state is when that is elsewhere."""
        return (self.state_folder if self.settings.home else self.project) / "reports"

    @cached_property
    def _is_bare(self) -> bool:
        """Nobody has set anything: then the defaults hold, and a first result need not wait 15 ms for the settings."""
        is_set = self._flags or any(name.startswith("TRADEWRIGHT_") for name in self._environment)
        return not is_set and not (self.project / SETTINGS_FILE).exists()

    def _providers(self) -> dict[str, Callable[[], object]]:
        """How each dependency of a handler is made, by its name."""
        return {
            "store": self._store,
            "store_of": lambda: self._store,
            "exporter": lambda: load("tradewright.adapters.stores.exports").FileExporter(),
            "runs": self._runs,
            "runs_of": lambda: self._runs,
            "files": self._files,
            "shipped": lambda: load("tradewright.adapters.files.shipped_data").ShippedFiles(),
            "calendars": lambda: load("tradewright.adapters.calendars.exchanges").ExchangeCalendars(),
            "default_venue": lambda: DEFAULT_VENUE if self._is_bare else self.settings.data.default_venue,
            "workspace": lambda: self._workspace(self.project),
            "state": lambda: self._workspace(self.state_folder),
            "code": lambda: load("tradewright.adapters.code.python_file").PythonFiles(),
            "engine": _engine,
            "sweeping": _sweeping,
            "engine_version": lambda: engine_version,
            "bars_of": lambda: self._bars_of,
            "inspected": lambda: self._inspected,
            "progress": lambda: self._report,
        }

    def _store(self) -> object:
        return load("tradewright.adapters.stores.delta").DeltaStore(self.state_folder / "store")

    def _runs(self) -> "RunFolder":
        made: RunFolder = load("tradewright.adapters.runs.folder").RunFolder(self.state_folder / "runs")
        return made

    def _files(self) -> object:
        if self._frames is not None:
            return load("tradewright.adapters.frames.memory").MemoryFiles(self._frames, self._local_files)
        return self._local_files()

    def _local_files(self) -> object:
        return load("tradewright.adapters.files.local").LocalFiles(self.state_folder / "quarantine")

    def _workspace(self, folder: Path) -> "FolderWorkspace":
        made: FolderWorkspace = load("tradewright.adapters.workspace.folder").FolderWorkspace(folder)
        return made

    def _bars_of(self, market: "Market") -> "LoadedBars":
        """The bars of a market: straight from its file, else from the store."""
        loading = load(f"{_APPLICATION}.backtests.loading")
        found: LoadedBars = loading.loaded(self.ask(loading.question_of(market), answer=object), market)
        return found

    def _inspected(self) -> "tuple[list[SettingLine], list[str]]":
        """Every setting with its origin, and every problem."""
        found = load("tradewright.settings").inspect(self.project, environment=self._environment)
        line = load(f"{_APPLICATION}.projects.views").SettingLine
        lines = [line(one.name, one.value, one.origin, one.description) for one in found.values]
        return lines, [str(problem) for problem in found.problems]

    def _report(self, done: int, total: int | None) -> None:
        if self._progress is not None:
            self._progress(done, total)


def open_app(project: Path | None = None, *, flags: Mapping[str, object] | None = None) -> App:
    """The application over a project folder: the one given, else the nearest above with a settings file, else this."""
    folder = (project or find_project(Path.cwd())).absolute()
    if folder.exists() and not folder.is_dir():
        raise load("tradewright.domain.errors").InputError(
            f"{folder} is no project folder", expected="a folder, or a path where one can be made", found="a file"
        )
    return App(folder, environment=os.environ, flags=flags or {})


def find_project(start: Path) -> Path:
    """The nearest folder, from `start` upwards, that holds a settings file or a state folder; else `start`."""
    for folder in (start, *start.parents):
        if (folder / SETTINGS_FILE).is_file() or (folder / STATE_FOLDER).is_dir():
            return folder
    return start


def routes() -> "Iterator[Route]":
    """Every message with the function that answers it."""
    dispatching, kinds = load(f"{_APPLICATION}.dispatcher"), load(f"{_APPLICATION}.messages")
    for messages, handlers, answers in ROUTES:
        for message, handler, kind, role in answers:
            yield dispatching.Route(
                f"{_APPLICATION}.{messages}:{message}",
                f"{_APPLICATION}.{handlers}:{handler}",
                kinds.MessageKind(kind),
                kinds.Role(role),
            )


def engine_version() -> str:
    """The version of the package and a hash of all code that can change a number of a run."""
    digest = hashlib.blake2b(digest_size=5)
    package = Path(__file__).resolve().parent
    for room in ENGINE_ROOMS:
        for path in sorted((package / room).rglob("*.py")):
            digest.update(path.relative_to(package).as_posix().encode())
            digest.update(path.read_bytes())
    version: str = load("tradewright").__version__  # the root package is the notebook's door, which stands above
    return f"{version}+{digest.hexdigest()}"


def _engine() -> Callable[..., object]:
    broker = load("tradewright.simulation.broker").SimulatedBroker
    return partial(load("tradewright.engine.backtest").run_backtest, broker_factory=broker)


def _sweeping() -> Callable[..., object]:
    broker = load("tradewright.simulation.broker").SimulatedBroker
    return partial(load("tradewright.research.sweep").sweep, broker_factory=broker)


def _audit(record: "AuditRecord") -> None:
    """To the log, once somebody has loaded logging; before that nobody can be listening."""
    logging = sys.modules.get("logging")
    if logging is not None:
        logging.getLogger("tradewright.audit").info("%s", record)
