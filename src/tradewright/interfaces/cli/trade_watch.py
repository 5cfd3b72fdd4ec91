"""Watching a session from the same terminal: a table that lives where there is a terminal, plain lines where not.

The session is asked over its control socket like from anywhere else; drawing has a thread of its own, so that it never
holds the session up.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING

from rich.live import Live

from tradewright.domain.errors import TradewrightError
from tradewright.interfaces.terminal.output import notes, screen
from tradewright.interfaces.terminal.trading import session_line, session_screen

if TYPE_CHECKING:
    from tradewright.application.trading.views import SessionView

LIVE_EVERY_S = 0.5
LINE_EVERY_S = 2.0


@contextmanager
def watching(look: "Callable[[], SessionView]", *, is_shown: bool = True) -> Iterator[Callable[[], None]]:
    """Gives what begins to watch; the watching ends with the context."""
    over = Event()
    shown = _live if sys.stdout.isatty() else _lines
    thread = Thread(target=shown, args=(look, over), daemon=True, name="watch")
    begun = Event()

    def begin() -> None:
        if is_shown:
            begun.set()
            thread.start()

    try:
        yield begin
    finally:
        over.set()
        if begun.is_set():
            thread.join(5.0)


def _live(look: "Callable[[], SessionView]", over: Event) -> None:
    with Live(console=screen(), auto_refresh=False, transient=True) as live:
        while not over.wait(LIVE_EVERY_S):
            view = _seen(look)
            if view is not None:
                live.update(session_screen(view), refresh=True)


def _lines(look: "Callable[[], SessionView]", over: Event) -> None:
    console = notes()
    while not over.wait(LINE_EVERY_S):
        view = _seen(look)
        if view is not None:
            console.print(session_line(view), markup=False)


def _seen(look: "Callable[[], SessionView]") -> "SessionView | None":
    """None while the session cannot be asked: it begins, or it ends."""
    try:
        return look()
    except (TradewrightError, OSError):
        return None
