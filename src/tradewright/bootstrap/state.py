"""The platform's state over one project: every repository on one database, each made when it is first needed."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from tradewright.lazy import load

if TYPE_CHECKING:
    from collections.abc import Callable

    from tradewright.adapters.database.engine import Database
    from tradewright.adapters.database.place import Place
    from tradewright.application.database.backing import Backing
    from tradewright.ports.assessments import Assessments
    from tradewright.ports.audit import AuditTrail
    from tradewright.ports.clock import Clock
    from tradewright.ports.deployments import Deployments
    from tradewright.ports.jobs import JobQueue
    from tradewright.ports.keys import KeyRing
    from tradewright.ports.leases import Leases
    from tradewright.ports.prices import DailyPrices
    from tradewright.ports.randomness import Randomness
    from tradewright.ports.repeats import KeptRepeats
    from tradewright.ports.schedules import Schedules
    from tradewright.ports.shelf import StrategyShelf
    from tradewright.ports.signals import KeptSignals
    from tradewright.ports.symbols import SymbolRegistry
    from tradewright.ports.uptimes import Uptimes
    from tradewright.settings import Settings

DATABASE: Final = "tradewright.adapters.database"
FILE: Final = "state.sqlite"
NOUNS: Final = (
    "jobs",
    "keys",
    "audit",
    "repeats",
    "leases",
    "shelf",
    "symbols",
    "deployments",
    "schedules",
    "assessments",
    "prices",
    "signals",
    "uptimes",
)
"""What is kept, by the names of the ports; handlers ask for it by them."""


class Project(Protocol):
    """The application over a project folder, as far as its state needs it."""

    @property
    def project(self) -> Path:
        """The folder."""
        ...

    @property
    def settings(self) -> "Settings":
        """Its settings; InputError that lists every problem."""
        ...

    @property
    def state_folder(self) -> Path:
        """Where state lies."""
        ...


class PlatformState:
    """The state of one project; StorageError where its database cannot be opened."""

    def __init__(self, app: Project) -> None:
        self._app = app

    @cached_property
    def place(self) -> "Place":
        """Where the database lies, by the settings."""
        places, settings = load(f"{DATABASE}.place"), self._app.settings.database
        if settings.url:
            found: Place = places.server(settings.url)
            return found
        named = Path(settings.path).expanduser()
        path = self._app.project.absolute() / named if settings.path else self._app.state_folder / FILE
        found = places.file(path)
        return found

    @property
    def is_there(self) -> bool:
        """Whether anything was ever kept; looking makes nothing."""
        return self.place.file is None or self.place.file.exists()

    @cached_property
    def database(self) -> "Database":
        """The database, with tables of this version."""
        made: Database = load(f"{DATABASE}.opening").opened(self.place)
        return made

    @cached_property
    def jobs(self) -> "JobQueue":
        """The queue of long work."""
        made: JobQueue = load(f"{DATABASE}.jobs").DatabaseJobs(self.database, self._clock, randomness=self._randomness)
        return made

    @cached_property
    def keys(self) -> "KeyRing":
        """Who may come in."""
        made: KeyRing = load(f"{DATABASE}.keys").DatabaseKeys(self.database)
        return made

    @cached_property
    def audit(self) -> "AuditTrail":
        """Who asked what."""
        made: AuditTrail = load(f"{DATABASE}.audit").DatabaseAudit(self.database)
        return made

    @cached_property
    def repeats(self) -> "KeptRepeats":
        """Answers to commands that may come twice."""
        made: KeptRepeats = load(f"{DATABASE}.repeats").DatabaseRepeats(self.database, self._clock)
        return made

    @cached_property
    def leases(self) -> "Leases":
        """Who of several processes acts."""
        made: Leases = load(f"{DATABASE}.leases").DatabaseLeases(self.database, self._clock)
        return made

    @cached_property
    def shelf(self) -> "StrategyShelf":
        """Strategies that were uploaded or registered."""
        made: StrategyShelf = load(f"{DATABASE}.shelf").DatabaseShelf(self.database)
        return made

    @cached_property
    def symbols(self) -> "SymbolRegistry":
        """Symbols that are tracked, and lists of them."""
        made: SymbolRegistry = load(f"{DATABASE}.symbols").DatabaseSymbols(self.database)
        return made

    @cached_property
    def deployments(self) -> "Deployments":
        """Strategies at work."""
        made: Deployments = load(f"{DATABASE}.deployments").DatabaseDeployments(self.database)
        return made

    @cached_property
    def schedules(self) -> "Schedules":
        """What is done again and again."""
        made: Schedules = load(f"{DATABASE}.schedules").DatabaseSchedules(self.database)
        return made

    @cached_property
    def assessments(self) -> "Assessments":
        """Assessments of risk as they were told."""
        made: Assessments = load(f"{DATABASE}.assessments").DatabaseAssessments(self.database)
        return made

    @cached_property
    def prices(self) -> "DailyPrices":
        """Daily bars of tracked symbols, for whoever asks in SQL."""
        made: DailyPrices = load(f"{DATABASE}.prices").DatabasePrices(self.database)
        return made

    @cached_property
    def uptimes(self) -> "Uptimes":
        """How long each part was well."""
        made: Uptimes = load(f"{DATABASE}.uptimes").DatabaseUptimes(self.database)
        return made

    @cached_property
    def signals(self) -> "KeptSignals":
        """Signals that strategies gave."""
        made: KeptSignals = load(f"{DATABASE}.signals").DatabaseSignals(self.database)
        return made

    @cached_property
    def backing(self) -> "Backing":
        """The state as a whole, as it is backed up; its database also with tables of another version."""
        app, clock, archives = self._app, self._clock, load("tradewright.adapters.backups.archive")
        folders = load("tradewright.adapters.backups.folder")
        made: Backing = load("tradewright.application.database.backing").Backing(
            database=load(f"{DATABASE}.upkeep").DatabaseUpkeep(self.place, clock),
            state=folders.FolderFiles(app.state_folder, self._randomness),
            project=folders.FolderFiles(app.project.absolute(), self._randomness),
            archives=archives.TarArchives(),
            clock=clock,
            engine_version=load("tradewright.bootstrap.engines").engine_version(),
        )
        return made

    def providers(self) -> "dict[str, Callable[[], object]]":
        """How handlers get each of these, by its name."""
        return {name: _later(self, name) for name in (*NOUNS, "backing")}

    def close(self) -> None:
        """Let the connections go; the next who asks makes new ones."""
        if "database" in self.__dict__:
            self.database.close()
        if "backing" in self.__dict__:
            self.backing.database.close()

    @property
    def _clock(self) -> "Clock":
        made: Clock = load("tradewright.adapters.system.clock").SystemClock()
        return made

    @property
    def _randomness(self) -> "Randomness":
        made: Randomness = load("tradewright.adapters.system.randomness").SystemRandomness()
        return made


def _later(state: PlatformState, name: str) -> "Callable[[], object]":
    return lambda: getattr(state, name)
