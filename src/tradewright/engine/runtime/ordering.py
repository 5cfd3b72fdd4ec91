"""The terms of an order as a strategy names them, checked: what makes no sense together is a StrategyError."""

import difflib
from typing import Any, NamedTuple

from tradewright.domain.errors import StrategyError
from tradewright.domain.matching.layout import (
    AT_CLOSE,
    AT_OPEN,
    BRACKETS,
    DAY,
    FOK,
    GTC,
    GTD,
    IOC,
    LIMIT,
    MARKET,
    STOP,
    STOP_LIMIT,
    TOUCHED,
    TOUCHED_LIMIT,
    TRAILING,
)

FORCES = {"gtc": GTC, "day": DAY, "gtd": GTD, "ioc": IOC, "fok": FOK, "at_open": AT_OPEN, "at_close": AT_CLOSE}
NAMES = (
    "limit", "stop", "touch", "trail", "trail_percent", "time_in_force", "expires", "group", "reduces_only",
    "post_only", "after", "day_only",
)  # fmt: skip


class Terms(NamedTuple):
    """Kind, prices (0: none) and the codes of `domain/matching/layout.py`."""

    kind: int = MARKET
    limit: float = 0
    stop: float = 0
    """The price that wakes the order, from the worse side or (touched) from the better."""
    trail: float = 0
    trail_percent: float = 0
    force: int = GTC
    expires: int = 0
    group: int = 0
    reduces: int = 0
    passive: int = 0
    after: int | None = None


TERMS = Terms()
"""A market order that works until it is filled."""


def terms_of(given: dict[str, Any], *, now: int) -> Terms:
    """The terms that a strategy gave at the moment `now` (nanoseconds UTC)."""
    for name in given:
        if name not in NAMES:
            near = difflib.get_close_matches(name, NAMES, n=1)
            raise StrategyError(
                f"an order has no term {name!r}",
                expected="among " + ", ".join(("instrument", *NAMES, "stop_loss", "take_profit")),
                found=name,
                remedy=f"did you mean {near[0]}?" if near else "see the terms of orders in docs/strategies.md",
            )
    kind, force = _kind(given), _force(given)
    passive, after = int(bool(given.get("post_only", False))), _after(given.get("after"))
    _require_sense(kind, force, passive=passive, is_child=after is not None, given=given)
    return Terms(
        kind,
        given.get("limit", 0),
        given.get("stop", 0) or given.get("touch", 0),
        given.get("trail", 0),
        _percent(given.get("trail_percent", 0)),
        force,
        _expires(given.get("expires", 0), force, now=now),
        _group(given.get("group", 0), after),
        int(bool(given.get("reduces_only", False))),
        passive,
        after,
    )


def _require_sense(kind: int, force: int, *, passive: int, is_child: bool, given: dict[str, Any]) -> None:
    """StrategyError for terms that cannot be carried out together."""
    if force >= IOC and kind > LIMIT:
        raise StrategyError(
            "an order that fills at once or in an auction has no stop",
            expected="a market or a limit order",
            found=f"time_in_force={given['time_in_force']!r} with a stop",
        )
    if passive and not (kind == LIMIT and force < IOC):
        raise StrategyError(
            "an order that is post-only waits at a limit",
            expected="a limit, and a time in force that can wait",
            found="post_only with "
            + (f"time_in_force={given['time_in_force']!r}" if force >= IOC else "no plain limit"),
        )
    if is_child and force >= IOC:
        raise StrategyError(
            "an order that sleeps until another fills can wait",
            expected="time_in_force gtc, day or gtd with after",
            found=f"time_in_force={given['time_in_force']!r}",
        )


