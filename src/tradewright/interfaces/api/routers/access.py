"""Routes of who may come in: login, keys, people, audit."""

from typing import Final

from tradewright.application.access.messages import (
    AuditCheck,
    AuditEntries,
    CreateKey,
    IssueTicket,
    KeepPerson,
    Keys,
    LogIn,
    LogOut,
    People,
    RemovePerson,
    RevokeKey,
    RotateKey,
    WhoAmI,
)
from tradewright.application.access.views import (
    ActorView,
    AuditCheckView,
    KeyView,
    LoggedIn,
    LoggedOut,
    NewKey,
    PersonView,
    TicketView,
)
from tradewright.interfaces.api.asks import Ask, Example, by_address
from tradewright.interfaces.api.schemas.values import text_kind
from tradewright.ports.audit import AuditEntry
from tradewright.ports.paging import Page

GROUP: Final = "admin"
KEY_ID: Final = text_kind(40, pattern="^tw_[a-z0-9]{1,32}$")
NAME: Final = text_kind(64, pattern="^[A-Za-z0-9][A-Za-z0-9 ._@-]*$", shortest=1)

ASKS: Final = (
    Ask(
        method="POST", path="/auth/login", message=LogIn, answer=LoggedIn, group=GROUP, summary="Log in",
        given={"address": by_address}, rate="logins", kinds={"name": NAME},
        example=Example(body={"name": "ada", "password": "four words that nobody says"}),
    ),
    Ask(
        method="POST", path="/auth/logout", message=LogOut, answer=LoggedOut, group=GROUP, summary="End this login",
        example=Example(body={}),
    ),
    Ask(
        method="POST", path="/auth/ticket", message=IssueTicket, answer=TicketView, group=GROUP,
        summary="Get a ticket for a WebSocket", example=Example(body={}),
    ),
    Ask(method="GET", path="/auth/me", message=WhoAmI, answer=ActorView, group=GROUP, summary="Say who I am"),
    Ask(
        method="GET", path="/auth/keys", message=Keys, answer=tuple[KeyView, ...], group=GROUP,
        summary="List keys, without their secrets",
    ),
    Ask(
        method="POST", path="/auth/keys", message=CreateKey, answer=NewKey, group=GROUP, status=201,
        summary="Make a key; its secret is shown this once", kinds={"name": NAME},
        example=Example(body={"name": "dashboard", "roles": ["viewer"], "days": 90}),
    ),
    Ask(
        method="DELETE", path="/auth/keys/{id}", names={"id": "key"}, message=RevokeKey, answer=KeyView, group=GROUP,
        summary="Revoke a key", kinds={"key": KEY_ID}, example=Example(path={"id": "tw_ab12cd34ef56"}),
    ),
    Ask(
        method="POST", path="/auth/keys/{id}/rotate", names={"id": "key"}, message=RotateKey, answer=NewKey,
        group=GROUP, status=201, summary="Make a new key in place of one, which goes on for a while",
        kinds={"key": KEY_ID}, example=Example(path={"id": "tw_ab12cd34ef56"}, body={"overlap_s": 3600}),
    ),
    Ask(
        method="GET", path="/auth/people", message=People, answer=tuple[PersonView, ...], group=GROUP,
        summary="List who can log in",
    ),
    Ask(
        method="PUT", path="/auth/people/{name}", message=KeepPerson, answer=PersonView, group=GROUP,
        summary="Add or change somebody who logs in", kinds={"name": NAME},
        example=Example(
            path={"name": "ada"}, body={"password": "four words that nobody says", "roles": ["trader", "risk"]}
        ),
    ),
    Ask(
        method="DELETE", path="/auth/people/{name}", message=RemovePerson, answer=PersonView, group=GROUP,
        summary="Remove somebody, and end their logins", kinds={"name": NAME}, example=Example(path={"name": "ada"}),
    ),
    Ask(
        method="GET", path="/audit", message=AuditEntries, answer=Page[AuditEntry], group=GROUP,
        summary="List who asked what, newest first", example=Example(query={"message": "PressKill", "limit": "20"}),
    ),
    Ask(
        method="GET", path="/audit/check", message=AuditCheck, answer=AuditCheckView, group=GROUP,
        summary="Check that no entry of the audit was changed",
    ),
)  # fmt: skip
