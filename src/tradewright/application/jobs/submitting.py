"""Making a job of a message: what a worker does later, as the one who asked for it.

This file decides which messages may be jobs: those in the table, which a worker can read back from JSON.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b

import msgspec

from tradewright.application.envelope import Envelope
from tradewright.application.jobs.views import JobView, job_view
from tradewright.application.messages import Actor, Role
from tradewright.domain.calendars import DAY
from tradewright.domain.errors import InputError
from tradewright.domain.identifiers import CorrelationId
from tradewright.ports.clock import Clock
from tradewright.ports.jobs import Job, JobQueue, JobWish

PROMISED_NS = DAY
"""How long an idempotency key names one wish."""
Made = Mapping[str, str]
"""What a job's message answers: names of what it made."""


@dataclass(frozen=True, slots=True)
class JobTable:
    """The messages that workers do."""

    messages: Mapping[str, type]
    """Kind of job -> its message."""
    _by_name: dict[str, type] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {name_of(one): one for one in self.messages.values()})

    def wish_of(self, kind: str, message: object, *, title: str, subject: str, envelope: Envelope) -> JobWish:
        """A job of this message, asked for by the envelope's actor."""
        if type(message) is not self.messages.get(kind):
            raise LookupError(f"{type(message).__name__} is no job of kind {kind}; add it to the table")
        content = msgspec.json.encode(message)
        return JobWish(
            kind=kind,
            message=name_of(type(message)),
            content=content,
            title=title,
            subject=subject,
            actor=envelope.actor.name,
            roles=frozenset(role.value for role in envelope.actor.roles),
            correlation_id=envelope.correlation_id,
            planned=_promised(envelope, content),
        )

    def kind_of(self, message: str) -> str:
        """The kind of job that a message is; InputError for one that is none."""
        for kind, one in self.messages.items():
            if name_of(one) == message:
                return kind
        raise InputError("this version has no such job", found=message)

    def envelope_of(self, wish: JobWish) -> Envelope:
        """The message of a job, from the one who asked for it; InputError where it cannot be read."""
        kind = self._by_name.get(wish.message)
        if kind is None:
            raise InputError("this version has no such job", found=wish.message, remedy="submit it again")
        try:
            message: object = msgspec.json.decode(wish.content, type=kind)
        except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
            raise InputError(f"this is no {kind.__name__}", found=str(problem), remedy="submit it again") from problem
        actor = Actor(wish.actor, frozenset(Role(one) for one in wish.roles))
        return Envelope(message, actor, CorrelationId(wish.correlation_id))


def _promised(envelope: Envelope, content: bytes) -> str:
    """The unique name of a wish with an idempotency key; empty: without one every wish is another.

    A process may die after the job is in the queue and before the answer is kept. The same wish that is sent again then
    is the first one's job by this name, as long as the key is new for it (`ports/repeats.py`).
    """
    if envelope.idempotency_key is None:
        return ""
    told = msgspec.json.encode((envelope.actor.name, envelope.actor.key, envelope.idempotency_key, content.decode()))
    return f"wish {blake2b(told, digest_size=16).hexdigest()}"


def submitted(wish: JobWish, jobs: JobQueue, *, clock: Clock) -> JobView:
    """In the queue, durably. A wish that was promised to be one is the job that it became before; a day later the same
    promise is another wish, as it is for every other answer that is kept."""
    job: Job = jobs.submit(wish)
    while wish.planned and clock.now_ns() - job.created_ns > PROMISED_NS:
        wish = replace(wish, planned=f"{wish.planned.partition(' after ')[0]} after {job.id}")
        job = jobs.submit(wish)
    return job_view(job)


def name_of(message: type) -> str:
    """`package.module:Class`, as jobs and schedules keep it."""
    return f"{message.__module__}:{message.__qualname__}"
