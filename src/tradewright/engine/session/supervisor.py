"""The supervisor knows what a session stands on, and stops new risk when a part of it gives way.

This file decides which parts there are, which of them are critical, and that trading which was stopped for such a
reason alone opens again by itself once every critical part is well (the core has the last word: it opens only when
nothing is wrong any more). It is the one place of a session where every failure of owned work ends up.
"""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from tradewright.engine.session.effects import Alert, Answer, Severity
from tradewright.engine.session.inputs import Input, SetTradingState
from tradewright.ports.broker import Connected, Disconnected
from tradewright.ports.feed import FeedLost, Slice
from tradewright.ports.hosts import HostFailed, HostReady
from tradewright.trading.risk.states import TradingState

WHO: Final = "supervisor"
"""Who gave the commands that the supervisor gives."""


class Component(StrEnum):
    """What a session stands on."""

    JOURNAL = "journal"
    BROKER = "broker"
    FEED = "feed"
    STRATEGY = "strategy"
    RISK = "risk"
    DISK = "disk"
    GUARD = "guard"
    """The process that cancels when this one cannot."""


CRITICAL: Final[Mapping[Component, bool]] = MappingProxyType({one: one is not Component.STRATEGY for one in Component})
"""A strategy that fails is put in quarantine by the core; orders by hand go on."""
_CORE_ACTS: Final = frozenset({Component.BROKER, Component.STRATEGY})
"""The core stops for these by itself: without a broker its books are not proven, and a strategy is quarantined."""


@dataclass(frozen=True, slots=True)
class Health:
    """How one component is."""

    component: Component
    is_critical: bool
    problem: str = ""
    """Empty while it is well."""
    since_ns: int = 0
    """Session time of the last change."""

    @property
    def is_ok(self) -> bool:
        """True while it is well."""
        return not self.problem


@dataclass(slots=True, kw_only=True)
class Supervisor:
    """Watches one session. `order` gives a command to the core and leads its answer back."""

    order: Callable[[SetTradingState, Callable[[Answer], None]], None]
    tell: Callable[[Alert], None]
    now_ns: Callable[[], int]
    shut_by: Callable[[], str]
    """Who has shut trading as a whole; empty where nobody has."""
    critical: Mapping[Component, bool] = field(default_factory=lambda: CRITICAL)
    _health: dict[Component, Health] = field(default_factory=dict, init=False)
    _has_shut: bool = field(default=False, init=False)
    _asked: bool = field(default=False, init=False)

    def health(self) -> tuple[Health, ...]:
        """Every component, for the status view."""
        return tuple(self._of(one) for one in Component)

    def is_ok(self, component: Component) -> bool:
        """Whether a component is well."""
        return self._of(component).is_ok

    def _of(self, component: Component) -> Health:
        return self._health.get(component, Health(component, self.critical[component]))

    @property
    def problem(self) -> str:
        """What is wrong with critical components, in one line; empty where nothing is."""
        return "; ".join(
            f"{one.component}: {one.problem}" for one in self.health() if one.is_critical and not one.is_ok
        )

    def observe(self, given: Input) -> None:
        """See an input that is about to be handled: some tell how a component is."""
        match given:
            case Connected():
                self.recovered(Component.BROKER)
            case Disconnected(reason):
                self.failed(Component.BROKER, reason)
            case Slice():
                self.recovered(Component.FEED)
            case FeedLost(reason):
                self.failed(Component.FEED, reason)
            case HostReady():
                self.recovered(Component.STRATEGY)
            case HostFailed(trouble, _, story):
                self.failed(Component.STRATEGY, f"{trouble}: {story}")

    def failed(self, component: Component, problem: str) -> None:
        """A component is not well: say so, and stop new risk where it is critical."""
        before = self._of(component)
        if not before.is_ok:
            return
        self._health[component] = Health(component, before.is_critical, problem, self.now_ns())
        severity = Severity.CRITICAL if before.is_critical else Severity.WARNING
        self.tell(Alert(severity, "component_failed", component, problem))
        if before.is_critical and component not in _CORE_ACTS:
            self._has_shut = True
            self.order(_state(TradingState.REDUCE_ONLY, f"{component} failed: {problem}"), lambda _: None)

    def recovered(self, component: Component) -> None:
        """A component is well again."""
        before = self._of(component)
        if before.is_ok:
            return
        self._health[component] = Health(component, before.is_critical, "", self.now_ns())
        self.tell(Alert(Severity.INFO, "component_recovered", component, f"was: {before.problem}"))

    def tick(self) -> None:
        """From time to time: ask for trading to be opened where we shut it and everything critical is well; what risk
        or a person has shut since is not ours to open."""
        if self._has_shut and not self._asked and not self.problem:
            self._has_shut = self.shut_by() == WHO
        if self._has_shut and not self._asked and not self.problem:
            self._asked = True
            self.order(_state(TradingState.ACTIVE, "what had failed is well again"), self._opened)

    def _opened(self, answer: Answer) -> None:
        """A refused opening is asked for again at a later tick; one that was overtaken by a failure is shut again."""
        self._asked = False
        if answer.is_done and not self.problem:
            self._has_shut = False

    async def watch(self, work: Coroutine[object, object, None]) -> Exception | None:
        """Do the work and hand back what went wrong; cancellation passes through."""
        try:
            await work
        except Exception as problem:  # noqa: BLE001 - where every failure of a session ends up
            return _first(problem)
        return None


def _state(state: TradingState, reason: str) -> SetTradingState:
    return SetTradingState(number=0, who=WHO, state=state, reason=reason)


def _first(problem: Exception) -> Exception:
    """The failure itself, out of the group that a task group makes of it."""
    found: BaseException = problem
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    assert isinstance(found, Exception), f"a group of failures holds none: {problem!r}"
    return found
