"""Where the audit of messages goes."""

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tradewright.application.dispatcher import AuditRecord


def audit(record: "AuditRecord") -> None:
    """To the log, queries at its finest level, once somebody has loaded logging; before that nobody listens."""
    logging = sys.modules.get("logging")
    if logging is not None:
        level = logging.DEBUG if record.kind == "query" else logging.INFO
        logging.getLogger("tradewright.audit").log(level, "%s", record)
