"""What doors show of the shelf."""

from collections.abc import Mapping
from dataclasses import dataclass

from tradewright.application.strategies.views import ParameterView, StrategyView
from tradewright.ports.shelf import Finding, ShelvedStrategy, StrategyVersion

BUILT_IN = "built_in"
UPLOADED = "uploaded"
READY = "ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyEntry:
    """One strategy in the list."""

    id: str
    """What a backtest or a deployment takes."""
    kind: str
    """`built_in` or `uploaded`."""
    name: str
    life: str
    """`draft`: not checked yet, or the check found something; `ready`; `deleted`."""
    summary: str
    """The first sentence of its description."""
    tags: tuple[str, ...] = ()
    class_name: str = ""
    version: int = 0
    """The newest; 0: built in."""
    digest: str = ""
    """SHA-256 of the newest version's bytes."""
    parameters: tuple[ParameterView, ...] = ()
    changed_ns: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionView:
    """One version."""

    version: int
    digest: str
    file_name: str
    size_bytes: int
    class_name: str
    is_fit: bool
    """It has passed the check, and may be run and deployed."""
    findings: tuple[Finding, ...]
    created_ns: int
    created_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategySheet:
    """One strategy with everything that is known of it."""

    entry: StrategyEntry
    description: str
    speaks: str = ""
    """Of a built-in one: `columns` when it answers for all bars at once, `events` when it is asked bar by bar."""
    versions: tuple[VersionView, ...] = ()
    """Newest first."""
    created_ns: int = 0
    created_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceView:
    """The source of one version."""

    strategy: str
    version: int
    digest: str
    file_name: str
    source: str


def entry_of_built_in(view: StrategyView) -> StrategyEntry:
    """A strategy of ours in the list."""
    return StrategyEntry(
        id=view.id,
        kind=BUILT_IN,
        name=view.name,
        life=READY,
        summary=view.summary,
        class_name=view.name,
        parameters=view.parameters,
    )


def entry_of(strategy: ShelvedStrategy) -> StrategyEntry:
    """A strategy of the shelf in the list."""
    newest = strategy.newest
    return StrategyEntry(
        id=strategy.id,
        kind=UPLOADED,
        name=strategy.name,
        life=strategy.life.value,
        summary=strategy.description.split("\n")[0],
        tags=tuple(sorted(strategy.tags)),
        class_name=newest.class_name,
        version=newest.version,
        digest=newest.digest,
        parameters=tuple(_parameter(name, told) for name, told in newest.parameters.items()),
        changed_ns=strategy.changed_ns,
    )


def sheet_of(strategy: ShelvedStrategy, versions: tuple[StrategyVersion, ...]) -> StrategySheet:
    """A strategy of the shelf with its versions."""
    return StrategySheet(
        entry=entry_of(strategy),
        description=strategy.description,
        versions=tuple(version_of(one) for one in versions),
        created_ns=strategy.created_ns,
        created_by=strategy.created_by,
    )


def version_of(version: StrategyVersion) -> VersionView:
    """One version."""
    return VersionView(
        version=version.version,
        digest=version.digest,
        file_name=version.file_name,
        size_bytes=version.size_bytes,
        class_name=version.class_name,
        is_fit=is_fit(version),
        findings=tuple(version.findings),
        created_ns=version.created_ns,
        created_by=version.created_by,
    )


def is_fit(version: StrategyVersion) -> bool:
    """Whether a version has passed the check."""
    return bool(version.class_name) and not any(one.is_fatal for one in version.findings)


def _parameter(name: str, told: object) -> ParameterView:
    """What the check found of it; the words are a stranger's, and were cleaned then."""
    found = told if isinstance(told, Mapping) else {}
    low, high, choices = found.get("low"), found.get("high"), found.get("choices", ())
    return ParameterView(
        name=name,
        type=str(found.get("type", "")),
        default=found.get("default"),
        low=float(low) if isinstance(low, int | float) else None,
        high=float(high) if isinstance(high, int | float) else None,
        choices=tuple(str(one) for one in choices) if isinstance(choices, list | tuple) else (),
        description=str(found.get("description", "")),
    )
