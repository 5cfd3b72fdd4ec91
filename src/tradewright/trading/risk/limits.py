"""Limits are what a person allows: one value with a version, every number present and under a ceiling in the code.

This file decides which limits there are, their shipped defaults, their ceilings, and how limits of several levels
(global, account, strategy) become one: field by field the tightest. Fractions are of equity unless the name says else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from types import MappingProxyType
from typing import cast

from tradewright.domain.errors import InputError
from tradewright.trading.risk.drawdown import DrawdownLevels


@dataclass(frozen=True, slots=True)
class Bound:
    """The range that a limit may be set in, and its shipped value."""

    shipped: Decimal
    least: Decimal
    most: Decimal
    is_whole: bool = False
    tightens_upwards: bool = False
    """True where more is stricter: a window, a buffer."""


def _bound(shipped: str, least: str, most: str, *, whole: bool = False, upwards: bool = False) -> Bound:
    return Bound(Decimal(shipped), Decimal(least), Decimal(most), whole, upwards)


BOUNDS: Mapping[str, Bound] = MappingProxyType(
    {
        "order_quantity": _bound("100000", "0.00000001", "100000000"),
        "order_day_part": _bound("0.01", "0.000001", "0.25"),
        "order_notional": _bound("10000", "0.01", "10000000"),
        "position": _bound("0.05", "0.0001", "10"),
        "portfolio_risk": _bound("0.02", "0.0001", "0.25"),
        "gross_exposure": _bound("1", "0.001", "20"),
        "net_exposure": _bound("1", "0.001", "20"),
        "leverage": _bound("1", "0.001", "20"),
        "symbol_concentration": _bound("0.10", "0.0001", "10"),
        "sector_concentration": _bound("0.40", "0.0001", "20"),
        "asset_class_concentration": _bound("1", "0.0001", "20"),
        "correlated_above": _bound("0.80", "0", "0.99"),
        "correlated_exposure": _bound("0.30", "0.0001", "20"),
        "basket_notional": _bound("0.20", "0.0001", "20"),
        "basket_window_ms": _bound("10000", "1", "3600000", whole=True, upwards=True),
        "unknown_orders": _bound("2", "0", "100", whole=True),
        "unknown_notional": _bound("0.05", "0", "10"),
        "working_per_side": _bound("10", "1", "1000", whole=True),
        "working_orders": _bound("200", "1", "10000", whole=True),
        "orders_per_second": _bound("5", "1", "100", whole=True),
        "reducing_per_second": _bound("20", "1", "200", whole=True),
        "orders_per_minute": _bound("60", "1", "6000", whole=True),
        "trades_per_day": _bound("2000", "1", "100000", whole=True),
        "messages_per_second": _bound("50", "1", "300", whole=True),
        "message_reserve": _bound("0.20", "0.20", "0.90", upwards=True),
        "messages_per_fill": _bound("100", "1", "10000", whole=True),
        "messages_per_fill_warned": _bound("50", "1", "10000", whole=True),
        "messages_judged_from": _bound("100", "1", "10000", whole=True),
        "collar_shares": _bound("0.03", "0.0001", "0.20"),
        "collar_crypto": _bound("0.05", "0.0001", "0.20"),
        "collar_others": _bound("0.10", "0.0001", "0.20"),
        "fat_finger": _bound("0.25", "0.001", "0.90"),
        "own_travel": _bound("0.01", "0.0001", "0.20"),
        "own_travel_window_ms": _bound("60000", "1", "3600000", whole=True, upwards=True),
        "spread": _bound("0.01", "0.0001", "0.20"),
        "duplicate_window_ms": _bound("2000", "1", "3600000", whole=True, upwards=True),
        "mark_age_ms": _bound("90000", "1", "86400000", whole=True),
        "book_age_ms": _bound("900000", "1", "432000000", whole=True),
        "near_close_ms": _bound("300000", "0", "86400000", whole=True, upwards=True),
        "ramp_days": _bound("5", "0", "365", whole=True, upwards=True),
        "ramp_part": _bound("0.25", "0.01", "1"),
        "ramp_orders": _bound("10", "0", "1000", whole=True, upwards=True),
        "buying_power_buffer": _bound("0.05", "0", "0.90", upwards=True),
        "daily_loss": _bound("0.02", "0.0001", "0.20"),
    }
)
"""Every number that limits. The right-hand end is compiled in: no file and no door sets more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the gate measures by; an `InputError` lists everything that is wrong with the numbers."""

    version: int
    order_quantity: Decimal
    """Units in one order."""
    order_day_part: Decimal
    """One order over the average quantity traded in a day."""
    order_notional: Decimal
    """Money of the account in one order."""
    position: Decimal
    """Absolute notional of an instrument with everything that could still fill."""
    portfolio_risk: Decimal
    """Loss to the protective stops, or one-day 95% value at risk where there is none."""
    gross_exposure: Decimal
    """Of the equity at the start of the day."""
    net_exposure: Decimal
    """Of the equity at the start of the day."""
    leverage: Decimal
    """Gross exposure over equity now."""
    symbol_concentration: Decimal
    sector_concentration: Decimal
    asset_class_concentration: Decimal
    correlated_above: Decimal
    """From which absolute correlation on two instruments are one bet."""
    correlated_exposure: Decimal
    """An instrument together with everything it is one bet with."""
    basket_notional: Decimal
    """Orders of new risk within the window, over the equity at the start of the day."""
    basket_window_ms: int
    unknown_orders: int
    """Orders of which nobody can tell whether the venue has them, while anything new is sent."""
    unknown_notional: Decimal
    working_per_side: int
    """Orders that could fill on one side of an instrument."""
    working_orders: int
    """Orders that could fill, in all."""
    orders_per_second: int
    reducing_per_second: int
    """The budget of orders that shrink a position, apart from the other."""
    orders_per_minute: int
    trades_per_day: int
    messages_per_second: int
    """Orders, replacements and cancels: the venue's budget."""
    message_reserve: Decimal
    """Part of that budget that is kept for cancels and for orders that shrink a position."""
    messages_per_fill: int
    """Within an hour."""
    messages_per_fill_warned: int
    """Within an hour: from so many on people are told, before the limit stops anything."""
    messages_judged_from: int
    """Fewer messages within the hour say nothing."""
    collar_shares: Decimal
    """How far a price may be on the paying side of the mark, as a fraction of it: equities, funds, indices."""
    collar_crypto: Decimal
    collar_others: Decimal
    fat_finger: Decimal
    """How far any price of an order may be from the mark, on either side."""
    own_travel: Decimal
    """How much worse than an own order of the window an order may pay, as a fraction."""
    own_travel_window_ms: int
    spread: Decimal
    """Between bid and ask over their middle, where an order without a limit price would pay it."""
    duplicate_window_ms: int
    mark_age_ms: int
    """Age of the instrument's mark, in session time."""
    book_age_ms: int
    """Age of the other marks and of the account's valuation, in session time."""
    near_close_ms: int
    """No new risk so shortly before the market closes; an order for the closing auction is meant to be there."""
    ramp_days: int
    """Trading days for which a new strategy has a part of the size limits only, when it trades live."""
    ramp_part: Decimal
    ramp_orders: int
    """Orders of a new strategy that go out one at a time, when it trades live."""
    buying_power_buffer: Decimal
    """Part of buying power that is never used."""
    daily_loss: Decimal
    """Of the equity at the start of the day."""
    allows_short: bool
    instruments: frozenset[str]
    """What may be traded; anything else is refused."""
    drawdown: DrawdownLevels

    def __post_init__(self) -> None:
        found = problems_of({field.name: getattr(self, field.name) for field in fields(self)})
        if found:
            raise InputError("the limits cannot be used: " + "; ".join(found))

    def __hash__(self) -> int:
        """Cheap, for looking up what was made of these limits before."""
        return hash((self.version, self.position, self.order_notional))


