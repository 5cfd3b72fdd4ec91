"""Two tenants on one platform see and touch nothing of each other, whatever they ask."""

from pathlib import Path

import pytest
from proofs.asking.desk import desk
from proofs.asking.served import served
from proofs.asking.tenants import ACCOUNTS, Tenants

from tradewright.application.access.scoping import NARROWED, WITHOUT_ACCOUNTS, narrowed
from tradewright.application.messages import Role


@pytest.mark.slow
def test_no_request_of_a_tenant_tells_or_touches_anything_of_the_other(tmp_path: Path) -> None:
    with desk(tmp_path, accounts=ACCOUNTS) as world:
        tenants = Tenants(world, seed=6)
        tenants.ask(100)
        assert not tenants.findings, "\n".join(tenants.findings)
        assert tenants.requests > 120
        assert {200, 404} <= set(tenants.statuses)
        own = world.told("GET", "/api/accounts", key=ACCOUNTS[0])["items"]
        assert [one["account"] for one in own] == [ACCOUNTS[0]]
        every = world.told("GET", "/api/accounts")["items"]
        assert {*ACCOUNTS, "old"} == {one["account"] for one in every}


def test_everything_a_handler_can_ask_for_is_known_to_hold_accounts_or_not(tmp_path: Path) -> None:
    with served(tmp_path) as world:
        names = set(world.serving.app.providers()) | {"clock"}
        unknown = names - set(NARROWED) - WITHOUT_ACCOUNTS
        assert not unknown, f"{unknown}: say in application/access/scoping.py whether they hold anything of an account"
        with pytest.raises(LookupError, match="neither table"):
            narrowed(("stray", object()), frozenset({"a"}))


def test_limits_of_everybody_are_not_changed_by_somebody_with_accounts(tmp_path: Path) -> None:
    with served(tmp_path) as world:
        world.made("desk1", Role.RISK, accounts=("desk1",))
        body = {"values": {"position": "0.01"}, "why": "mine"}
        assert world.told("PUT", "/api/risk/limits", key="desk1", json=body, status=403)["code"] == "unauthorized"
        body = {"account": "desk2", "reason": "x"}
        assert world.told("POST", "/api/risk/kill", key="desk1", json=body, status=404)["code"] == "not_found"
        assert world.told("GET", "/api/risk/kill?account=desk2", status=404)
