"""`tradewright jobs`: what the system does by itself at its time, and the queue of long work."""

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Annotated

import typer

from tradewright.application.jobs.messages import CancelJob, JobList, JobShown
from tradewright.application.schedules.messages import (
    AddSchedule,
    ChangeSchedule,
    PauseSchedule,
    RemoveSchedule,
    ResumeSchedule,
    ScheduleList,
    ScheduleShown,
    TriggerSchedule,
)
from tradewright.interfaces.cli.options import Json, example, flat, opened, pairs
from tradewright.interfaces.terminal.output import print_json, screen
from tradewright.lazy import load

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tradewright.application.schedules.messages import Value, Wish
    from tradewright.application.schedules.views import ScheduleView

group = typer.Typer(
    help="Jobs at their times, and the queue of long work.",
    epilog=example("tradewright jobs list", "tradewright jobs queue"),
    no_args_is_help=True,
)
_VIEWS = "tradewright.application.schedules.views"
_JOBS = "tradewright.application.jobs.views"
Id = Annotated[str, typer.Argument(help="Id of a scheduled job: see `tradewright jobs list`.", show_default=False)]
Rule = Annotated[
    str, typer.Option(help="every 15m, cron 30 18 * * mon-fri, XNYS open+5m, XNYS close, XNYS monthly close.")
]
With = Annotated[
    list[str] | None,
    typer.Option("--with", help="A field of what is done: symbols=A,B or parameters.fast=20; several times."),
]
QueuedId = Annotated[str, typer.Argument(help="Id of a job in the queue.", show_default=False)]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeOptions:
    """When it comes."""

    rule: Rule = ""
    after: Annotated[str, typer.Option(help="In place of a rule: the scheduled job that it follows.")] = ""
    timezone: Annotated[str, typer.Option(help="Whose clock a cron rule speaks of.")] = "UTC"
    grace: Annotated[int, typer.Option(min=0, help="Seconds after its moment in which it is made up for.")] = 3_600


@group.command("list", epilog=example("tradewright jobs list", "tradewright jobs list --json"))
def list_schedules(context: typer.Context, *, json: Json = False) -> None:
    """List what is done at its time: when it comes next, and what became of it last."""
    found = opened(context).ask(ScheduleList(), answer=tuple)
    if json:
        print_json({"jobs": found})
    elif not found:
        screen().print("Nothing is scheduled yet: `tradewright up` brings what is shipped.", markup=False)
    else:
        _show(load("tradewright.interfaces.terminal.jobs").schedules_table(found))


@group.command(epilog=example("tradewright jobs show store_compaction"))
def show(context: typer.Context, job: Id, *, json: Json = False) -> None:
    """Show one scheduled job with its last firings."""
    found = opened(context).ask(ScheduleShown(job), answer=load(_VIEWS).ScheduleDetails)
    if json:
        print_json(found)
    else:
        _show(load("tradewright.interfaces.terminal.jobs").schedule_details(found))


@group.command(epilog=example("tradewright jobs trigger store_compaction"))
def trigger(context: typer.Context, job: Id, *, json: Json = False) -> None:
    """Do it now, with what follows it; a worker has to run (`tradewright up`)."""
    found = opened(context).ask(TriggerSchedule(job), answer=load(_JOBS).JobView)
    if json:
        print_json(found)
    else:
        screen().print(f"In the queue as {found.id}. See: tradewright jobs queue {found.id}", markup=False)


@group.command(epilog=example("tradewright jobs pause store_compaction"))
def pause(context: typer.Context, job: Id, *, json: Json = False) -> None:
    """Let it rest until it is resumed."""
    found = opened(context).ask(PauseSchedule(job), answer=load(_VIEWS).ScheduleView)
    _told(found, json=json, text=f"{job} rests.")


@group.command(epilog=example("tradewright jobs resume store_compaction"))
def resume(context: typer.Context, job: Id, *, json: Json = False) -> None:
    """Let it come again, from its next moment on."""
    found = opened(context).ask(ResumeSchedule(job), answer=load(_VIEWS).ScheduleView)
    _told(found, json=json, text=f"{job} comes again.")


