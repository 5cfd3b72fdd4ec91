"""`tradewright logs`: what the processes of a project have said, also as they say it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from threading import Event
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.text import Text

from tradewright.application.logs.messages import LogQuestion
from tradewright.bootstrap import App
from tradewright.interfaces.cli.options import at_hand, example, flat
from tradewright.interfaces.terminal.output import print_json, print_json_line, screen
from tradewright.lazy import load

if TYPE_CHECKING:
    from tradewright.ports.logs import LogLine, LogPage

EVERY_S: Final = 0.5
_STYLES: Final = {"debug": "dim", "warning": "yellow", "error": "bold red", "critical": "bold red"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which lines."""

    service: Annotated[str, typer.Option(help="Of one service: trader, worker, platform ...")] = ""
    level: Annotated[str, typer.Option(help="This level and what matters more.")] = ""
    correlation: Annotated[str, typer.Option(help="What belongs to one asking, from the door to the fill.")] = ""
    since: Annotated[str, typer.Option(help="An age (30m, 1h, 2d) or a time.")] = ""
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="The newest lines at most.")] = 200


def register(app: typer.Typer) -> None:
    """Put the command at the top."""
    app.command(
        epilog=example(
            "tradewright logs --since 1h --level warning",
            "tradewright logs --service trader --follow",
            "tradewright logs --correlation er56a2kjhzpnqy67 --json",
        )
    )(flat(logs))


def logs(
    context: typer.Context,
    wanted: Wanted,
    *,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object; with --follow, one a line.")] = False,
) -> None:
    """Show what the processes of the project have said."""
    app = at_hand(context)
    question = LogQuestion(
        service=wanted.service,
        level=wanted.level,
        correlation_id=wanted.correlation,
        since=wanted.since,
        limit=wanted.limit,
    )
    page: LogPage = app.ask(question, answer=load("tradewright.ports.logs").LogPage)
    if json and not follow:
        print_json({"lines": [_told(one) for one in page.lines]})
        return
    if not (page.lines or follow):
        screen().print("Nothing was said that fits.", markup=False)
    _show(page, json=json)
    if follow:
        for later in _later(app, replace(question, since=""), page.cursor):
            _show(later, json=json)


def _later(app: App, question: LogQuestion, cursor: str) -> "Iterator[LogPage]":
    """What comes, page by page, without end."""
    answer, waiting = load("tradewright.ports.logs").LogPage, Event()
    while True:
        waiting.wait(EVERY_S)
        page: LogPage = app.ask(replace(question, cursor=cursor) if cursor else question, answer=answer)
        cursor = page.cursor
        yield page


def _show(page: "LogPage", *, json: bool) -> None:
    console = screen()
    for line in page.lines:
        if json:
            print_json_line(_told(line))
            continue
        shown = Text(f"{line.time} ", style="dim")
        shown.append(f"{line.level:<8} ", style=_STYLES.get(line.level, ""))
        shown.append(f"{line.service}[{line.process}] {line.message}")
        fields = [f"{name}={value}" for name, value in line.fields]
        fields += [f"correlation={line.correlation_id}"] if line.correlation_id else []
        shown.append("".join(f"  {one}" for one in fields), style="dim")
        if line.exception:
            shown.append("\n    " + line.exception.replace("\n", "\n    "), style="dim")
        console.print(shown, soft_wrap=True)


def _told(line: "LogLine") -> dict[str, object]:
    return {
        "time": line.time,
        "level": line.level,
        "service": line.service,
        "process": line.process,
        "logger": line.logger,
        "correlation_id": line.correlation_id,
        "message": line.message,
        "fields": dict(line.fields),
        "exception": line.exception,
    }
