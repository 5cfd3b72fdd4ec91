"""How a process of ours says what it does, and where the audit of messages goes.

This file decides that nothing is loaded for it before a process begins to speak: a command of the shell stays as quick
as it was, and says nothing to any file.
"""

import os
import sys
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Final, Protocol

from tradewright.lazy import load

if TYPE_CHECKING:
    from pathlib import Path

    from tradewright.adapters.logs.handler import LogTerms
    from tradewright.application.dispatcher import AuditRecord
    from tradewright.application.envelope import Envelope
    from tradewright.settings import Settings

HANDLER: Final = "tradewright.adapters.logs.handler"
FOLDER: Final = "logs"
MEGABYTE: Final = 1 << 20


class Speaking(Protocol):
    """The application over a project folder, as far as its logs need it."""

    @property
    def settings(self) -> "Settings":
        """Its settings."""
        ...

    @property
    def state_folder(self) -> "Path":
        """Where state lies."""
        ...

    def at_hand(self) -> "tuple[Speaking, str]":
        """This, or the same by defaults where its settings are broken."""
        ...


def speak(app: Speaking, service: str, *, to_files: bool = True) -> None:
    """Let this process speak as one of a service, as the settings say: to its errors, and to the files of the mode.

    It never fails for broken settings: then the defaults hold, and what is wrong can be said. A process that speaks is
    a service: it leaves no core behind.
    """
    load("tradewright.adapters.system.cores").leave_none()
    load(HANDLER).speak(_terms(app, service, to_files=to_files))


def speaking(app: Speaking, service: str) -> AbstractContextManager[None]:
    """Let a command or a notebook that acts as a service speak to the files of the mode while it does."""
    found: AbstractContextManager[None] = load(HANDLER).speaking(_terms(app, service, to_errors=False))
    return found


def _terms(app: Speaking, service: str, *, to_files: bool = True, to_errors: bool = True) -> "LogTerms":
    good, _ = app.at_hand()
    settings = good.settings
    files, logging = load("tradewright.adapters.logs.files"), load("logging")
    made: LogTerms = load(HANDLER).LogTerms(
        service=service,
        folder=folder_of(good) if to_files else None,
        level=logging.getLevelName(settings.log.level.upper()),
        is_json=settings.log.format == "json",
        bounds=files.Bounds(settings.log.file_mb * MEGABYTE, settings.log.total_mb * MEGABYTE),
        secrets=load("tradewright.settings.hidden").secret_values(settings, os.environ),
        errors=sys.stderr if to_errors else None,
    )
    return made


def folder_of(app: Speaking) -> "Path":
    """Where the files of the mode lie."""
    return app.state_folder / FOLDER / app.settings.trading.mode


def correlated(envelope: "Envelope") -> AbstractContextManager[object]:
    """What is said while a message is at work carries its correlation id, once this process speaks."""
    handler = sys.modules.get(HANDLER)
    if handler is None:
        return nullcontext()
    found: AbstractContextManager[object] = handler.bound({"correlation_id": str(envelope.correlation_id)})
    return found


def part_of(correlation_id: str, **fields: str) -> AbstractContextManager[object]:
    """What is said within it carries the correlation id and these fields, once this process speaks."""
    handler = sys.modules.get(HANDLER)
    if handler is None:
        return nullcontext()
    found: AbstractContextManager[object] = handler.bound({"correlation_id": correlation_id, **fields})
    return found


def asked_as() -> str:
    """The correlation id of what is at work here, once this process speaks; empty: of nothing."""
    handler = sys.modules.get(HANDLER)
    return "" if handler is None else str(handler.bound_now().get("correlation_id", ""))


def audit(record: "AuditRecord") -> None:
    """To the log, queries at its finest level, once somebody has loaded logging; before that nobody listens."""
    logging = sys.modules.get("logging")
    if logging is not None:
        level, log = logging.DEBUG if record.kind == "query" else logging.INFO, logging.getLogger("tradewright.audit")
        if not log.isEnabledFor(level):
            return
        fields = {
            "actor": record.actor,
            "correlation_id": record.correlation_id,
            "door": record.door,
            "duration_ms": f"{record.duration_ns / 1e6:.3f}",
            "error": record.error,
            "kind": record.kind.value,
            "outcome": record.outcome.value,
        }
        log.log(level, "%s", record.message, extra=fields)
