"""The gate is the one place where an order is approved: every control is asked, and approval and reservation are one.

This file decides the answer. Nothing in it waits, asks a clock or changes what it was given: the approval carries the
ticket, the reservation and the book in which the reservation already counts, so that two orders never share the same
room. An adapter demands the ticket; nobody else may mint one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tradewright.domain.orders.ticket import Ticket
from tradewright.trading.risk.book import Book, Reservation
from tradewright.trading.risk.case import Case
from tradewright.trading.risk.controls.control import Control
from tradewright.trading.risk.controls.table import controls_of
from tradewright.trading.risk.limits import Limits
from tradewright.trading.risk.request import RiskRequest
from tradewright.trading.risk.verdict import Finding, Verdict


@dataclass(frozen=True, slots=True)
class Approved:
    """Yes: one send is allowed, and its room is taken."""

    ticket: Ticket
    reservation: Reservation
    book: Book
    """The book from now on."""
    findings: tuple[Finding, ...]
    """What every control measured."""


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
    findings = judged(controls_of(limits), case)
    if Verdict.REFUSED in [finding.verdict for finding in findings]:
        return Refused(findings)
    request = case.request
    ticket = Ticket(
        client_order_id=request.client_order_id,
        request=request.order,
        limits_version=limits.version,
        epoch=case.book.epoch,
        attempt=request.attempt,
        minted_ns=case.now_ns,
    )
    return Approved(ticket, case.reservation, case.after.counting(case.sent), findings)


def judged(controls: Sequence[Control], case: Case) -> tuple[Finding, ...]:
    """What the controls find, in their order; a refusal of new risk is lifted where the order proves to reduce."""
    findings = tuple([control.judge(case) for control in controls])
    if not case.is_reducing:
        return findings
    return tuple(
        finding._replace(verdict=Verdict.EXEMPT)
        if finding.verdict is Verdict.REFUSED and not control.binds_reducing
        else finding
        for control, finding in zip(controls, findings, strict=True)
    )
