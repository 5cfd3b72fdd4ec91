"""The check for look-ahead of an uploaded strategy: bars go in, judgments come out, read as a stranger's words.

This file decides what is believed of them: their form. A strategy that lies about itself deceives whoever believes it.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Final

import msgspec

from tradewright.application.backtests.costs import costs_of
from tradewright.application.confined.failures import raised_there
from tradewright.application.confined.packing import pack, unpack
from tradewright.application.confined.words import Value, columns_of_bars, made_bars
from tradewright.application.honesty.handlers import Checked
from tradewright.application.strategies.finding import make_strategy
from tradewright.domain.errors import InputError, StrategyError
from tradewright.domain.market.actions import CorporateAction
from tradewright.engine.assumptions import Assumptions
from tradewright.engine.run import Run
from tradewright.ports.code import CodeFiles, Source
from tradewright.ports.confinement import ConfinedFailure, ConfinedLimits, ConfinedTask, ConfinedWork, Confinement
from tradewright.research.lookahead.check import check
from tradewright.research.lookahead.report import HonestyReport, Judgment

LIMITS: Final = ConfinedLimits(seconds=600.0, answer_bytes=4 << 20)
MOST_JUDGMENTS: Final = 200
LONGEST: Final = 1_000


class HonestyAsked(msgspec.Struct, frozen=True):
    """Which class, with which parameters and account; the columns of the bars follow."""

    class_name: str
    parameters: Mapping[str, Value]
    instruments: tuple[str, ...]
    timeframe: str
    prices: str
    currency: str
    actions: tuple[CorporateAction, ...]
    cash: float
    costs: str
    fill: str
    lot: float
    leverage: float
    is_fast: bool


def honesty_inside(
    source: Source, content: bytes | memoryview, *, code: CodeFiles, engine: Callable[..., Run]
) -> bytes:
    """Check it; what it raises over all bars is told."""
    asked, columns = unpack(content, HonestyAsked)
    bars = made_bars(
        columns, instruments=asked.instruments, timeframe=asked.timeframe, prices=asked.prices,
        currency=asked.currency, actions=asked.actions,
    )  # fmt: skip
    assumptions = Assumptions(
        cash=asked.cash, costs=costs_of(asked.costs or None), fill=asked.fill, lot=asked.lot, leverage=asked.leverage,  # type: ignore[arg-type]
    )  # fmt: skip
    make = partial(make_strategy, source.named(asked.class_name), asked.parameters, code=code)
    found = check(lambda: make()[0], bars, assumptions=assumptions, engine=engine, is_fast=asked.is_fast)
    return msgspec.msgpack.encode(found)


def confined_honesty(
    source: Source, class_name: str, *, parameters: Mapping[str, object], checked: Checked, confinement: Confinement
) -> HonestyReport:
    """The report; what it raises is raised here, and so is an answer that is none."""
    given: dict[str, Value] = {}
    for name, value in parameters.items():
        if not isinstance(value, int | float | bool | str):
            raise InputError(f"parameter {name} cannot be used", expected="a number, a text or a truth value")
        given[name] = value
    bars, account = checked.bars, checked.assumptions
    costs = "" if repr(account.costs) == "Costs()" else repr(account.costs)
    asked = HonestyAsked(
        class_name, given, bars.instruments, str(bars.timeframe), bars.prices, bars.currency, bars.actions,
        account.cash, costs, account.fill.value, account.lot, account.leverage, checked.is_fast,
    )  # fmt: skip
    content = pack(asked, columns_of_bars(bars))
    task = ConfinedTask(work=ConfinedWork.HONESTY, source=source, content=content, limits=LIMITS)
    outcome = confinement.run_confined(task)
    if isinstance(outcome, ConfinedFailure):
        raise raised_there(outcome)
    try:
        found = msgspec.msgpack.decode(outcome.content, type=HonestyReport)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as wrong:
        raise _nonsense(str(wrong)) from wrong
    if found.instruments != bars.instruments or len(found.judgments) > MOST_JUDGMENTS:
        raise _nonsense("other instruments than were asked for, or judgments without end")
    judgments = tuple(_shown(one) for one in found.judgments)
    return replace(found, strategy=_text(found.strategy), judgments=judgments)


def _shown(one: Judgment) -> Judgment:
    place = one.place
    if place is not None:
        place = replace(place, file=_text(place.file), text=_text(place.text), name=_text(place.name))
    facts = {_text(name): _text(value) if isinstance(value, str) else value for name, value in one.facts.items()}
    return replace(one, story=_text(one.story), remedy=_text(one.remedy), place=place, facts=facts)


def _text(told: str) -> str:
    return "".join(one if one.isprintable() else " " for one in told[:LONGEST])


def _nonsense(found: str) -> StrategyError:
    return StrategyError("what the strategy's process answered is no report", found=found, remedy="mend the strategy")
