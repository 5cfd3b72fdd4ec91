"""Answers about strategies: which there are, what one takes; a new file."""

import inspect

from tradewright.application.strategies.finding import FoundStrategy, find_class
from tradewright.application.strategies.messages import KnownStrategies, StrategyDetails, WriteStrategy
from tradewright.application.strategies.template import strategy_text
from tradewright.application.strategies.views import ParameterView, StrategyView, WrittenStrategy
from tradewright.domain.errors import InputError
from tradewright.ports.code import CodeFiles
from tradewright.ports.workspace import Workspace
from tradewright.trading.strategies.registry import REGISTRY
from tradewright.trading.strategies.strategy import Strategy


def known_strategies(_query: KnownStrategies) -> tuple[StrategyView, ...]:
    """The built-in ones, in the order of the registry."""
    return tuple(_view(FoundStrategy(kind, name)) for name, kind in REGISTRY.items())


def strategy_details(query: StrategyDetails, *, code: CodeFiles) -> StrategyView:
    """One, by id or file."""
    return _view(find_class(query.strategy, code))


def write_strategy(command: WriteStrategy, *, workspace: Workspace) -> WrittenStrategy:
    """A new file in the folder; InputError when one of that name is there."""
    name, text = strategy_text(command.name)
    try:
        path = workspace.write(name, text)
    except FileExistsError as there:
        raise InputError(
            f"{name} is there already", remedy="choose another name, or remove the file; nothing was changed"
        ) from there
    return WrittenStrategy(str(path), f"./{name}")


def _view(found: FoundStrategy) -> StrategyView:
    told = inspect.getdoc(found.kind) or ""
    description = "" if told == inspect.getdoc(Strategy) else told  # a class without words of its own inherits those
    return StrategyView(
        id=found.id if found.path is None else f"{found.path}:{found.id}",
        name=found.kind.__name__,
        summary=description.split("\n\n")[0].replace("\n", " "),
        description=description,
        speaks=str(found.kind.dialect()),
        parameters=tuple(
            ParameterView(
                name=item.name,
                type=item.type.__name__,
                default=item.default,
                low=item.low,
                high=item.high,
                choices=item.choices,
                description=item.description,
            )
            for item in found.kind.parameters.values()
        ),
        path=None if found.path is None else str(found.path),
    )
