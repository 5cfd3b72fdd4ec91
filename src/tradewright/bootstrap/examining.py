"""What the machine and the settings do for a project: the checks of `tradewright doctor` that ask the world.

This file decides what is looked at and what is serious. Nothing is changed and nothing is made: a database that is not
there stays so.
"""

import socket
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from tradewright.adapters.calendars.exchanges import ExchangeCalendars
from tradewright.adapters.sessions.locks import holder_of
from tradewright.adapters.system.clock import SystemClock
from tradewright.application.projects.views import Check, Verdict
from tradewright.bootstrap.production import production
from tradewright.domain.errors import TradewrightError
from tradewright.lazy import load
from tradewright.settings import Secret, Settings

if TYPE_CHECKING:
    from tradewright.bootstrap.app import App

DAY_NS: Final = 86_400_000_000_000
HORIZON_DAYS: Final = 60
"""How far ahead the sessions of a venue have to be known."""
OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
SERVICES: Final[Mapping[str, int]] = {"data": 8001, "strategy": 8002, "risk": 8003, "trader": 8004, "scheduler": 8005}
"""Ports of services that run apart."""


def examined(app: "App", environment: Mapping[str, str]) -> Callable[[bool], Sequence[Check]]:
    """The checks, for a project with settings that can be used; with True those of production too."""

    def look(is_production: bool) -> Sequence[Check]:
        good, broken = app.at_hand()
        if broken:
            return ()  # told as the check of the settings; the defaults would be examined in their place
        checks = [
            _asked("database", lambda: _database(app)),
            _asked("Redis", lambda: _redis(good.settings.redis.url)),
            _asked("calendars", lambda: _calendar(good.settings.data.default_venue)),
            *secret_files(good.settings, project=app.project, environment=environment),
            _sandbox(),
            _ports(good.settings, app.state_folder),
        ]
        return [*checks, *(production(app, environment) if is_production else ())]

    return look


def _asked(name: str, look: Callable[[], Check]) -> Check:
    try:
        return look()
    except TradewrightError as problem:
        found = f"{problem.problem}: {problem.found}" if problem.found else problem.problem
        return Check(name, Verdict.PROBLEM, found, problem.remedy)


def _database(app: "App") -> Check:
    database = app.state.backing.database
    newest, place = database.steps()[-1].version, str(app.state.place)
    if app.state.place.is_file and not any(one.exists() for one in database.files):
        return Check("database", Verdict.OK, f"none yet; {place} is made when something is kept")
    version = database.version()
    if version == newest:
        return Check("database", Verdict.OK, f"{database.kind}, tables {version}, {place}")
    if version > newest:
        remedy = "use the version of Tradewright that made it, or restore a backup: tradewright db restore"
        return Check("database", Verdict.PROBLEM, f"tables {version}, and this program knows {newest}", remedy)
    return Check("database", Verdict.PROBLEM, f"tables {version}, wanted {newest}", "tradewright db upgrade")


def _redis(url: str) -> Check:
    if not url:
        return Check("Redis", Verdict.OK, "not used (redis.url is empty)")
    found = load("tradewright.adapters.rates.answering", extra="redis").RedisAnswers(url).look()
    return Check("Redis", Verdict.OK, str(found))


def _calendar(venue: str) -> Check:
    today = SystemClock().now_ns() // DAY_NS
    sessions = ExchangeCalendars().sessions(venue, first=today, last=today + HORIZON_DAYS)
    if not len(sessions):
        return Check("calendars", Verdict.PROBLEM, f"{venue} has no session in {HORIZON_DAYS} days", "make update")
    return Check("calendars", Verdict.OK, f"{venue}: {len(sessions)} sessions in the next {HORIZON_DAYS} days")


def secret_files(settings: Settings, *, project: Path, environment: Mapping[str, str]) -> Iterator[Check]:
    """Places of secrets: whether anything is there, and whether others can read it."""
    for name, secret in _secrets(settings, ""):
        if secret.file:
            yield closed(name, Path(secret.file).expanduser(), is_needed=True)
        elif secret.env and not environment.get(secret.env):
            yield Check(name, Verdict.PROBLEM, f"{secret.env} is not set", f"set {secret.env}, or take the setting out")
    if settings.api.tls_key:
        yield closed("api.tls_key", Path(settings.api.tls_key).expanduser(), is_needed=True)
    for name in (".env", "tradewright.toml"):
        path = project / name
        if path.is_file() and (name == ".env" or _holds_password(path)):
            yield closed(name, path)


def closed(name: str, path: Path, *, is_needed: bool = False) -> Check:
    """A file that only its owner may read."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError as problem:
        verdict = Verdict.PROBLEM if is_needed else Verdict.OK
        return Check(name, verdict, f"{path}: {problem.strerror}", "name a file that can be read" if is_needed else "")
    if mode & OTHERS:
        return Check(name, Verdict.PROBLEM, f"{path} can be read by others (mode {mode:04o})", f"chmod 600 {path}")
    return Check(name, Verdict.OK, f"{path}, for its owner alone")


def _secrets(section: msgspec.Struct, prefix: str) -> Iterator[tuple[str, Secret]]:
    for field in msgspec.structs.fields(section):
        value = getattr(section, field.name)
        if isinstance(value, Secret):
            yield f"{prefix}{field.name}", value
        elif isinstance(value, msgspec.Struct):
            yield from _secrets(value, f"{prefix}{field.name}.")


def _holds_password(path: Path) -> bool:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    return any("://" in line and "@" in line.partition("://")[2] for line in text.splitlines())


def _sandbox() -> Check:
    missing = [one for one in load("tradewright.adapters.sandbox.layers").layers() if not one.is_there]
    needed = [one for one in missing if one.is_needed]
    if needed:
        told = "; ".join(f"{one.name}: {one.story}" for one in needed)
        return Check("sandbox", Verdict.WARNING, told, "uploaded strategies are not run on this machine")
    return Check("sandbox", Verdict.OK, "; ".join(one.story for one in missing) or "every wall stands")


def _ports(settings: Settings, state_folder: Path) -> Check:
    port, host = settings.api.port, settings.api.host
    if _is_free(host, port):
        taken = [f"{name} {number}" for name, number in SERVICES.items() if not _is_free(host, number)]
        told = f"; in use by somebody: {', '.join(taken)}" if taken else ""
        return Check("ports", Verdict.OK, f"{port} is free{told}")
    if holder_of(state_folder / "platform") is not None:
        return Check("ports", Verdict.OK, f"{port} is in use; the platform runs")
    remedy = f"end what listens there, or choose another: TRADEWRIGHT_API_PORT={port + 80}"
    return Check("ports", Verdict.WARNING, f"{host}:{port} is in use", remedy)


def _is_free(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
        except OSError:
            return False
    return True