def shipped_limits(instruments: frozenset[str], *, version: int = 1) -> Limits:
    """The defaults: small, without leverage, long only, for these instruments."""
    numbers = {name: int(bound.shipped) if bound.is_whole else bound.shipped for name, bound in BOUNDS.items()}
    return read_limits(
        {
            **numbers,
            "version": version,
            "allows_short": False,
            "instruments": instruments,
            "drawdown": DrawdownLevels(),
        }
    )


def read_limits(values: Mapping[str, object]) -> Limits:
    """Limits from names and values; an `InputError` lists every missing, unknown, wrong and too large one."""
    found = problems_of(values)
    if found:
        raise InputError("the limits cannot be used: " + "; ".join(found))
    return Limits(**values)  # type: ignore[arg-type]  # every name and type was just checked


def problems_of(values: Mapping[str, object]) -> tuple[str, ...]:
    """Everything that is wrong with a set of limits, a sentence each; empty when they can be used."""
    names = tuple(field.name for field in fields(Limits))
    found = [f"{name}: missing, and a limit that is missing is not unlimited" for name in names if name not in values]
    found += [f"{name}: no limit of that name" for name in values if name not in names]
    found += [
        told for name, bound in BOUNDS.items() if name in values and (told := _problem(values[name], name, bound))
    ]
    if "version" in values and not _is_whole(values["version"], 1):
        found.append(f"version: expected a whole number from 1, found {values['version']!r}")
    if not isinstance(values.get("allows_short", False), bool):
        found.append(f"allows_short: expected true or false, found {values['allows_short']!r}")
    if "instruments" in values and not (isinstance(values["instruments"], frozenset) and values["instruments"]):
        found.append("instruments: expected at least one instrument id, found none; list what may be traded")
    levels = values.get("drawdown", DrawdownLevels())
    found += levels.problems() if isinstance(levels, DrawdownLevels) else ["drawdown: expected DrawdownLevels"]
    found += _too_few_exits(values.get("orders_per_second"), values.get("reducing_per_second"))
    return tuple(found)


