"""A server with WebSockets in a process of its own: `python -m proofs.asking.stream_server FOLDER`.

It prints its port and a key as one line of JSON, then tells bars and refusals without end, until it is ended.
"""

import json
import logging
import socket
import sys
import threading
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Final

import uvicorn

from proofs.asking.served import PATIENT
from tradewright.application.access.messages import MakeFirstKey
from tradewright.application.access.views import FirstKey
from tradewright.application.trading.across_messages import RiskEventView
from tradewright.application.watching.news import News, SessionBar
from tradewright.bootstrap.app import App
from tradewright.bootstrap.serving import Serving
from tradewright.interfaces.api.app import api_over
from tradewright.interfaces.stream.app import Stream, Web
from tradewright.interfaces.stream.protocol import server_options
from tradewright.interfaces.stream.terms import StreamTerms

EVERY_S: Final = 0.05
TERMS: Final = StreamTerms(per_key=1_000, strangers=1_000, connections=2_000)


def news(number: int) -> list[News]:
    """A little of both kinds."""
    bar = SessionBar(
        session="s", account="a", instrument=f"S{number % 50}", slice=number, time_ns=number + 1, close=Decimal(number)
    )
    refused = RiskEventView(
        session="s", account="a", sequence=number, time_ns=1, what="refused", subject="o", who="gate", reason="x" * 200
    )
    return [("bars", bar), ("risk", refused)]


def main(arguments: list[str]) -> int:
    """Serve until ended."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    app = App(Path(arguments[0]))
    serving = replace(Serving(app), given_terms=PATIENT)
    first = app.ask(MakeFirstKey(), answer=FirstKey).made
    assert first is not None, "the folder was used before"
    stream = Stream(serving, TERMS)
    with socket.socket(proto=socket.IPPROTO_TCP) as door:
        door.bind(("127.0.0.1", 0))
        door.listen(1_024)
        config = uvicorn.Config(Web(api_over(serving), stream), log_config=None, access_log=False, **server_options())
        server, ending = uvicorn.Server(config), threading.Event()

        def tell() -> None:
            number = 0
            while not ending.wait(EVERY_S):
                if stream.is_listening:
                    number += 1
                    stream.take(news(number))

        teller = threading.Thread(target=tell, daemon=True)
        teller.start()
        print(json.dumps({"port": door.getsockname()[1], "key": first.key}), flush=True)
        server.run(sockets=[door])
        ending.set()
        teller.join()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
