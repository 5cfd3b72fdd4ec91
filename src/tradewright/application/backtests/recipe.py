"""The recipe of a run: what was asked for, so that the very run can be made again.

It is no part of the run's identity: a file that was moved, or a store that has learned more, leaves the name as it is.
This file decides what is kept of it and how a kept run becomes a command again.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields, replace
from typing import Any, Final

from tradewright.application.backtests.messages import Account, Carrying, Conventions, Market, RunBacktest
from tradewright.application.backtests.views import BacktestView
from tradewright.domain.errors import InputError
from tradewright.trading.risk.policy_text import read_policy
from tradewright.trading.strategies.registry import REGISTRY
from tradewright.trading.strategies.strategy import Strategy

NOTHING: Final[Mapping[str, object]] = {}


def recipe_of(command: RunBacktest, *, path: str | None, known_ns: int, code: Callable[[], str]) -> dict[str, object]:
    """What is kept beside a run; `path` is the file of its strategy, `known_ns` the moment its bars were read."""
    given = command.strategy
    if isinstance(given, str) and path is None:
        named = given
    elif path is not None:
        kind = type(given) if isinstance(given, Strategy) else given
        class_name = kind.__name__ if isinstance(kind, type) else str(given).partition(".py:")[2]
        named = f"{path}:{class_name}" if class_name else path
    else:
        kind = type(given) if isinstance(given, Strategy) else given
        named = next((name for name, known in REGISTRY.items() if known is kind), "")
    return {
        "strategy": named,
        "market": asdict(command.market) if command.bars is None else None,
        "is_benchmark_given": command.benchmark is not None,
        "conventions": asdict(command.conventions),
        "known_ns": known_ns,
        "code": code(),
        **_carried(command.account.carry),
    }


def command_of(view: BacktestView) -> RunBacktest:
    """What makes a kept run again; InputError says why it cannot be."""
    kept: Mapping[str, Any] = view.recipe
    settings = dict(view.assumptions)
    named = str(kept.get("strategy") or (view.strategy if view.strategy in REGISTRY else ""))
    if kept.get("strategy", named) == "" or not named:
        raise _lost(f"its strategy, {view.strategy}, was handed in and lies in no file", "keep strategies in files")
    if kept and (kept.get("market") is None or kept.get("is_benchmark_given")):
        raise _lost("its bars were handed in, and nobody knows where from", "load them from the store or a file")
    if kept.get("is_carry_given"):
        raise _lost("its funding or its rates were handed in", "bring them into the store")
    stated = dict(kept.get("market") or {"symbols": view.symbols, "timeframe": view.timeframe})
    stated |= {"symbols": tuple(stated.get("symbols") or ()), "start": view.start, "end": view.end}
    if not kept:
        stated |= {"prices": settings["prices"], "as_of": settings["as_of"], "benchmark": view.benchmark}
    return RunBacktest(
        strategy=named,
        parameters=dict(view.parameters),
        market=Market(**stated),
        account=replace(_account(settings), carry=_carrying(settings, kept)),
        conventions=_conventions(kept, settings),
        engine=view.engine,
    )


def limits_of_run(view: BacktestView, instruments: tuple[str, ...]) -> Any:
    """The limits that the run passed; None where it asked no gate."""
    written = view.assumptions.get("limits")
    if written is None:
        return None
    content = json.loads(written) if isinstance(written, str) else written
    assert isinstance(content, dict)
    return read_policy(content, instruments=frozenset(instruments), is_kept=True)


def _carried(said: Carrying) -> dict[str, object]:
    """What of the account's carrying its settings do not tell; nothing where nothing is carried."""
    if said.is_nothing:
        return {}
    is_given = bool(said.rates) or not isinstance(said.funding, bool)
    return {"is_carry_given": is_given, "renames": {old: list(new) for old, new in said.renames.items()}}


def _carrying(settings: Mapping[str, Any], kept: Mapping[str, Any]) -> Carrying:
    """As the settings tell it; funding and rates of exchange are read from the store again."""
    stated = {one.name: settings[one.name] for one in fields(Carrying) if one.name in settings}
    for name, value in (("delistings", stated.get("delistings")), ("renames", kept.get("renames"))):
        if value:
            stated[name] = {instrument: tuple(told) for instrument, told in value.items()}
    return Carrying(**stated | {"funding": bool(settings.get("funding"))})


def _account(settings: Mapping[str, Any]) -> Account:
    stated = {one.name: settings[one.name] for one in fields(Account) if one.name in settings}
    if settings.get("cost_code"):
        raise _lost("it has a cost model of its own", "run it again where that model is")
    if stated.get("costs") in {"Costs()", None}:
        stated["costs"] = None
    elif str(stated["costs"]).startswith("Costs(("):  # a single part is written as a tuple of one
        stated["costs"] = str(stated["costs"]).removeprefix("Costs((").removesuffix(",))")
    allocation = str(stated.pop("allocation", "EqualSlots()"))
    if allocation.startswith("Sizing("):
        stated["sizing"] = allocation
    elif allocation not in {"EqualSlots()", "EqualSlots(total=1.0)", "EqualSlots(1.0)"}:
        raise _lost(f"its allocation {allocation} was handed in", "run it again where that is")
    return Account(**stated)


def _conventions(kept: Mapping[str, Any], settings: Mapping[str, Any]) -> Conventions:
    known = kept.get("conventions") or {
        one.name: settings[one.name] for one in fields(Conventions) if one.name in settings
    }
    return Conventions(**known)


def _lost(found: str, remedy: str) -> InputError:
    return InputError("the run cannot be made again", found=found, remedy=remedy)
