"""Two tenants on one platform, each with a key for its own account: whatever one asks, nothing of the other shows.

A request is any route with any parameters, drawn from what exists on both sides and from what exists nowhere. Two laws:
no answer holds a name of the other side that was not in the request, and a foreign name is answered like one that is
nobody's. At the end the other side is as it was.
"""

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from proofs.asking.desk import SYMBOLS, waits
from proofs.asking.served import Served
from tradewright.application.messages import Role
from tradewright.interfaces.api.app import ASKS
from tradewright.interfaces.api.asks import Ask

ACCOUNTS: Final = ("tenantone", "tenanttwo")
ROLES: Final = (Role.TRADER, Role.RISK)
NOBODYS: Final = {
    "session": "20260101-moving_average-zzzz",
    "account": "tenantnone",
    "order": "tw00-zzzzzzzzzzzzzzzzzzzz",
    "assessment": "zzzzzzzzzzzzzzzz",
    "deployment": "dp_zzzzzzzzzz",
    "job": "zzzzzzzzzzzzzzzz",
}
"""Names of each kind that nobody has."""
STOPPING: Final = (
    "/sessions/{id}/stop", "/risk/kill", "/orders/cancel-all", "/auth/logout", "/jobs/queue/{id}",
    "/strategies/{id}/start", "/strategies/{id}/stop", "/strategies/{id}/pause", "/strategies/{id}/resume",
)  # fmt: skip
"""Commands that would end the tenant's own session and with it the proof; they are tried on foreign names alone."""


def deployed_on(account: str) -> str:
    """The tenant's other account, on which it deploys."""
    return f"{account}-live"


