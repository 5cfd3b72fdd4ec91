"""The desk answers requests: who asks, how often, what, and how it is told.

This file decides in which thread what happens. The event loop reads bytes and sends bytes; everything else, from the
look at the key to the JSON of the answer, happens in a thread of a bounded number, and what must never wait (orders,
the kill switch) has threads of its own. Only what needs neither disk nor server, because key, counts and view are in
memory, is answered where it came in: through the same steps, without a thread.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any, Final, TypeVar, cast

from anyio import CapacityLimiter, to_thread
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from tradewright.application.envelope import Envelope
from tradewright.application.messages import NOBODY
from tradewright.application.trading.views import Done
from tradewright.bootstrap.serving import Serving
from tradewright.domain.errors import TooOften
from tradewright.domain.identifiers import CorrelationId, IdempotencyKey
from tradewright.interfaces.api import following
from tradewright.interfaces.api.asks import Ask, Caller, Placed, Reply
from tradewright.interfaces.api.bodies import body_of, checked_path, object_of, query_of
from tradewright.interfaces.api.forms import Form, form_of
from tradewright.interfaces.api.problems import Problem, invalid, malformed, problem_of
from tradewright.interfaces.api.remembered import RememberedRequests, Spelled, place_of
from tradewright.interfaces.api.schemas.asked import problems_of
from tradewright.interfaces.api.schemas.told import Telling
from tradewright.ports.rates import Rate

DOOR: Final = "api"
KEY_HEADER: Final = "Idempotency-Key"
TAG: Final = "ETag"
KEY_PATTERN: Final = r"^[A-Za-z0-9._:-]{1,128}$"
URGENT_THREADS: Final = 8
T = TypeVar("T")


@dataclass(slots=True)
class Lane:
    """Threads for some requests, and how many may wait for one."""

    limiter: CapacityLimiter
    waiting: int
    taken: int = 0
    """Requests that have a thread, or wait for one."""

    async def run(self, work: Callable[[], T]) -> T:
        """In a thread; 503 at once where too many wait already."""
        if self.taken >= self.limiter.total_tokens + self.waiting:
            raise Problem(
                503, "overloaded", "too much is asked at once", remedy="ask again", headers={"Retry-After": "1"}
            )
        self.taken += 1
        try:
            return await to_thread.run_sync(work, limiter=self.limiter)
        finally:
            self.taken -= 1


class Desk:
    """Answers the routes of one application."""

    def __init__(self, serving: Serving) -> None:
        terms = serving.terms
        self._serving = serving
        self._telling = Telling()
        self._remembered = RememberedRequests()
        self._followers = following.Followers()
        self._usual = Lane(CapacityLimiter(terms.threads), terms.waiting)
        self._urgent = Lane(CapacityLimiter(URGENT_THREADS), terms.waiting)
        self._rates: Mapping[str, int] = {"orders": terms.orders, "logins": terms.logins}

    async def answer(self, ask: Ask, request: Request) -> Response:
        """The answer, or the problem."""
        correlation_id = str(request.state.correlation_id)
        lane = self._urgent if ask.is_urgent else self._usual
        try:
            if ask.is_followed and following.is_asked_for(request):
                return await self._followed(ask, request, lane)
            if ask.is_remembered and self._is_at_hand(ask, request):
                return self._told(ask, request, self._entered(ask, request), b"")
            if not (ask.body_part.fields or ask.upload):
                return await lane.run(lambda: self._told(ask, request, self._entered(ask, request), b""))
            caller = await lane.run(lambda: self._entered(ask, request))
            declared = request.headers.get("content-length")
            if ask.upload is not None:
                form = await form_of(request.headers, request.stream())
                return await lane.run(lambda: self._told(ask, request, caller, form))
            content = await body_of(request.stream(), declared=declared)
            return await lane.run(lambda: self._told(ask, request, caller, content))
        except Exception as error:  # noqa: BLE001 - the door: every error becomes a problem
            return problem_of(error, correlation_id).response(correlation_id)

    def _entered(self, ask: Ask, request: Request) -> Caller:
        """Who asks; refused are strangers, those who ask too often, and those who may not."""
        address = request.client.host if request.client else ""
        self._count(f"address {address}", self._serving.terms.per_address)
        dispatcher, actor = self._serving.dispatcher, NOBODY
        if dispatcher.route(ask.message).role is None:
            if ask.rate:
                self._count(f"{ask.rate} {address}", self._rates[ask.rate])
        else:
            actor = self._serving.entrance.actor(key_in(request))
            self._count(f"key {actor.key}", self._serving.terms.per_key)
            if ask.rate:
                self._count(f"{ask.rate} {actor.key}", self._rates[ask.rate])
        correlation_id = str(request.state.correlation_id)
        dispatcher.admit(ask.message, actor, correlation_id=CorrelationId(correlation_id), door=DOOR)
        return Caller(actor, address, correlation_id)

    async def _followed(self, ask: Ask, request: Request, lane: Lane) -> Response:
        """The answer and its changes, as long as whoever asks may know them."""
        caller = await lane.run(lambda: self._entered(ask, request))
        message, _, _ = self._wished(ask, request, caller, b"")
        entrance, key = self._serving.entrance, key_in(request)

        def asked() -> following.Followed:
            found: Any = self._asked(message, replace(caller, actor=entrance.actor(key)), None)
            return cast("following.Followed", found)

        return following.Following(
            key=caller.actor.key,
            first=await lane.run(asked),
            again=lambda: lane.run(asked),
            told=self._telling.encoded,
            correlation_id=caller.correlation_id,
            seen=following.seen_in(request),
            is_leaving=self._serving.app.leaving.is_set,
        ).response(self._followers)

    def _is_at_hand(self, ask: Ask, request: Request) -> bool:
        """Whether everything that the answer needs is in memory."""
        serving, spelled = self._serving, self._remembered.find(place_of(ask, request))
        return (
            spelled is not None
            and serving.rates.is_at_hand
            and serving.entrance.is_at_hand(key_in(request))
            and serving.views.is_at_hand(spelled.message)
        )

    def _told(self, ask: Ask, request: Request, caller: Caller, content: bytes | Form) -> Response:
        if ask.is_remembered and KEY_HEADER not in request.headers:
            return self._told_again(ask, request, caller)
        message, key, wishes = self._wished(ask, request, caller, content)
        return self._response(ask, request, self._asked(message, caller, key), wishes)

    def _told_again(self, ask: Ask, request: Request, caller: Caller) -> Response:
        """The answer; of what was read and told before nothing is made a second time."""
        place = place_of(ask, request)
        spelled = self._remembered.find(place)
        if spelled is None:
            message, _, wishes = self._wished(ask, request, caller, b"")
            spelled = Spelled(message, wishes)
        answer, told = self._asked(spelled.message, caller, None), spelled.told
        if told is None or answer is not spelled.answer:
            told = self._whole(ask, answer, spelled.wishes)
            self._remembered.keep(place, replace(spelled, answer=answer, told=told))
        return unless_known(told, request)

    def _wished(
        self, ask: Ask, request: Request, caller: Caller, content: bytes | Form
    ) -> tuple[object, str | None, dict[str, Any]]:
        """What is asked, by what key of the caller's, and what is for the door alone."""
        checked_path(request.scope.get("raw_path") or request.url.path.encode())
        query = query_of(request.scope["query_string"])
        wishes, query = self._wishes(ask, query)
        file = None
        if isinstance(content, Form):
            body, file = content.fields, content.file
        else:
            body = object_of(content, request.headers.get("content-type"))
            if not content and ask.needs_body:
                raise invalid({"place": "body", "problem": "this is needed: a JSON object"})
        key = idempotency_key(ask, request)
        message = ask.made(
            {"path": request.path_params, "query": query, "body": body}, caller, file=file, wishes=wishes
        )
        return message, key, wishes

    def _asked(self, message: object, caller: Caller, key: str | None) -> object:
        envelope = Envelope(
            message,
            caller.actor,
            CorrelationId(caller.correlation_id),
            None if key is None else IdempotencyKey(key),
            door=DOOR,
        )
        answer = self._serving.dispatcher.dispatch(envelope)
        if isinstance(answer, Done) and not answer.is_done:
            raise refusal(answer)
        return answer

    def _wishes(self, ask: Ask, query: dict[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
        """What is for the door alone, and the rest of the query."""
        own = {name: value for name, value in query.items() if name in ask.extra}
        try:
            made = ask.extra_model.model_validate(own)
        except ValidationError as problem:
            raise invalid(*problems_of(problem, "query")) from problem
        wishes = {name: getattr(made, name) for name in own}
        return wishes, {name: value for name, value in query.items() if name not in own}

    def _response(self, ask: Ask, request: Request, answer: object, wishes: Mapping[str, Any]) -> Response:
        return unless_known(self._whole(ask, answer, wishes), request)

    def _whole(self, ask: Ask, answer: object, wishes: Mapping[str, Any]) -> Response:
        shown = answer if ask.shows is None else ask.shows(answer, wishes)
        if isinstance(shown, Placed):
            shown = Reply(self._telling.encoded(shown.answer), headers={"Location": shown.place})
        reply = shown if isinstance(shown, Reply) else Reply(self._telling.encoded(shown))
        headers = dict(reply.headers)
        status = reply.status or ask.status
        if ask.method == "GET" and status == 200:
            tag = f'"{blake2b(reply.content, digest_size=16).hexdigest()}"'
            headers |= {TAG: tag, "Cache-Control": "private, no-cache"}
        else:
            headers["Cache-Control"] = "no-store"
        return Response(reply.content, status, headers, media_type=reply.media)

    def _count(self, subject: str, most: int) -> None:
        count(self._serving, subject, most=most)


def count(serving: Serving, subject: str, *, most: int) -> None:
    """One request more of that subject; `TooOften` where it has had its share of this minute."""
    wait_s = serving.rates.take(subject, Rate(most))
    if wait_s:
        raise TooOften("too many requests", wait_s=wait_s, expected=f"at most {most} in a minute")


def refusal(done: Done) -> Problem:
    """What came of a wish that nothing came of; where soft controls alone refused, what lets it through."""
    typed = ", ".join(f"{name}={number}" for name, number in done.to_type.items())
    return Problem(
        409, "refused", done.story, expected=typed, found=", ".join(done.orders),
        remedy="send it again within a minute, with these numbers in `typed`, if it is meant" if typed else "",
    )  # fmt: skip


def key_in(request: Request) -> str:
    """The key of a request: of one header, never of the address or a cookie; empty where there is none."""
    given = request.headers.getlist("x-api-key")
    for one in request.headers.getlist("authorization"):
        scheme, _, token = one.partition(" ")
        given.append(token.strip() if scheme.lower() == "bearer" else "")
    return given[0] if len(set(given)) == 1 else ""


def idempotency_key(ask: Ask, request: Request) -> str | None:
    """The caller's promise, where this route takes one."""
    place = f"header.{KEY_HEADER}"
    given = request.headers.getlist(KEY_HEADER)
    if not given:
        if ask.needs_key:
            raise invalid({"place": place, "problem": "this is needed: a name of your own for this wish, as a UUID"})
        return None
    if not ask.takes_key:
        raise malformed(place, "this route takes none; ask without it")
    if len(given) != 1 or re.fullmatch(KEY_PATTERN, given[0]) is None:
        raise invalid({"place": place, "problem": "write 1 to 128 letters, digits or . _ : -, once"})
    return given[0]


def unless_known(told: Response, request: Request) -> Response:
    """The answer; 304 without its content where whoever asks has it already."""
    given = request.headers.get("if-none-match")
    tag = None if given is None else told.headers.get(TAG)
    if tag is None or not is_known(given, tag):
        return told
    kept = {name: value for name, value in told.headers.items() if name not in {"content-length", "content-type"}}
    return Response(status_code=304, headers=kept)


def is_known(given: str | None, tag: str) -> bool:
    """Whether whoever asks has this answer already."""
    return given is not None and any(one.strip().removeprefix("W/") in {tag, "*"} for one in given.split(","))
