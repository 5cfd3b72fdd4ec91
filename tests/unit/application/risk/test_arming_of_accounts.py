"""Arming a live account: who may, for how long, what is written down, and what still keeps real money locked."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tradewright.adapters.disk.disk import RealDisk
from tradewright.adapters.sessions.accounts import AccountFolders
from tradewright.adapters.system.clock import ManualClock
from tradewright.application.risk.arming import HOUR_NS, account_state, arm_account, disarm_account
from tradewright.application.risk.disclaimer import DISCLAIMER
from tradewright.application.risk.messages import ArmAccount, DisarmAccount, KillShown
from tradewright.application.risk.views import ArmingView
from tradewright.application.trading.starting import Grounds
from tradewright.domain.errors import InputError, NotFound
from tradewright.ports.kill import KillNote

PAGE = Path(__file__).parents[4] / "docs" / "disclaimer.md"
NOW = 10**18


def never(*_: object, **__: object) -> Any:
    raise AssertionError("this is not asked for")


class Desk:
    """Live accounts in a folder, a clock, and what the settings say."""

    def __init__(self, folder: Path) -> None:
        self.accounts = AccountFolders(folder, RealDisk(folder))
        self.clock = ManualClock(time_ns=NOW)
        self.grounds = Grounds(
            mode="live", bars_of=never, policy_for=never, launch=never, cash=Decimal(1), trades_of=never,
            trades_before=never, reached_ns=never, keep_source=never, credentials=lambda: "live",
        )  # fmt: skip

    def arm(self, **more: Any) -> ArmingView:
        said = {"account": "main", "who": "Ada", "typed": "main"} | more
        return arm_account(ArmAccount(**said), accounts=self.accounts, grounds=self.grounds, clock=self.clock)

    def disarm(self, **more: Any) -> ArmingView:
        said = {"account": "main", "who": "Bob"} | more
        return disarm_account(DisarmAccount(**said), accounts=self.accounts, grounds=self.grounds, clock=self.clock)

    def state(self) -> ArmingView:
        view = account_state(KillShown("main"), accounts=self.accounts, grounds=self.grounds, clock=self.clock)
        assert view.arming is not None
        return view.arming


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "accounts")


def test_an_arming_holds_for_its_hours_and_not_longer(desk: Desk) -> None:
    armed = desk.arm(hours=Decimal("1.5"), reason="first day")
    assert (armed.is_armed, armed.who, armed.armed_ns, armed.until_ns) == (True, "Ada", NOW, NOW + 3 * HOUR_NS // 2)
    assert armed.locks == ("this version has no live broker",)
    desk.clock.advance(3 * HOUR_NS // 2 - 1)
    assert desk.state().is_armed
    desk.clock.advance(1)
    over = desk.state()
    assert not over.is_armed
    assert "the arming is not valid now" in over.locks
    again = desk.arm()
    assert again.until_ns - again.armed_ns == 8 * HOUR_NS
    assert [(one.what, one.who, one.reason) for one in again.history] == [
        ("armed", "Ada", "first day"),
        ("armed", "Ada", ""),
    ]


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ({"who": " "}, "--who NAME"),
        ({"typed": ""}, "its name typed: main, found nothing"),
        ({"typed": "mian"}, "its name typed: main, found mian"),
        ({"account": "", "typed": ""}, "--account"),
        ({"account": "../x", "typed": "../x"}, "cannot be an account"),
        ({"hours": Decimal(0)}, "24 at most"),
        ({"hours": Decimal("-1")}, "24 at most"),
        ({"hours": Decimal("24.001")}, "24 at most"),
        ({"hours": Decimal("NaN")}, "24 at most"),
    ],
)
def test_who_is_not_named_or_does_not_type_the_name_arms_nothing(desk: Desk, wish: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        desk.arm(**wish)
    assert list(desk.accounts.names()) == []


def test_an_arming_is_taken_back_at_once(desk: Desk) -> None:
    with pytest.raises(NotFound, match="no account main"):
        desk.disarm()
    desk.arm()
    gone = desk.disarm(reason="lunch")
    assert (gone.is_armed, gone.story) == (False, "disarmed by Bob")
    assert "nobody has armed the account" in gone.locks
    assert desk.disarm().story == "it was not armed"
    assert [(one.what, one.who, one.reason) for one in desk.state().history] == [
        ("armed", "Ada", ""), ("disarmed", "Bob", "lunch"),
    ]  # fmt: skip


def test_a_paper_account_has_nothing_to_arm(desk: Desk) -> None:
    desk.grounds = replace(desk.grounds, mode="paper")
    for wish in (desk.arm, desk.disarm):
        with pytest.raises(InputError, match="account main is a paper account"):
            wish()
    desk.accounts.kill("main", KillNote("Ada", "odd", 5))
    view = account_state(KillShown("main"), accounts=desk.accounts, grounds=desk.grounds, clock=desk.clock)
    assert (view.is_killed, view.arming) == (True, None)


def test_what_else_keeps_the_account_shut_is_told_with_it(desk: Desk) -> None:
    desk.grounds = replace(desk.grounds, credentials=lambda: "paper")
    desk.accounts.kill("main", KillNote("Ada", "odd", 5))
    armed = desk.arm()
    assert armed.is_armed
    assert armed.locks == (
        "the broker's credentials are of the paper environment",
        "trading on it is killed by Ada: odd",
        "this version has no live broker",
    )


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o622])
def test_an_arm_file_that_others_may_touch_arms_nothing(desk: Desk, mode: int) -> None:
    desk.arm()
    path = desk.accounts.folder("main") / "arm.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert desk.accounts.folder("main").stat().st_mode & 0o777 == 0o700
    path.chmod(mode)
    view = desk.state()
    assert not view.is_armed
    assert any("arm.json does not count as an arming" in one for one in view.locks)
    assert desk.disarm().story == "it was not armed; what lay there is gone"
    assert desk.arm().is_armed


def test_an_arm_file_that_cannot_be_read_arms_nothing(desk: Desk) -> None:
    desk.arm()
    (desk.accounts.folder("main") / "arm.json").write_text("{")
    view = desk.state()
    assert not view.is_armed
    assert any("arm.json cannot be read" in one for one in view.locks)


def test_whoever_arms_is_shown_what_the_page_on_risk_says(desk: Desk) -> None:
    assert desk.arm().disclaimer == DISCLAIMER
    assert desk.state().disclaimer == ""
    page = " ".join(PAGE.read_text(encoding="utf-8").replace("**", "").split())
    for sentence in DISCLAIMER.replace("\n", " ").split(". "):
        assert sentence.strip(". ") in page, sentence
