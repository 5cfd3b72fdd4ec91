"""Routes of risk: how it stands, dry runs, limits, sizes, events, assessments, and the kill switch."""

from collections.abc import Mapping
from typing import Any, Final

from tradewright.application.risk.assessing import (
    AssessmentList,
    AssessmentShown,
    AssessRisk,
    GateShown,
    SizeAsked,
    ValidateOrder,
    Validation,
)
from tradewright.application.risk.messages import ChangeLimits, KillShown, PressKill, ReleaseKill, RiskLimits
from tradewright.application.risk.views import KillView, LimitsChange, LimitsView, RiskView, SizeView
from tradewright.application.trading.across_messages import AccountRisk, AllRisk, RiskEvents, RiskEventView
from tradewright.interfaces.api.asks import Ask, Example, by_actor
from tradewright.interfaces.api.problems import Problem
from tradewright.interfaces.api.routers.kinds import (
    CURSOR,
    MAYBE_SYMBOL,
    ORDER_TERMS,
    SIDE,
    SYMBOL,
    WHERE,
)
from tradewright.interfaces.api.schemas.values import choice_kind, text_kind
from tradewright.ports.assessments import Assessment
from tradewright.ports.paging import Page

GROUP: Final = "risk"
ACCOUNT: Final[Any] = text_kind(32, pattern=r"^[a-z0-9][a-z0-9_-]*$", shortest=1)
ID: Final[Any] = text_kind(64, pattern=r"^[A-Za-z0-9_-]+$", shortest=1)
NAME: Final[Any] = text_kind(64, pattern=r"^[A-Za-z0-9_.:-]*$")
_KILL: Final[dict[str, Any]] = {
    "account": ACCOUNT, "strategy": NAME, "symbol": MAYBE_SYMBOL, "mode": choice_kind(("stop", "cancel", "flatten")),
}  # fmt: skip


def confirmed(change: LimitsChange, _wishes: Mapping[str, Any]) -> LimitsChange:
    """What allows more than before is typed twice: until then nothing was changed."""
    if change.is_done:
        return change
    raise Problem(
        409,
        "refused",
        "nothing was changed: it allows more than before",
        expected=", ".join(f"{name}={value}" for name, value in change.to_type.items()),
        remedy="send the new numbers once more, in `typed`",
    )


ASKS: Final = (
    Ask(
        method="GET", path="/risk/portfolio", message=AllRisk, answer=tuple[AccountRisk, ...], group=GROUP,
        is_urgent=True, summary="Show how much of the limits is used, session by session", kinds=WHERE,
        example=Example(query={"account": "paper"}),
    ),
    Ask(
        method="GET", path="/risk/check", message=GateShown, answer=RiskView, group=GROUP, is_urgent=True,
        summary="Show every control's value and limit, for one lot",
        kinds={"symbol": MAYBE_SYMBOL, "side": SIDE, **WHERE}, example=Example(query={"account": "paper"}),
    ),
    Ask(
        method="POST", path="/risk/validate", message=ValidateOrder, answer=Validation, group=GROUP, is_urgent=True,
        summary="Ask the gate about an order, without sending it", kinds=ORDER_TERMS, also=("/risk/validate",),
        example=Example(body={"symbol": "AAPL.XNAS", "side": "BUY", "quantity": "10", "account": "paper"}),
    ),
    Ask(
        method="GET", path="/risk/limits", message=RiskLimits, answer=LimitsView, group=GROUP,
        summary="Show the limits that hold", kinds={"account": WHERE["account"], "strategy": NAME},
        example=Example(query={"account": "paper"}),
    ),
    Ask(
        method="PUT", path="/risk/limits", message=ChangeLimits, answer=LimitsChange, group=GROUP, is_urgent=True,
        summary="Set limits", given={"who": by_actor}, shows=confirmed,
        kinds={"account": WHERE["account"], "strategy": NAME},
        example=Example(body={"values": {"position": "0.04"}, "why": "smaller for now"}),
    ),
    Ask(
        method="GET", path="/risk/events", message=RiskEvents, answer=Page[RiskEventView], group=GROUP,
        summary="List what risk did and found, newest first", kinds={"cursor": CURSOR, **WHERE},
        example=Example(query={"what": "refused", "limit": "20"}),
    ),
    Ask(
        method="POST", path="/risk/size", message=SizeAsked, answer=SizeView, group=GROUP,
        summary="Say how much to trade, and what binds it", kinds={"symbol": SYMBOL, "side": SIDE, **WHERE},
        example=Example(
            body={"symbol": "AAPL.XNAS", "stop": "90", "methods": {"risk_part": {"part": "0.01"}}, "account": "paper"}
        ),
    ),
    Ask(
        method="POST", path="/risk/assessments", message=AssessRisk, answer=tuple[Assessment, ...], group=GROUP,
        status=201, summary="Assess the risk of each session now, and keep it", kinds=WHERE,
        example=Example(body={"account": "paper"}),
    ),
    Ask(
        method="GET", path="/risk/assessments", message=AssessmentList, answer=Page[Assessment], group=GROUP,
        summary="List kept assessments, newest first", kinds={"account": WHERE["account"], "cursor": CURSOR},
        example=Example(query={"limit": "10"}),
    ),
    Ask(
        method="GET", path="/risk/assessments/{id}", names={"id": "assessment"}, message=AssessmentShown,
        answer=Assessment, group=GROUP, summary="Show a kept assessment", kinds={"assessment": ID},
        example=Example(path={"id": "abcdefgh12345678"}),
    ),
    Ask(
        method="POST", path="/risk/kill", message=PressKill, answer=KillView, group=GROUP, is_urgent=True,
        summary="Press the kill switch of an account", given={"who": by_actor}, kinds=_KILL,
        example=Example(body={"account": "spare", "reason": "looks wrong"}),
    ),
    Ask(
        method="POST", path="/risk/release", message=ReleaseKill, answer=KillView, group=GROUP, is_urgent=True,
        summary="Let an account trade again", given={"who": by_actor}, kinds=_KILL,
        example=Example(body={"account": "spare", "typed": "spare", "reason": "looked at"}),
    ),
    Ask(
        method="GET", path="/risk/kill", message=KillShown, answer=KillView, group=GROUP, is_urgent=True,
        summary="Show the kill switch of an account, and its history", kinds={"account": ACCOUNT},
        example=Example(query={"account": "paper"}),
    ),
)  # fmt: skip
