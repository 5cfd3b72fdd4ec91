"""Limits as people write them and files keep them: names and plain values, in which every number is exact.

This file decides how a written policy is read and how a change of limits is kept. A number is a whole number or a
Decimal; a float is refused, for it would say 0.1 and mean something else. Nothing is filled in unless the text says
`based_on = "shipped"`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from decimal import Decimal, InvalidOperation
from typing import Final

from tradewright.domain.errors import InputError
from tradewright.domain.identifiers import AccountId, StrategyId
from tradewright.trading.risk.drawdown import DrawdownLevel, DrawdownLevels
from tradewright.trading.risk.limits import BOUNDS, Limits, read_limits, shipped_limits
from tradewright.trading.risk.policy import Level, LimitsChanged, LimitsPolicy, Overlay, Scope

SHIPPED: Final = "shipped"
LATER: Final = ("messages_per_fill_warned", "ramp_orders")
"""Limits that came after the first version; a person's own file has to name them as any other."""
_PARTS: Final = ("based_on", "version", "limits", "accounts", "strategies")
_LEVELS: Final = ("mild", "moderate", "severe")
Plain = Mapping[str, object]
"""Names and values as JSON and TOML have them."""


def read_policy(content: Plain, *, instruments: frozenset[str] = frozenset(), is_kept: bool = False) -> LimitsPolicy:
    """A policy as a person wrote it; `instruments` may be traded where the text names none.

    `content` has the tables `limits`, `accounts`, `strategies`, and `based_on = "shipped"` where what is not said is as
    shipped. `is_kept` is said of what we wrote ourselves: there an exact number is a text. An `InputError` names every
    limit that is missing or wrong, its value, and its range.
    """
    strange = [f"{name}: expected one of {', '.join(_PARTS)}" for name in content if name not in _PARTS]
    based_on, version = content.get("based_on"), content.get("version", 1)
    if based_on not in {None, SHIPPED}:
        strange.append(f'based_on: expected "{SHIPPED}", or no such line, found {based_on!r}')
    if strange:
        raise InputError("the limits cannot be used: " + "; ".join(strange))
    said = read_values(_table(content, "limits"), is_kept=is_kept)
    if "instruments" not in said and instruments:
        said["instruments"] = instruments
    usual = _usual(said) if based_on == SHIPPED else {}
    if is_kept:  # what an older version kept says nothing of limits that it did not have
        usual = {**{name: _usual(said)[name] for name in LATER}, **usual}
    return LimitsPolicy(
        everywhere=read_limits({**usual, "version": version, **said}),
        accounts={AccountId(name): level for name, level in _levels(content, "accounts", is_kept)},
        strategies={StrategyId(name): level for name, level in _levels(content, "strategies", is_kept)},
        version=version if isinstance(version, int) else 1,
    )


def read_values(written: Plain, *, is_kept: bool = False) -> dict[str, object]:
    """Limits from plain values: numbers exact, lists as sets; what is not understood stays, and is refused by name."""
    return {name: _value(name, value, is_kept) for name, value in written.items()}


def written_values(values: Overlay) -> dict[str, object]:
    """Limits as plain values: Decimals as text, sets as sorted lists."""
    return {name: _written(value) for name, value in values.items()}


def written_policy(policy: LimitsPolicy) -> dict[str, object]:
    """A policy as plain values that `read_policy` reads back."""
    everywhere = {one.name: getattr(policy.everywhere, one.name) for one in fields(Limits) if one.name != "version"}
    return {
        "version": policy.version,
        "limits": written_values(everywhere),
        "accounts": {str(name): written_values(level) for name, level in policy.accounts.items()},
        "strategies": {str(name): written_values(level) for name, level in policy.strategies.items()},
    }


