"""What can be asked of the log."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LogQuestion:
    """Lines of the log, oldest first. Answer: `ports.logs.LogPage`."""

    service: str = ""
    """`trader`, `worker`, `platform` ...; empty: all."""
    level: str = ""
    """This one and what matters more: `debug`, `info`, `warning`, `error`, `critical`; empty: all."""
    correlation_id: str = ""
    since: str = ""
    """An age (`30m`, `1h`, `2d`), or a time in ISO 8601; empty: from the beginning."""
    limit: int = 200
    """Of the newest at most; what comes after a cursor comes whole."""
    cursor: str = ""
    """Where an earlier answer ended; empty: the newest lines."""
