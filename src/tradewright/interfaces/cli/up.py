"""`tradewright up`: the whole platform by one command: API, workers, scheduler."""

import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from tradewright.application.access.messages import MakeFirstKey
from tradewright.bootstrap import App
from tradewright.domain.errors import InputError
from tradewright.interfaces.cli.options import Json, example, opened
from tradewright.interfaces.terminal.output import print_json, screen
from tradewright.lazy import load

if TYPE_CHECKING:
    from tradewright.application.access.views import FirstKey

QUEUE: Final = 128
"""Callers that may wait to be let in."""


def register(app: typer.Typer) -> None:
    """Put the command at the top."""
    app.command(epilog=example("tradewright up", "tradewright up --port 8080 --workers 4", "tradewright up --json"))(up)


def up(
    context: typer.Context,
    *,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port; else api.port of the settings.")] = None,
    host: Annotated[str | None, typer.Option(help="Address; beyond this machine TLS is needed.")] = None,
    workers: Annotated[int | None, typer.Option(min=0, max=256, help="Workers; else one a core.")] = None,
    is_scheduling: Annotated[bool, typer.Option("--scheduler/--no-scheduler", help="Do scheduled jobs.")] = True,
    json: Json = False,
) -> None:
    """Run the platform: API, workers and scheduler, until Ctrl-C. Trading sessions go on without it."""
    app = opened(context, flags={"api.port": port, "api.host": host})
    platforms = load("tradewright.bootstrap.platform")
    platforms.prove_listening(app)
    load("tradewright.bootstrap.logs").speak(app, "platform")
    many = workers if workers is not None else app.settings.workers.max or os.cpu_count() or 1
    with _door(app) as door, platforms.Platform(app, many, is_scheduling):
        first = app.ask(MakeFirstKey(), answer=load("tradewright.application.access.views").FirstKey)
        _tell(app, first, workers=many, json=json)
        _serve(app, door)


def _door(app: App) -> socket.socket:
    """Taken before anything else is started, so that a port in use is told at once."""
    api = app.settings.api
    family = socket.AF_INET6 if ":" in api.host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((api.host, api.port))
    except OSError as problem:
        made.close()
        raise InputError(
            f"nothing can listen on {api.host}:{api.port}",
            found=problem.strerror or str(problem),
            remedy="choose another: tradewright up --port 8001",
        ) from problem
    made.listen(QUEUE)
    return made


def _serve(app: App, door: socket.socket) -> None:
    api, uvicorn = app.settings.api, load("uvicorn")
    config = uvicorn.Config(
        load("tradewright.interfaces.stream.app").web_of(app),
        log_config=None,
        access_log=False,
        server_header=False,
        ssl_certfile=_place(api.tls_certificate),
        ssl_keyfile=_place(api.tls_key),
        timeout_graceful_shutdown=10,
        **load("tradewright.interfaces.stream.protocol").server_options(),
    )
    uvicorn.Server(config).run(sockets=[door])


def _place(path: str) -> Path | None:
    return Path(path).expanduser() if path else None


def _tell(app: App, first: "FirstKey", *, workers: int, json: bool) -> None:
    api = app.settings.api
    scheme = "https" if api.tls_certificate else "http"
    host = f"[{api.host}]" if ":" in api.host else api.host
    url = f"{scheme}://{host}:{api.port}"
    key = None if first.made is None else first.made.key
    if json:
        print_json({"url": url, "mode": app.settings.trading.mode, "workers": workers, "first_key": key})
        return
    console = screen()
    console.print(f"Tradewright listens on {url} (routes: {url}/docs)", markup=False, highlight=False)
    console.print(
        f"{app.settings.trading.mode}, state in {app.state.place}, {workers} workers", markup=False, highlight=False
    )
    if key is not None:
        console.print("\nThe admin's key, shown this once and kept nowhere:", markup=False)
        console.print(f"  {key}", markup=False, highlight=False, soft_wrap=True)
        asked = f'curl -H "Authorization: Bearer {key}" {url}/api/backtests'
        console.print(f"Try: {asked}", markup=False, highlight=False, soft_wrap=True)
    console.print("Ctrl-C ends it; trading sessions go on.", markup=False)
