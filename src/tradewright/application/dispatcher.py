"""The dispatcher is the one gate that every message passes, whichever door it came through.

It decides the order of things: may this actor ask it, was it asked before, do it, write down what came of it. Handlers
are registered explicitly, one a message, as functions `handler(message, *, store, clock, ...)`: the names after the
star are looked up among the dependencies, which are made when they are first needed.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from enum import StrEnum
from threading import RLock
from typing import Final, TypeVar, get_type_hints

from tradewright.application.envelope import Envelope
from tradewright.application.messages import Actor, MessageKind, Role
from tradewright.application.repeats import Repeats
from tradewright.domain.errors import Unauthorized
from tradewright.domain.identifiers import CorrelationId, IdempotencyKey
from tradewright.lazy import load
from tradewright.ports.clock import Clock

Handler = Callable[..., object]
ENVELOPE: Final = "envelope"
"""A handler that names this gets the envelope itself: who asks, as part of what."""
A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class Route:
    """Which function answers a message, and who may ask it."""

    message: type | str
    """The message's class, or `package.module:Class`, so that listing routes imports nothing."""
    handler: Handler | str
    """The function, or `package.module:function`, which is imported when it is first asked for."""
    kind: MessageKind
    role: Role | None
    """None: everybody may ask, also who is not known."""
    or_role: Role | None = None
    """Another one that is enough."""

    def is_for(self, actor: Actor) -> bool:
        """Whether this actor may ask it, by its roles."""
        return actor.may(self.role) or (self.or_role is not None and actor.may(self.or_role))

    @property
    def name(self) -> str:
        """`package.module:Class` of the message."""
        return self.message if isinstance(self.message, str) else _name(self.message)


class Outcome(StrEnum):
    """What came of a message."""

    DONE = "done"
    REPEATED = "repeated"
    """An earlier answer was given again."""
    UNAUTHORIZED = "unauthorized"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One message that passed the gate, or did not. It names the message and holds nothing of its content."""

    time_ns: int
    """When it came, nanoseconds UTC."""
    duration_ns: int
    actor: str
    message: str
    kind: MessageKind
    correlation_id: CorrelationId
    idempotency_key: IdempotencyKey | None
    outcome: Outcome
    error: str = ""
    """Class of the error; its text may hold what the log must not."""
    role: Role | None = None
    """That the message needs."""
    door: str = ""


Authorize = Callable[[Envelope, Route], None]
"""Raises `Unauthorized`, or lets pass."""
Audit = Callable[[AuditRecord], None]
Narrow = Callable[[tuple[str, object], frozenset[str]], object]
"""A dependency with its name, as an actor with these accounts gets it."""
Within = Callable[[Envelope], AbstractContextManager[object]]
"""What a message is at work in: whatever is said in it belongs to its correlation id."""


def by_role(envelope: Envelope, route: Route) -> None:
    """Let pass who has the route's role."""
    if not route.is_for(envelope.actor):
        raise forbidden(envelope.actor, envelope.name, route=route)


def forbidden(actor: Actor, message: str, *, route: Route) -> Unauthorized:
    """What somebody without the role is told."""
    assert route.role is not None, "what everybody may ask is refused to nobody"
    roles = " or ".join(one.value for one in (route.role, route.or_role) if one is not None)
    return Unauthorized(f"{actor.name} may not ask {message}", expected=f"role {roles}")


def unnarrowed(named: tuple[str, object], seen: frozenset[str]) -> object:
    """Hand nothing to an actor with accounts, where nobody says what of it is theirs."""
    raise LookupError(f"{named[0]} cannot be narrowed to {', '.join(sorted(seen))}; name a `narrow` for the dispatcher")


