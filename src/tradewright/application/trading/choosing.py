"""The strategy of a session, chosen before anything is started: which code, with which parameters, how much warm-up.

This file decides that an uploaded strategy is looked at behind walls alone, and that its session runs the bytes that
were chosen here, whatever becomes of the shelf.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tradewright.application.confined.describing import Described
from tradewright.application.shelf.naming import Reference, reference_of
from tradewright.application.shelf.running import Runnable
from tradewright.application.strategies.finding import FoundStrategy, make_strategy
from tradewright.application.strategies.source import code_digest
from tradewright.engine.session.strategies.live import warm_up_bars_of
from tradewright.ports.code import CodeFiles, Source
from tradewright.ports.sessions import Parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenStrategy:
    """What a session trades by."""

    named: str
    """As a host of strategies knows it."""
    name: str
    """That its orders and positions go by."""
    parameters: Mapping[str, Parameter]
    warm_up_bars: int
    code: str
    source: Source | None = None
    """Of an uploaded one: the bytes that run."""


Choosing = Callable[[str, Mapping[str, object]], ChosenStrategy]
"""The strategy of a name, with these parameters."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """What is asked of uploaded strategies."""

    runnable: Callable[[Reference], Runnable]
    described: Callable[[Runnable, Mapping[str, object]], Described]


def chosen(strategy: str, parameters: Mapping[str, object], *, code: CodeFiles, shelf: Shelf) -> ChosenStrategy:
    """The strategy as a session has it; the errors of whoever finds and makes it."""
    reference = reference_of(strategy)
    if reference is not None:
        found = shelf.runnable(reference)
        told = shelf.described(found, parameters)
        return ChosenStrategy(
            named=found.named,
            name=plain(found.name),
            parameters=told.values,
            warm_up_bars=told.warm_up_bars,
            code=told.code,
            source=found.source,
        )
    made, kind = make_strategy(strategy, parameters, code=code)
    return ChosenStrategy(
        named=_reference(kind),
        name=plain(kind.id),
        parameters={name: getattr(made, name) for name in type(made).parameters},
        warm_up_bars=warm_up_bars_of(made),
        code=code_digest(type(made)),
    )


def plain(name: str) -> str:
    """A strategy's id as a part of names: `MyIdea` becomes `my_idea`."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    return re.sub(r"[^a-z0-9_]+", "_", spaced)[:40] or "strategy"


def _reference(found: FoundStrategy) -> str:
    """What finds the strategy again from any folder."""
    return found.id if found.path is None else f"{Path(found.path).absolute()}:{found.id}"