def tightest(first: Limits, *others: Limits, version: int) -> Limits:
    """One set of limits that is nowhere looser than any of them; `version` names the combination."""
    values: dict[str, object] = {"version": version}
    every = (first, *others)
    for name, bound in BOUNDS.items():
        numbers = [getattr(limits, name) for limits in every]
        values[name] = max(numbers) if bound.tightens_upwards else min(numbers)
    levels = first.drawdown
    for limits in others:
        levels = levels.tighter(limits.drawdown)
    values["drawdown"] = levels
    values["allows_short"] = all(limits.allows_short for limits in every)
    values["instruments"] = frozenset.intersection(*(limits.instruments for limits in every))
    return read_limits(values)


def loosened(name: str, *, before: object, after: object) -> bool:
    """Whether a value allows anything that the one before did not."""
    if name == "instruments":
        return not cast("frozenset[str]", after) <= cast("frozenset[str]", before)
    if name == "drawdown":
        levels, others = cast("DrawdownLevels", before), cast("DrawdownLevels", after)
        return levels.tighter(others) != others
    more, less = cast("Decimal", after), cast("Decimal", before)
    return more < less if name in BOUNDS and BOUNDS[name].tightens_upwards else more > less


def _too_few_exits(opening: object, reducing: object) -> list[str]:
    """The budget of orders that reduce is a fifth of the other at least: the way out stays open."""
    is_measured = isinstance(opening, int) and isinstance(reducing, int) and reducing >= 1
    if not is_measured or reducing * 5 >= opening:  # type: ignore[operator]  # both are whole numbers here
        return []
    return [f"reducing_per_second: expected at least a fifth of orders_per_second ({opening}), found {reducing}"]


def _is_whole(value: object, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def _problem(value: object, name: str, bound: Bound) -> str:
    kind = "a whole number" if bound.is_whole else "a number"
    wanted = f"{kind} from {bound.least:f} to {bound.most:f}"
    is_good = _is_whole(value, 0) if bound.is_whole else isinstance(value, Decimal) and value.is_finite()
    if is_good and bound.least <= value <= bound.most:  # type: ignore[operator]  # a number, by the lines above
        return ""
    return f"{name}: expected {wanted}, found {value!r}"
