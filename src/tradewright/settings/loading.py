"""How settings come together: defaults < `tradewright.toml` < variables < flags, each value with its origin."""

import difflib
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

from tradewright.settings.contradictions import contradictions
from tradewright.settings.fields import PREFIX, Field, built, fields
from tradewright.settings.problems import FLAG, Problem, SettingsError
from tradewright.settings.secrets import masked
from tradewright.settings.tree import Settings, Trading

FILE_NAME = "tradewright.toml"

ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "DATABASE_URL": "database.url",
        "DATABASE_PATH": "database.path",
        "REDIS_URL": "redis.url",
        "CACHE_TTL": "data.cache_seconds",
        "IBKR_HOST": "brokers.ibkr.host",
        "IBKR_PORT": "brokers.ibkr.port",
        "IBKR_CLIENT_ID": "brokers.ibkr.client_id",
        "ALPACA_API_KEY": "brokers.alpaca.key",
        "ALPACA_SECRET_KEY": "brokers.alpaca.secret",
        "ALPACA_BASE_URL": "brokers.alpaca.base_url",
        "ALPACA_PAPER_TRADING": "brokers.alpaca.paper",
        "TWELVE_DATA_API_KEY": "sources.twelve_data.key",
        "API_HOST": "api.host",
        "API_PORT": "api.port",
        "API_CORS_ORIGINS": "api.cors_origins",
        "LOG_LEVEL": "log.level",
        "LOG_FORMAT": "log.format",
        "MAX_WORKERS": "workers.max",
        "RISK_MAX_POSITION_SIZE": "risk.max_position",
        "RISK_MAX_PORTFOLIO_RISK": "risk.max_portfolio_risk",
        "RISK_DRAWDOWN_LIMIT": "risk.drawdown_stop",
        "TRADING_START_TIME": "trading.hours.start",
        "TRADING_END_TIME": "trading.hours.end",
        "TRADING_TIMEZONE": "trading.hours.timezone",
        "GOTIFY_URL": "notify.gotify.url",
        "GOTIFY_TOKEN": "notify.gotify.token",
        "BROKER_TYPE": "trading.broker",
    }
)
"""Common variables that are read too; one with our prefix says the same."""

READ_ELSEWHERE = frozenset({"TRADEWRIGHT_FAIL_POINT", "TRADEWRIGHT_KERNEL_CACHE", "TRADEWRIGHT_TRACEBACK"})
"""Variables with our prefix that are no settings of a project: the compiler's cache belongs to the machine, whether a
traceback is shown is asked before there are settings, and where a process dies for a proof is nobody's wish."""