@group.command(
    epilog=example(
        'tradewright jobs add mine --does backtest --rule "XNYS close+1h" --with strategy=breakout --with symbols=IBM',
        "tradewright jobs add look_again --does data_quality --after mine",
    )
)
@flat
def add(
    context: typer.Context,
    job: Annotated[str, typer.Argument(help="A word of its own, as nightly_trend.", show_default=False)],
    *,
    does: Annotated[str, typer.Option(help="What a worker does: backtest, data_quality, backup, deployment_start ...")],
    times: TimeOptions,
    given: With = None,
    title: Annotated[str, typer.Option(help="What it is, in a line.")] = "",
    json: Json = False,
) -> None:
    """Let something be done again and again."""
    command = AddSchedule(
        schedule=job, does=does, wishes=_wishes(given), title=title, rule=times.rule, after=times.after,
        timezone=times.timezone, grace_s=times.grace,
    )  # fmt: skip
    found = opened(context).ask(command, answer=load(_VIEWS).ScheduleView)
    _told(found, json=json, text=f"{job} comes {_when(found)}: {found.title}.")


@group.command(epilog=example("tradewright jobs remove nightly_trend"))
def remove(context: typer.Context, job: Id, *, json: Json = False) -> None:
    """Let it come no more, and forget when it came; what is in the queue stays there."""
    found = opened(context).ask(RemoveSchedule(job), answer=load(_VIEWS).ScheduleView)
    _told(found, json=json, text=f"{job} comes no more.")


@group.command(
    epilog=example(
        'tradewright jobs change job_clean_up --rule "cron 0 5 * * sat" --timezone Australia/Sydney',
        'tradewright jobs change store_compaction --rule "XASX monthly close+2h"',
        "tradewright jobs change backup --with keep=14",
    )
)
def change(
    context: typer.Context,
    job: Id,
    *,
    rule: Rule = "",
    given: With = None,
    timezone: Annotated[str, typer.Option(help="Whose clock a cron rule speaks of.")] = "",
    grace: Annotated[
        int | None, typer.Option(min=0, help="Seconds after its moment in which it is made up for.")
    ] = None,
    json: Json = False,
) -> None:
    """Let it come at other times, or do the same in another way."""
    command = ChangeSchedule(schedule=job, rule=rule, timezone=timezone, grace_s=grace, wishes=_wishes(given))
    found = opened(context).ask(command, answer=load(_VIEWS).ScheduleView)
    _told(found, json=json, text=f"{job} comes {_when(found)}.")


@group.command(
    epilog=example("tradewright jobs queue", "tradewright jobs queue --life failed", "tradewright jobs queue 3f2a")
)
def queue(
    context: typer.Context,
    job: Annotated[str, typer.Argument(help="Id of one job; else all.", show_default=False)] = "",
    *,
    kind: Annotated[str, typer.Option(help="Only jobs of this kind, as backtest.")] = "",
    life: Annotated[str, typer.Option(help="Only queued, running, done, failed or canceled ones.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many, the newest.")] = 50,
    json: Json = False,
) -> None:
    """List long work: what waits, what is at work, what came of it."""
    app, views = opened(context), load(_JOBS)
    if job:
        found = app.ask(JobShown(job), answer=views.JobView)
        if json:
            print_json(found)
        else:
            _show(load("tradewright.interfaces.terminal.jobs").job_details(found))
        return
    page = app.ask(JobList(kind=kind, life=life, limit=limit), answer=views.JobPage)
    if json:
        print_json({"jobs": page.items, "cursor": page.cursor})
    elif not page.items:
        screen().print("The queue is empty.", markup=False)
    else:
        _show(load("tradewright.interfaces.terminal.jobs").queue_table(page.items))


@group.command(epilog=example("tradewright jobs cancel 3f2a9c41"))
def cancel(context: typer.Context, job: QueuedId, *, json: Json = False) -> None:
    """Call off a job of the queue."""
    found = opened(context).ask(CancelJob(job), answer=load(_JOBS).JobView)
    _told(found, json=json, text=f"{job} is {'being canceled' if not found.is_final else found.life}.")


def _wishes(given: list[str] | None) -> "dict[str, Wish]":
    """`symbols=A,B` as it is, `parameters.fast=20` as one of a table; a number there is one."""
    found: dict[str, Wish] = {}
    tables: dict[str, dict[str, Value]] = {}
    for name, value in pairs(given, "--with").items():
        table, dot, inner = name.partition(".")
        if dot:
            tables.setdefault(table, {})[inner] = _value(value)
        else:
            found[name] = value
    return {**found, **tables}


def _value(text: str) -> "Value":
    if text in {"true", "false"}:
        return text == "true"
    try:
        return int(text)
    except ValueError:
        pass
    try:
        found = float(text)
    except ValueError:
        return text
    return found if isfinite(found) else text


def _when(view: "ScheduleView") -> str:
    return f"after {view.after}" if view.after else f"by {view.rule}"


def _told(view: object, *, json: bool, text: str) -> None:
    if json:
        print_json(view)
    else:
        screen().print(text, markup=False)


def _show(shown: "RenderableType") -> None:
    screen().print(shown)
