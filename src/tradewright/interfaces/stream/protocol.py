"""WebSockets as the server speaks them: uvicorn's own protocol, with an end for those who do not take theirs.

This file decides what the protocol leaves open: a connection whose other end reads nothing is torn down (a polite close
would wait for it for ever), a message may come in few parts only, and what a stranger does wrong writes no error.
"""

import asyncio
from typing import Any, Final

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame
from websockets.http11 import Request

from tradewright.interfaces.stream.terms import FRAGMENTS, FRAME_BYTES

TEAR: Final = "tradewright.tear"
"""The extension of the scope by which an application tears a connection down."""
PING_S: Final = 20.0
_TORN_AFTER_S: Final = 5.0


class FirmProtocol(WebSocketsSansIOProtocol):
    """See uvicorn; what is private there is not touched."""

    def handle_connect(self, event: Request) -> None:
        """The application is given a way to tear the connection down."""
        super().handle_connect(event)
        if self.response.status_code == 101:
            self.scope["extensions"][TEAR] = {"tear": self.transport.abort}

    async def send(self, message: ASGISendEvent) -> None:
        """A handshake that was answered with a refusal is over, and no error of the server's."""
        await super().send(message)
        if message["type"] == "websocket.http.response.body":
            self.handshake_complete = True

    def handle_cont(self, event: Frame) -> None:
        """Parts without end are no message, however small each is."""
        if len(self.frames) >= FRAGMENTS:
            self._refuse(CloseCode.MESSAGE_TOO_BIG, f"more than {FRAGMENTS} parts")
            return
        super().handle_cont(event)

    def send_receive_event_to_app(self) -> None:
        """Text that is none is the sender's mistake, and nothing for the server's log."""
        if self.curr_msg_data_type == "text" and not self.close_sent:
            try:
                b"".join(self.frames).decode()
            except UnicodeDecodeError:
                self.frames = []
                self._refuse(CloseCode.INVALID_DATA, "this is no UTF-8")
                return
        super().send_receive_event_to_app()

    def _refuse(self, code: CloseCode, reason: str) -> None:
        self.conn.fail(code, reason)
        self.handle_parser_exception()
        self.loop.call_later(_TORN_AFTER_S, self.transport.abort)

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        """What the other end has not taken a while after the application has ended, it never will."""
        super().on_task_complete(task)
        if not self.disconnected:
            self.loop.call_later(self.close_timeout + _TORN_AFTER_S, self.transport.abort)

    def keepalive_timeout(self) -> None:
        """Whoever does not answer does not take a close either."""
        super().keepalive_timeout()
        self.loop.call_later(_TORN_AFTER_S, self.transport.abort)


def server_options() -> dict[str, Any]:
    """What uvicorn is told for it: sizes, pings, no compression (it costs memory for each client)."""
    return {
        "ws": FirmProtocol,
        "ws_max_size": FRAME_BYTES,
        "ws_ping_interval": PING_S,
        "ws_ping_timeout": PING_S,
        "ws_per_message_deflate": False,
    }
