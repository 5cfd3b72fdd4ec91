"""`tradewright jobs`: what the system does by itself at its time, and the queue of long work."""

from typing import TYPE_CHECKING, Annotated

import typer

from tradewright.application.jobs.messages import CancelJob, JobList, JobShown
from tradewright.application.schedules.messages import (
    ChangeSchedule,
    PauseSchedule,
    ResumeSchedule,
    ScheduleList,
    ScheduleShown,
    TriggerSchedule,
)
from tradewright.interfaces.cli.options import Json, example, opened
from tradewright.interfaces.terminal.output import print_json, screen
from tradewright.lazy import load

if TYPE_CHECKING:
    from rich.console import RenderableType

group = typer.Typer(
    help="Jobs at their times, and the queue of long work.",
    epilog=example("tradewright jobs list", "tradewright jobs queue"),
    no_args_is_help=True,
)
_VIEWS = "tradewright.application.schedules.views"
_JOBS = "tradewright.application.jobs.views"
Id = Annotated[str, typer.Argument(help="Id of a scheduled job: see `tradewright jobs list`.", show_default=False)]
QueuedId = Annotated[str, typer.Argument(help="Id of a job in the queue.", show_default=False)]


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
        'tradewright jobs change job_clean_up --rule "cron 0 5 * * sat" --timezone Australia/Sydney',
        'tradewright jobs change store_compaction --rule "XASX monthly close+2h"',
    )
)
def change(
    context: typer.Context,
    job: Id,
    *,
    rule: Annotated[
        str, typer.Option(help="every 15m, cron 30 18 * * mon-fri, XNYS open+5m, XNYS close, XNYS monthly close.")
    ] = "",
    timezone: Annotated[str, typer.Option(help="Whose clock a cron rule speaks of.")] = "",
    grace: Annotated[
        int | None, typer.Option(min=0, help="Seconds after its moment in which it is made up for.")
    ] = None,
    json: Json = False,
) -> None:
    """Let it come at other times."""
    command = ChangeSchedule(schedule=job, rule=rule, timezone=timezone, grace_s=grace)
    found = opened(context).ask(command, answer=load(_VIEWS).ScheduleView)
    _told(found, json=json, text=f"{job} comes by {found.rule}.")


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


def _told(view: object, *, json: bool, text: str) -> None:
    if json:
        print_json(view)
    else:
        screen().print(text, markup=False)


def _show(shown: "RenderableType") -> None:
    screen().print(shown)
