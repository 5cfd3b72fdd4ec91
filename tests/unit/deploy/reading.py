"""Files of `deploy/` as their programs read them, and the rules that all of them share."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import typer

from tradewright.interfaces.cli.main import app
from tradewright.lazy import load
from tradewright.settings import load as settings_of
from tradewright.settings.loading import ALIASES

ROOT = Path(__file__).resolve().parents[3]
DEPLOY = ROOT / "deploy"
PORTS = {
    "data": 8001,
    "strategy": 8002,
    "risk": 8003,
    "trader": 8004,
    "scheduler": 8005,
    "worker": 8006,
    "gateway": 8000,
}
"""Services with their ports, as the documentation says."""
READ_FROM_FILES = frozenset(
    re.findall(r"[A-Z][A-Z_]+", re.search(r"for name in ((?:.|\n)*?);", (DEPLOY / "entrypoint.sh").read_text())[1])  # type: ignore[index]
)
"""Variables that the entry point reads from files."""


def read_yaml(path: Path) -> list[dict[str, Any]]:
    """Every document of a file; `!override` of Compose is taken as what it holds."""
    yaml = load("yaml")

    class Loader(yaml.SafeLoader):  # type: ignore[misc,name-defined]
        """Knows the tag."""

    Loader.add_constructor("!override", lambda loader, node: loader.construct_sequence(node, deep=True))
    return [one for one in yaml.load_all(path.read_text("utf-8"), Loader) if one]


def is_our_command(words: list[str]) -> bool:
    """Whether the command line takes these words; nothing is run."""
    command, rest = typer.main.get_command(app), list(words)
    while hasattr(command, "commands"):
        if not rest or rest[0] not in command.commands:
            return False
        command, rest = command.commands[rest[0]], rest[1:]
    command.make_context("command", rest)  # raises for options that are not there
    return True


def unknown_variables(environment: Mapping[str, str]) -> list[str]:
    """Variables of a container that nobody reads."""
    found = []
    for name in environment:
        plain = name.removesuffix("_FILE")
        is_file = name.endswith("_FILE") and plain in READ_FROM_FILES
        if not (is_file or name == "PORT" or name in ALIASES or name.startswith("TRADEWRIGHT_")):
            found.append(name)
    return found


def settings_hold(environment: Mapping[str, str], folder: Path) -> None:
    """The variables are settings that can be used; SettingsError lists what cannot."""
    given = {name: value for name, value in environment.items() if not name.endswith("_FILE")}
    settings_of(folder, environment=given)


def texts(value: object) -> Iterator[str]:
    """Every text inside."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield str(key)
            yield from texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from texts(one)
