"""Starting a session: prove that everything it needs is there, give it a name, make its folder.

This file decides what is proven before a process is started, so that a refusal comes at once and says what to do: the
strategy with its parameters, data of the period, limits, an account that nobody trades and nobody has killed.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from tradewright.application.backtests.costs import costs_of
from tradewright.application.backtests.messages import LoadedBars, Market
from tradewright.application.data.dates import session_range
from tradewright.application.envelope import Envelope
from tradewright.application.trading.books import damaged_line, line_of
from tradewright.application.trading.choosing import Choosing
from tradewright.application.trading.locks import locks_of
from tradewright.application.trading.messages import LaunchSession, ReopenSession, SessionList, StartSession
from tradewright.application.trading.views import SessionLine
from tradewright.application.trading.warm_up import TradesBefore, require_warm_up
from tradewright.domain.calendars import DAY, date_from_days, days_from_date
from tradewright.domain.currencies import currency_of
from tradewright.domain.errors import InputError
from tradewright.domain.identifiers import AccountId, StrategyId
from tradewright.domain.timeframe import DAILY, Timeframe
from tradewright.ports.clock import Clock
from tradewright.ports.code import Source
from tradewright.ports.kill import GuardTerms, KillMode
from tradewright.ports.randomness import Randomness
from tradewright.ports.sessions import (
    FEEDS,
    TRADES,
    AccountOpening,
    Accounts,
    FeedTerms,
    KeptSession,
    SessionLife,
    Sessions,
    SessionTerms,
)
from tradewright.trading.risk.policy import LimitsPolicy
from tradewright.trading.sizing.sizing_text import sizing_of

SPEED: Final = re.compile(r"max|(?P<number>\d+(?:\.\d+)?)x?")
LEAST_CASH: Final = Decimal("0.01")
MOST_CASH: Final = Decimal(10**15)
"""Money beyond this is no account, and its sums would have more digits than are kept."""
MIN_SILENCE_S: Final = 1.0
"""Four heart-beats."""
MAX_SILENCE_S: Final = 300.0
_SUFFIX: Final = 4
"""Letters of chance at the end of a session's id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """Where a session is started from: the mode, and what is asked of the project."""

    mode: str
    bars_of: Callable[[Market], LoadedBars]
    policy_for: Callable[[tuple[str, ...]], LimitsPolicy]
    """The limits, for instruments that are to be traded; InputError where they are absent or nonsense."""
    launch: Callable[[KeptSession], KeptSession]
    """Run a session in a process of its own, and wait until it runs; raises what stopped it."""
    cash: Decimal
    """Of a new account, where nobody says else."""
    trades_of: Callable[[tuple[str, ...], FeedTerms], tuple[str, ...]]
    """Ids of these instruments, proven to have recorded trades in the feed's days; DataError where one has none."""
    trades_before: TradesBefore
    reached_ns: Callable[[KeptSession], int]
    """The market's time that a session has reached; 0 where it never began."""
    keep_source: Callable[[KeptSession, Source], None]
    """Keep the bytes of an uploaded strategy beside the session that runs them."""
    credentials: Callable[[], str]
    """The environment of the broker's credentials: `paper`, `live`, or empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """A session that can start: nothing of it is made yet."""

    terms: SessionTerms
    opening: AccountOpening
    source: Source | None
    """Of an uploaded strategy: the bytes that run."""


def start_session(
    command: StartSession,
    *,
    sessions: Sessions,
    accounts: Accounts,
    choosing: Choosing,
    clock: Clock,
    randomness: Randomness,
    grounds: Grounds,
    envelope: Envelope,
) -> SessionLine:
    """A new session's folder, once all is proven."""
    found = proven(
        command,
        sessions=sessions,
        accounts=accounts,
        choosing=choosing,
        clock=clock,
        randomness=randomness,
        grounds=grounds,
        envelope=envelope,
    )
    if accounts.opening(command.account) is None:
        accounts.open(command.account, found.opening)
    kept = sessions.create(found.terms)
    if found.source is not None:
        grounds.keep_source(kept, found.source)
    return line_of(kept)


