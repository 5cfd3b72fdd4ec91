"""The services that a platform can be taken apart into, and which group of routes each of them answers.

This file decides where what lives: a group of routes is on one service; administration is on the gateway; the
scheduler and the workers are parts of the service of their name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from tradewright.adapters.system.answering import Instances
from tradewright.application.health.checking import Check, service_part
from tradewright.bootstrap.serving import Serving, WebTerms
from tradewright.domain.errors import InputError

if TYPE_CHECKING:
    from tradewright.bootstrap.app import App
    from tradewright.settings import Settings

ALL: Final = "all"
GATEWAY: Final = "gateway"
WORKER: Final = "worker"
EVERYWHERE: Final = "all"
"""Group of routes that every service answers itself."""
UNCOUNTED: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Service:
    """One service."""

    name: str
    port: int
    groups: frozenset[str]
    """Of routes that it answers."""

    @property
    def own(self) -> str:
        """Its process as a part of the platform."""
        return service_part(self.name)


SERVICES: Final[Mapping[str, Service]] = MappingProxyType(
    {
        one.name: one
        for one in (
            Service("data", 8001, frozenset({"data"})),
            Service("strategy", 8002, frozenset({"strategy", "scan"})),
            Service("risk", 8003, frozenset({"risk"})),
            Service("trader", 8004, frozenset({"trader"})),
            Service("scheduler", 8005, frozenset({"scheduler"})),
            Service(WORKER, 8006, frozenset()),
            Service(GATEWAY, 8000, frozenset({"admin"})),
        )
    }
)


def service_named(name: str) -> Service:
    """By its name; InputError that lists them all."""
    found = SERVICES.get(name)
    if found is None:
        raise InputError(f"there is no service {name}", expected=f"one of {', '.join(SERVICES)}", found=name)
    return found


def service_of(group: str) -> Service:
    """Which one answers a group of routes; LookupError where none does."""
    found = [one for one in SERVICES.values() if group in one.groups]
    if len(found) != 1:
        raise LookupError(f"the group {group} is on {len(found)} services; write it into one of {__name__}")
    return found[0]


def addresses(settings: "Settings") -> Mapping[str, tuple[str, ...]]:
    """Service -> where its instances are, for the gateway."""
    told = settings.services
    return {
        "data": told.data,
        "strategy": told.strategy,
        "risk": told.risk,
        "trader": told.trader,
        "scheduler": told.scheduler,
    }


def ways(settings: "Settings") -> list[Check]:
    """What the gateway looks at beside its own: whether each service can be reached."""
    return [
        Check(f"way to {name}", False, Instances(name, places).look) for name, places in addresses(settings).items()
    ]


def terms_of(app: "App", service: Service) -> WebTerms:
    """How a service behaves: it is called by the names that the gateway knows it by, and who asks too often from one
    address is told so by the gateway, behind which all have the same."""
    terms = Serving(app).terms
    if service.name == GATEWAY:
        return terms
    names = {host for one in addresses(app.settings).values() for place in one if (host := urlsplit(place).hostname)}
    hosts = terms.hosts | {f"[{name}]" if ":" in name else name for name in names}
    return replace(terms, hosts=frozenset(hosts), per_address=UNCOUNTED, logins=UNCOUNTED)
