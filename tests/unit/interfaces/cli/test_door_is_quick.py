"""The door that servers listen at: what is accepted there sends small answers at once, without waiting for more."""

import asyncio
import socket
from pathlib import Path

from tradewright.bootstrap.app import App
from tradewright.interfaces.cli.listening import door


def test_accepted_connections_do_not_wait_for_more_before_they_send(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    found: list[int] = []

    async def story() -> None:
        ended = asyncio.Event()

        async def accepted(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            found.append(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()
            ended.set()

        with door(App(tmp_path, flags={"api.port": port}), "up") as made:
            async with await asyncio.start_server(accepted, sock=made):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                async with asyncio.timeout(30):
                    await ended.wait()
                writer.close()

    asyncio.run(story())
    assert found == [1]