ABOUT_THE_MODE = frozenset(
    {"trading.mode", "trading.broker", "brokers.ibkr.port", "brokers.alpaca.paper", "brokers.alpaca.base_url"}
)
"""Settings that say together whether it is paper or live."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One value and where it comes from."""

    name: str
    value: str
    """For display: secrets are named by their place, passwords in addresses are hidden."""
    origin: str
    """`default`, `tradewright.toml`, `environment NAME` or `flag`."""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Inspection:
    """What is set, and what is wrong with it."""

    settings: Settings | None
    """None while there are problems."""
    values: tuple[Setting, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Given:
    """A value as somebody wrote it."""

    name: str
    value: object
    origin: str
    is_text: bool


@dataclass(slots=True)
class _Reading:
    """What was read so far: by dotted name the value that holds, with its origin."""

    fields: Mapping[str, Field]
    values: dict[str, object]
    origins: dict[str, str]
    problems: list[Problem] = field(default_factory=list)

    def take(self, given: _Given) -> None:
        """A later layer wins; a value that does not fit is a problem also where a later one would win."""
        known = self.fields.get(given.name)
        if known is None:
            self.problems.append(_unknown(given, self.fields))
            return
        try:
            self.values[given.name] = known.converted(given.value, is_text=given.is_text)
            self.origins[given.name] = given.origin
        except ValueError:
            shown = "(hidden)" if known.is_secret else masked(given.value)
            self.problems.append(Problem(given.name, shown, given.origin, f"write {known.expected}"))


def load(project: Path, *, environment: Mapping[str, str], flags: Mapping[str, object] | None = None) -> Settings:
    """The settings of a project folder; `SettingsError` lists everything that is wrong.

    `environment` is handed in (`os.environ`); `flags` are values by dotted name, `None` meaning not given.
    """
    reading, settings = _read(project, environment, flags=flags)
    if reading.problems:
        raise SettingsError(tuple(reading.problems))
    return settings


def inspect(project: Path, *, environment: Mapping[str, str], flags: Mapping[str, object] | None = None) -> Inspection:
    """Every value with its origin and every problem; never raises for what a person wrote."""
    reading, settings = _read(project, environment, flags=flags)
    values = tuple(
        Setting(name, masked(reading.values[name]), reading.origins[name], one.description)
        for name, one in reading.fields.items()
    )
    return Inspection(None if reading.problems else settings, values, tuple(reading.problems))


def whereabouts(project: Path, *, environment: Mapping[str, str]) -> Settings:
    """The defaults, but for the mode and the state folder as far as they can be read: by these, what is there can be
    found whatever else is wrong. It is paper where the mode is in doubt."""
    reading, settings = _read(project, environment, flags=None)
    is_doubtful = any(one.name in ABOUT_THE_MODE for one in reading.problems)
    mode = "paper" if is_doubtful else settings.trading.mode
    return Settings(home=str(settings.state_folder(project)), trading=Trading(mode=mode))


def _read(
    project: Path, environment: Mapping[str, str], *, flags: Mapping[str, object] | None
) -> tuple[_Reading, Settings]:
    """What is written everywhere, and the settings as far as they could be read."""
    known = {one.name: one for one in fields()}
    reading = _Reading(known, {one.name: one.default for one in known.values()}, dict.fromkeys(known, "default"))
    written, broken = _file(project / FILE_NAME)
    reading.problems.extend(broken)
    for given in (*written, *_variables(environment, known, reading.problems), *_flags(flags or {})):
        reading.take(given)
    settings = built(reading.values)
    reading.problems.extend(contradictions(settings, reading.origins))
    return reading, settings


def _file(path: Path) -> tuple[list[_Given], list[Problem]]:
    if not path.exists():
        return [], []
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        return [], [Problem(path.name, "unreadable", str(path.parent), f"correct the file: {problem}")]
    leaves = {one.name for one in fields()}
    return [_Given(name, value, path.name, is_text=False) for name, value in _flat(content, leaves)], []


def _flat(content: Mapping[str, object], leaves: Iterable[str], prefix: str = "") -> Iterator[tuple[str, object]]:
    """Dotted names and values; a table below a leaf is the leaf's value."""
    for key, value in content.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict) and name not in leaves:
            yield from _flat(value, leaves, f"{name}.")
        else:
            yield name, value


def _variables(environment: Mapping[str, str], known: Mapping[str, Field], problems: list[Problem]) -> Iterator[_Given]:
    """Variables that are set and not empty; another spelling gives way to ours, and may not say something else."""
    ours = {one.variable: one.name for one in known.values()}
    others = dict(ALIASES) | {one.spelled_out: one.name for one in known.values() if one.spelled_out not in ours}
    problems += _strangers(environment, {*ours, *others})
    for other, name in others.items():
        value, variable = environment.get(other), known[name].variable
        if not value:
            continue
        if environment.get(variable) and environment[variable] != value:
            problems.append(
                Problem(name, "(two values)", "environment", f"{other} and {variable} say different things; keep one")
            )
        yield _variable(other, known[name], environment)
    for variable, name in ours.items():
        if environment.get(variable):
            yield _variable(variable, known[name], environment)


def _strangers(environment: Mapping[str, str], names: Collection[str]) -> Iterator[Problem]:
    """Variables with our prefix that nobody reads."""
    for variable in sorted(environment):
        if variable.startswith(PREFIX) and variable not in names and variable not in READ_ELSEWHERE:
            ours = sorted(one.removeprefix(PREFIX) for one in names if one.startswith(PREFIX) and "__" not in one)
            near = difflib.get_close_matches(variable.removeprefix(PREFIX).replace("__", "_"), ours, n=1)
            remedy = (
                f"did you mean {PREFIX}{near[0]}?" if near else "remove it; `tradewright doctor` lists what is known"
            )
            yield Problem(variable, "(hidden)", "environment", f"there is no such setting; {remedy}")


def _variable(variable: str, known: Field, environment: Mapping[str, str]) -> _Given:
    if known.is_secret:
        return _Given(known.name, {"env": variable}, f"environment {variable}", is_text=False)
    return _Given(known.name, environment[variable], f"environment {variable}", is_text=True)


def _flags(flags: Mapping[str, object]) -> Iterator[_Given]:
    for name, value in flags.items():
        if value is not None:
            yield _Given(name, value, FLAG, is_text=isinstance(value, str))


def _unknown(given: _Given, known: Mapping[str, Field]) -> Problem:
    near = difflib.get_close_matches(given.name, known, n=1)
    remedy = f"did you mean {near[0]}?" if near else "remove it; `tradewright doctor` lists what is known"
    shown = "(hidden)" if isinstance(given.value, str | dict) else str(given.value)
    return Problem(given.name, shown, given.origin, f"there is no such setting; {remedy}")
