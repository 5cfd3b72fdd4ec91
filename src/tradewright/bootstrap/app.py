"""The wired application over one project folder and its settings: every message finds its handler and what that needs.

Nothing is loaded before a message needs it: a backtest of a file opens no store, and `--help` loads nothing at all.
"""

import os
from collections.abc import Callable, Mapping
from functools import cached_property, partial
from pathlib import Path
from threading import Event
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeVar

from tradewright.bootstrap.engines import backtesting, comparing, engine_version, honesty, sweeping
from tradewright.bootstrap.logs import asked_as, audit, correlated, folder_of, speaking
from tradewright.bootstrap.routes import APPLICATION, routes
from tradewright.lazy import load

if TYPE_CHECKING:
    import polars as pl

    from tradewright.adapters.runs.folder import RunFolder
    from tradewright.adapters.workspace.folder import FolderWorkspace
    from tradewright.application.backtests.finished import FinishedBacktest
    from tradewright.application.backtests.messages import LoadedBars, Market, RunBacktest
    from tradewright.application.deployments.handlers import Deploying
    from tradewright.application.dispatcher import Dispatcher
    from tradewright.application.envelope import Envelope
    from tradewright.application.projects.views import SettingLine
    from tradewright.application.shelf.naming import Reference
    from tradewright.bootstrap.health import Health
    from tradewright.bootstrap.running import Ended
    from tradewright.bootstrap.shelving import Shelving
    from tradewright.bootstrap.state import PlatformState
    from tradewright.bootstrap.trading import TradingParts
    from tradewright.ports.stores import Selection
    from tradewright.settings import Settings
    from tradewright.settings.secrets import Secret

Answer = TypeVar("Answer")
Progress = Callable[[int, int | None], None]

SETTINGS_FILE: Final = "tradewright.toml"
STATE_FOLDER: Final = ".tradewright"
DEFAULT_VENUE: Final = "XNYS"


