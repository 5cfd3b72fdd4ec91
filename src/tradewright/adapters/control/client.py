"""A terminal's end of the control line: connect, ask, take the answer, leave; it waits, because a person does.

This file decides what is said when nobody answers: not running, not there any more, or there and silent.
"""

import contextlib
import socket
from dataclasses import dataclass
from pathlib import Path

from tradewright.adapters.control.frames import LARGEST, LENGTH, answer_in, request_frame
from tradewright.adapters.control.place import short_path
from tradewright.domain.errors import ControlError
from tradewright.ports.control import ControlRequest, LineCut


@dataclass(frozen=True, slots=True)
class SocketLine:
    """Asks the trader whose socket is in a session's folder."""

    timeout_s: float = 15.0
    """For the whole answer; an order is decided in milliseconds, so that longer means trouble."""

    def ask(self, folder: Path, request: ControlRequest) -> bytes:
        """One connection a question."""
        frame = request_frame(request)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(self.timeout_s)
            self._connect(line, folder)
            try:
                with contextlib.suppress(BrokenPipeError):  # whoever refuses may answer before it has read all
                    line.sendall(frame)
                (length,) = LENGTH.unpack(_exactly(line, LENGTH.size))
                if length > LARGEST:
                    raise ControlError("the trader's answer is too long", found=f"{length} bytes")
                return answer_in(_exactly(line, length))
            except TimeoutError as silent:
                raise ControlError(
                    f"session {folder.name} does not answer",
                    found=f"silence for {self.timeout_s:g} s",
                    remedy="its process may be frozen: whether it did what was asked is not known; "
                    "`tradewright risk kill` cancels its orders without it",
                ) from silent
            except OSError as broken:
                raise LineCut(
                    f"session {folder.name} ended while it was asked",
                    found=broken.strerror or str(broken),
                    remedy="whether it did what was asked stands in its journal: tradewright trade journal",
                ) from broken

    def _connect(self, line: socket.socket, folder: Path) -> None:
        try:
            with short_path(folder) as path:
                line.connect(path)
        except PermissionError as refused:
            raise ControlError(f"session {folder.name} belongs to another user", found=str(refused)) from refused
        except (TimeoutError, BlockingIOError) as silent:
            raise ControlError(
                f"session {folder.name} takes no callers",
                remedy="its process may be frozen; `tradewright risk kill` cancels its orders without it",
            ) from silent
        except OSError as absent:
            raise ControlError(
                f"session {folder.name} is not running, or nobody listens at its control socket",
                remedy="`tradewright trade list` shows whether it runs: one without a socket ends by `kill PROCESS`;"
                " `tradewright trade start --resume` goes on with it",
            ) from absent


def _exactly(line: socket.socket, count: int) -> bytes:
    parts, wanted = [], count
    while wanted:
        part = line.recv(min(wanted, 1 << 16))
        if not part:
            raise ConnectionResetError(0, "the connection was closed")
        parts.append(part)
        wanted -= len(part)
    return b"".join(parts)
