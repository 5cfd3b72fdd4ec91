"""A process that answers over the network: its port taken before anything else, then its server until it is ended."""

import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tradewright.bootstrap import App
from tradewright.domain.errors import InputError
from tradewright.lazy import load

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from tradewright.bootstrap.platform import Platform

QUEUE: Final = 128
"""Callers that may wait to be let in."""


def door(app: App, command: str) -> socket.socket:
    """Taken before anything else is started, so that a port in use is told at once."""
    api = app.settings.api
    family = socket.AF_INET6 if ":" in api.host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # said, so that small answers leave at once
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((api.host, api.port))
    except OSError as problem:
        made.close()
        raise InputError(
            f"nothing can listen on {api.host}:{api.port}",
            found=problem.strerror or str(problem),
            remedy=f"choose another: tradewright {command} --port {min(api.port + 10, 65_535)}",
        ) from problem
    made.listen(QUEUE)
    return made


def answer(app: App, platform: "Platform", *, asgi: "ASGIApp", at: socket.socket) -> None:
    """Until somebody asks it to end, or a critical part of the platform does: then TradewrightError says which."""
    api, uvicorn = app.settings.api, load("uvicorn")
    config = uvicorn.Config(
        asgi,
        log_config=None,
        access_log=False,
        server_header=False,
        ssl_certfile=_place(api.tls_certificate),
        ssl_keyfile=_place(api.tls_key),
        timeout_graceful_shutdown=10,
        **load("tradewright.interfaces.stream.protocol").server_options(),
    )
    server = uvicorn.Server(config)
    server.handle_exit = partial(_left, app, server.handle_exit)
    try:
        server.run(sockets=[at])
    finally:
        platform.raise_fatal()


def _left(app: App, ending: Callable[[int, object], None], number: int, frame: object) -> None:
    """A signal that asks to end: what would go on for as long as somebody reads it is told."""
    app.leaving.set()
    ending(number, frame)


def url_of(app: App) -> str:
    """Where it is reached from this machine."""
    api = app.settings.api
    scheme = "https" if api.tls_certificate else "http"
    host = f"[{api.host}]" if ":" in api.host else api.host
    return f"{scheme}://{host}:{api.port}"


def _place(path: str) -> Path | None:
    return Path(path).expanduser() if path else None
