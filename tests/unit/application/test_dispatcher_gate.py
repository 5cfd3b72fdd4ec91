from collections.abc import Callable
from dataclasses import dataclass, field, replace
from threading import Event, Thread

import pytest

from tradewright.adapters.system.clock import ManualClock
from tradewright.application.dispatcher import AuditRecord, Dispatcher, Handler, Outcome, Route
from tradewright.application.envelope import Envelope
from tradewright.application.messages import OWNER, Actor, MessageKind, Role
from tradewright.application.repeats import RecentAnswers
from tradewright.domain.errors import InputError, Unauthorized
from tradewright.domain.identifiers import CorrelationId, IdempotencyKey


@dataclass(frozen=True)
class AddPenny:
    pence: int = 1


@dataclass(frozen=True)
class Savings:
    pass


@dataclass
class Purse:
    pence: int = 0
    made: int = 0
    audited: list[AuditRecord] = field(default_factory=list)
    clock: ManualClock = field(default_factory=ManualClock)

    def provide(self) -> "Purse":
        self.made += 1
        return self


def add_penny(message: AddPenny, *, purse: Purse, clock: ManualClock) -> int:
    clock.advance(7)
    if message.pence < 0:
        raise InputError("no debts")
    purse.pence += message.pence
    return purse.pence


def told(message: object) -> str:
    return str(message)


def savings(message: Savings, *, purse: Purse, currency: str = "GBP") -> str:
    return f"{purse.pence} {currency}"


def ignore(record: AuditRecord) -> None:
    assert record.outcome is not Outcome.FAILED


def gate(
    purse: Purse,
    *,
    adder: Handler | str = add_penny,
    providers: dict[str, Callable[[], object]] | None = None,
) -> Dispatcher:
    return Dispatcher(
        [
            Route(AddPenny, adder, MessageKind.COMMAND, Role.TRADER),
            Route(Savings, savings, MessageKind.QUERY, Role.VIEWER),
        ],
        providers={"purse": purse.provide, "clock": lambda: purse.clock} if providers is None else providers,
        repeats=RecentAnswers(limit=2),
        clock=purse.clock,
        audit=purse.audited.append,
    )


def envelope(message: object, *, actor: Actor = OWNER, key: str | None = None) -> Envelope:
    return Envelope(message, actor, CorrelationId("c1"), IdempotencyKey(key) if key else None)


def test_a_handler_gets_its_dependencies_by_name_and_each_is_made_once() -> None:
    purse = Purse()
    dispatcher = gate(purse)
    assert purse.made == 0
    assert [dispatcher.dispatch(envelope(AddPenny())) for _ in range(3)] == [1, 2, 3]
    assert dispatcher.dispatch(envelope(Savings())) == "3 GBP"
    assert purse.made == 1


def test_the_audit_names_who_what_and_how_long_but_no_content() -> None:
    purse = Purse()
    gate(purse).dispatch(replace(envelope(AddPenny(5), key="k1"), door="python"))
    assert purse.audited == [
        AuditRecord(
            0, 7, "owner", "AddPenny", MessageKind.COMMAND, CorrelationId("c1"), IdempotencyKey("k1"), Outcome.DONE,
            role=Role.TRADER, door="python",
        )
    ]  # fmt: skip


def test_a_failure_is_audited_and_raised() -> None:
    purse = Purse()
    with pytest.raises(InputError):
        gate(purse).dispatch(envelope(AddPenny(-1)))
    assert [(one.outcome, one.error) for one in purse.audited] == [(Outcome.FAILED, "InputError")]


def test_a_viewer_may_look_and_not_touch() -> None:
    purse = Purse()
    viewer = Actor("guest", frozenset({Role.VIEWER}))
    dispatcher = gate(purse)
    assert dispatcher.dispatch(envelope(Savings(), actor=viewer)) == "0 GBP"
    with pytest.raises(Unauthorized, match="guest may not ask AddPenny"):
        dispatcher.dispatch(envelope(AddPenny(), actor=viewer))
    assert purse.pence == 0
    assert [one.outcome for one in purse.audited] == [Outcome.DONE, Outcome.UNAUTHORIZED]


def test_nobody_without_a_role_may_look() -> None:
    with pytest.raises(Unauthorized):
        gate(Purse()).dispatch(envelope(Savings(), actor=Actor("nobody", frozenset())))


def test_a_command_with_the_same_key_is_done_once() -> None:
    purse = Purse()
    dispatcher = gate(purse)
    assert [dispatcher.dispatch(envelope(AddPenny(5), key="k1")) for _ in range(3)] == [5, 5, 5]
    assert purse.pence == 5
    assert [one.outcome for one in purse.audited] == [Outcome.DONE, Outcome.REPEATED, Outcome.REPEATED]