def proven(
    command: StartSession,
    *,
    sessions: Sessions,
    accounts: Accounts,
    choosing: Choosing,
    clock: Clock,
    randomness: Randomness,
    grounds: Grounds,
    envelope: Envelope,
) -> Proven:
    """What the session would be started with; InputError, DataError and others say what stops it."""
    if grounds.mode == "live":
        raise _locked(command.account, grounds, accounts=accounts, now_ns=clock.now_ns())
    strategy = choosing(command.strategy, command.parameters)
    feed, guard = _checked_feed(command), _guard(command)
    instruments, currency = _instruments(command, feed, grounds)
    policy = grounds.policy_for(instruments)
    policy.tightest(account=AccountId(command.account), strategy=StrategyId(strategy.name))
    opening = _opening(command, currency, accounts=accounts, grounds=grounds)
    free(command.account, sessions=sessions, accounts=accounts)
    _forwards(command.account, feed, sessions=sessions, grounds=grounds)
    sizing = sizing_of(command.sizing) if command.sizing else None
    needed = max(strategy.warm_up_bars, 0 if sizing is None else sizing.warm_up_bars())
    require_warm_up(instruments, feed, bars=needed, bars_of=grounds.bars_of, trades_before=grounds.trades_before)
    now_ns = clock.now_ns()
    day = date_from_days(now_ns // DAY)
    terms = SessionTerms(
        session=command.session or f"{day:%Y%m%d}-{strategy.name}-{randomness.token(_SUFFIX)}",
        mode=grounds.mode,
        account=command.account,
        strategy=strategy.named,
        strategy_name=strategy.name,
        parameters=strategy.parameters,
        instruments=instruments,
        feed=feed,
        cash=opening.cash,
        currency=currency,
        costs=opening.costs,
        sizing="" if sizing is None else repr(sizing),
        created_ns=now_ns,
        who=envelope.actor.name,
        code=strategy.code,
        guard=guard,
    )
    return Proven(terms=terms, opening=opening, source=strategy.source)


def reopen_session(command: ReopenSession, *, sessions: Sessions, accounts: Accounts) -> SessionLine:
    """The folder of a session that is to go on."""
    kept = _to_reopen(command.session, sessions)
    if kept.life in {SessionLife.RUNNING, SessionLife.STARTING}:
        raise InputError(
            f"session {kept.terms.session} is {kept.life.value} already",
            found=f"process {kept.process}" if kept.process else kept.life.value,
            remedy=f"look at it: tradewright trade show {kept.terms.session}",
        )
    free(kept.terms.account, sessions=sessions, accounts=accounts, is_resumed=True)
    sessions.reopen(kept.terms.session)
    return line_of(replace(kept, end=None))


def launch_session(command: LaunchSession, *, sessions: Sessions, grounds: Grounds) -> SessionLine:
    """In a process of its own."""
    return line_of(grounds.launch(sessions.find(command.session)))


def session_list(query: SessionList, *, sessions: Sessions) -> tuple[SessionLine, ...]:
    """Newest first; last those of which nothing more is known than that they are there."""
    found = (line_of(one) for one in sessions.all() if not query.is_running or one.life is SessionLife.RUNNING)
    broken = (damaged_line(one) for one in sessions.damaged() if not query.is_running or one.process is not None)
    return (*found, *broken)


def free(account: str, *, sessions: Sessions, accounts: Accounts, is_resumed: bool = False) -> None:
    """InputError where somebody trades the account already, or somebody has killed it."""
    for other in sessions.all():
        if other.life in {SessionLife.RUNNING, SessionLife.STARTING} and other.terms.account == account:
            name = other.terms.session
            raise InputError(
                f"account {account} is traded already",
                expected="one session an account",
                found=f"session {name}" + (f", process {other.process}" if other.process else ""),
                remedy=f"stop it (tradewright trade stop {name}), or choose another --account",
            )
    note = accounts.killed(account)
    if note is not None and not is_resumed:
        raise InputError(
            f"trading on account {account} is killed",
            found=f"by {note.who or 'nobody named'}: {note.reason}",
            remedy=f"a named person releases it: tradewright risk release --account {account} --who NAME",
        )


def _forwards(account: str, feed: FeedTerms, *, sessions: Sessions, grounds: Grounds) -> None:
    """InputError where the account has traded this history before: its fills would be told as those of now."""
    begins_ns = days_from_date(date.fromisoformat(feed.first)) * DAY
    for other in sessions.all():
        reached_ns = grounds.reached_ns(other) if other.terms.account == account else 0
        if reached_ns >= begins_ns:
            day = date_from_days(reached_ns // DAY)
            raise InputError(
                f"account {account} has traded this history already",
                expected=f"a first day after {day}, which session {other.terms.session} has reached",
                found=feed.first,
                remedy="choose a later --from, or a new --account: an account's time runs forwards only",
            )


def _locked(account: str, grounds: Grounds, *, accounts: Accounts, now_ns: int) -> InputError:
    """Why real money stays where it is: every lock that is shut, and that no live broker is in this version."""
    locks = locks_of(account, accounts=accounts, mode=grounds.mode, credentials=grounds.credentials(), now_ns=now_ns)
    return InputError(
        "live trading stays locked",
        expected="mode, account, credentials of the live environment, and an arming of today",
        found="; ".join(locks.shut),
        remedy="set trading.mode to paper; this version trades on paper only",
    )


def _to_reopen(name: str, sessions: Sessions) -> KeptSession:
    if name:
        return sessions.find(name)
    for kept in sessions.all():
        if kept.life is SessionLife.CRASHED:
            return kept
    raise InputError(
        "no session has crashed",
        expected="a session to go on with",
        remedy="`tradewright trade list` shows them all; name the one that you mean: --resume SESSION",
    )


def _checked_feed(command: StartSession) -> FeedTerms:
    if command.feed not in FEEDS:
        raise InputError(
            "there is no such feed",
            expected="replay (bars of the store) or trades (recorded trades of the store)",
            found=command.feed,
            remedy="--feed replay",
        )
    speed = SPEED.fullmatch(command.speed)
    if speed is None or (speed["number"] is not None and float(speed["number"]) <= 0):
        raise InputError(
            "the speed cannot be used",
            expected="20 (bars, or trades, a second), 60x (a multiple of real time) or max",
            found=command.speed,
        )
    timeframe = Timeframe.parse(command.interval)
    if command.feed == TRADES and timeframe > DAILY:
        raise InputError(
            f"bars of {timeframe} cannot be made of trades", expected="at most a trading day", found=str(timeframe)
        )
    dates = session_range(command.first or None, command.last or None)
    if dates.first is None:
        raise InputError("a replay needs a first day", expected="--from 2005-01-01", found="none")
    return FeedTerms(
        kind=command.feed,
        first=dates.first.isoformat(),
        last=dates.last.isoformat() if dates.last else "",
        speed=command.speed,
        interval=command.interval,
    )


def _instruments(command: StartSession, feed: FeedTerms, grounds: Grounds) -> tuple[tuple[str, ...], str]:
    """Ids of the instruments, proven by their market in the period; all in one currency."""
    if not command.symbols:
        raise InputError("there is nothing to trade", expected="at least one symbol", remedy="--symbols AAPL,MSFT")
    names = grounds.trades_of(command.symbols, feed) if feed.kind == TRADES else _with_bars(command, feed, grounds)
    currencies = sorted({currency_of(one) for one in names})
    if len(currencies) > 1:
        raise InputError(
            "a session trades in one currency",
            expected="symbols of the same currency",
            found=", ".join(currencies),
            remedy="start one session for each, on an account of its own",
        )
    return names, currencies[0]


def _with_bars(command: StartSession, feed: FeedTerms, grounds: Grounds) -> tuple[str, ...]:
    market = Market(symbols=command.symbols, timeframe=feed.interval, start=feed.first, end=feed.last or None)
    return grounds.bars_of(market).bars.instruments


def _opening(command: StartSession, currency: str, *, accounts: Accounts, grounds: Grounds) -> AccountOpening:
    """What the account is opened with; one that is there keeps what it has."""
    if command.cash is not None and not (command.cash.is_finite() and LEAST_CASH <= command.cash <= MOST_CASH):
        raise InputError(
            "--cash cannot be used",
            expected=f"more than 0, from {LEAST_CASH:f} to {MOST_CASH:,f}",
            found=str(command.cash),
        )
    costs = None if command.costs is None else repr(costs_of(command.costs)) if command.costs else ""
    held = accounts.opening(command.account)
    if held is None:
        cash = grounds.cash if command.cash is None else command.cash
        return AccountOpening(cash=cash, currency=currency, costs=costs or "")
    wanted = (
        ("cash", command.cash, held.cash),
        ("costs", costs, held.costs),
        ("currency", currency, held.currency),
    )
    for what, one, there in wanted:
        if one is not None and one != there:
            raise InputError(
                f"account {command.account} was opened with another {what}",
                expected=str(there) or "none",
                found=str(one) or "none",
                remedy="leave it out, or choose a new --account",
            )
    return held


def _guard(command: StartSession) -> GuardTerms:
    """What the guard does when it hears nothing."""
    if not MIN_SILENCE_S <= command.lost_after_s <= MAX_SILENCE_S:
        raise InputError(
            "--lost-after cannot be used",
            expected=f"{MIN_SILENCE_S:g} to {MAX_SILENCE_S:g} seconds",
            found=f"{command.lost_after_s:g}",
        )
    try:
        return GuardTerms(lost_after_s=command.lost_after_s, when_lost=KillMode(command.when_lost))
    except ValueError:
        raise InputError(
            "--when-lost cannot be used", expected="stop, cancel or flatten", found=command.when_lost
        ) from None
