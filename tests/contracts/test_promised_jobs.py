"""A wish with an idempotency key is one job, also where its answer was lost: on both databases."""

from tests.contracts.job_wishes import wish

from tradewright.adapters.database.engine import Database
from tradewright.adapters.database.jobs import DatabaseJobs
from tradewright.adapters.system.clock import ManualClock
from tradewright.adapters.system.randomness import SeededRandomness
from tradewright.application.envelope import Envelope
from tradewright.application.jobs.messages import ForgetJobs
from tradewright.application.jobs.submitting import PROMISED_NS, JobTable, submitted
from tradewright.application.messages import Actor, Role
from tradewright.domain.identifiers import CorrelationId, IdempotencyKey
from tradewright.ports.jobs import JobWish

TABLE = JobTable({"clean": ForgetJobs})
ADA = Actor("ada", frozenset({Role.ADMIN}), key="tw_ada")


def wished(key: str | None, days: int = 30, actor: Actor = ADA) -> JobWish:
    named = None if key is None else IdempotencyKey(key)
    envelope = Envelope(ForgetJobs(days), actor, CorrelationId("any"), named)
    return TABLE.wish_of("clean", ForgetJobs(days), title="x", subject="", envelope=envelope)


def test_the_same_wish_sent_again_is_the_first_ones_job_for_a_day(database: Database) -> None:
    clock = ManualClock(1_000)
    queue = DatabaseJobs(database, clock, randomness=SeededRandomness(1))
    first = submitted(wished("k"), queue, clock=clock).id
    clock.advance(PROMISED_NS)
    assert submitted(wished("k"), queue, clock=clock).id == first
    clock.advance(1)
    second = submitted(wished("k"), queue, clock=clock).id
    assert second != first and submitted(wished("k"), queue, clock=clock).id == second
    clock.advance(PROMISED_NS + 1)
    assert submitted(wished("k"), queue, clock=clock).id not in {first, second}


def test_another_key_content_or_person_is_another_wish_and_so_is_each_without_a_key(database: Database) -> None:
    clock = ManualClock(1_000)
    queue = DatabaseJobs(database, clock, randomness=SeededRandomness(1))
    bob = Actor("bob", frozenset({Role.ADMIN}), key="tw_bob")
    wishes = [wished("k"), wished("l"), wished("k", 31), wished("k", actor=bob), wished(None), wished(None)]
    assert len({submitted(one, queue, clock=clock).id for one in wishes}) == len(wishes)
    assert wished(None).planned == "" == wish().planned
