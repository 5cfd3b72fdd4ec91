"""Risk asked about from elsewhere: the gate of a session that is named by itself or by its account, and assessments
that are kept as they were told.

This file decides what is kept: every dry run of an order and every look at a portfolio, with who asked for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Final

import msgspec

from tradewright.application.envelope import Envelope
from tradewright.application.risk.messages import CheckOrder, RiskShown, SizeQuestion
from tradewright.application.risk.views import OrderCheck, RiskView, SizeView
from tradewright.application.trading.across import all_risk
from tradewright.application.trading.across_acting import the_one
from tradewright.application.trading.across_messages import AccountRisk, AllRisk
from tradewright.application.trading.traders import Traders
from tradewright.ports.assessments import Assessment, Assessments
from tradewright.ports.clock import Clock
from tradewright.ports.paging import Page, Slot
from tradewright.ports.randomness import Randomness
from tradewright.ports.sessions import Accounts

ALLOWED: Final = "allowed"
REFUSED: Final = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateShown:
    """Every control's value and limit for one lot, and how far trading is shut. Answer: `RiskView`."""

    session: str = ""
    account: str = ""
    symbol: str = ""
    """Empty: the session's first instrument."""
    side: str = "BUY"


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeAsked(SizeQuestion):
    """How much to trade, and what binds it, in the session named or on the account. Answer: `SizeView`."""

    account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidateOrder(CheckOrder):
    """What the gate would say of an order, with every control's value and limit; nothing is sent. It is kept as an
    assessment. Answer: `Validation`."""

    account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessRisk:
    """Look at the risk of each session now, and keep it. Answer: a tuple of `Assessment`."""

    session: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentList:
    """Assessments that were kept, newest first. Answer: a page of `Assessment`."""

    account: str = ""
    limit: int = 100
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class AssessmentShown:
    """One assessment as it was told. Answer: `Assessment`."""

    assessment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """What the gate would say of an order, and under which name that is kept."""

    assessment: str
    is_allowed: bool
    check: OrderCheck


def gate_shown(query: GateShown, *, traders: Traders, clock: Clock, envelope: Envelope) -> RiskView:
    """Of the gate of a running session."""
    kept = the_one(traders, session=query.session, account=query.account, clock=clock)
    message = RiskShown(kept.terms.session, query.symbol, query.side)
    answer = traders.ask(kept, replace(envelope, message=message))
    assert isinstance(answer, RiskView)
    return answer


def size_asked(query: SizeAsked, *, traders: Traders, clock: Clock, envelope: Envelope) -> SizeView:
    """Of the gate of a running session."""
    kept = the_one(traders, session=query.session, account=query.account, clock=clock)
    told = {one.name: getattr(query, one.name) for one in fields(SizeQuestion)}
    message = SizeQuestion(**{**told, "session": kept.terms.session})
    answer = traders.ask(kept, replace(envelope, message=message))
    assert isinstance(answer, SizeView)
    return answer


def validate_order(
    command: ValidateOrder,
    *,
    traders: Traders,
    assessments: Assessments,
    clock: Clock,
    randomness: Randomness,
    envelope: Envelope,
) -> Validation:
    """By the trader's own gate, then kept."""
    kept = the_one(traders, session=command.session, account=command.account, clock=clock)
    told = {one.name: getattr(command, one.name) for one in fields(CheckOrder)}
    message = CheckOrder(**{**told, "session": kept.terms.session})
    found = traders.ask(kept, replace(envelope, message=message, idempotency_key=None))
    assert isinstance(found, OrderCheck)
    made = Assessment(
        id=randomness.token(),
        time_ns=clock.now_ns(),
        kind="validation",
        account=found.account,
        session=found.session,
        actor=envelope.actor.name,
        verdict=ALLOWED if found.is_allowed else REFUSED,
        content=_content(found),
        correlation_id=envelope.correlation_id,
    )
    assessments.add(made)
    return Validation(assessment=made.id, is_allowed=found.is_allowed, check=found)


def assess_risk(
    command: AssessRisk,
    *,
    traders: Traders,
    accounts: Accounts,
    assessments: Assessments,
    clock: Clock,
    randomness: Randomness,
    envelope: Envelope,
) -> tuple[Assessment, ...]:
    """One a session."""
    query = AllRisk(session=command.session, account=command.account)
    made = []
    for one in all_risk(query, traders=traders, accounts=accounts, clock=clock, envelope=envelope):
        assessment = portfolio_assessment(one, envelope, name=randomness.token(), time_ns=clock.now_ns())
        assessments.add(assessment)
        made.append(assessment)
    return tuple(made)


def portfolio_assessment(risk: AccountRisk, envelope: Envelope, *, name: str, time_ns: int) -> Assessment:
    """The risk of one session, as it is kept."""
    return Assessment(
        id=name,
        time_ns=time_ns,
        kind="portfolio",
        account=risk.account,
        session=risk.session,
        actor=envelope.actor.name,
        verdict="",
        content=_content(risk),
        correlation_id=envelope.correlation_id,
    )


def assessment_list(query: AssessmentList, *, assessments: Assessments) -> Page[Assessment]:
    """A page."""
    return assessments.all(Slot(query.limit, query.cursor), account=query.account)


def assessment_shown(query: AssessmentShown, *, assessments: Assessments) -> Assessment:
    """One."""
    return assessments.find(query.assessment)


def _content(view: object) -> Mapping[str, object]:
    """A view as JSON values; exact numbers are text."""
    found = msgspec.to_builtins(view, enc_hook=_text)
    assert isinstance(found, dict)
    return found


def _text(value: object) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