def written_change(change: LimitsChanged) -> dict[str, object]:
    """A change as plain values, for keeping."""
    return {
        "version": change.version,
        "who": change.who,
        "when_ns": change.when_ns,
        "why": change.why,
        "level": change.scope.level.value,
        "name": change.scope.name,
        "before": written_values(change.before),
        "after": written_values(change.after),
        "loosened": list(change.loosened),
    }


def read_change(kept: Plain) -> LimitsChanged:
    """A change as it was kept; an `InputError` where it is not whole."""
    try:
        return LimitsChanged(
            version=int(str(kept["version"])),
            who=str(kept["who"]),
            when_ns=int(str(kept["when_ns"])),
            why=str(kept["why"]),
            scope=Scope(Level(str(kept["level"])), str(kept["name"])),
            before=read_values(_table(kept, "before"), is_kept=True),
            after=read_values(_table(kept, "after"), is_kept=True),
            loosened=tuple(str(name) for name in _list(kept["loosened"])),
        )
    except (KeyError, ValueError, TypeError) as problem:
        raise InputError("a kept change of limits is not whole", found=f"nothing of {problem}") from problem


def _usual(said: Plain) -> dict[str, object]:
    """What is shipped; the list of instruments is nobody's but the user's."""
    named = said.get("instruments")
    shipped = shipped_limits(named if isinstance(named, frozenset) and named else frozenset({"NONE.XXXX"}))
    usual = {one.name: getattr(shipped, one.name) for one in fields(Limits)}
    del usual["instruments"]
    return usual


def _levels(content: Plain, part: str, is_kept: bool) -> Iterator[tuple[str, dict[str, object]]]:
    every = _table(content, part)
    for name in every:
        yield name, read_values(_table(every, name), is_kept=is_kept)


def _table(content: Plain, name: str) -> Plain:
    found = content.get(name, {})
    if not isinstance(found, Mapping):
        raise InputError(f"the limits cannot be used: {name}: expected a table of names and values, found {found!r}")
    return found


def _list(value: object) -> list[object]:
    if not isinstance(value, list | tuple):
        raise TypeError(f"a list, but {value!r}")
    return list(value)


def _value(name: str, value: object, is_kept: bool) -> object:
    if name == "instruments" and isinstance(value, list | tuple):
        return frozenset(str(one) for one in value)
    if name == "drawdown" and isinstance(value, Mapping):
        return _drawdown(value, is_kept)
    bound = BOUNDS.get(name)
    return value if bound is None or bound.is_whole else _number(value, is_kept)


def _number(value: object, is_kept: bool) -> object:
    """A whole number, or the text that we keep, as a Decimal; anything else as it is."""
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if is_kept and isinstance(value, str):
        try:
            return Decimal(value)
        except InvalidOperation:
            return value
    return value


def _drawdown(levels: Plain, is_kept: bool) -> object:
    """The stop alone moves all levels in proportion; else every level is said."""
    stop = _number(levels.get("stop"), is_kept)
    if set(levels) == {"stop"} and isinstance(stop, Decimal) and stop.is_finite():
        return DrawdownLevels.stopping_at(stop)
    found = []
    for name in _LEVELS:
        one = levels.get(name)
        if not isinstance(one, Mapping) or set(one) != {"depth", "scale"} or set(levels) != {*_LEVELS, "stop"}:
            return dict(levels)
        found.append(DrawdownLevel(name, _number(one["depth"], is_kept), _number(one["scale"], is_kept)))  # type: ignore[arg-type]
    mild, moderate, severe = found
    return DrawdownLevels(mild, moderate, severe, stop)  # type: ignore[arg-type]  # the limits refuse what is no number


def _written(value: object) -> object:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, frozenset):
        return sorted(str(one) for one in value)
    if isinstance(value, DrawdownLevels):
        levels = zip(_LEVELS, (value.mild, value.moderate, value.severe), strict=True)
        parts = {name: {"depth": _written(one.depth), "scale": _written(one.scale)} for name, one in levels}
        return {**parts, "stop": _written(value.stop)}
    return value
