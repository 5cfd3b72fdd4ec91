"""`tradewright serve`: one service of a platform that is taken apart, in a process of its own."""

import os
from typing import TYPE_CHECKING, Annotated

import typer

from tradewright.application.access.messages import MakeFirstKey
from tradewright.bootstrap import App
from tradewright.interfaces.cli.options import Json, example, opened
from tradewright.interfaces.terminal.output import print_json, screen
from tradewright.lazy import load

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from tradewright.bootstrap.services import Service

SERVICES = "tradewright.bootstrap.services"
NAMES = "data, strategy, risk, trader, scheduler, gateway, worker"


def register(app: typer.Typer) -> None:
    """Put the command at the top."""
    told = ("tradewright serve data", "tradewright serve gateway --port 8080", "tradewright serve worker --workers 2")
    app.command(epilog=example(*told))(serve)


def serve(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="SERVICE", help=f"One of {NAMES}.", show_default=False)],
    *,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port; else the service's own.")] = None,
    host: Annotated[str | None, typer.Option(help="Address; beyond this machine TLS is needed.")] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=256, help="Of `serve worker`: how many; else one a core.")
    ] = None,
    json: Json = False,
) -> None:
    """Run one service until Ctrl-C. All share one database; the gateway is the door for all."""
    services = load(SERVICES)
    service = services.service_named(name)
    chosen = port
    if chosen is None and name != services.GATEWAY:
        chosen = service.port
    app = opened(context, flags={"api.port": chosen, "api.host": host})
    platforms, listening = load("tradewright.bootstrap.platform"), load("tradewright.interfaces.cli.listening")
    platforms.prove_listening(app)
    load("tradewright.bootstrap.logs").speak(app, name)
    many = (workers or app.settings.workers.max or os.cpu_count() or 1) if name == services.WORKER else 0
    if name == services.GATEWAY:
        app.health.added += services.ways(app.settings)
    plan = platforms.Plan(
        service=name,
        own=service.own,
        url=listening.url_of(app),
        workers=many,
        is_scheduling=name == "scheduler",
        is_alone=False,
    )
    with listening.door(app, f"serve {name}") as door, platforms.Platform(app, plan) as platform:
        key = _first_key(app) if name == services.GATEWAY else None
        told = {"service": name, "url": plan.url, "mode": app.settings.trading.mode, "first_key": key}
        if json:
            print_json(told)
        else:
            _show(told)
        listening.answer(app, platform, asgi=_asgi(app, service), at=door)


def _first_key(app: App) -> str | None:
    """The gateway shows it, so that it is shown in one place whichever service was the first."""
    first = app.ask(MakeFirstKey(), answer=load("tradewright.application.access.views").FirstKey)
    return None if first.made is None else str(first.made.key)


def _asgi(app: App, service: "Service") -> "ASGIApp":
    services = load(SERVICES)
    serving = load("tradewright.bootstrap.serving").Serving(app, given_terms=services.terms_of(app, service))
    gateway = load("tradewright.interfaces.gateway.app")
    if service.name != services.GATEWAY:
        made: ASGIApp = load("tradewright.interfaces.api.app").api_over(serving, asks=gateway.asks_of(service))
        return made
    web: ASGIApp = gateway.web_over(serving, gateway.forwarding_of(app, serving))
    return web


def _show(told: dict[str, str | None]) -> None:
    console = screen()
    line = f"The {told['service']} service listens on {told['url']} ({told['mode']}). Ctrl-C ends it."
    console.print(line, markup=False, highlight=False)
    if told["first_key"] is not None:
        console.print("\nThe admin's key, shown this once and kept nowhere:", markup=False)
        console.print(f"  {told['first_key']}", markup=False, highlight=False, soft_wrap=True)
