from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.unit.application.trading.trading_samples import AAPL, terms

from tradewright.adapters.disk.disk import RealDisk
from tradewright.adapters.limits.chained_file import ChainedLimits
from tradewright.adapters.sessions.accounts import AccountFolders
from tradewright.adapters.sessions.folders import SessionFolders
from tradewright.adapters.system.clock import ManualClock
from tradewright.application.control import TABLE
from tradewright.application.envelope import Envelope
from tradewright.application.messages import OWNER
from tradewright.application.risk.handlers import change_limits, risk_limits
from tradewright.application.risk.keeping import KeptLimits
from tradewright.application.risk.kills import kill_shown, press_kill, release_kill
from tradewright.application.risk.messages import ChangeLimits, KillShown, PressKill, ReleaseKill, RiskLimits
from tradewright.application.risk.sizes import METHODS, method_of
from tradewright.application.risk.views import LimitsView
from tradewright.application.trading.traders import Traders
from tradewright.application.trading.views import Done
from tradewright.application.trading.wire import Wire, spelled
from tradewright.domain.errors import ControlError, InputError, NotFound, StorageError
from tradewright.domain.identifiers import AccountId, CorrelationId
from tradewright.ports.control import ControlRequest
from tradewright.ports.disk import Hold
from tradewright.ports.sessions import AccountOpening, KeptSession
from tradewright.trading.sizing.methods import AtrRisk, RiskPart

USUAL = {"based_on": "shipped", "limits": {"position": Decimal("0.05"), "drawdown": {"stop": Decimal("0.15")}}}


