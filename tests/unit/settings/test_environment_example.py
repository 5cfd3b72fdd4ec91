"""`.env.example` holds every setting of the tree as a variable, with what it may be and its default."""

import inspect
from pathlib import Path

import msgspec

from tradewright.settings import load
from tradewright.settings.fields import Field, fields
from tradewright.settings.loading import ALIASES
from tradewright.settings.secrets import Secret
from tradewright.settings.tree import Section, Settings

EXAMPLE = Path(__file__).resolve().parents[3] / ".env.example"
HEAD = """\
# Every setting as a variable of the environment, at its default. docs/concepts/settings.md says how settings are
# looked for, and which of these common names stand for a name with our prefix (API_PORT for TRADEWRIGHT_API_PORT).
# Copy this file to .env, take the mark off the lines that you change, and load it before a command:
#
#   set -a; . ./.env; set +a
#
# A container takes it with --env-file .env. Secrets belong here or in a keyring, never into tradewright.toml.
"""


def sections(tree: type[Section] = Settings, prefix: str = "") -> dict[str, str]:
    """Dotted name of each section with what it is."""
    found = {prefix: (inspect.getdoc(tree) or "").rstrip(".")}
    for field in msgspec.structs.fields(tree):
        if isinstance(field.type, type) and issubclass(field.type, Section):
            found |= sections(field.type, f"{prefix}{field.name}.")
    return found


def written(default: object) -> str:
    if default is None or isinstance(default, Secret):
        return ""
    if isinstance(default, tuple):
        return ",".join(default)
    return str(default).lower() if isinstance(default, bool) else str(default)


def entry(field: Field, alias: str | None) -> list[str]:
    meaning = field.description.removeprefix("place of ")
    expected = "the secret itself" if field.is_secret else field.expected
    return [f"# {meaning} ({expected})", f"#{alias or field.variable}={written(field.default)}"]


def example() -> str:
    titles, common, lines, last = sections(), {name: alias for alias, name in ALIASES.items()}, [HEAD], ""
    for field in fields():
        section = field.name.rpartition(".")[0] + "." if "." in field.name else ""
        if section != last:
            lines += ["", f"# --- {section.rstrip('.')}: {titles[section]} ---"]
            last = section
        lines += entry(field, common.get(field.name))
    return "\n".join(lines) + "\n"


def test_the_example_of_the_environment_has_every_setting() -> None:
    assert EXAMPLE.read_text(encoding="utf-8") == example(), f".env.example should hold:\n\n{example()}"


def test_the_example_as_it_stands_sets_every_setting_to_its_default(tmp_path: Path) -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    pairs = [line[1:].split("=", 1) for line in lines if line.startswith("#") and line[1:2].isupper()]
    environment = dict(pairs)
    assert len(environment) == len(list(fields()))
    assert load(tmp_path, environment=environment, flags={}) == load(tmp_path, environment={}, flags={})
