"""The gate is the one place where an order is approved: every control is asked, and approval and reservation are one.

This file decides the answer. Nothing in it waits, asks a clock or changes what it was given: the approval carries the
ticket, the reservation and the book in which the reservation already counts, so that two orders never share the same
room. An adapter demands the ticket; nobody else may mint one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tradewright.domain.orders.ticket import Ticket
from tradewright.domain.quick import quick
from tradewright.trading.risk.book import Book, Reservation
from tradewright.trading.risk.case import Case
from tradewright.trading.risk.controls.control import Control
from tradewright.trading.risk.controls.table import SOFT, controls_of
from tradewright.trading.risk.limits import Limits
from tradewright.trading.risk.request import RiskRequest
from tradewright.trading.risk.sent import SentOrder
from tradewright.trading.risk.verdict import Finding, Verdict


@quick
@dataclass(frozen=True, slots=True)
class Approved:
    """Yes: one send is allowed, and its room is taken."""

    ticket: Ticket
    case: Case
    """What was judged."""
    limits: Limits
    """What it was judged by."""

    @property
    def reservation(self) -> Reservation:
        """The room that it takes."""
        return self.case.reservation

    @property
    def sent(self) -> SentOrder:
        """The order as it counts from now on."""
        return self.case.sent

    @property
    def book(self) -> Book:
        """The book from now on."""
        return self.case.after.counting(self.sent)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What every control measured; told when somebody asks."""
        return judged(controls_of(self.limits), self.case)


@dataclass(frozen=True, slots=True)
class Refused:
    """No, with every reason; the book stays as it was."""

    findings: tuple[Finding, ...]
    """What every control measured, the refusals among them."""

    @property
    def reasons(self) -> tuple[Finding, ...]:
        """The controls that said no."""
        return tuple(finding for finding in self.findings if finding.is_refused)

    def __str__(self) -> str:
        return "; ".join(f"{one.control}: {one.reason} ({one.remedy})" for one in self.reasons)


def check(request: RiskRequest, book: Book, *, limits: Limits, now_ns: int) -> Approved | Refused:
    """Ask every control and take the room, in one step: either a ticket with a new book, or the reasons why not."""
    return answered(Case.of(request, book, limits=limits, now_ns=now_ns), limits)


def answered(case: Case, limits: Limits) -> Approved | Refused:
    """As `check`, of a case that was made with these limits."""
    answer = asked(case, limits)
    return answer if isinstance(answer, Approved) else refused(case, limits)


def asked(case: Case, limits: Limits) -> Approved | list[Control]:
    """Ask every control: a ticket, or without further words the controls that say no."""
    against = refusing(controls_of(limits), case)
    if against:
        return against
    request = case.request
    ticket = Ticket(
        client_order_id=request.client_order_id,
        request=request.order,
        limits_version=limits.version,
        epoch=case.book.epoch,
        attempt=request.attempt,
        minted_ns=case.now_ns,
    )
    return Approved(ticket, case, limits)


def refused(case: Case, limits: Limits) -> Refused:
    """No, with what every control measured."""
    return Refused(judged(controls_of(limits), case))


def refusing(controls: Sequence[Control], case: Case) -> list[Control]:
    """The controls that say no; a refusal of new risk is lifted where the order proves to reduce."""
    found = [control for control in controls if not control.lets_pass(case)]
    if found and case.request.confirmed:
        found = [control for control in found if not _is_confirmed(control.judge(case), case)]
    return [control for control in found if control.binds_reducing] if found and case.is_reducing else found


def judged(controls: Sequence[Control], case: Case) -> tuple[Finding, ...]:
    """What the controls find, in their order, as `refusing` has it."""
    findings = tuple([control.judge(case) for control in controls])
    if case.request.confirmed:
        findings = tuple(
            one._replace(verdict=Verdict.CONFIRMED) if _is_confirmed(one, case) else one for one in findings
        )
    if not case.is_reducing:
        return findings
    return tuple(
        finding._replace(verdict=Verdict.EXEMPT)
        if finding.verdict is Verdict.REFUSED and not control.binds_reducing
        else finding
        for control, finding in zip(controls, findings, strict=True)
    )


def _is_confirmed(finding: Finding, case: Case) -> bool:
    """Whether a soft control refuses and a named person typed what it found: nothing else can be confirmed."""
    typed = case.request.confirmed.get(finding.control)
    return typed is not None and finding.control in SOFT and finding.is_refused and finding.is_covered_by(typed)
