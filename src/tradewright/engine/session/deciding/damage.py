"""Damage is what comes from outside and cannot be true: a number that is none, a bar without a price, a wish for
nothing.

This file decides what is damaged. It is told once and taken for no information: arithmetic on it would end the session,
and the journal would end it again at every restart.
"""

import math
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Final

from tradewright.domain.errors import InputError
from tradewright.domain.numbers import is_usable
from tradewright.engine.session.deciding.proposing import request_of
from tradewright.ports import broker
from tradewright.ports.feed import Slice, SliceBar
from tradewright.ports.hosts import OrderWish, ProtectWish, TargetWish, Wish

_LOWEST_PRICE: Final = 1e-9
_HIGHEST_PRICE: Final = 1e12
_HEAVIEST: Final = 1e6
"""Weights beyond it, either way, are no weights."""


def report_damage(given: broker.BrokerEvent) -> str:
    """Which number of a report cannot be; empty where all can. Fills and requests prove themselves when made."""
    match given:
        case broker.OrderReport():
            return _first((("filled", given.filled),), least=Decimal(0))
        case broker.OrderAnswer(report=broker.OrderReport() as report):
            return report_damage(report)
        case broker.OpenOrdersAnswer(reports=reports):
            return next((told for one in reports if (told := report_damage(one))), "")
        case broker.AccountAnswer():
            return (
                _first(given.positions.items())
                or _first(given.cash.items())
                or next((told for one in given.movements if (told := report_damage(one))), "")
            )
        case broker.CashMoved():
            return _first((("amount", given.amount),))
        case broker.SplitDone(ratio=ratio, price=price):
            wrong = _first((("ratio", ratio), ("price", price)), least=Decimal(0))
            return wrong or ("" if ratio else "a ratio of 0")
        case _:
            return ""


def question_of(given: broker.BrokerEvent) -> int | None:
    """The number of the question that a report answers; None where it answers none."""
    match given:
        case broker.OrderAnswer() | broker.OpenOrdersAnswer() | broker.FillsAnswer() | broker.AccountAnswer():
            return given.number
        case _:
            return None


def believable(seen: Slice) -> tuple[Slice, tuple[int, ...]]:
    """The slice without the bars that cannot be, and the columns of those."""
    wrong = tuple(i for i, bar in enumerate(seen.bars) if bar is not None and not _can_be(bar))
    if not wrong:
        return seen, ()
    return replace(seen, bars=tuple(None if i in wrong else bar for i, bar in enumerate(seen.bars))), wrong


def nonsense(wishes: Iterable[Wish]) -> str:
    """The first wish that nobody can mean, in words; empty where all make sense."""
    return next((f"{wish}: {told}" for wish in wishes if (told := _nonsense(wish))), "")


def _nonsense(wish: Wish) -> str:
    match wish:
        case TargetWish(weight=weight) if abs(weight) > _HEAVIEST:
            return f"a weight of {weight:g} of equity"
        case TargetWish() | ProtectWish():
            prices = (wish.stop_loss, wish.take_profit)
            return next((f"a price of {one:g}" for one in prices if one > 0 and not _is_price(one)), "")
        case OrderWish():
            try:
                request_of(wish)
            except (InputError, ValueError) as problem:
                return str(problem)
            return "" if wish.number > 0 else "orders are numbered from 1"
        case _:
            return ""


def _first(numbers: Iterable[tuple[str, Decimal]], *, least: Decimal | None = None) -> str:
    for name, value in numbers:
        if not is_usable(value) or (least is not None and value < least):
            return f"{name} {value}"
    return ""


def _can_be(bar: SliceBar) -> bool:
    is_volume = math.isnan(bar.volume) or 0 <= bar.volume < math.inf  # not told, or how much
    return is_volume and all(_is_price(one) for one in (bar.open, bar.high, bar.low, bar.close))


def _is_price(value: float) -> bool:
    return _LOWEST_PRICE <= value <= _HIGHEST_PRICE
