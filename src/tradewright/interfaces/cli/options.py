"""Options of commands that belong together (which market, which account, which conventions) as one value each.

A command takes such a value as one parameter; `flat` shows its fields to the shell as options of their own.
"""

import getpass
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from inspect import Parameter, signature
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from tradewright.bootstrap import App, open_app
from tradewright.domain.errors import InputError
from tradewright.lazy import load

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


def opened(context: typer.Context, *, here: bool = False, flags: Mapping[str, object] | None = None) -> App:
    """The application over the project folder that was chosen with --project, or found; `here` looks no higher up.

    `flags` are options that are settings too, by the setting's name.
    """
    chosen = context.find_root().params.get("project")
    return open_app(project=chosen or (Path.cwd() if here else None), flags=flags)


def at_hand(context: typer.Context, *, done: str = "Answered") -> App:
    """The application for what has to work while the settings are broken: sessions that are there, the kill switch."""
    app, broken = opened(context).at_hand()
    if broken:
        told = f"{done} all the same, by the defaults: {app.settings.trading.mode}, in {app.state_folder}"
        console = load("tradewright.interfaces.terminal.output").notes()
        console.print(f"{broken}\n{told}", markup=False, style="yellow")
    return app


def example(*lines: str) -> str:
    """The example at the end of a command's help, safe from markup."""
    shown = "\n\n".join(f"  {line}".replace("[", "\\[") for line in lines)
    return f"[bold]Example[/bold]\n\n{shown}"


def login() -> str:
    """The name that somebody is logged in by; empty where the system knows none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def known_strategies() -> list[str]:
    """Ids of the built-in strategies, for the shell's completion."""
    return list(load("tradewright.trading.strategies.registry").REGISTRY)


def split(values: list[str] | None) -> tuple[str, ...]:
    """`["A,B", "C"]` -> `("A", "B", "C")`, each once, in the order given."""
    parts = (part.strip() for value in values or () for part in value.split(","))
    return tuple(dict.fromkeys(part for part in parts if part))


def pairs(given: list[str] | None, option: str) -> dict[str, str]:
    """Names with values, as an option that may be repeated has them; InputError where one is no such pair."""
    found = {}
    for text in given or ():
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise InputError(f"{option} cannot be used", expected="a name and its value: position=0.04", found=text)
        found[name.strip()] = value.strip()
    return found


def flat(command: Callable[..., None]) -> Callable[..., None]:
    """A command whose dataclass parameters appear as one option a field."""
    hints = get_type_hints(command, include_extras=True)
    parameters: list[Parameter] = []
    groups: dict[str, type] = {}
    for name, parameter in signature(command).parameters.items():
        kind = hints[name]
        if not is_dataclass(kind):
            parameters.append(parameter.replace(annotation=kind, kind=Parameter.KEYWORD_ONLY))
            continue
        assert isinstance(kind, type)
        groups[name] = kind
        kinds = get_type_hints(kind, include_extras=True)
        parameters += [
            Parameter(item.name, Parameter.KEYWORD_ONLY, default=_default(item), annotation=kinds[item.name])
            for item in fields(kind)
        ]

    def called(**values: Any) -> None:
        built = {
            name: kind(**{item.name: values.pop(item.name) for item in fields(kind)}) for name, kind in groups.items()
        }
        command(**built, **values)

    called.__name__, called.__doc__, called.__module__ = command.__name__, command.__doc__, command.__module__
    called.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    called.__signature__ = signature(command).replace(parameters=parameters)  # type: ignore[attr-defined]
    return called


def _default(item: "Field[Any]") -> object:
    if item.default_factory is not MISSING:
        return item.default_factory
    return Parameter.empty if item.default is MISSING else item.default
