"""What a reader can follow leads somewhere: links, commands, make targets, names; and the README is what it shows."""

import inspect
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

import tradewright as tw
from tradewright.interfaces.cli.main import app

ROOT = Path(__file__).resolve().parents[3]
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "examples").glob("*.md")])
FENCE = re.compile(r"^(```+)([\w-]*)[^\n]*\n(.*?)^\1[ \t]*$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)|<img src=\"([^\"]+)\"")
COMMAND = re.compile(r"^(?:\$ )?(?:\.venv/bin/)?tradewright ((?:-{2})?[a-z].*)$")
names = [path.relative_to(ROOT).as_posix() for path in PAGES]


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def prose_of(page: Path) -> str:
    return FENCE.sub("", text_of(page))


def slug(heading: str) -> str:
    plain = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", plain).strip().lower())


def anchors(page: Path) -> set[str]:
    return {slug(found) for found in re.findall(r"^#+ (.+)$", prose_of(page), re.MULTILINE)}


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_links_lead_to_pages_and_headings_that_are_there(page: Path) -> None:
    broken = []
    for found in LINK.finditer(prose_of(page)):
        link = found[1] or found[2]
        if link.startswith(("https://", "http://", "mailto:")):
            continue
        place, _, anchor = link.partition("#")
        target = (page.parent / place).resolve() if place else page
        is_there = target.is_file() and (not anchor or anchor in anchors(target))
        leaves_the_site = page.is_relative_to(DOCS) and not target.is_relative_to(DOCS)
        if not is_there or leaves_the_site:
            broken.append(link)
    assert not broken, f"{page.relative_to(ROOT)}: {broken} (a page of the site cannot link out of docs/)"


def commands_in(page: Path) -> Iterator[list[str]]:
    """The words of every command in the code of a page, cut at pipes and remarks."""
    blocks = [found[3] for found in FENCE.finditer(text_of(page)) if found[2] in {"", "sh"}]
    lines = [line for block in blocks for line in block.splitlines()]
    lines += re.findall(r"`([^`\n]+)`", prose_of(page))
    for line in lines:
        for part in line.split(" && "):
            found_command = COMMAND.match(part.strip().partition("  #")[0].partition(" | ")[0])
            if found_command:
                yield shlex.split(found_command[1])


def problem_of(words: list[str]) -> str | None:
    """Why these words are no command; None when they are one. `FILE` and `...` stand for what a reader puts there."""
    command: Any = typer.main.get_command(app)
    while words and words[0] == "--project":
        words = words[2:]
    while words and hasattr(command, "commands"):
        if words[0] in {"--help", "--version", "--install-completion"}:
            return None
        if words[0] not in command.commands:
            return f"no command {words[0]}"
        command, words = command.commands[words[0]], words[1:]
    options = {"--help", "--traceback"}
    options |= {name for item in command.params for name in (*item.opts, *item.secondary_opts)}
    unknown = [word for word in words if word.startswith("-") and word.partition("=")[0] not in options]
    return f"no option {unknown[0]}" if unknown else None


@pytest.mark.parametrize("page", PAGES, ids=names)
def test_commands_of_a_page_exist_with_their_options(page: Path) -> None:
    wrong = {" ".join(words): problem for words in commands_in(page) if (problem := problem_of(words))}
    assert not wrong, wrong


def test_the_search_for_commands_finds_wrong_ones() -> None:
    assert problem_of(["backtest", "run", "breakout", "--symbol", "A"]) is None
    assert problem_of(["backtest", "rum"]) == "no command rum"
    assert problem_of(["data", "show", "A", "--sart", "2001"]) == "no option --sart"
    assert sum(1 for page in PAGES for _ in commands_in(page)) > 50


def test_make_targets_that_are_named_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    told = {
        (page.name, target)
        for page in PAGES
        for target in re.findall(r"(?:^|`)make (?:[A-Z]+=\S+ )?([a-z][a-z-]+)", text_of(page), re.MULTILINE)
    }
    assert {(page, target) for page, target in told if target not in targets} == set()
    assert ("README.md", "demo") in told and ("README.md", "test") in told