@dataclass
class Tenants:
    """Both sides, and what was found."""

    world: Served
    seed: int = 1
    requests: int = 0
    statuses: dict[int, int] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)
    names: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    """Account -> kind -> names."""

    def __post_init__(self) -> None:
        for account in ACCOUNTS:
            self.world.made(account, *ROLES, accounts=(account, deployed_on(account)))
        for account in ACCOUNTS:
            self.names[account] = self._furnished(account)

    def ask(self, count: int) -> None:
        """So many requests of the first tenant, and a look at the second before and after."""
        chance = random.Random(self.seed)
        before = self._state(ACCOUNTS[1])
        for _ in range(count):
            self._ask(chance)
        after = self._state(ACCOUNTS[1])
        for name, was in before.items():
            if was != after[name]:
                self.findings.append(f"{name} of the other tenant are not as they were: {was} became {after[name]}")

    def _ask(self, chance: random.Random) -> None:
        ask = chance.choice([one for one in ASKS if one.upload is None and one.path != "/auth/login"])
        wishes = self._wishes(ask, chance)
        names = [kind for kind in wishes if kind in NOBODYS]
        foreign = {kind: chance.choice(self.names[ACCOUNTS[1]][kind]) for kind in names}
        own = {kind: chance.choice(self.names[ACCOUNTS[0]][kind]) for kind in names}
        is_stopping = ask.path in STOPPING
        if not names:
            if not is_stopping:
                self._told(ask, wishes, chance)
            return
        if not is_stopping:
            self._told(ask, wishes | own, chance)
        one = chance.choice(names)  # one foreign name among own ones, or all of them
        mixed = foreign if chance.random() < 0.5 or is_stopping else own | {one: foreign[one]}
        nobodys = {kind: NOBODYS[kind] if mixed[kind] == foreign[kind] else mixed[kind] for kind in names}
        seen = self._told(ask, wishes | mixed, chance)
        void = self._told(ask, wishes | nobodys, chance)
        if _shape(seen, mixed) != _shape(void, nobodys):
            self.findings.append(
                f"{ask.method} {ask.path} tells {mixed} from {nobodys}: {seen[1][:300]} / {void[1][:300]}"
            )

    def _told(self, ask: Ask, wishes: dict[str, str], chance: random.Random) -> tuple[int, str]:
        path, query, body = _request(ask, wishes)
        headers = {"Idempotency-Key": f"fuzz-{chance.getrandbits(64)}"} if ask.needs_key else {}
        more: dict[str, Any] = {} if body is None else {"json": body}
        found = self.world.ask(ask.method, path, key=ACCOUNTS[0], params=query, headers=headers, **more)
        self.requests += 1
        self.statuses[found.status_code] = self.statuses.get(found.status_code, 0) + 1
        text = found.text
        sent = json.dumps([path, query, body])
        leaked = [name for name in self._foreign() if name in text and name not in sent]
        if leaked or found.status_code >= 500:
            self.findings.append(
                f"{ask.method} {path} {query} {body}: {found.status_code} tells {leaked}: {text[:300]}"
            )
        return found.status_code, text

    def _wishes(self, ask: Ask, chance: random.Random) -> dict[str, str]:
        """Kinds of names that this route has, with nothing in them yet, and some of its other fields."""
        fields = {**ask.path_part.fields, **ask.query_part.fields, **ask.body_part.fields}
        found = {kind: "" for kind in NOBODYS if kind in fields.values()}
        needed = set(ask.path_part.fields.values())
        return {kind: "" for kind in found if kind in needed or chance.random() < 0.6}

    def _foreign(self) -> Iterator[str]:
        for names in self.names[ACCOUNTS[1]].values():
            yield from names

    def _furnished(self, account: str) -> dict[str, list[str]]:
        """Things of each kind on one side: orders, assessments, limits of its own."""
        world, orders = self.world, []
        session = world.told("GET", "/api/risk/portfolio", key=account)["items"][0]["session"]
        world.told("POST", f"/api/sessions/{session}/pause", key=account, json={})  # so that it orders nothing itself
        for number in range(3):
            order = {"symbol": SYMBOLS[0], "side": "BUY", "quantity": str(number + 1), "account": account}
            headers = {"Idempotency-Key": f"{account}-{number}"}
            orders += world.told("POST", "/api/orders", key=account, json=order, headers=headers, status=201)["orders"]
        assessed = world.told("POST", "/api/risk/assessments", key=account, json={}, status=201)["items"]
        limits = {"values": {"trades_per_day": "90"}, "why": f"of {account}", "account": account}
        world.told("PUT", "/api/risk/limits", key=account, json=limits)
        waits(lambda: len(world.told("GET", "/api/orders", key=account)["items"]) >= 3)
        deployment, job = self._deployed(account), self._asked_for(account)
        return {
            "deployment": [deployment],
            "job": [job],
            "session": [session],
            "account": [account],
            "order": orders,
            "assessment": [one["id"] for one in assessed],
        }

    def _deployed(self, account: str) -> str:
        """A deployment that was started and stopped again."""
        body = {"symbols": list(SYMBOLS[:1]), "first": "2016-01-04", "account": deployed_on(account)}
        told = self.world.told("POST", "/api/strategies/breakout/start", key=account, json=body, status=202)
        ended = {"account": deployed_on(account)}
        self.world.told("POST", "/api/strategies/breakout/stop", key=account, json=ended, status=202)
        return str(told["id"])

    def _asked_for(self, account: str) -> str:
        """A backtest that waits. Signals and what lies on the shelf are of no account: everybody sees who made them."""
        world = self.world
        wish = {"strategy": "moving_average", "symbols": list(SYMBOLS[:1])}
        headers = {"Idempotency-Key": f"{account}-job"}
        return str(world.told("POST", "/api/backtests", key=account, json=wish, headers=headers, status=202)["id"])

    def _state(self, account: str) -> dict[str, Any]:
        """What must not change on the other side, as its admin sees it."""
        world = self.world
        orders = world.told("GET", f"/api/orders?account={account}&limit=1000")["items"]
        sessions = world.told("GET", "/api/sessions")["items"]
        return {
            "orders": sorted(one["order"] for one in orders),
            "lives": [(one["session"], one["life"]) for one in sessions if one["account"] == account],
            "killed": world.told("GET", f"/api/risk/kill?account={account}")["is_killed"],
            "limits": world.told("GET", f"/api/risk/limits?account={account}")["limits"],
            "deployments": [
                (one["id"], one["wanted"], one["parameters"])
                for one in world.told("GET", "/api/live")["items"]
                if one["account"] == deployed_on(account)
            ],
            "jobs": [
                (one["id"], one["life"])
                for one in world.told("GET", "/api/jobs/queue")["items"]
                if one["actor"] == account
            ],
        }


def _request(ask: Ask, wishes: dict[str, str]) -> tuple[str, dict[str, str], dict[str, Any] | None]:
    """The example of a route, with these names in their fields."""
    path = ask.full_path
    for name, kind in ask.path_part.fields.items():
        path = path.replace(f"{{{name}}}", wishes.get(kind, "") or ask.example.path.get(name, "x"))
    query = dict(ask.example.query)
    for name, kind in ask.query_part.fields.items():
        query |= {name: wishes[kind]} if kind in wishes else {}
    if not ask.body_part.fields:
        return path, query, None
    body = dict(ask.example.body or {})
    for name, kind in ask.body_part.fields.items():
        body |= {name: wishes[kind]} if kind in wishes else {}
    if "account" in body and "account" not in wishes:
        body["account"] = ACCOUNTS[0]
    if "typed" in body:
        body["typed"] = body["account"]
    return path, query, body


def _shape(answer: tuple[int, str], names: dict[str, str]) -> tuple[int, str]:
    """An answer without what differs from one asking to the next, and without the names that were sent."""
    status, text = answer
    for name in sorted(names.values(), key=len, reverse=True):
        text = text.replace(name, "*") if name else text
    text = re.sub(r'"correlation_id":"[a-z0-9]+"', "", text)
    return status, text if status >= 400 else ""
