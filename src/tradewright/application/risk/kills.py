"""The kill switch of an account: shut it by a file, tell its trader, cancel without the trader where it is frozen.

This file decides the order: the file first, because from then on nothing that adds risk leaves, whoever is alive; then
the trader, who is not waited for long; then a connection of our own. What is held is closed by the account's guard. A
single strategy or instrument is shut by the trader alone. Opening needs a name and the account's name typed.
"""

from collections.abc import Callable
from dataclasses import replace

from tradewright.application.envelope import Envelope
from tradewright.application.risk.messages import KillShown, PressKill, ReleaseKill, ReopenTrading, ShutTrading
from tradewright.application.risk.views import KillEntry, KillView
from tradewright.application.trading.accounts import require_account
from tradewright.application.trading.traders import Traders
from tradewright.application.trading.views import Done
from tradewright.domain.errors import InputError, StorageError, TradewrightError
from tradewright.ports.clock import Clock
from tradewright.ports.kill import KillMode, KillNote
from tradewright.ports.sessions import Accounts, KeptSession, SessionLife


def press_kill(
    command: PressKill,
    *,
    accounts: Accounts,
    traders: Traders,
    clock: Clock,
    cancel_without: Callable[[str], str],
    guard_alone: Callable[[KeptSession], None],
    envelope: Envelope,
) -> KillView:
    """Shut it, now."""
    if not command.who.strip():
        raise InputError("somebody has to say that it was them", expected="a name: --who NAME", found="none")
    note = KillNote(command.who.strip(), command.reason or "by hand", clock.now_ns(), _mode(command.mode))
    scope = _scope(command)
    if not scope:
        accounts.kill(command.account, note)
    kept = _running(traders, command.account)
    if kept is None:
        if scope:
            raise _nobody(command.account, scope)
        story = _without_trader(
            command.account, note, traders=traders, cancel_without=cancel_without, guard_alone=guard_alone
        )
        return _view(accounts, command.account, _stranger(command.account, accounts) + story)
    message = ShutTrading(note.who, note.reason, note.when_ns, kept.terms.session, mode=note.mode.value, scope=scope)
    if scope:
        return _view(
            accounts, command.account, f"session {kept.terms.session}: {_done(traders, kept, message, envelope)}"
        )
    try:
        story = f"session {kept.terms.session}: {_done(traders, kept, message, envelope)}"
    except TradewrightError as silent:
        story = f"session {kept.terms.session} did not answer ({silent.problem}); "
        story += cancel_without(command.account) if note.mode.cancels else "it is shut by the file"
    if note.mode is KillMode.FLATTEN:
        story += "; its guard closes what is held: tradewright trade show"
    return _view(accounts, command.account, story)


def _stranger(account: str, accounts: Accounts) -> str:
    """A word of warning where nobody has traded on the account: its name may be mistyped."""
    if _is_opened(account, accounts):
        return ""
    others = ", ".join(one for one in accounts.names() if _is_opened(one, accounts)) or "none"
    return f"nobody has traded on an account of this name, the others are left alone (there are: {others}); "


def _is_opened(account: str, accounts: Accounts) -> bool:
    """An account of which the file is damaged was opened too: a kill waits for no repair."""
    try:
        return accounts.opening(account) is not None
    except StorageError:
        return True


def release_kill(
    command: ReleaseKill, *, accounts: Accounts, traders: Traders, clock: Clock, envelope: Envelope
) -> KillView:
    """Open it, by a named person."""
    if not command.who.strip():
        raise InputError("a named person answers for it", expected="a name: --who NAME", found="none")
    if command.typed != command.account:
        raise InputError(
            f"trading on account {command.account} stays shut",
            expected=f"its name typed: {command.account}",
            found=command.typed or "nothing",
        )
    scope = _scope(command)
    was_killed = accounts.killed(command.account) is not None
    note = KillNote(command.who.strip(), command.reason or "looked at", clock.now_ns())
    if was_killed and not scope:
        accounts.release(command.account, note)
    kept = _running(traders, command.account)
    if kept is None:
        if scope:
            raise _nobody(command.account, scope)
        told = "released" if was_killed else "it was not killed"
        return _view(accounts, command.account, f"{told}; no session runs on it")
    message = ReopenTrading(note.who, note.reason, kept.terms.session, scope=scope)
    try:
        story = _done(traders, kept, message, envelope)
    except TradewrightError as problem:
        story = f"it could not be told, and stays shut until it is released once more: {problem}"
    return _view(accounts, command.account, f"session {kept.terms.session}: {story}")


def kill_shown(query: KillShown, *, accounts: Accounts) -> KillView:
    """How it stands."""
    require_account(query.account, accounts)
    return _view(accounts, query.account, "")


def _without_trader(
    account: str,
    note: KillNote,
    *,
    traders: Traders,
    cancel_without: Callable[[str], str],
    guard_alone: Callable[[KeptSession], None],
) -> str:
    """Nobody trades the account: cancel by a connection of our own; what is held is for a guard."""
    told = "no session runs on it"
    if not note.mode.cancels:
        return told
    told = f"{told}; {cancel_without(account)}"
    newest = next((one for one in traders.sessions.all() if one.terms.account == account), None)
    if note.mode is KillMode.FLATTEN and newest is not None:
        guard_alone(newest)
        told += f"; a guard closes what is held: tradewright trade show {newest.terms.session}"
    return told


def _done(traders: Traders, kept: KeptSession, message: ShutTrading | ReopenTrading, envelope: Envelope) -> str:
    done = traders.urge(kept, replace(envelope, message=message, idempotency_key=None))
    return done.story if isinstance(done, Done) else "it is done"


def _mode(text: str) -> KillMode:
    try:
        return KillMode(text)
    except ValueError:
        raise InputError("--mode cannot be used", expected="stop, cancel or flatten", found=text) from None


def _scope(command: PressKill | ReleaseKill) -> str:
    if command.strategy and command.symbol:
        raise InputError(
            "one thing is killed or released at a time", expected="--strategy or --symbol", found="both of them"
        )
    return command.strategy or command.symbol


def _nobody(account: str, scope: str) -> InputError:
    return InputError(
        f"{scope} cannot be shut or opened by itself",
        expected="a session that runs on the account",
        found=f"none on {account}",
        remedy=f"kill the account as a whole: tradewright risk kill --account {account}",
    )


def _running(traders: Traders, account: str) -> KeptSession | None:
    every = traders.sessions.all()
    return next((one for one in every if one.life is SessionLife.RUNNING and one.terms.account == account), None)


def _view(accounts: Accounts, account: str, story: str) -> KillView:
    note = accounts.killed(account)
    return KillView(
        account=account,
        is_killed=note is not None,
        who="" if note is None else note.who,
        reason="" if note is None else note.reason,
        time_ns=0 if note is None else note.when_ns,
        story=story,
        history=tuple(
            KillEntry(what=what, who=one.who, reason=one.reason, time_ns=one.when_ns)
            for what, one in accounts.kills(account)
        ),
    )
