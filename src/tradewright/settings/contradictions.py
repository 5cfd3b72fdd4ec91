"""Settings that are right one by one and contradict each other together: a system with them must not start."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from tradewright.settings.problems import Problem
from tradewright.settings.secrets import masked
from tradewright.settings.tree import Settings

IBKR_PAPER_PORTS = frozenset({7497, 4002})
IBKR_LIVE_PORTS = frozenset({7496, 4001})
ALPACA_PAPER_HOST = "paper-api.alpaca.markets"
ALPACA_LIVE_HOST = "api.alpaca.markets"


def contradictions(settings: Settings, origins: Mapping[str, str]) -> list[Problem]:
    """All of them, each told at the setting that is most likely the wrong one."""
    checks = (_database, _tls, _services, _hours, _broker, _alpaca, _ibkr)
    return [
        Problem(name, masked(value), origins[name], remedy)
        for check in checks
        for name, value, remedy in check(settings)
    ]


_Found = Iterator[tuple[str, object, str]]


def _database(settings: Settings) -> _Found:
    if settings.database.url and settings.database.path:
        yield "database.path", settings.database.path, "database.url is set too; keep one of them"


def _tls(settings: Settings) -> _Found:
    api = settings.api
    if api.tls_certificate and not api.tls_key:
        yield "api.tls_key", "(not set)", "api.tls_certificate is set; name the file of its private key"
    if api.tls_key and not api.tls_certificate:
        yield "api.tls_certificate", "(not set)", "api.tls_key is set; name the file of its certificate"


def _services(settings: Settings) -> _Found:
    for name in ("data", "strategy", "risk", "trader", "scheduler"):
        for place in getattr(settings.services, name):
            if not _is_address(place):
                yield f"services.{name}", place, "write where it listens, as http://127.0.0.1:8001, without a path"


def _is_address(text: str) -> bool:
    try:
        found = urlsplit(text)
        return (
            found.scheme in {"http", "https"} and bool(found.hostname) and found.path in {"", "/"} and not found.query
        )
    except ValueError:
        return False


def _hours(settings: Settings) -> _Found:
    hours = settings.trading.hours
    if hours.start >= hours.end:
        yield "trading.hours.start", hours.start, f"it must be before trading.hours.end ({hours.end})"
    try:
        ZoneInfo(hours.timezone)
    except (ValueError, OSError, LookupError):
        yield "trading.hours.timezone", hours.timezone, "write a time zone by its name, as America/New_York"


def _broker(settings: Settings) -> _Found:
    if settings.trading.mode == "live" and settings.trading.broker == "paper":
        yield "trading.broker", "paper", "trading.mode is live; name a real broker, or set trading.mode to paper"


def _alpaca(settings: Settings) -> _Found:
    alpaca = settings.brokers.alpaca
    host = urlsplit(alpaca.base_url).hostname if alpaca.base_url else None
    if alpaca.paper and host == ALPACA_LIVE_HOST:
        yield "brokers.alpaca.base_url", alpaca.base_url, "this is the live host, but brokers.alpaca.paper is true"
    if not alpaca.paper and host == ALPACA_PAPER_HOST:
        yield "brokers.alpaca.base_url", alpaca.base_url, "this is the paper host, but brokers.alpaca.paper is false"
    if settings.trading.broker == "alpaca" and alpaca.paper != (settings.trading.mode == "paper"):
        yield "brokers.alpaca.paper", alpaca.paper, f"trading.mode is {settings.trading.mode}; let both say the same"


def _ibkr(settings: Settings) -> _Found:
    if settings.trading.broker != "ibkr":
        return
    port, mode = settings.brokers.ibkr.port, settings.trading.mode
    wrong = IBKR_LIVE_PORTS if mode == "paper" else IBKR_PAPER_PORTS
    if port in wrong:
        yield "brokers.ibkr.port", port, f"this is a port of the other kind; trading.mode is {mode}"
