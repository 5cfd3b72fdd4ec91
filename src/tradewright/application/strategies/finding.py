"""Find the strategy a person means: the id of a built-in one, a class in a file, a class, or one made already."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tradewright.domain.errors import InputError, StrategyError, TradewrightError
from tradewright.ports.code import CodeFiles, LoadedCode, kept_parts
from tradewright.trading.strategies.registry import find_strategy, id_of
from tradewright.trading.strategies.strategy import Strategy


@dataclass(frozen=True, slots=True)
class FoundStrategy:
    """A class of strategy and where it came from."""

    kind: type[Strategy]
    id: str
    """Registry id, or the name of the class."""
    path: Path | None = None


def find_class(named: str, code: CodeFiles) -> FoundStrategy:
    """`moving_average`, `my_idea.py:MyIdea`, or `my_idea.py` when the file holds one strategy; InputError else.

    `sha256:...:MyIdea` is one that was uploaded; only a confined process loads it.
    """
    kept = kept_parts(named)
    if kept is not None:
        loaded = code.load_kept(kept[0])
        return _in_loaded(loaded, kept[1] or None, shown=loaded.path)
    path, colon, class_name = named.partition(".py:")
    if colon:
        return _in_file(Path(f"{path}.py"), class_name, code=code)
    if named.endswith(".py"):
        return _in_file(Path(named), None, code=code)
    kind = find_strategy(named)
    return FoundStrategy(kind, id_of(kind))


def make_strategy(
    given: object, parameters: Mapping[str, object], *, code: CodeFiles
) -> tuple[Strategy, FoundStrategy]:
    """The strategy with its parameters; parameters given beside a strategy made already are an InputError."""
    if isinstance(given, Strategy):
        if parameters:
            raise InputError(
                "parameters were given beside a strategy that has its own",
                expected=f"parameters inside the strategy, as {type(given).__name__}({_written(parameters)})",
                found=_written(parameters),
            )
        return given, FoundStrategy(type(given), id_of(type(given)))
    found = class_of(given, code)
    try:
        return found.kind(**parameters), found
    except TradewrightError:
        raise
    except ValueError as refused:
        raise InputError(f"{found.kind.__name__} refuses its parameters", found=str(refused)) from refused
    except Exception as problem:
        raise StrategyError(
            f"{found.kind.__name__} cannot be made", found=f"{type(problem).__name__}: {problem}"
        ) from problem


def class_of(given: object, code: CodeFiles) -> FoundStrategy:
    """The class that an id, a file or a class itself names; InputError for anything else."""
    if isinstance(given, str):
        return find_class(given, code)
    if isinstance(given, type) and issubclass(given, Strategy):
        return FoundStrategy(given, id_of(given))
    raise InputError(
        "this is no strategy",
        expected="an id as 'moving_average', a class that derives from tw.Strategy, or one made of it",
        found=f"{given!r}",
        remedy="see: tradewright strategy list",
    )


def _in_file(path: Path, class_name: str | None, *, code: CodeFiles) -> FoundStrategy:
    return _in_loaded(code.load(path), class_name, shown=path)


def _in_loaded(loaded: LoadedCode, class_name: str | None, *, shown: Path) -> FoundStrategy:
    kinds = {name: kind for name, kind in loaded.classes.items() if issubclass(kind, Strategy)}
    if class_name is None and len(kinds) == 1:
        class_name = next(iter(kinds))
    if class_name is None or class_name not in kinds:
        problem = f"{shown.name} holds {'no' if not kinds else 'several'} strategies"
        raise InputError(
            problem if class_name is None else f"{shown.name} holds no strategy {class_name}",
            expected="a class that derives from tw.Strategy" if not kinds else f"one of {', '.join(kinds)}",
            found=class_name or ", ".join(kinds) or "none",
            remedy=f"say which: {shown}:{next(iter(kinds))}" if kinds else "",
        )
    return FoundStrategy(kinds[class_name], class_name, loaded.path)


def _written(parameters: Mapping[str, object]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in parameters.items())
