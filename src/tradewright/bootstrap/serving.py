"""What doors over the network are given: the gate with its trail and its kept answers, the entrance, counts, terms.

This file decides that whatever comes in over the network is audited in the platform's state, that a command with a key
is done once also over a restart, and that an actor with accounts meets nothing of others.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from ipaddress import ip_address
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from tradewright.adapters.caches.local import LocalCache
from tradewright.adapters.passwords.argon import ArgonPasswords
from tradewright.adapters.rates.counted import CountedRates
from tradewright.adapters.stores.marks import DeltaMarks
from tradewright.adapters.system.clock import SystemClock
from tradewright.adapters.system.randomness import SystemRandomness
from tradewright.application.access.auditing import Trailed
from tradewright.application.access.entering import Entrance
from tradewright.application.access.lockout import Lockout
from tradewright.application.access.scoping import may_ask, narrowed
from tradewright.application.access.tickets import Tickets
from tradewright.application.data.caching import CachedStore, RememberedViews
from tradewright.application.dispatcher import Dispatcher
from tradewright.application.kept_answers import KeptAnswers
from tradewright.bootstrap.app import App
from tradewright.bootstrap.logs import audit, correlated
from tradewright.bootstrap.newsroom import Newsroom, newsroom_of
from tradewright.bootstrap.routes import routes
from tradewright.lazy import load
from tradewright.ports.cache import Cache
from tradewright.ports.clock import Clock
from tradewright.ports.randomness import Randomness
from tradewright.ports.rates import Rates

if TYPE_CHECKING:
    from tradewright.ports.audit import AuditTrail
    from tradewright.ports.keys import KeyRing
    from tradewright.ports.passwords import Passwords
    from tradewright.ports.repeats import KeptRepeats
    from tradewright.ports.stores import MarketStore

LOOPBACK: Final = ("localhost", "127.0.0.1", "[::1]")
CACHES: Final = "tradewright.adapters.caches"
_NOTHING: Final[Mapping[str, Callable[[], object]]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class WebTerms:
    """How a door over the network behaves."""

    hosts: frozenset[str] = frozenset(LOOPBACK)
    """Names it is reached by, without the port."""
    origins: frozenset[str] = frozenset()
    """Sites whose pages may ask, as https://desk.example.com."""
    shows_docs: bool = True
    """The pages about the routes can be read without a key."""
    is_encrypted: bool = False
    """It is reached by TLS alone, here or at a proxy."""
    per_key: int = 1_200
    """Requests of one key in a minute."""
    per_address: int = 2_400
    """Requests from one address in a minute."""
    orders: int = 300
    """Orders of one key in a minute."""
    logins: int = 30
    """Logins from one address in a minute."""
    threads: int = 16
    """Requests that are answered at once."""
    waiting: int = 128
    """Requests that may wait for that; more are told to come again."""


@dataclass(frozen=True)
class Serving:
    """The application as doors over the network have it."""

    app: App
    state: Mapping[str, Callable[[], object]] = field(default_factory=dict)
    """Makers of what the platform keeps, by the names of `ports`, in place of those of the project."""
    given_terms: WebTerms | None = None
    passwords: "Passwords" = field(default_factory=ArgonPasswords)
    clock: Clock = field(default_factory=SystemClock)
    randomness: Randomness = field(default_factory=SystemRandomness)

    @cached_property
    def terms(self) -> WebTerms:
        """By the settings, where none were given."""
        if self.given_terms is not None:
            return self.given_terms
        settings = self.app.settings
        api = settings.api
        return WebTerms(
            hosts=frozenset({*LOOPBACK, *(one.lower() for one in api.hosts)}),
            origins=frozenset(api.cors_origins),
            is_encrypted=api.behind_proxy or bool(api.tls_certificate),
            shows_docs=is_loopback(api.host) and not api.behind_proxy and settings.trading.mode == "paper",
            per_key=api.requests_per_key,
            per_address=api.requests_per_address,
            orders=api.orders_per_key,
        )

    @cached_property
    def dispatcher(self) -> Dispatcher:
        """The gate."""
        return Dispatcher(
            routes(),
            providers=self.app.providers() | self._own() | dict(self.state),
            repeats=KeptAnswers(self._repeats, self._answer_type),
            clock=self.clock,
            audit=Trailed(self._audit, audit),
            authorize=may_ask,
            narrow=narrowed,
            within=correlated,
        )

    @cached_property
    def entrance(self) -> Entrance:
        """Where it is asked who somebody is."""
        return Entrance(self._keys, self.clock)

    @cached_property
    def tickets(self) -> Tickets:
        """Where tickets are shown that were given for a key."""
        return Tickets(self._repeats, self._keys, self.clock)

    @cached_property
    def newsroom(self) -> Newsroom:
        """Where it is learned what happens."""
        return newsroom_of(self.app, self.clock, name=f"newsroom-{self.randomness.token(12)}")

    @cached_property
    def cache(self) -> Cache:
        """What was read a moment ago: by this process, or by all that share Redis."""
        url = self.app.settings.redis.url
        project = sha256(str(self.app.state_folder.absolute()).encode()).hexdigest()[:16]
        made: Cache = LocalCache(self.clock)
        if url:
            made = load(f"{CACHES}.redis").RedisCache(url, self.clock, f"tradewright:cache:{project}:")
        self.app.health.meters.cache = made.counts
        return made

    @cached_property
    def store(self) -> CachedStore:
        """Market data, as those see it who look from elsewhere."""
        root, ttl_s = self.app.state_folder / "store", self.app.settings.data.cache_seconds
        store: MarketStore = self.app.providers()["store"]()  # type: ignore[assignment]
        return CachedStore(store, self.cache, DeltaMarks(root, self.clock), float(ttl_s))

    @cached_property
    def views(self) -> RememberedViews:
        """Answers that were made of market data a moment ago."""
        return RememberedViews(self.store)

    @cached_property
    def rates(self) -> Rates:
        """Counts of requests: of this process, or of all that share Redis."""
        return CountedRates(self.app.settings.redis.url)

    def _answer_type(self, message: type) -> object:
        return self.dispatcher.answer_type(message)

    def _own(self) -> dict[str, Callable[[], object]]:
        lockout = Lockout(self.clock)
        return {
            "clock": lambda: self.clock,
            "randomness": lambda: self.randomness,
            "passwords": lambda: self.passwords,
            "lockout": lambda: lockout,
            "keys": lambda: self._keys,
            "audit": lambda: self._audit,
            "repeats": lambda: self._repeats,
            "store": lambda: self.store,
            "store_of": lambda: lambda: self.store,
            "views": lambda: self.views,
        }

    @cached_property
    def _keys(self) -> "KeyRing":
        return self._kept("keys")  # type: ignore[return-value]

    @cached_property
    def _audit(self) -> "AuditTrail":
        return self._kept("audit")  # type: ignore[return-value]

    @cached_property
    def _repeats(self) -> "KeptRepeats":
        return self._kept("repeats")  # type: ignore[return-value]

    def _kept(self, name: str) -> object:
        return (self.state.get(name) or self.app.providers()[name])()


def is_loopback(host: str) -> bool:
    """Whether an address to listen on is reached from this machine alone."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
