"""`tradewright strategy upload|validate|versions|source|change|delete`: the shelf of uploaded strategies."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tradewright.application.shelf.messages import (
    ChangeStrategy,
    DeleteStrategy,
    ShelvedStrategyShown,
    StrategySource,
    UploadStrategy,
    ValidateStrategy,
)
from tradewright.domain.errors import InputError, way_out
from tradewright.interfaces.cli.options import Json, example, flat, opened, split
from tradewright.interfaces.terminal.output import moment, print_json, screen
from tradewright.interfaces.terminal.tables import table
from tradewright.lazy import load

if TYPE_CHECKING:
    from tradewright.application.shelf.views import StrategySheet, VersionView

MOST_BYTES = 1 << 20
_VIEWS = "tradewright.application.shelf.views"
Shelved = Annotated[str, typer.Argument(help="Id or name of a strategy of the shelf.", show_default=False)]
Description = Annotated[str | None, typer.Option(help="What it does, in a sentence.")]
Tags = Annotated[list[str] | None, typer.Option("--tag", help="A word to find it by; may be repeated.")]
ClassName = Annotated[str, typer.Option("--class", help="Which class is meant, where the file holds several.")]


def register(group: typer.Typer) -> None:
    """Add these commands to the group of strategies."""
    group.command(
        epilog=example(
            "tradewright strategy upload ./my_idea.py --name my_idea --tag trend",
            "tradewright strategy upload ./my_idea.py --to my_idea",
        )
    )(flat(upload))
    group.command(epilog=example("tradewright strategy validate my_idea"))(validate)
    group.command(epilog=example("tradewright strategy versions my_idea"))(versions)
    group.command(epilog=example("tradewright strategy source my_idea --version 1 --output old.py"))(source)
    group.command(epilog=example('tradewright strategy change my_idea --description "Above its average."'))(change)
    group.command(epilog=example("tradewright strategy delete my_idea"))(delete)


@dataclass(frozen=True, slots=True)
class Words:
    """What is said of a strategy beside its file."""

    name: Annotated[str, typer.Option(help="What it is called; else as the file.")] = ""
    description: Description = None
    tag: Tags = None
    class_name: ClassName = ""


def upload(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The file of the strategy.", show_default=False)],
    *,
    words: Words,
    to: Annotated[str, typer.Option(help="Id or name of a strategy that gets it as a new version.")] = "",
    draft: Annotated[bool, typer.Option("--draft", help="Keep it unchecked; nobody can run it yet.")] = False,
    json: Json = False,
) -> None:
    """Put a strategy on the shelf, once it has passed the check in the sandbox."""
    if to and draft:
        raise InputError("--draft cannot be used with --to", remedy="a new version passes the check, or is not kept")
    command = _new_version(file, to, words=words) if to else _new_strategy(file, words, is_draft=draft)
    found = opened(context).ask(command, answer=load(_VIEWS).StrategySheet)
    if json:
        print_json(found)
        return
    entry, newest = found.entry, found.versions[0]
    told = "kept as a draft, not checked" if not newest.is_fit else "checked"
    console = screen()
    console.print(f"{entry.name} is {entry.id}, version {newest.version}, {told}.", markup=False, soft_wrap=True)
    _print_findings(newest)
    next_one = f"strategy validate {entry.id}" if not newest.is_fit else f"backtest run shelf:{entry.id} --symbol AAPL"
    console.print(f"Next: tradewright {next_one}", markup=False, soft_wrap=True)


def _new_strategy(file: Path, words: Words, *, is_draft: bool) -> UploadStrategy:
    return UploadStrategy(
        file_name=file.name,
        content=_content(file),
        name=words.name,
        description=words.description or "",
        tags=split(words.tag),
        class_name=words.class_name,
        is_draft=is_draft,
    )


def _new_version(file: Path, strategy: str, *, words: Words) -> ChangeStrategy:
    return ChangeStrategy(
        strategy=strategy,
        name=words.name or None,
        description=words.description,
        tags=split(words.tag) if words.tag else None,
        source=_text(_content(file)),
        file_name=file.name,
        class_name=words.class_name,
    )


def validate(context: typer.Context, strategy: Shelved, *, class_name: ClassName = "", json: Json = False) -> None:
    """Check the newest version in the sandbox: read it, load it, try it on bars."""
    found = opened(context).ask(ValidateStrategy(strategy, class_name), answer=load(_VIEWS).StrategySheet)
    if json:
        print_json(found)
        return
    screen().print(f"{found.entry.name}, version {found.entry.version}, has passed the check.", markup=False)
    _print_findings(found.versions[0])


def versions(context: typer.Context, strategy: Shelved, *, json: Json = False) -> None:
    """List the versions of a strategy, newest first, with what the check found."""
    found = opened(context).ask(ShelvedStrategyShown(strategy), answer=load(_VIEWS).StrategySheet)
    if json:
        print_json({"versions": found.versions})
    elif not found.versions:
        screen().print(f"{found.entry.id} comes with Tradewright; it has no versions.", markup=False)
    else:
        print_versions(found)


def print_versions(found: "StrategySheet") -> None:
    """The table of a strategy's versions, and what was found."""
    rows = (
        [
            str(one.version),
            "yes" if one.is_fit else "no",
            one.class_name,
            one.file_name,
            f"{one.size_bytes:,}",
            one.digest[:12],
            moment(one.created_ns),
            one.created_by,
        ]
        for one in found.versions
    )
    screen().print(table([">version", "fit", "class", "file", ">bytes", "sha-256", "uploaded", "by"], rows))
    for one in found.versions:
        _print_findings(one)


