"""Arming is a person's signed leave to trade one account with real money for some hours: one lock of the unlock.

This file decides who may arm what for how long: a named person who types the account's name, a live account, a day at
most. What else keeps the account shut is told with every answer.
"""

from dataclasses import replace
from typing import Final

from tradewright.application.risk.disclaimer import DISCLAIMER
from tradewright.application.risk.kills import kill_shown
from tradewright.application.risk.messages import ArmAccount, DisarmAccount, KillShown
from tradewright.application.risk.views import ArmingLine, ArmingView, KillView
from tradewright.application.trading.accounts import require_account
from tradewright.application.trading.locks import locks_of
from tradewright.application.trading.starting import Grounds
from tradewright.domain.errors import InputError
from tradewright.ports.clock import Clock
from tradewright.ports.sessions import Accounts, ArmingEntry, ArmingFile
from tradewright.trading.unlock import LIVE, LONGEST_NS

HOUR_NS: Final = 3_600 * 1_000_000_000
MOST_HOURS: Final = LONGEST_NS // HOUR_NS


def arm_account(command: ArmAccount, *, accounts: Accounts, grounds: Grounds, clock: Clock) -> ArmingView:
    """Who is not named, or does not type the name, arms nothing."""
    _require_live(command.account, grounds)
    who = _named(command.who)
    if not (command.hours.is_finite() and 0 < command.hours <= MOST_HOURS):
        raise InputError(
            "an account cannot be armed for that long",
            expected=f"more than 0 hours, {MOST_HOURS} at most",
            found=f"{command.hours:f}",
            remedy="--hours 8",
        )
    if not command.account or command.typed != command.account:
        raise InputError(
            f"account {command.account or '(none)'} is not armed",
            expected=f"its name typed: {command.account}" if command.account else "the name of an account: --account",
            found=command.typed or "nothing",
            remedy="--confirm, with the account's name once more",
        )
    now_ns = clock.now_ns()
    arming = ArmingFile(
        account=command.account,
        who=who,
        armed_ns=now_ns,
        until_ns=now_ns + int(command.hours * HOUR_NS),
        typed=command.typed,
    )
    accounts.arm(command.account, arming, reason=command.reason)
    found = _view(command.account, accounts, grounds, now_ns=now_ns)
    return replace(found, story=f"armed for {command.hours.normalize():f} hours by {who}", disclaimer=DISCLAIMER)


def disarm_account(command: DisarmAccount, *, accounts: Accounts, grounds: Grounds, clock: Clock) -> ArmingView:
    """It needs no confirmation."""
    _require_live(command.account, grounds)
    require_account(command.account, accounts)
    now_ns, who = clock.now_ns(), _named(command.who)
    before = _view(command.account, accounts, grounds, now_ns=now_ns)
    entry = ArmingEntry(what="disarmed", who=who, time_ns=now_ns, reason=command.reason)
    was_there = accounts.disarm(command.account, entry)
    story = f"disarmed by {who}" if before.is_armed else "it was not armed"
    found = _view(command.account, accounts, grounds, now_ns=now_ns)
    return replace(found, story=f"{story}; what lay there is gone" if was_there and not before.is_armed else story)


def account_state(query: KillShown, *, accounts: Accounts, grounds: Grounds, clock: Clock) -> KillView:
    """The kill switch; of a live account its arming too."""
    found = kill_shown(query, accounts=accounts)
    if grounds.mode != LIVE:
        return found
    return replace(found, arming=_view(query.account, accounts, grounds, now_ns=clock.now_ns()))


def _view(account: str, accounts: Accounts, grounds: Grounds, *, now_ns: int) -> ArmingView:
    locks = locks_of(account, accounts=accounts, mode=grounds.mode, credentials=grounds.credentials(), now_ns=now_ns)
    arming = locks.arming
    return ArmingView(
        account=account,
        is_armed=locks.is_armed,
        who="" if arming is None else arming.who,
        armed_ns=0 if arming is None else arming.armed_ns,
        until_ns=0 if arming is None else arming.until_ns,
        locks=locks.shut,
        story="",
        disclaimer="",
        history=tuple(
            ArmingLine(what=one.what, who=one.who, reason=one.reason, time_ns=one.time_ns, until_ns=one.until_ns)
            for one in accounts.armings(account)
        ),
    )


def _require_live(account: str, grounds: Grounds) -> None:
    if grounds.mode != LIVE:
        raise InputError(
            f"account {account or '(none)'} is a {grounds.mode} account, and needs no arming",
            expected="a live account: trading.mode is live, and trading.broker a real one",
            found=f"trading.mode is {grounds.mode}",
            remedy="nothing is to be unlocked on paper",
        )


def _named(who: str) -> str:
    if not who.strip():
        raise InputError("a named person answers for it", expected="a name: --who NAME", found="none")
    return who.strip()