class Dispatcher:
    """Messages in, answers out."""

    def __init__(
        self,
        routes: Iterable[Route],
        *,
        providers: Mapping[str, Callable[[], object]],
        repeats: Repeats,
        clock: Clock,
        audit: Audit,
        authorize: Authorize = by_role,
        narrow: Narrow = unnarrowed,
        within: Within = nullcontext,
    ) -> None:
        """`providers` make a dependency by its name; each is called once, when a handler first needs it."""
        self._routes: dict[str, Route] = {}
        for route in routes:
            if route.name in self._routes:
                raise ValueError(f"{route.name} has two handlers; register one")
            self._routes[route.name] = route
        self._providers = dict(providers)
        self._made: dict[str, object] = {}
        self._bound: dict[str, tuple[Handler, tuple[str, ...]]] = {}
        self._lock = RLock()
        self._repeats, self._clock, self._audit = repeats, clock, audit
        self._authorize, self._narrow, self._within = authorize, narrow, within

    @property
    def routes(self) -> tuple[Route, ...]:
        """All routes, in the order they were registered."""
        return tuple(self._routes.values())

    def route(self, message: type) -> Route:
        """The route of a message; LookupError where nothing answers it."""
        found = self._routes.get(_name(message))
        if found is None:
            raise LookupError(f"nothing answers {message.__name__}; register a route for it")
        return found

    def answer_type(self, message: type) -> object:
        """The type of a message's answer, as its handler says it."""
        handler, _ = self._binding(self.route(message))
        return get_type_hints(handler).get("return", object)

    def check(self) -> None:
        """Import every message and handler and see that each finds its dependencies by name; makes none of them."""
        for route in self._routes.values():
            _imported(route.name)
            self._binding(route)

    def admit(self, message: type, actor: Actor, *, correlation_id: CorrelationId, door: str) -> None:
        """`Unauthorized` for an actor without the role of a message that is yet to be read, with its audit."""
        route = self.route(message)
        if route.is_for(actor):
            return
        now_ns = self._clock.now_ns()
        self._audit(
            AuditRecord(
                now_ns,
                0,
                actor.name,
                message.__name__,
                route.kind,
                correlation_id,
                None,
                Outcome.UNAUTHORIZED,
                error=Unauthorized.__name__,
                role=route.role,
                door=door,
            )
        )
        raise forbidden(actor, message.__name__, route=route)

    def dispatch(self, envelope: Envelope) -> object:
        """The handler's answer. Raises what the handler raises, `Unauthorized`, and LookupError without a handler."""
        with self._within(envelope):
            return self._dispatched(envelope)

    def _dispatched(self, envelope: Envelope) -> object:
        route = self.route(type(envelope.message))
        began_ns, began = self._clock.now_ns(), self._clock.monotonic_ns()
        outcome, error = Outcome.FAILED, ""
        try:
            self._authorize(envelope, route)
            answer, outcome = self._once(envelope, route)
            return answer
        except BaseException as problem:
            outcome = Outcome.UNAUTHORIZED if isinstance(problem, Unauthorized) else Outcome.FAILED
            error = type(problem).__name__
            raise
        finally:
            self._audit(
                AuditRecord(
                    time_ns=began_ns,
                    duration_ns=self._clock.monotonic_ns() - began,
                    actor=envelope.actor.name,
                    message=envelope.name,
                    kind=route.kind,
                    correlation_id=envelope.correlation_id,
                    idempotency_key=envelope.idempotency_key,
                    outcome=outcome,
                    error=error,
                    role=route.role,
                    door=envelope.door,
                )
            )

    def ask(self, envelope: Envelope, *, answer: type[A]) -> A:
        """`dispatch` for a caller that knows the answer's type; another one is a defect and a TypeError."""
        found = self.dispatch(envelope)
        if not isinstance(found, answer):
            raise TypeError(f"{envelope.name} should answer {answer.__name__}, found {type(found).__name__}")
        return found

    def _once(self, envelope: Envelope, route: Route) -> tuple[object, Outcome]:
        """Do it, unless the same command was done before; a query has nothing to repeat."""
        if route.kind is MessageKind.QUERY or envelope.idempotency_key is None:
            return self._handle(envelope, route), Outcome.DONE
        earlier = self._repeats.claim(envelope)
        if earlier is not None:
            return earlier.answer, Outcome.REPEATED
        try:
            answer = self._handle(envelope, route)
        except BaseException:
            self._repeats.release(envelope)
            raise
        self._repeats.keep(envelope, answer)
        return answer, Outcome.DONE

    def _handle(self, envelope: Envelope, route: Route) -> object:
        handler, needs = self._binding(route)
        seen, given = envelope.actor.accounts, {}
        for name in needs:
            made = envelope if name == ENVELOPE else self._dependency(name)
            given[name] = made if seen is None or name == ENVELOPE else self._narrow((name, made), seen)
        return handler(envelope.message, **given)

    def _binding(self, route: Route) -> tuple[Handler, tuple[str, ...]]:
        with self._lock:
            if route.name not in self._bound:
                handler = _imported(route.handler) if isinstance(route.handler, str) else route.handler
                self._bound[route.name] = handler, self._needs(handler)
            return self._bound[route.name]

    def _needs(self, handler: Handler) -> tuple[str, ...]:
        """Names of the handler's keyword-only parameters; one without a provider may have a default."""
        wanted = [one for one in inspect.signature(handler).parameters.values() if one.kind is one.KEYWORD_ONLY]
        known = {*self._providers, ENVELOPE}
        missing = [one.name for one in wanted if one.name not in known and one.default is one.empty]
        if missing:
            raise LookupError(f"{_called(handler)} needs {', '.join(missing)}; name a provider for it")
        return tuple(one.name for one in wanted if one.name in known)

    def _dependency(self, name: str) -> object:
        with self._lock:
            if name not in self._made:
                self._made[name] = self._providers[name]()
            return self._made[name]


def _name(message: type) -> str:
    return f"{message.__module__}:{message.__qualname__}"


def _imported(reference: str) -> Handler:
    module, colon, name = reference.partition(":")
    handler = getattr(load(module), name, None) if colon else None
    if not callable(handler):
        raise LookupError(f"there is no {reference}; write package.module:name")
    return handler  # type: ignore[no-any-return]


def _called(handler: Handler) -> str:
    return str(getattr(handler, "__qualname__", handler))