def source(
    context: typer.Context,
    strategy: Shelved,
    *,
    version: Annotated[int, typer.Option(min=0, help="Which one; 0: the newest.")] = 0,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file to write it to.")] = None,
    json: Json = False,
) -> None:
    """Show the source of a version, or write it to a file that is not there yet."""
    found = opened(context).ask(StrategySource(strategy, version), answer=load(_VIEWS).SourceView)
    if output is not None:
        try:
            with output.open("x", encoding="utf-8", newline="") as file:
                file.write(found.source)
        except FileExistsError as there:
            raise InputError(f"{output} is there already", remedy="choose another name; nothing was changed") from there
        except OSError as problem:
            raise InputError(
                f"{output} cannot be written", found=problem.strerror or str(problem), remedy=way_out(problem)
            ) from problem
    if json:
        print_json(found)
    elif output is not None:
        screen().print(f"Written: {output}", markup=False, soft_wrap=True)
    else:
        typer.echo(found.source, nl=not found.source.endswith("\n"))


def change(
    context: typer.Context,
    strategy: Shelved,
    *,
    name: Annotated[str | None, typer.Option(help="Another name.")] = None,
    description: Description = None,
    tag: Tags = None,
    json: Json = False,
) -> None:
    """Give a strategy of the shelf another name, description or tags."""
    if name is None and description is None and tag is None:
        raise InputError("nothing is to be changed", expected="--name, --description or --tag", found="none of them")
    command = ChangeStrategy(
        strategy=strategy, name=name, description=description, tags=None if tag is None else split(tag)
    )
    found = opened(context).ask(command, answer=load(_VIEWS).StrategySheet)
    _told(found, json=json, text=f"{found.entry.id} is changed.")


def delete(context: typer.Context, strategy: Shelved, *, json: Json = False) -> None:
    """Take a strategy off the shelf; what ran with it stays explained."""
    found = opened(context).ask(DeleteStrategy(strategy), answer=load(_VIEWS).StrategySheet)
    _told(found, json=json, text=f"{found.entry.name} ({found.entry.id}) is off the shelf.")


def _told(found: "StrategySheet", *, json: bool, text: str) -> None:
    if json:
        print_json(found)
    else:
        screen().print(text, markup=False, soft_wrap=True)


def _print_findings(version: "VersionView") -> None:
    for one in version.findings:
        place = f"line {one.line}" if one.line else "file"
        told = f"version {version.version}, {place}: {one.code}: {one.message}"
        screen().print(told, markup=False, soft_wrap=True, style="red" if one.is_fatal else "yellow")


def _content(file: Path) -> bytes:
    """The bytes of a file, at most a little more than a strategy may have."""
    try:
        with file.open("rb") as opened_file:
            return opened_file.read(MOST_BYTES + 1)
    except OSError as problem:
        raise InputError(f"{file} cannot be read", found=problem.strerror or str(problem)) from problem


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as wrong:
        raise InputError("the file is no UTF-8", found=f"byte {wrong.start}", remedy="save it as UTF-8") from wrong