def test_a_key_belongs_to_its_actor() -> None:
    purse = Purse()
    dispatcher = gate(purse)
    dispatcher.dispatch(envelope(AddPenny(5), key="k1"))
    dispatcher.dispatch(envelope(AddPenny(5), key="k1", actor=Actor("other", frozenset({Role.TRADER}))))
    assert purse.pence == 10


def test_a_key_for_another_message_is_refused() -> None:
    dispatcher = gate(Purse())
    dispatcher.dispatch(envelope(AddPenny(5), key="k1"))
    with pytest.raises(InputError, match="came before with another message"):
        dispatcher.dispatch(envelope(AddPenny(6), key="k1"))


def test_a_command_that_failed_may_be_tried_again_with_its_key() -> None:
    purse = Purse()
    answers = iter([InputError("not now"), 9])

    def moody(message: AddPenny) -> object:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    dispatcher = gate(purse, adder=moody)
    with pytest.raises(InputError):
        dispatcher.dispatch(envelope(AddPenny(), key="k1"))
    assert dispatcher.dispatch(envelope(AddPenny(), key="k1")) == 9


def test_a_repeat_while_the_first_is_at_work_is_told_to_wait() -> None:
    started, go_on = Event(), Event()

    def slow(message: AddPenny) -> int:
        started.set()
        assert go_on.wait(10)
        return 1

    dispatcher = gate(Purse(), adder=slow)
    worker = Thread(target=dispatcher.dispatch, args=[envelope(AddPenny(), key="k1")])
    worker.start()
    assert started.wait(10)
    with pytest.raises(InputError, match="still at work"):
        dispatcher.dispatch(envelope(AddPenny(), key="k1"))
    go_on.set()
    worker.join(10)
    assert dispatcher.dispatch(envelope(AddPenny(), key="k1")) == 1


def test_old_answers_are_forgotten_first() -> None:
    purse = Purse()
    dispatcher = gate(purse)
    for key in ("k1", "k2", "k3", "k1"):
        dispatcher.dispatch(envelope(AddPenny(), key=key))
    assert purse.pence == 4


def test_a_handler_may_be_named_and_is_imported_when_asked_for() -> None:
    dispatcher = gate(Purse(), adder="tradewright.application.messages:Actor", providers={"purse": Purse})
    with pytest.raises(TypeError):
        dispatcher.dispatch(envelope(AddPenny()))
    for wrong in ("tradewright.application.messages:Nothing", "tradewright.application.messages"):
        with pytest.raises(LookupError, match="there is no tradewright"):
            gate(Purse(), adder=wrong).check()


def test_a_missing_dependency_is_found_before_anything_runs() -> None:
    gate(Purse()).check()
    with pytest.raises(LookupError, match="add_penny needs clock"):
        gate(Purse(), providers={"purse": Purse}).check()


def test_a_message_nobody_answers_is_a_defect() -> None:
    with pytest.raises(LookupError, match="nothing answers str"):
        gate(Purse()).dispatch(envelope("hello"))


def test_one_message_has_one_handler() -> None:
    route = Route(Savings, savings, MessageKind.QUERY, Role.VIEWER)
    with pytest.raises(ValueError, match="Savings has two handlers; register one"):
        Dispatcher([route, route], providers={}, repeats=RecentAnswers(), clock=ManualClock(), audit=ignore)


def test_a_message_may_be_named_and_is_imported_only_for_the_check() -> None:
    named = Route("tradewright.application.messages:Actor", told, MessageKind.QUERY, Role.VIEWER)
    dispatcher = Dispatcher([named], providers={}, repeats=RecentAnswers(), clock=ManualClock(), audit=ignore)
    dispatcher.check()
    assert "owner" in str(dispatcher.dispatch(envelope(OWNER)))
    wrong = Route("tradewright.application.messages:Nobody", told, MessageKind.QUERY, Role.VIEWER)
    dispatcher = Dispatcher([wrong], providers={}, repeats=RecentAnswers(), clock=ManualClock(), audit=ignore)
    with pytest.raises(LookupError, match="there is no tradewright"):
        dispatcher.check()


def test_an_answer_of_another_type_is_a_defect() -> None:
    dispatcher = gate(Purse())
    assert dispatcher.ask(envelope(Savings()), answer=str) == "0 GBP"
    with pytest.raises(TypeError, match="Savings should answer int, found str"):
        dispatcher.ask(envelope(Savings()), answer=int)
    assert [route.message for route in dispatcher.routes] == [AddPenny, Savings]
