"""The list for production: what may be as it likes on a desk's own machine, and may not where others depend on it.

This file decides which findings stop (a problem, exit code 1) and which are told (a warning).
"""

import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from tradewright.adapters.system.clock import SystemClock
from tradewright.application.database.contents import BACKUPS
from tradewright.application.projects.views import Check, Verdict
from tradewright.bootstrap.serving import is_loopback
from tradewright.domain.errors import TradewrightError
from tradewright.ports.keys import KeyKind

if TYPE_CHECKING:
    from tradewright.bootstrap.app import App
    from tradewright.settings import Settings

HOUR_NS: Final = 3_600_000_000_000
BACKUP_HOURS: Final = 26
"""A backup a day, and some hours for it to come late."""
SHORTEST_PASSWORD: Final = 12
COMMON: Final = frozenset(
    {
        "admin", "changeme", "change-me", "default", "password", "postgres", "redis", "root", "secret", "test",
        "timescaledb", "tradewright",
    }
)  # fmt: skip
CLEANING: Final = frozenset({"store_clean_up", "job_clean_up"})
"""Schedules without which the state only grows."""
LONGEST_KEY_DAYS: Final = 400
DAY_NS: Final = 24 * HOUR_NS


def production(app: "App", environment: Mapping[str, str]) -> Iterator[Check]:
    """Every point of the list."""
    settings = app.settings
    yield _door(settings)
    yield _passwords(settings)
    yield from _kept(app)
    yield _limits(app)
    yield _logs(settings)
    yield _debugging(environment)
    yield _host()


def _door(settings: "Settings") -> Check:
    api = settings.api
    if api.behind_proxy or api.tls_certificate:
        if not api.hosts:
            remedy = "list the name of this desk in api.hosts, or it answers on localhost alone"
            return Check("TLS", Verdict.PROBLEM, "TLS, but no name that it is reached by", remedy)
        return Check("TLS", Verdict.OK, "ended by a proxy" if api.behind_proxy else "by a certificate of ours")
    if is_loopback(api.host):
        return Check(
            "TLS", Verdict.WARNING, f"no TLS; {api.host} is reached from this machine alone", "fine for one desk"
        )
    remedy = "set api.tls_certificate and api.tls_key, or api.behind_proxy"
    return Check("TLS", Verdict.PROBLEM, f"{api.host} without TLS", remedy)


def _passwords(settings: "Settings") -> Check:
    weak = []
    for name, url in (("database.url", settings.database.url), ("redis.url", settings.redis.url)):
        if not url:
            continue
        parts = urlsplit(url)
        password = unquote(parts.password or "")
        if password.lower() in COMMON:
            weak.append(f"{name} has a password that everybody tries")
        elif password and len(password) < SHORTEST_PASSWORD:
            weak.append(f"{name} has a password of {len(password)} letters")
        elif not password and not is_loopback(parts.hostname or ""):
            weak.append(f"{name} has no password")
    if weak:
        remedy = f"at least {SHORTEST_PASSWORD} random letters: openssl rand -hex 24"
        return Check("passwords", Verdict.PROBLEM, "; ".join(weak), remedy)
    return Check("passwords", Verdict.OK, "none that is common, short or missing")


def _kept(app: "App") -> Iterator[Check]:
    """Backups and keys, as far as there is a database."""
    backing, now_ns = app.state.backing, SystemClock().now_ns()
    kept = [one.path.stat().st_mtime_ns for one in backing.archives.list(backing.state.root / BACKUPS)]
    if not kept:
        yield Check(
            "backups", Verdict.PROBLEM, "there is none", "tradewright db backup; a running platform makes one each day"
        )
    else:
        hours = (now_ns - max(kept)) / HOUR_NS
        verdict = Verdict.OK if hours <= BACKUP_HOURS else Verdict.PROBLEM
        remedy = (
            ""
            if verdict is Verdict.OK
            else "tradewright db backup; see why none was made: tradewright jobs show backup"
        )
        yield Check("backups", verdict, f"{len(kept)}, the newest {hours:.0f} hours old", remedy)
    if app.state.place.is_file and not any(one.exists() for one in backing.database.files):
        yield Check("keys", Verdict.WARNING, "none yet; the first start makes one", "tradewright up")
        return
    try:
        yield _keys(app, now_ns)
        yield _retention(app)
    except TradewrightError as problem:
        yield Check("keys", Verdict.PROBLEM, problem.problem, problem.remedy)


def _retention(app: "App") -> Check:
    paused = [one.id for one in app.state.schedules.all() if one.id in CLEANING and one.is_paused]
    if paused:
        remedy = "; ".join(f"tradewright jobs resume {one}" for one in paused)
        return Check("retention", Verdict.PROBLEM, f"paused: {', '.join(paused)}; the disk fills up", remedy)
    days = app.settings.data.keep_versions_hours / 24
    return Check("retention", Verdict.OK, f"old versions of bars for {days:g} days, old jobs for a month")


def _keys(app: "App", now_ns: int) -> Check:
    good = [
        one
        for one in app.state.keys.all()
        if one.kind is KeyKind.PROGRAM
        and one.revoked_ns is None
        and (one.expires_ns is None or one.expires_ns > now_ns)
    ]
    endless = [one.name for one in good if (one.expires_ns or now_ns * 2) - now_ns > LONGEST_KEY_DAYS * DAY_NS]
    if endless:
        told = f"{len(endless)} of {len(good)} keys never expire: {', '.join(sorted(set(endless))[:5])}"
        return Check("keys", Verdict.PROBLEM, told, "tradewright keys create NAME --days 90, then revoke the old one")
    return Check("keys", Verdict.OK, f"{len(good)} good, each with an end")


def _limits(app: "App") -> Check:
    try:
        changes = app.trading.kept_limits.changes()
    except TradewrightError as problem:
        return Check("limits", Verdict.PROBLEM, problem.problem, problem.remedy)
    if not changes:
        remedy = (
            "look at them: tradewright risk limits; set them: tradewright risk limits --set position=0.04 --why ..."
        )
        return Check("limits", Verdict.PROBLEM, "nobody has set any; those that are shipped hold", remedy)
    return Check("limits", Verdict.OK, f"changed {len(changes)} times, last by {changes[-1].who}")


def _logs(settings: "Settings") -> Check:
    log = settings.log
    if log.level == "debug":
        return Check("log", Verdict.PROBLEM, "log.level is debug", "log.level = info")
    if log.level == "error":
        return Check("log", Verdict.WARNING, "log.level is error: nobody sees what was done", "log.level = info")
    return Check("log", Verdict.OK, f"{log.level}, {log.format}, at most {log.total_mb} MB a mode")


def _debugging(environment: Mapping[str, str]) -> Check:
    if environment.get("TRADEWRIGHT_FAIL_POINT"):
        remedy = "take TRADEWRIGHT_FAIL_POINT out"
        return Check("debugging", Verdict.PROBLEM, "a trader is told to die, for a proof", remedy)
    if environment.get("TRADEWRIGHT_TRACEBACK", "") not in {"", "0"}:
        return Check("debugging", Verdict.WARNING, "stacks are shown", "take TRADEWRIGHT_TRACEBACK out")
    return Check("debugging", Verdict.OK, "off")


def _host() -> Check:
    if os.geteuid() == 0:
        return Check(
            "host", Verdict.WARNING, "this is root", "run as a user of its own, who owns the project folder alone"
        )
    return Check("host", Verdict.OK, "a user who is not root")
