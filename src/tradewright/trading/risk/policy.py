"""A limits policy is who may risk how much: limits for everybody, tightenings for accounts and for single strategies.

This file decides what holds for one order (field by field the tightest of its levels) and how the policy changes: a
change is a value that tells who, when, why, before and after. Tightening takes effect at once. Loosening needs the new
number typed once more, and is marked for good.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from enum import StrEnum

from tradewright.domain.errors import InputError
from tradewright.domain.identifiers import AccountId, StrategyId
from tradewright.trading.risk.drawdown import DrawdownLevels
from tradewright.trading.risk.limits import BOUNDS, Limits, loosened, problems_of, read_limits, tightest

Overlay = Mapping[str, object]
"""Limits of a level by name, as they stand in `Limits`; a name that is absent is as the level above has it."""


class Level(StrEnum):
    """Where a limit is set."""

    EVERYWHERE = "everywhere"
    ACCOUNT = "account"
    STRATEGY = "strategy"


@dataclass(frozen=True, slots=True)
class Scope:
    """A level, and of which account or strategy."""

    level: Level = Level.EVERYWHERE
    name: str = ""

    def __str__(self) -> str:
        return f"{self.level} {self.name}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsChanged:
    """Limits of a scope were changed; before and after hold the changed names only."""

    version: int
    """Of the policy from then on."""
    who: str
    when_ns: int
    why: str
    scope: Scope
    before: Overlay
    after: Overlay
    loosened: tuple[str, ...] = ()
    """The names that allow more than before; empty where nothing does."""


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """No change: it would allow more, and the new numbers were not typed."""

    expected: Mapping[str, str]
    """What must be typed, by name."""

    def __str__(self) -> str:
        typed = ", ".join(f"{name} = {text}" for name, text in self.expected.items())
        return f"this allows more than before; confirm it by typing {typed}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsPolicy:
    """All limits with one version; an `InputError` names every level that cannot be used."""

    everywhere: Limits
    accounts: Mapping[AccountId, Overlay] = field(default_factory=dict)
    strategies: Mapping[StrategyId, Overlay] = field(default_factory=dict)
    version: int = 1
    _known: dict[tuple[AccountId, StrategyId | None], Limits] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """What was combined before: a memo, as nothing else here changes."""

    def __post_init__(self) -> None:
        found = [f"account {name}: {told}" for name, one in self.accounts.items() for told in _problems(self, one)]
        found += [f"strategy {name}: {told}" for name, one in self.strategies.items() for told in _problems(self, one)]
        if found:
            raise InputError("the limits cannot be used: " + "; ".join(found))

    def tightest(self, *, account: AccountId, strategy: StrategyId | None = None) -> Limits:
        """The limits of one order; an `InputError` where its levels leave nothing that may be traded."""
        key = (account, strategy)
        if key not in self._known:
            levels = [self.accounts.get(account, {}), {} if strategy is None else self.strategies.get(strategy, {})]
            every = [_laid(self.everywhere, level) for level in levels]
            self._known[key] = tightest(self.everywhere, *every, version=self.version)
        return self._known[key]

    def at(self, scope: Scope) -> Overlay:
        """What is set at a scope."""
        if scope.level is Level.EVERYWHERE:
            return _values(self.everywhere)
        if scope.level is Level.ACCOUNT:
            return self.accounts.get(AccountId(scope.name), {})
        return self.strategies.get(StrategyId(scope.name), {})

    def after(self, change: LimitsChanged) -> "LimitsPolicy":
        """The policy after a change that follows this one."""
        if change.version != self.version + 1:
            raise InputError(
                "a change of limits does not follow the limits that it changes",
                expected=f"version {self.version + 1}",
                found=f"version {change.version}",
            )
        values = {**self.at(change.scope), **change.after}
        version = change.version
        match change.scope.level:
            case Level.EVERYWHERE:
                return replace(self, version=version, everywhere=read_limits({**values, "version": version}))
            case Level.ACCOUNT:
                accounts = {**self.accounts, AccountId(change.scope.name): values}
                return replace(self, version=version, accounts=accounts)
            case Level.STRATEGY:
                strategies = {**self.strategies, StrategyId(change.scope.name): values}
                return replace(self, version=version, strategies=strategies)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLimits:
    """A named person's wish to change limits at a scope."""

    who: str
    why: str
    scope: Scope
    values: Overlay
    typed: Mapping[str, str] = field(default_factory=dict)
    """What was typed to confirm, by name of the limit."""


def changed(policy: LimitsPolicy, wish: ChangeLimits, *, when_ns: int) -> LimitsChanged | Unconfirmed:
    """The change that a wish makes; an `InputError` where nobody is named, nothing changes, or a value is wrong."""
    if not wish.who.strip() or not wish.why.strip():
        raise InputError("limits are changed by somebody for a reason", expected="a name and a reason")
    if (wish.scope.level is Level.EVERYWHERE) == bool(wish.scope.name):
        raise InputError("limits of an account or a strategy need its name", found=str(wish.scope))
    held = _values(policy.everywhere) | dict(policy.at(wish.scope))
    _require_usable(wish, held)
    after = {name: value for name, value in wish.values.items() if value != held[name]}
    if not after:
        raise InputError("the limits are as wished already", expected="another value for at least one limit")
    looser = tuple(name for name in after if loosened(name, before=held[name], after=after[name]))
    unsaid = {name: spelled(after[name]) for name in looser if wish.typed.get(name, "").strip() != spelled(after[name])}
    if unsaid:
        return Unconfirmed(unsaid)
    return LimitsChanged(
        version=policy.version + 1,
        who=wish.who.strip(),
        when_ns=when_ns,
        why=wish.why.strip(),
        scope=wish.scope,
        before={name: held[name] for name in after},
        after=after,
        loosened=looser,
    )


def spelled(value: object) -> str:
    """A limit as a person types it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, frozenset):
        return ", ".join(sorted(str(one) for one in value))
    if isinstance(value, DrawdownLevels):
        return f"{value.stop:f}"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _require_usable(wish: ChangeLimits, held: Overlay) -> None:
    found = problems_of({**held, **wish.values})
    found += ("version: it counts the changes by itself",) if "version" in wish.values else ()
    if found:
        raise InputError("the limits cannot be used: " + "; ".join(found))


def _values(limits: Limits) -> dict[str, object]:
    return {one.name: getattr(limits, one.name) for one in fields(Limits)}


def _problems(policy: LimitsPolicy, overlay: Overlay) -> tuple[str, ...]:
    known = set(BOUNDS) | {"allows_short", "instruments", "drawdown"}
    unknown = tuple(f"{name}: no limit of that name" for name in overlay if name not in known)
    return unknown or problems_of({**_values(policy.everywhere), **overlay})


def _laid(everywhere: Limits, overlay: Overlay) -> Limits:
    return read_limits({**_values(everywhere), **overlay}) if overlay else everywhere
