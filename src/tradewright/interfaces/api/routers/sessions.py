"""Routes of sessions, their accounts and their journals."""

from typing import Final

from tradewright.application.trading.across_messages import AccountView, AllAccounts, AllPortfolios
from tradewright.application.trading.messages import (
    JournalEntries,
    JournalVerify,
    PauseStrategy,
    ResumeStrategy,
    SeeAlert,
    SessionList,
    SessionShown,
    StopSession,
)
from tradewright.application.trading.views import (
    Done,
    JournalCheck,
    JournalPage,
    PortfolioView,
    SessionLine,
    SessionView,
)
from tradewright.interfaces.api.asks import Ask, Example
from tradewright.interfaces.api.routers.kinds import (
    AFTER,
    CORRELATION,
    ORDER_OR_NONE,
    SESSION,
    SESSION_NAMED,
    WHERE,
)
from tradewright.interfaces.api.schemas.values import choice_kind, text_kind

GROUP: Final = "trader"
_ID: Final = {"id": "session"}
_NAMED: Final = {"session": SESSION_NAMED}
_EXAMPLE: Final = Example(path={"id": "20260302-moving_average-ab12"})
_REASONED: Final = Example(path={"id": "20260302-moving_average-ab12"}, body={"reason": "earnings today"})

ASKS: Final = (
    Ask(
        method="GET", path="/sessions", message=SessionList, answer=tuple[SessionLine, ...], group=GROUP,
        summary="List sessions, newest first", example=Example(query={"is_running": "false"}),
    ),
    Ask(
        method="GET", path="/sessions/{id}", names=_ID, message=SessionShown, answer=SessionView, group=GROUP,
        summary="Show a session as it stands", kinds=_NAMED, example=_EXAMPLE,
    ),
    Ask(
        method="POST", path="/sessions/{id}/stop", names=_ID, message=StopSession, answer=Done, group=GROUP,
        is_urgent=True, summary="End a session in good order",
        kinds={**_NAMED, "orders": choice_kind(("keep_protection", "cancel_all", "keep_all"))},
        example=_REASONED,
    ),
    Ask(
        method="POST", path="/sessions/{id}/pause", names=_ID, message=PauseStrategy, answer=Done, group=GROUP,
        is_urgent=True, summary="Let a strategy make no more orders", kinds=_NAMED, example=_REASONED,
    ),
    Ask(
        method="POST", path="/sessions/{id}/resume", names=_ID, message=ResumeStrategy, answer=Done, group=GROUP,
        is_urgent=True, summary="Let a paused strategy trade again", kinds=_NAMED, example=_REASONED,
    ),
    Ask(
        method="POST", path="/sessions/{id}/alerts/seen", names=_ID, message=SeeAlert, answer=Done, group=GROUP,
        is_urgent=True, summary="Say that an alert was seen", kinds=_NAMED,
        example=Example(path=_EXAMPLE.path, body={"code": "example"}),
    ),
    Ask(
        method="GET", path="/sessions/{id}/verify", names=_ID, message=JournalVerify, answer=JournalCheck, group=GROUP,
        summary="Check every byte of a session's journal", kinds=_NAMED, example=_EXAMPLE,
    ),
    Ask(
        method="GET", path="/journal", names={"order_id": "order"}, message=JournalEntries, answer=JournalPage,
        group=GROUP, summary="List facts of a session's journal, in order",
        kinds={
            "session": SESSION, "correlation_id": CORRELATION, "order": ORDER_OR_NONE, "after": AFTER,
            "kind": text_kind(64, pattern=r"^[A-Za-z]*$"),
        },
        example=Example(query={"kind": "OrderFilled", "limit": "10"}),
    ),
    Ask(
        method="GET", path="/accounts", message=AllAccounts, answer=tuple[AccountView, ...], group=GROUP,
        summary="List accounts", kinds=WHERE, hidden=frozenset({"account"}),
    ),
    Ask(
        method="GET", path="/accounts/{account}", message=AllAccounts, answer=tuple[AccountView, ...], group=GROUP,
        summary="Show an account", kinds={"account": text_kind(32, pattern=r"^[a-z0-9][a-z0-9_-]*$", shortest=1)},
        example=Example(path={"account": "paper"}),
    ),
    Ask(
        method="GET", path="/portfolio", message=AllPortfolios, answer=tuple[PortfolioView, ...], group=GROUP,
        is_urgent=True, summary="Show money, results and risk used of each session", kinds=WHERE, also=("/portfolio",),
        example=Example(query={"account": "paper"}),
    ),
)  # fmt: skip
