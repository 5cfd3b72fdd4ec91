"""The process that makes the SQL tables of a session: `python -m tradewright.bootstrap.projector PROJECT MODE SESSION`.

It reads the journal while the trader writes it, at low priority, and ends when the trader has and all is read. It may
die or be stopped at any time: the next one goes on where the tables stand.
"""

import logging
import os
import sys
from pathlib import Path
from threading import Event
from typing import Final

from tradewright.application.trading.projecting import OrderStep, Projector
from tradewright.bootstrap.app import open_app
from tradewright.bootstrap.folders import journal_of
from tradewright.bootstrap.logs import part_of, speak
from tradewright.bootstrap.trading import TradingParts
from tradewright.domain.errors import TradewrightError
from tradewright.ports.sessions import SessionLife

_LEVELS: Final = {
    "CancelWanted": logging.DEBUG,
    "OrderReplaced": logging.DEBUG,
    "ReplaceRequested": logging.DEBUG,
    "OrderLost": logging.WARNING,
    "OrderRefused": logging.WARNING,
    "OrderRejected": logging.WARNING,
}
"""A stop that trails is replaced at every bar; any other step is told."""
EVERY_S: Final = 0.5
NICE: Final = 10


def project(parts: TradingParts, session: str) -> int:
    """Follow a session to its end; how many records were read."""
    tables, waiting = parts.tables, Event()
    projector = Projector(parts.sessions.find(session), journal_of, tables, tell=say)
    try:
        while True:
            is_over = parts.sessions.find(session).life not in {SessionLife.RUNNING, SessionLife.STARTING}
            if not projector.step() and is_over:
                return projector.facts
            waiting.wait(EVERY_S)
    finally:
        tables.close()


def say(step: OrderStep) -> None:
    """A step of an order, in the log; the trader itself writes nothing of it, so that no order waits for a file."""
    fields = {
        "order": step.order,
        "session": step.session,
        "instrument": step.instrument,
        "reason": step.reason,
        "quantity": step.quantity,
        "price": step.price,
    }
    with part_of(step.correlation_id):
        logging.getLogger("tradewright.orders").log(_LEVELS.get(step.what, logging.INFO), "%s", step.what, extra=fields)


def main(arguments: list[str]) -> int:
    """Project until the session is over."""
    folder, mode, session = arguments
    os.nice(NICE)
    app = open_app(Path(folder), flags={"trading.mode": mode})
    speak(app, "projector")
    try:
        project(app.trading, session)
    except TradewrightError as problem:
        logging.getLogger("tradewright.projector").error("%s", problem)
        return problem.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
