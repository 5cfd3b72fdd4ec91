"""Answers about limits: show them, change them by a named person who types what allows more; ask a trader's gate."""

from collections.abc import Mapping
from dataclasses import fields, replace
from decimal import Decimal, InvalidOperation

from tradewright.application.envelope import Envelope
from tradewright.application.risk.keeping import KeptLimits
from tradewright.application.risk.messages import AdoptLimits, ChangeLimits, RiskLimits, RiskShown, SizeQuestion
from tradewright.application.risk.views import LimitLine, LimitsChange, LimitsView, RiskView, SizeView
from tradewright.application.trading.accounts import require_account
from tradewright.application.trading.traders import Traders
from tradewright.application.trading.views import Done
from tradewright.domain.errors import InputError, TradewrightError, Unauthorized
from tradewright.domain.identifiers import AccountId, StrategyId
from tradewright.ports.clock import Clock
from tradewright.ports.sessions import Accounts, SessionLife
from tradewright.trading.risk import policy as policies
from tradewright.trading.risk.drawdown import DrawdownLevels
from tradewright.trading.risk.limits import BOUNDS, Limits
from tradewright.trading.risk.policy import Level, LimitsChanged, LimitsPolicy, Scope, spelled

ANY = frozenset({"ANY.XXXX"})
"""Stands for what a session will be asked to trade, where only the numbers matter."""
_FOR_A_NEW_ONE = "to set limits before its first session, say so: --new-account"
_YES, _NO = {"true", "yes", "on"}, {"false", "no", "off"}


def risk_limits(query: RiskLimits, *, kept_limits: KeptLimits, accounts: Accounts, envelope: Envelope) -> LimitsView:
    """What holds."""
    policy = kept_limits.policy(ANY)
    if query.account:
        require_account(query.account, accounts, also=_seen(policy, envelope))
    if query.account or query.strategy:
        limits = policy.tightest(
            account=AccountId(query.account), strategy=StrategyId(query.strategy) if query.strategy else None
        )
    else:
        limits = policy.everywhere
    named = {"account": query.account, "strategy": query.strategy}
    return LimitsView(
        version=policy.version,
        scope=", ".join(f"{level} {name}" for level, name in named.items() if name) or Level.EVERYWHERE.value,
        limits=tuple(_line(limits, one.name) for one in fields(Limits) if one.name != "version"),
    )


def change_limits(
    command: ChangeLimits,
    *,
    kept_limits: KeptLimits,
    accounts: Accounts,
    clock: Clock,
    traders: Traders,
    envelope: Envelope,
) -> LimitsChange:
    """Written down first, then told to every session that runs."""
    if envelope.actor.accounts is not None and not command.account:
        raise Unauthorized(
            f"{envelope.actor.name} may not change limits of everybody", expected="one of their own accounts"
        )
    policy = kept_limits.policy(ANY)
    scope = _scope(command)
    if command.account and not command.is_new:  # who tightens a mistyped account tightens nothing
        require_account(command.account, accounts, also=_seen(policy, envelope), remedy=_FOR_A_NEW_ONE)
    wish = policies.ChangeLimits(
        who=command.who,
        why=command.why,
        scope=scope,
        values={name: _value(name, text) for name, text in command.values.items()},
        typed=command.typed,
    )
    change = policies.changed(policy, wish, when_ns=clock.now_ns())
    if not isinstance(change, LimitsChanged):
        return LimitsChange(
            is_done=False, version=policy.version, scope=str(scope), before={}, after={},
            loosened=tuple(change.expected), to_type=dict(change.expected),
        )  # fmt: skip
    kept_limits.keep(change)
    return LimitsChange(
        is_done=True,
        version=change.version,
        scope=str(scope),
        before={name: spelled(value) for name, value in change.before.items()},
        after={name: spelled(value) for name, value in change.after.items()},
        loosened=change.loosened,
        to_type={},
        told=_told(traders, envelope),
    )


def ask_risk(query: RiskShown, *, traders: Traders, envelope: Envelope) -> RiskView:
    """Of the gate of a running session."""
    answer = traders.ask(traders.which(query.session, is_running=True), envelope)
    assert isinstance(answer, RiskView)
    return answer


def ask_size(query: SizeQuestion, *, traders: Traders, envelope: Envelope) -> SizeView:
    """Of the gate of a running session."""
    answer = traders.ask(traders.which(query.session, is_running=True), envelope)
    assert isinstance(answer, SizeView)
    return answer


def _seen(policy: LimitsPolicy, envelope: Envelope) -> set[str]:
    """Accounts with limits of their own, as far as they are there for whoever asks."""
    return {one for one in policy.accounts if envelope.actor.sees(one)}


def _told(traders: Traders, envelope: Envelope) -> tuple[str, ...]:
    """Every running session, with what came of telling it."""
    found = []
    for kept in traders.sessions.all():
        if kept.life is SessionLife.RUNNING:
            name = kept.terms.session
            asked = replace(envelope, message=AdoptLimits(name), idempotency_key=None)
            try:
                done = traders.urge(kept, asked)
                found.append(f"{name}: {done.story if isinstance(done, Done) else done}")
            except TradewrightError as problem:
                found.append(f"{name} does not measure by it: {problem}")
    return tuple(found)


def _scope(command: ChangeLimits) -> Scope:
    if command.account and command.strategy:
        raise InputError(
            "limits are set in one place at a time", expected="an account, or a strategy", found="both of them"
        )
    if command.account:
        return Scope(Level.ACCOUNT, command.account)
    return Scope(Level.STRATEGY, command.strategy) if command.strategy else Scope()


def _value(name: str, text: str) -> object:
    """A limit as a person writes it; what is none is left for the limits to refuse."""
    if name == "allows_short":
        lower = text.strip().lower()
        return True if lower in _YES else False if lower in _NO else text
    if name == "instruments":
        return frozenset(one.strip().upper() for one in text.split(",") if one.strip())
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return text
    if name == "drawdown":
        return DrawdownLevels.stopping_at(number) if number.is_finite() else text
    bound = BOUNDS.get(name)
    if bound is not None and bound.is_whole:
        return int(number) if number.is_finite() and number == int(number) else text
    return number


def _line(limits: Limits, name: str) -> LimitLine:
    value, bound = getattr(limits, name), BOUNDS.get(name)
    told = "what a session was asked to trade" if value == ANY else spelled(value)
    if bound is None:
        return LimitLine(name=name, value=told, shipped=_SHIPPED.get(name, ""), least="", most="")
    return LimitLine(
        name=name, value=told, shipped=f"{bound.shipped:f}", least=f"{bound.least:f}", most=f"{bound.most:f}"
    )


_SHIPPED: Mapping[str, str] = {
    "allows_short": "false",
    "drawdown": spelled(DrawdownLevels()),
    "instruments": "what a session was asked to trade",
}