def test_commands_of_the_command_line_are_all_described() -> None:
    reference = text_of(DOCS / "reference" / "cli.md")
    group: Any = typer.main.get_command(app)
    groups = {name: getattr(command, "commands", [""]) for name, command in group.commands.items()}
    every = [f"{name} {one}".strip() for name, commands in groups.items() for one in commands]
    missing = [words for words in every if f"`{words}" not in reference]
    assert not missing, f"docs/reference/cli.md does not name {missing}"


def test_options_of_trading_are_all_described() -> None:
    """Each in the row of its command; what every command has is told once."""
    common = {"--json", "--session", "--reason", "--who", "--help"}
    rows = text_of(DOCS / "reference" / "cli.md").splitlines()
    group: Any = typer.main.get_command(app)
    missing = []
    for name in ("trade", "risk", "broker"):
        for one, command in group.commands[name].commands.items():
            row = "\n".join(line for line in rows if f"`{name} {one}" in line)
            options = {option for item in command.params for option in item.opts if option.startswith("--")}
            missing += [f"{name} {one} {option}" for option in sorted(options - common) if option not in row]
    assert not missing, f"docs/reference/cli.md does not name {missing}"


def test_the_snippet_of_the_readme_is_the_first_example() -> None:
    (snippet,) = (found[3] for found in FENCE.finditer(text_of(ROOT / "README.md")) if found[2] == "python")
    example = text_of(ROOT / "examples" / "01_first_backtest.py")
    assert snippet == example.split('"""', 2)[2].lstrip("\n")


def test_the_readme_fits_a_screen_and_says_what_must_be_said() -> None:
    readme = text_of(ROOT / "README.md")
    assert len(readme.splitlines()) <= 45
    for needed in ("docs/images/tear-sheet.png", "make demo", "make test", "MIT", "LICENSE", "disclaimer", "advice"):
        assert needed in readme
    assert (DOCS / "images" / "tear-sheet.png").stat().st_size < 400_000


def navigation(entries: Any) -> Iterator[str]:
    for entry in entries:
        if isinstance(entry, str):
            yield entry
        else:
            for value in entry.values():
                yield from [value] if isinstance(value, str) else navigation(value)


def test_every_page_is_in_the_navigation_once() -> None:
    site = tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))["project"]
    assert sorted(navigation(site["nav"])) == sorted(path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md"))


def test_every_concept_is_in_the_list_of_concepts() -> None:
    index = text_of(DOCS / "concepts" / "index.md")
    pages = [page.name for page in (DOCS / "concepts").glob("*.md") if page.name != "index.md"]
    assert [page for page in pages if f"]({page})" not in index] == []


def test_the_python_reference_names_everything_public() -> None:
    reference = text_of(DOCS / "reference" / "python.md")
    assert [name for name in dir(tw) if f"tw.{name}" not in reference] == []
    members = [name for kind in (tw.Result, tw.PaperResult) for name in vars(kind) if not name.startswith("_")]
    assert [name for name in members if f"`{name}" not in reference] == []


@pytest.mark.parametrize(
    "function",
    [tw.load_bars, tw.import_data, tw.backtest, tw.sweep, tw.paper],
    ids=lambda function: str(function.__name__),
)
def test_the_python_reference_has_the_arguments_of_the_code(function: Any) -> None:
    reference = text_of(DOCS / "reference" / "python.md")
    (line,) = re.findall(rf"^`tw\.{function.__name__}\((.*)\) ->", reference, re.MULTILINE)
    told = [part.partition("=")[0].strip(" *") for part in line.split(", ")]
    assert [name for name in told if name] == list(inspect.signature(function).parameters)


def test_the_python_reference_has_every_setting_of_a_backtest() -> None:
    reference = text_of(DOCS / "reference" / "python.md")
    settings = inspect.get_annotations(inspect.getmodule(tw.backtest).Setting)  # type: ignore[union-attr]
    assert [name for name in settings if f"`{name}`" not in reference] == []


def test_pages_have_one_title() -> None:
    assert [page for page in PAGES if len(re.findall(r"^# ", prose_of(page), re.MULTILINE)) != 1] == []
