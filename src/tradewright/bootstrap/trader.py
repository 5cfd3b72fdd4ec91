"""The process of a trading session in the background: `python -m tradewright.bootstrap.trader PROJECT MODE SESSION`."""

import faulthandler
import logging
import os
import sys
from pathlib import Path

from tradewright.adapters.system.garbage import keep_what_is_there
from tradewright.bootstrap.app import open_app
from tradewright.bootstrap.failpoints import VARIABLE, FailPoint
from tradewright.bootstrap.logs import speak
from tradewright.bootstrap.running import run_session
from tradewright.domain.errors import TradewrightError


def main(arguments: list[str]) -> int:
    """Trade until the session ends; its log is stderr, and the files of the mode."""
    faulthandler.enable()
    project, mode, session = arguments
    app = open_app(Path(project), flags={"trading.mode": mode})
    speak(app, "trader")
    try:
        dies_at = FailPoint.told(os.environ.get(VARIABLE, ""), mode=mode)
        ended = run_session(app.trading, session, started=keep_what_is_there, dies_at=dies_at)
    except TradewrightError as problem:
        logging.getLogger("tradewright.trader").error("%s", problem)
        return problem.exit_code
    return 0 if ended.is_orderly else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