def _kind(given: dict[str, Any]) -> int:
    limit, stop, trail, percent = (bool(given.get(name)) for name in ("limit", "stop", "trail", "trail_percent"))
    if given.get("touch"):
        if stop or trail or percent:
            raise StrategyError(
                "an order is touched from its better side or stopped from its worse",
                found="touch with a stop or a trail",
            )
        return TOUCHED_LIMIT if limit else TOUCHED
    if trail and percent:
        raise StrategyError("a stop trails by an amount or by a percentage", found="trail and trail_percent")
    if trail or percent:
        if limit or stop:
            raise StrategyError(
                "a trailing stop makes its price itself", found="a trail with " + ("a limit" if limit else "a stop")
            )
        return TRAILING
    if stop:
        return STOP_LIMIT if limit else STOP
    return LIMIT if limit else MARKET


def _force(given: dict[str, Any]) -> int:
    name, day_only = given.get("time_in_force", "gtc"), given.get("day_only", False)
    if name not in FORCES:
        near = difflib.get_close_matches(str(name), FORCES, n=1)
        raise StrategyError(
            f"time in force {name!r} is not known",
            expected="one of " + ", ".join(FORCES),
            found=repr(name),
            remedy=f"did you mean {near[0]}?" if near else "",
        )
    if day_only and name not in ("gtc", "day"):
        raise StrategyError(
            "an order works for a day or has another time in force", found=f"day_only with time_in_force={name!r}"
        )
    return DAY if day_only else FORCES[name]


def _percent(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 100:
        raise StrategyError("trail_percent is a part of the price", expected="above 0 and below 100", found=repr(value))
    return value


def _expires(value: Any, force: int, *, now: int) -> int:
    if force != GTD:
        if value:
            raise StrategyError(
                "only an order that works until a moment expires",
                expected='time_in_force="gtd" with expires',
                found=f"expires={value!r} alone",
            )
        return 0
    if isinstance(value, bool) or not isinstance(value, int) or not now < value < 2**63:
        raise StrategyError(
            "an order that works until a moment names it",
            expected="expires: nanoseconds UTC after context.time, a whole number",
            found=repr(value),
        )
    return value


class Changes(NamedTuple):
    """What a working order is to have instead; 0 leaves it as it is."""

    quantity: float
    prices: dict[str, float]
    """By the names of `NewOrder`."""
    trail_percent: float


CHANGES = {
    "limit": "limit",
    "stop": "trigger",
    "touch": "trigger",
    "trail": "trail",
    "stop_loss": "loss",
    "take_profit": "gain",
}
"""Prices that a strategy may change, and what they are on the way to the venue."""
FITTING = {
    MARKET: (), LIMIT: ("limit",), STOP: ("stop",), STOP_LIMIT: ("stop", "limit"), TRAILING: ("trail", "trail_percent"),
    TOUCHED: ("touch",), TOUCHED_LIMIT: ("touch", "limit"),
}  # fmt: skip


def changes_of(given: dict[str, Any], *, kind: int) -> Changes:
    """What a strategy wants to change of a working order of that kind; StrategyError for what it does not have."""
    fitting = ("quantity", *FITTING[kind], "stop_loss", "take_profit")
    wrong = sorted(set(given) - set(fitting))
    if wrong or not given:
        raise StrategyError(
            "an order of this kind cannot be replaced so",
            expected="some of " + ", ".join(fitting),
            found=", ".join(wrong) or "nothing",
        )
    if given.get("trail") and given.get("trail_percent"):
        raise StrategyError("a stop trails by an amount or by a percentage", found="trail and trail_percent")
    prices = {CHANGES[name]: value for name, value in given.items() if name in CHANGES}
    return Changes(given.get("quantity", 0), prices, _percent(given.get("trail_percent", 0)))


def _after(value: Any) -> int | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
        raise StrategyError("after names a working order by the id that buy or sell gave", found=repr(value))
    return value


def _group(value: Any, after: int | None) -> int:
    if after and value == BRACKETS + after:
        return BRACKETS + after
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < BRACKETS:
        raise StrategyError("a group is a whole number above 0 (0: none)", found=repr(value))
    return value
