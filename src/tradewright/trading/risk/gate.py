"""The gate is the one place where an order is approved: every control is asked, and approval and reservation are one.

This file decides the answer. Nothing in it waits, asks a clock or changes what it was given: the approval carries the
ticket, the reservation and the book in which the reservation already counts, so that two orders never share the same
room. An adapter demands the ticket; nobody else may mint one.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from tradewright.domain.orders.ticket import Ticket
from tradewright.trading.risk.book import Book, Reservation, SentOrder
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
    case = Case.of(request, book, drawdown=limits.drawdown, now_ns=now_ns)
    findings = judged(controls_of(limits), case)
    if any(finding.is_refused for finding in findings):
        return Refused(findings)
    ticket = Ticket(
        client_order_id=request.client_order_id,
        request=request.order,
        limits_version=limits.version,
        epoch=book.epoch,
        attempt=request.attempt,
        minted_ns=now_ns,
    )
    sent = SentOrder(request.client_order_id, request.order, now_ns, case.is_reducing)
    return Approved(ticket, case.reservation, case.after.counting(sent), findings)


def judged(controls: Iterable[Control], case: Case) -> tuple[Finding, ...]:
    """What the controls find, in their order; a refusal of new risk is lifted where the order proves to reduce."""
    return tuple(_exempted(control, control.judge(case), case) for control in controls)


def _exempted(control: Control, finding: Finding, case: Case) -> Finding:
    is_exempt = finding.is_refused and case.is_reducing and not control.binds_reducing
    return replace(finding, verdict=Verdict.EXEMPT) if is_exempt else finding
