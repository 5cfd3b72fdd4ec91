"""`tradewright up` and `down`: the whole platform by one command, and its end by another."""

import os
from typing import TYPE_CHECKING, Annotated

import typer

from tradewright.application.access.messages import MakeFirstKey
from tradewright.bootstrap import App
from tradewright.interfaces.cli.options import Json, example, opened
from tradewright.interfaces.terminal.output import print_json, screen
from tradewright.lazy import load

if TYPE_CHECKING:
    from tradewright.application.access.views import FirstKey

PLATFORM = "tradewright.bootstrap.platform"
LISTENING = "tradewright.interfaces.cli.listening"


def register(app: typer.Typer) -> None:
    """Put the commands at the top."""
    app.command(
        epilog=example("tradewright up", "tradewright up --port 8080 --workers 4", "tradewright up --detach --json")
    )(up)
    app.command(epilog=example("tradewright down", "tradewright down --json"))(down)


def up(
    context: typer.Context,
    *,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port; else api.port of the settings.")] = None,
    host: Annotated[str | None, typer.Option(help="Address; beyond this machine TLS is needed.")] = None,
    workers: Annotated[int | None, typer.Option(min=0, max=256, help="Workers; else one a core.")] = None,
    is_scheduling: Annotated[bool, typer.Option("--scheduler/--no-scheduler", help="Do scheduled jobs.")] = True,
    detach: Annotated[
        bool, typer.Option("--detach", "-d", help="Run in the background; see: tradewright down.")
    ] = False,
    json: Json = False,
) -> None:
    """Run the platform: API, workers and scheduler, until Ctrl-C. Trading sessions go on without it."""
    app = opened(context, flags={"api.port": port, "api.host": host})
    platforms, listening = load(PLATFORM), load(LISTENING)
    platforms.prove_listening(app)
    many = workers if workers is not None else app.settings.workers.max or os.cpu_count() or 1
    if detach:
        wish = ["--port", app.settings.api.port, "--host", app.settings.api.host, "--workers", many]
        more = [] if is_scheduling else ["--no-scheduler"]
        told = load("tradewright.bootstrap.detaching").detached(app, [str(one) for one in [*wish, *more]])
        _shown(app, told, is_detached=True, json=json)
        return
    load("tradewright.bootstrap.logs").speak(app, "platform")
    plan = platforms.Plan(url=listening.url_of(app), workers=many, is_scheduling=is_scheduling)
    with listening.door(app, "up") as door, platforms.Platform(app, plan) as platform:
        first = app.ask(MakeFirstKey(), answer=load("tradewright.application.access.views").FirstKey)
        _shown(app, _told(app, first, workers=many), is_detached=False, json=json)
        web = load("tradewright.interfaces.stream.app").web_of(app)
        listening.answer(app, platform, asgi=web, at=door)


def down(
    context: typer.Context,
    *,
    wait: Annotated[float, typer.Option(min=0, help="Seconds to wait for its end.")] = 60.0,
    json: Json = False,
) -> None:
    """End the platform of this project on this machine, in good order. Trading sessions go on."""
    ended = load("tradewright.bootstrap.detaching").ended(opened(context), within_s=wait)
    if json:
        print_json({"ended": ended})
    else:
        numbers = ", ".join(str(one.process) for one in ended)
        screen().print(f"The platform has ended (process {numbers}); trading sessions go on.", markup=False)


def _told(app: App, first: "FirstKey", *, workers: int) -> dict[str, object]:
    key = None if first.made is None else first.made.key
    url = load(LISTENING).url_of(app)
    return {"url": url, "mode": app.settings.trading.mode, "workers": workers, "first_key": key}


def _shown(app: App, told: dict[str, object], *, is_detached: bool, json: bool) -> None:
    if json:
        print_json(told)
        return
    console, url, key = screen(), told["url"], told["first_key"]
    console.print(f"Tradewright listens on {url} (routes: {url}/docs)", markup=False, highlight=False)
    console.print(
        f"{told['mode']}, state in {app.state.place}, {told['workers']} workers", markup=False, highlight=False
    )
    if key is not None:
        console.print("\nThe admin's key, shown this once and kept nowhere:", markup=False)
        console.print(f"  {key}", markup=False, highlight=False, soft_wrap=True)
        asked = f'curl -H "Authorization: Bearer {key}" {url}/api/backtests'
        console.print(f"Try: {asked}", markup=False, highlight=False, soft_wrap=True)
    ends = "tradewright down" if is_detached else "Ctrl-C"
    console.print(f"{ends} ends it; trading sessions go on.", markup=False)