class Line:
    """Answers everything, or nothing."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.is_frozen = False
        self.says = Done("s", True, "it did")

    def ask(self, folder: Path, request: ControlRequest) -> bytes:
        self.asked.append(request.name.rpartition(":")[2])
        if self.is_frozen:
            raise ControlError("it is frozen")
        return spelled(self.says)


class World:
    """Accounts, sessions and limits in a folder."""

    def __init__(self, folder: Path) -> None:
        self.clock = ManualClock(time_ns=10**15)
        self.line = Line()
        self.accounts = AccountFolders(folder / "a", RealDisk(folder / "a"))
        self.sessions = SessionFolders(folder / "s", RealDisk(folder / "s"), self.clock)
        self.traders = Traders(self.sessions, self.line, _journal_of, self.line, Wire(TABLE))
        self.limits = KeptLimits(ChainedLimits(RealDisk(folder)), USUAL)
        self.canceled: list[str] = []
        self.guarded: list[KeptSession] = []

    def runs(self) -> Hold:
        return self.sessions.hold(self.sessions.create(terms()).terms.session)

    def cancel(self, account: str) -> str:
        self.canceled.append(account)
        return "canceled by a connection of its own"

    def change(self, **more: Any) -> Any:
        message = ChangeLimits(**({"who": "Ada", "why": "because"} | more))
        return change_limits(
            message, kept_limits=self.limits, accounts=self.accounts, clock=self.clock, traders=self.traders,
            envelope=told(message),
        )  # fmt: skip

    def kill(self, **more: Any) -> Any:
        message = PressKill(**({"who": "Ada"} | more))
        return press_kill(
            message, accounts=self.accounts, traders=self.traders, clock=self.clock, cancel_without=self.cancel,
            guard_alone=self.guarded.append,             envelope=told(message),
        )  # fmt: skip

    def release(self, **more: Any) -> Any:
        message = ReleaseKill(**({"who": "Bob", "typed": "paper"} | more))
        return release_kill(
            message, accounts=self.accounts, traders=self.traders, clock=self.clock, envelope=told(message)
        )


def _journal_of(kept: KeptSession) -> RealDisk:
    return RealDisk(kept.folder / "journal")


def told(message: object) -> Envelope:
    return Envelope(message, OWNER, CorrelationId("c"))


def shown_limits(query: RiskLimits, world: World) -> LimitsView:
    return risk_limits(query, kept_limits=world.limits, accounts=world.accounts, envelope=told(query))


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_without_a_change_the_settings_hold(world: World) -> None:
    view = shown_limits(RiskLimits(), world)
    assert (view.version, view.scope) == (1, "everywhere")
    values = {one.name: one for one in view.limits}
    assert (values["position"].value, values["position"].most) == ("0.05", "10")
    assert "asked to trade" in values["instruments"].value
    assert world.limits.policy(frozenset({AAPL})).everywhere.instruments == {AAPL}


def test_a_change_is_kept_and_told_to_whoever_runs(world: World) -> None:
    hold = world.runs()
    first = world.change(values={"position": "0.04", "drawdown": "0.10", "trades_per_day": "100"})
    assert (first.is_done, first.version, first.loosened) == (True, 2, ())
    assert first.told == (f"{terms().session}: it did",)
    world.line.is_frozen = True
    second = world.change(values={"position": "0.03"}, account="paper", is_new=True)
    assert "does not measure by it" in second.told[0]
    hold.release()
    policy = world.limits.policy(frozenset({AAPL}))
    assert policy.version == 3
    assert policy.everywhere.position == Decimal("0.04")
    assert policy.everywhere.drawdown.stop == Decimal("0.10")
    assert policy.tightest(account=AccountId("paper")).position == Decimal("0.03")
    assert [one.who for one in world.limits.changes()] == ["Ada", "Ada"]
    shown = shown_limits(RiskLimits(account="paper"), world)
    assert (shown.scope, {one.name: one.value for one in shown.limits}["position"]) == ("account paper", "0.03")


def test_what_allows_more_is_typed_once_more(world: World) -> None:
    asked = world.change(values={"position": "0.10", "allows_short": "yes"})
    assert not asked.is_done
    assert asked.to_type == {"position": "0.10", "allows_short": "true"}
    assert world.limits.policy(frozenset({AAPL})).version == 1
    done = world.change(values={"position": "0.10"}, typed={"position": "0.10"}, strategy="moving_average")
    assert (done.is_done, done.loosened) == (True, ("position",))


@pytest.mark.parametrize(
    "wrong",
    [
        {"values": {"position": "much"}},
        {"values": {"position": "NaN"}},
        {"values": {"position": "99"}},
        {"values": {"trades_per_day": "1.5"}},
        {"values": {"allows_short": "perhaps"}},
        {"values": {"drawdown": "Infinity"}},
        {"values": {"nothing": "1"}},
        {"values": {"position": "0.05"}},
        {"values": {"position": "0.04"}, "who": " "},
        {"values": {"position": "0.04"}, "account": "a", "strategy": "b"},
    ],
)
def test_limits_that_cannot_be_are_refused_and_nothing_is_kept(world: World, wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        world.change(**wrong)
    assert world.limits.changes() == ()


def test_an_account_that_is_not_there_has_no_limits_and_no_state(world: World) -> None:
    with pytest.raises(NotFound, match=r"no account paper: expected an account that a session was started on"):
        kill_shown(KillShown(), accounts=world.accounts)
    for name in ("desk", "paper", "papaya"):
        world.accounts.open(name, AccountOpening(cash=Decimal(1), currency="USD", costs=""))
    with pytest.raises(NotFound, match=r"no account papre: expected one of paper, papaya, desk.*did you mean paper\?"):
        kill_shown(KillShown("papre"), accounts=world.accounts)
    with pytest.raises(NotFound, match=r"no account xyz: .*its first session opens it"):
        shown_limits(RiskLimits(account="xyz"), world)
    with pytest.raises(NotFound, match=r"no account xyz: .*--new-account"):
        world.change(values={"position": "0.03"}, account="xyz")
    assert world.limits.changes() == ()
    assert not kill_shown(KillShown("desk"), accounts=world.accounts).is_killed


def test_limits_may_come_before_an_accounts_first_session(world: World) -> None:
    assert world.change(values={"position": "0.03"}, account="next", is_new=True).is_done
    found = shown_limits(RiskLimits(account="next"), world)
    assert {one.name: one.value for one in found.limits}["position"] == "0.03"
    assert world.change(values={"position": "0.02"}, account="next").is_done


def test_a_kill_waits_for_no_damaged_account(world: World) -> None:
    for name in ("paper", "other"):
        world.accounts.open(name, AccountOpening(cash=Decimal(1), currency="USD", costs=""))
    (world.accounts.folder("paper") / "account.json").write_text("{")
    view = world.kill(account="paper")
    assert view.is_killed
    assert "nobody has traded" not in view.story
    assert "there are: other, paper" in world.kill(account="typo").story


def test_an_account_that_somebody_killed_is_there(world: World) -> None:
    world.kill(account="typo")
    assert kill_shown(KillShown("typo"), accounts=world.accounts).is_killed


def test_instruments_that_are_set_bind_every_session(world: World) -> None:
    world.change(values={"instruments": "aapl.xnas, MSFT.XNAS"}, typed={"instruments": "AAPL.XNAS, MSFT.XNAS"})
    assert world.limits.policy(frozenset({"SPY.ARCX"})).everywhere.instruments == {AAPL, "MSFT.XNAS"}


def test_limits_that_were_tampered_with_are_not_used(world: World, tmp_path: Path) -> None:
    world.change(values={"position": "0.04"})
    trail = tmp_path / "limits" / "limits.trail"
    trail.write_bytes(trail.read_bytes().replace(b"0.04", b"9.99"))
    with pytest.raises(StorageError):
        world.limits.policy(frozenset({AAPL}))


def test_a_kill_is_a_file_first_and_then_told(world: World) -> None:
    hold = world.runs()
    view = world.kill(reason="odd")
    assert (view.is_killed, view.who, view.reason) == (True, "Ada", "odd")
    assert world.line.asked == ["ShutTrading"]
    assert world.canceled == []
    again = world.kill(who="Cleo")
    assert again.who == "Ada"
    opened = world.release()
    assert not opened.is_killed
    assert world.line.asked[-1] == "ReopenTrading"
    assert [(one.what, one.who) for one in kill_shown(KillShown(), accounts=world.accounts).history] == [
        ("killed", "Ada"), ("released", "Bob"),
    ]  # fmt: skip
    hold.release()


def test_a_frozen_trader_is_canceled_around(world: World) -> None:
    hold = world.runs()
    world.line.is_frozen = True
    view = world.kill()
    assert view.is_killed
    assert world.canceled == ["paper"]
    assert "did not answer" in view.story
    assert "stays shut" in world.release().story
    hold.release()


def test_an_account_without_a_session_is_killed_and_released_too(world: World) -> None:
    assert "no session runs" in world.kill().story
    assert world.canceled == ["paper"]
    assert "released" in world.release().story
    assert "was not killed" in world.release().story


@pytest.mark.parametrize("wrong", [{"who": ""}, {"typed": "pape"}, {"typed": ""}])
def test_a_release_needs_a_name_and_the_account_typed(world: World, wrong: dict[str, str]) -> None:
    world.kill()
    with pytest.raises(InputError):
        world.release(**wrong)
    assert world.accounts.killed("paper") is not None


def test_a_kill_needs_a_name(world: World) -> None:
    with pytest.raises(InputError, match="--who"):
        world.kill(who=" ")
    assert world.accounts.killed("paper") is None


def test_a_kill_goes_as_far_as_it_is_told(world: World) -> None:
    assert world.kill(mode="stop").is_killed
    assert world.canceled == []
    note = world.accounts.killed("paper")
    assert note is not None
    assert note.mode.value == "stop"
    hold = world.runs()
    assert "its guard closes what is held" in world.kill(mode="flatten").story
    note = world.accounts.killed("paper")
    assert note is not None
    assert note.mode.value == "flatten", "a stronger kill takes the place of a weaker one"
    world.line.is_frozen = True
    assert "did not answer" in world.kill(mode="stop").story
    assert world.canceled == []
    hold.release()
    assert "a guard closes what is held" in world.kill(mode="flatten").story
    assert [one.terms.session for one in world.guarded] == [terms().session]
    with pytest.raises(InputError, match="stop, cancel or flatten"):
        world.kill(mode="much")


def test_a_scope_is_killed_and_released_by_its_trader_alone(world: World) -> None:
    with pytest.raises(InputError, match="a session that runs"):
        world.kill(symbol="AAPL")
    hold = world.runs()
    assert not world.kill(symbol="AAPL").is_killed
    assert not world.release(strategy="moving_average").is_killed
    assert world.line.asked == ["ShutTrading", "ReopenTrading"]
    with pytest.raises(InputError, match="one thing"):
        world.kill(symbol="AAPL", strategy="moving_average")
    world.line.is_frozen = True
    with pytest.raises(ControlError):
        world.kill(symbol="AAPL")
    hold.release()
    with pytest.raises(InputError, match="a session that runs"):
        world.release(symbol="AAPL")


def test_sizing_methods_are_found_by_name() -> None:
    assert method_of("risk_part", {"": Decimal("0.01")}) == RiskPart(Decimal("0.01"))
    assert method_of("atr_risk", {"part": Decimal("0.01"), "ranges": Decimal(3)}) == AtrRisk(
        Decimal("0.01"), Decimal(3)
    )
    assert len(METHODS) == 10
    for name, wrong in (("odd", {}), ("risk_part", {}), ("risk_part", {"part": Decimal(1), "more": Decimal(1)})):
        with pytest.raises(InputError):
            method_of(name, wrong)
