"""`python -m tradewright.venues.paper`: serve one paper account until nobody needs it."""

import asyncio
import logging
import os
import signal
import sys
from argparse import Namespace
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from tradewright.bootstrap.app import open_app
from tradewright.bootstrap.logs import speak
from tradewright.bootstrap.paper import paper_bars, paper_disk, paper_trades
from tradewright.domain.errors import StorageError, TradewrightError
from tradewright.ports.disk import Disk
from tradewright.simulation.paper.exchange import Exchange
from tradewright.simulation.paper.keeping import open_account, recall
from tradewright.simulation.paper.venue import PaperVenue
from tradewright.venues.paper.options import costs_in, read_options, require_same, serving_of, terms_of
from tradewright.venues.paper.protocol import Subscribe
from tradewright.venues.paper.server import PaperServer
from tradewright.venues.paper.source import BarLoading, StoreSource
from tradewright.venues.paper.trades import StoreTrades

LOCK = "venue.lock"
HELD = 75
"""Exit code where another process serves the account: whoever wanted this one finds that one."""


def main(arguments: Sequence[str]) -> int:
    """Serve; 0 when the server left in good order, else the exit code of what was wrong."""
    options = read_options(arguments)
    try:
        folder = _entered(Path(options.folder).absolute())
        disk = paper_disk(folder)
        try:
            hold = disk.hold(LOCK)
        except StorageError as held:
            sys.stderr.write(f"the paper account is served already: {held}\n")
            return HELD
        try:
            _serve_account(options, folder, disk)
        finally:
            hold.release()
    except TradewrightError as problem:
        sys.stderr.write(f"the paper venue cannot go on: {problem}\n")
        return problem.exit_code
    return 0


def _serve_account(options: Namespace, folder: Path, disk: Disk) -> None:
    (terms, given), serving = terms_of(options), serving_of(options)
    file = str(Path(options.file).absolute()) if options.file else None
    app = open_app(Path(options.project).absolute() if options.project else None)
    speak(app, "venue", to_files=bool(options.project))
    source_of, trades_of = partial(_source, paper_bars(app, file)), partial(StoreTrades, paper_trades(app))
    os.chdir(folder)  # a socket's path has to be short
    kept, opened, records = open_account(disk, terms, read_costs=costs_in)
    try:
        require_same(opened, terms, given=given)
        exchange = Exchange(PaperVenue(opened), keep=kept.keep)
        recall(exchange, records)
        logging.getLogger("tradewright.venues.paper").info(
            "paper account %s is served; %d inputs were kept", opened.account, len(records)
        )
        server = PaperServer(folder, exchange, source_of=source_of, trades_of=trades_of, serving=serving)
        asyncio.run(_serve(server))
    finally:
        kept.close()


async def _serve(server: PaperServer) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.leave)
    await server.serve()


def _source(load_bars: BarLoading, wanted: Subscribe) -> StoreSource:
    return StoreSource(load_bars, wanted.start, wanted.end)


def _entered(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as problem:
        raise StorageError(
            f"the paper account's folder {folder} cannot be made",
            found=problem.strerror or str(problem),
            remedy="check that the path leads to a folder of yours",
        ) from problem
    return folder


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