class App:
    """A wired application over one project folder; each part is made when a message first needs it."""

    def __init__(
        self,
        project: Path,
        *,
        environment: Mapping[str, str] = MappingProxyType({}),
        flags: Mapping[str, object] = MappingProxyType({}),
        frames: "Mapping[str, pl.DataFrame] | None" = None,
        settings: "Settings | None" = None,
    ) -> None:
        """`flags` are settings by name that go before others; `frames` are tables in memory in place of files;
        `settings` hold instead of those that would be read."""
        self.project = project
        self._environment = environment
        self._flags = flags
        self._frames = frames
        self._given = settings
        self._progress: Progress | None = None

    def ask(self, message: object, *, answer: type[Answer], progress: Progress | None = None) -> Answer:
        """The answer to a message of the owner of this machine; `progress` is told how far long work is."""
        envelopes, messages = load(f"{APPLICATION}.envelope"), load(f"{APPLICATION}.messages")
        correlation = asked_as() or load("tradewright.adapters.system.randomness").SystemRandomness().token()
        found = self.answer(envelopes.Envelope(message, messages.OWNER, correlation), progress=progress)
        if not isinstance(found, answer):
            raise TypeError(f"{type(message).__name__} should answer {answer.__name__}, found {type(found).__name__}")
        return found

    def answer(self, envelope: "Envelope", *, progress: Progress | None = None) -> object:
        """The answer to a message of whoever the envelope names. Only one thread at a time may ask with `progress`."""
        before = self._progress
        self._progress = progress or before
        try:
            return self.dispatcher.dispatch(envelope)
        finally:
            self._progress = before

    @cached_property
    def dispatcher(self) -> "Dispatcher":
        """The gate that every message passes."""
        dispatching, clock = load(f"{APPLICATION}.dispatcher"), load("tradewright.adapters.system.clock").SystemClock()
        made: Dispatcher = dispatching.Dispatcher(
            routes(),
            providers=self.providers() | {"clock": lambda: clock},
            repeats=load(f"{APPLICATION}.repeats").RecentAnswers(),
            clock=clock,
            audit=audit,
            within=correlated,
        )
        return made

    @cached_property
    def settings(self) -> "Settings":
        """The settings; InputError that lists every problem."""
        if self._given is not None:
            return self._given
        settings = load("tradewright.settings")
        try:
            found: Settings = settings.load(self.project, environment=self._environment, flags=self._flags)
        except settings.SettingsError as problem:
            where = "`tradewright doctor` shows each setting and where it comes from"
            remedy = "" if problem.is_typed else where
            raise load("tradewright.domain.errors").InputError(str(problem), remedy=remedy) from problem
        return found

    def revealed(self, secret: "Secret") -> str | None:
        """A secret from the place that the settings name; hand it on, never log or keep it."""
        return secret.reveal(self._environment)

    def at_hand(self) -> "tuple[App, str]":
        """This, or where its settings are broken the same by default, with what is wrong: for what is there already and
        has to be reached whatever the settings say today."""
        if self._is_bare:
            return self, ""
        try:
            _ = self.settings
        except load("tradewright.domain.errors").InputError as broken:
            given = load("tradewright.settings").whereabouts(self.project, environment=self._environment)
            return App(self.project, environment=self._environment, settings=given), broken.problem
        return self, ""

    @cached_property
    def state_folder(self) -> Path:
        """Where market data and runs are kept."""
        return self.project / STATE_FOLDER if self._is_bare else self.settings.state_folder(self.project)

    @cached_property
    def state(self) -> "PlatformState":
        """The platform's state; no database is opened before somebody asks for what is in it."""
        made: PlatformState = load("tradewright.bootstrap.state").PlatformState(self)
        return made

    @cached_property
    def leaving(self) -> Event:
        """Set once this process is about to end: what would go on for as long as somebody listens, ends."""
        return Event()

    @cached_property
    def shelving(self) -> "Shelving":
        """What is done with strategies that somebody uploaded."""
        made: Shelving = load("tradewright.bootstrap.shelving").Shelving(self.state, self.bars_of)
        return made

    @cached_property
    def health(self) -> "Health":
        """How the platform is, as this process sees it."""
        made: Health = load("tradewright.bootstrap.health").Health(self)
        return made

    @cached_property
    def trading(self) -> "TradingParts":
        """Trading in the mode of the settings."""
        mode = "paper" if self._is_bare else self.settings.trading.mode
        made: TradingParts = load("tradewright.bootstrap.trading").TradingParts(self, mode)
        return made

    def trade(
        self, session: str, *, started: Callable[[], None] = lambda: None, is_ending: Callable[[], bool] = lambda: False
    ) -> "Ended":
        """Run a prepared session in this process until it ends; `started` is called once it can be asked, `is_ending`
        says whether it was asked to end before it could listen."""
        run_session = load("tradewright.bootstrap.running").run_session
        with speaking(self, "trader"):
            ended: Ended = run_session(self.trading, session, started=started, is_ending=is_ending)
        return ended

    def dismiss(self, account: str) -> bool:
        """Let the paper venue of an account leave now; it comes back when a session needs it. False where it stays."""
        is_gone: bool = load("tradewright.bootstrap.venue").dismiss_venue(self.trading, account)
        return is_gone

    @cached_property
    def reports(self) -> Path:
        """Where tear sheets go: `reports` in the project folder, or where the state is when that is elsewhere."""
        return (self.state_folder if self.settings.home else self.project) / "reports"

    @cached_property
    def _is_bare(self) -> bool:
        """Nobody has set anything: then the defaults hold, and a first result need not wait 15 ms for the settings."""
        is_set = (
            self._given is not None or self._flags or any(name.startswith("TRADEWRIGHT_") for name in self._environment)
        )
        return not is_set and not (self.project / SETTINGS_FILE).exists()

    def providers(self) -> dict[str, Callable[[], object]]:
        """How each dependency of a handler is made, by its name."""
        parts: dict[str, Callable[[], object]] = load("tradewright.bootstrap.health_parts").providers(self)
        return self._own_providers() | parts

    def _own_providers(self) -> dict[str, Callable[[], object]]:
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
            "engine": backtesting,
            "testing": lambda: self._tested,
            "comparing": comparing,
            "session_disk": lambda: load("tradewright.bootstrap.folders").session_disk,
            "example_session": lambda: load("tradewright.bootstrap.example_session").example_disk,
            "sweeping": sweeping,
            "honesty": honesty,
            "honesty_behind_walls": lambda: self.shelving.honest,
            "playing": lambda: load("tradewright.bootstrap.playing").playing,
            "engine_version": lambda: engine_version,
            "inspected": lambda: self._inspected,
            "progress": lambda: self._report,
            "sessions": lambda: self.trading.sessions,
            "accounts": lambda: self.trading.accounts,
            "traders": lambda: self.trading.traders,
            "grounds": lambda: self.trading.grounds,
            "kept_limits": lambda: self.trading.kept_limits,
            "policy_for": lambda: self.trading.policy_for,
            "job_table": lambda: load("tradewright.bootstrap.jobs").JOBS,
            "firer": lambda: load("tradewright.bootstrap.scheduling").firer_of(self.state),
            "cancel_without": lambda: self.trading.cancel_without,
            "guard_alone": lambda: self.trading.guard_alone,
            "guard_notes": lambda: self.trading.guard_notes,
            "tables": lambda: self.trading.tables,
            "reach": lambda: self.trading.reach,
            "randomness": lambda: load("tradewright.adapters.system.randomness").SystemRandomness(),
            "examined": lambda: load("tradewright.bootstrap.examining").examined(self, self._environment),
            "log_trail": lambda: load("tradewright.adapters.logs.reading").LogFiles(folder_of(self)),
            "uploads": lambda: load("tradewright.adapters.uploads.temporary").TemporaryUploads(),
            "passwords": lambda: load("tradewright.adapters.passwords.argon").ArgonPasswords(),
            "lockout": lambda: load(f"{APPLICATION}.access.lockout").Lockout(
                load("tradewright.adapters.system.clock").SystemClock()
            ),
            **self.state.providers(),
            **self._shelf(),
            **self._markets(),
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

    def bars_of(self, market: "Market") -> "LoadedBars":
        """The bars of a market: straight from its file, else from the store."""
        loading = load(f"{APPLICATION}.backtests.loading")
        found: LoadedBars = loading.loaded(self.ask(loading.question_of(market), answer=object), market)
        return found

    def _tested(self, command: "RunBacktest") -> "FinishedBacktest":
        """A backtest that belongs to a job: it was asked for, and audited, when the job was."""
        handlers, system = load(f"{APPLICATION}.backtests.handlers"), load("tradewright.adapters.system.clock")
        found: FinishedBacktest = handlers.run_backtest(
            command,
            code=load("tradewright.adapters.code.python_file").PythonFiles(),
            clock=system.SystemClock(),
            engine=backtesting(),
            bars_of=self.bars_of,
            engine_version=engine_version,
            shelved=self._shelved,
            kept_funding=self._kept_funding,
        )
        return found

    def _markets(self) -> dict[str, Callable[[], object]]:
        """What a run reads of the market."""
        return {"bars_of": lambda: self.bars_of, "kept_funding": lambda: self._kept_funding}

    def _kept_funding(self, wanted: "Selection") -> "pl.DataFrame":
        """Rows of funding; the store is opened when a backtest asks for them."""
        rows: pl.DataFrame = self._store().read(wanted)  # type: ignore[attr-defined]
        return rows

    def _shelf(self) -> dict[str, Callable[[], object]]:
        """What is asked of strategies that somebody uploaded."""
        return {
            "shelved": lambda: self._shelved,
            "checking": lambda: self.shelving.checked,
            "comparing_behind_walls": lambda: self.shelving.compared,
            "source_of_session": lambda: self.trading.source_of,
            "runnable": lambda: self.shelving.runnable,
            "choosing": lambda: self.shelving.chosen,
            "deployed": lambda: self.shelving.deployed,
            "deploying": lambda: self._deploying,
            "signaling": lambda: self.shelving.signaling,
        }

    @property
    def _deploying(self) -> "Deploying":
        """What is asked before a strategy is deployed; the account is one that whoever asks may see."""
        system, starting = load("tradewright.adapters.system.clock"), load(f"{APPLICATION}.trading.starting")
        proving = partial(
            starting.proven,
            sessions=self.trading.sessions,
            accounts=self.trading.accounts,
            choosing=self.shelving.chosen,
            clock=system.SystemClock(),
            randomness=load("tradewright.adapters.system.randomness").SystemRandomness(),
            grounds=self.trading.grounds,
        )
        found: Deploying = load(f"{APPLICATION}.deployments.handlers").Deploying(
            lambda wish, envelope: proving(wish, envelope=envelope), self.shelving.runnable
        )
        return found

    def _shelved(self, command: "RunBacktest", reference: "Reference") -> "FinishedBacktest":
        """A backtest of a strategy of the shelf; nothing of it is loaded before one is asked for."""
        return self.shelving.backtested(command, reference)

    def _inspected(self) -> "tuple[list[SettingLine], list[str]]":
        """Every setting with its origin, and every problem."""
        found = load("tradewright.settings").inspect(self.project, environment=self._environment)
        line = load(f"{APPLICATION}.projects.views").SettingLine
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
